"""States of publications: drafts that nobody sees, approval by another, withdrawal with all that follows it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.errors import ConfigError, DataError
from config.read_once import forget
from schemas.indicators import STORED
from tasks.approving.decisions import approve, review, withdraw
from tasks.approving.states import newest_step, newest_steps, publication_named, steps_of
from tasks.auditing.seals import verify_seals
from tasks.publishing.current import current_publication, published_day
from tasks.publishing.past_days import publication_of
from tasks.reports.site.data import page_data
from tasks.reports.summary import read_summary
from tasks.warehouse import ledger
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tests.warehouse.test_publish import POLICY, corrected, publish
from tests.warehouse.verdict_rows import AS_OF, verdict_rows

BEFORE = date(2026, 3, 30)
_PEOPLE = """
people:
  - {account: to-truong, also: [to-truong.2], publish: true}
  - {account: lanh-dao, publish: true}
  - {account: can-bo, propose: ["*"], approve: ["*"]}
  - {account: da-nghi, publish: true, until: 2020-01-01}
"""


@pytest.fixture(autouse=True)
def people(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "people.yaml").write_text(_PEOPLE, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_PEOPLE_FILE", str(tmp_path / "people.yaml"))
    forget()


@pytest.fixture
def after_approval(people: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_PUBLISHING", "after_approval")
    forget()


def readers_rows() -> int:
    """Rows of everything that a reader can see."""
    tables = ("mart.publications", *(table.full_name for table in STORED.values()))
    return sum(int(fetch_all(f"SELECT count(*) FROM {table}")[0][0]) for table in tables)


def test_a_withdrawn_publication_stays_and_the_newest_that_stands_is_shown_everywhere() -> None:
    rows = verdict_rows(80)
    first, second = publish(rows, BEFORE), publish(corrected(rows))
    assert (current_publication(POLICY), published_day(POLICY)) == (second, AS_OF)
    kept = readers_rows()
    step = withdraw(publication_named(second[:8]), "lanh-dao", "sai lịch nghỉ Tết")
    assert (step.state, step.decided_by, step.reason) == ("withdrawn", "lanh-dao", "sai lịch nghỉ Tết")
    assert readers_rows() == kept
    assert (current_publication(POLICY), published_day(POLICY)) == (first, BEFORE)
    assert publication_of(POLICY, AS_OF) is None
    assert page_data(POLICY, "vi")["meta"]["publication_id"] == first
    assert (read_summary(POLICY).publication, read_summary(POLICY, AS_OF).publication) == (first, None)
    assert fetch_all("SELECT publication_id, reason FROM mart.withdrawn_publications") == [(second, "sai lịch nghỉ Tết")]
    assert fetch_all("SELECT action, subject FROM audit.ledger ORDER BY entry DESC LIMIT 1") == [("withdraw", "figures/qd766")]
    assert verify_seals().edited == ()
    assert ledger.verify() is None
    with pytest.raises(DataError, match="were withdrawn"):
        publish(corrected(rows))
    with pytest.raises(ConfigError, match="same person"):
        approve(second, "lanh-dao")
    assert approve(second, "to-truong").stands
    assert current_publication(POLICY) == second
    withdraw(second, "lanh-dao", "vẫn sai lịch")
    withdraw(first, "lanh-dao", "cũng sai lịch")
    assert current_publication(POLICY) is None
    assert {one.state for one in newest_steps(POLICY)} == {"withdrawn"}


@pytest.mark.usefixtures("after_approval")
def test_a_draft_is_seen_by_nobody_until_two_people_have_looked_at_it() -> None:
    rows = verdict_rows(80)
    draft = publish(rows)
    assert publish(rows) == draft
    assert newest_step(draft).state == "draft"
    assert (readers_rows(), current_publication(POLICY)) == (0, None)
    with pytest.raises(ConfigError, match="its state is draft"):
        approve(draft, "lanh-dao")
    review(draft, "to-truong.2")
    with pytest.raises(ConfigError, match="same person"):
        approve(draft, "to-truong")
    newer = publish(corrected(rows))
    assert approve(draft, "lanh-dao").state == "approved"
    assert [one.state for one in steps_of(draft)] == ["draft", "review", "approved"]
    assert [one.decided_by for one in steps_of(draft)] == [None, "to-truong", "lanh-dao"]
    assert (current_publication(POLICY), newest_step(newer).state) == (draft, "draft")
    assert fetch_all("SELECT count(*) > 0 FROM mart.current_indicators") == [(True,)]
    assert verify_seals().edited == ()
    assert publish(rows) == draft, "what was approved is not drafted again"


@pytest.mark.parametrize("account", ["can-bo", "da-nghi", "ai-do", ""])
def test_nobody_else_decides(account: str) -> None:
    made = publish(verdict_rows(40))
    with pytest.raises(ConfigError, match="no say about publications"):
        withdraw(made, account, "không phải người có quyền")
    assert current_publication(POLICY) == made


def test_a_reason_is_a_sentence_without_a_person() -> None:
    made = publish(verdict_rows(40))
    for reason in ("sai", "hồ sơ của 079185001234"):
        with pytest.raises(ConfigError, match="reason"):
            withdraw(made, "lanh-dao", reason)
    with pytest.raises(ConfigError, match="is no publication"):
        publication_named("zzzzzz")
