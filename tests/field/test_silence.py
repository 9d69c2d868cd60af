"""A source's silence makes nobody late: what was open at its last news and fell due after it waits for news."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from config.errors import SourceError
from config.read_once import forget
from config.settings import settings
from tasks.judge import judge_batch
from tasks.judging.judged_sources import source_named
from tasks.judging.rules_digest import rules_digest
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.pulling.windows import Fill
from tasks.reports.explanation.dossiers import explain
from tasks.sources.protocol import Window
from tasks.warehouse.batches import Batch
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, fetch_all
from tasks.warehouse.freshness import all_heard
from tasks.warehouse.partitions import pending

DAY = date(2026, 3, 20)
SOURCE_FILE = """
title: Một cửa thử nghiệm
kind: files
profile: table
columns:
  code: [code]
  procedure_code: [procedure]
  status: [status]
  received_at: [received]
  due_at: [due]
  done_at: [done]
files: {folder: {env: DESK_FOLDER}, pattern: "*.csv"}
"""
CATALOGUE = """
title: Danh mục
kind: files
profile: catalogue
role: reference
columns: {procedure_code: [procedure], limit_text: [limit], valid_from: [from], name: [name]}
files: {folder: {env: CATALOGUE_FOLDER}, pattern: "*.csv"}
"""
HEADINGS = "code,procedure,status,received,due,done"
# Received on Tuesday 3 March, five working days: due on Tuesday 10 March.
OPEN = "H99.12-260303-0001,1.000001,4,2026-03-03 08:00,2026-03-10 17:00,"
ENDED = "H99.12-260303-0001,1.000001,9,2026-03-03 08:00,2026-03-10 17:00,2026-03-10 09:00"
LONG = "H99.12-260303-0002,1.000002,4,2026-03-03 08:00,2026-04-14 17:00,"

Say = Callable[..., None]


@pytest.fixture
def office(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert warehouse.is_running
    files = {"desk.yaml": SOURCE_FILE, "catalogue.yaml": CATALOGUE}
    sources = tmp_path / "sources"
    for folder in ("sources", "desk", "catalogue"):
        (tmp_path / folder).mkdir()
    for name, text in files.items():
        (sources / name).write_text(text, encoding="utf-8")
    limits = "procedure,limit,from,name\n1.000001,5 ngày làm việc,2020-01-01,Một\n1.000002,30 ngày làm việc,2020-01-01,Hai\n"
    (tmp_path / "catalogue" / "limits.csv").write_text(limits, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(sources))
    monkeypatch.setenv("DESK_FOLDER", str(tmp_path / "desk"))
    monkeypatch.setenv("CATALOGUE_FOLDER", str(tmp_path / "catalogue"))
    forget()
    read("catalogue")
    return tmp_path


def tell(office: Path, *lines: str) -> None:
    (office / "desk" / "desk.csv").write_text("\n".join([HEADINGS, *lines]) + "\n", encoding="utf-8")


def read(name: str = "desk") -> None:
    source = source_named(name)
    pull_source(source)
    load_source(source)


def heard(moment: str) -> None:
    """Let all pulls so far have been at a moment of office time."""
    with connection("test") as driver, driver.cursor() as cursor:
        for table in ("raw.pulls", "raw.windows"):
            cursor.execute(f"UPDATE {table} SET started_at = %s WHERE started_at > now() - interval '1 hour'", (moment,))


def judge(day: date = DAY) -> int:
    """Judge what is pending as a run does; return how many partitions that were."""
    found = pending("judge", day, rules_digest())
    for partition in found:
        judge_batch(Batch.of(partition), day)
    return len(found)


def verdict(number: int = 1, policy: str = "qd766") -> tuple[str, str | None]:
    """Return a dossier's verdict, and what is missing."""
    query = "SELECT verdict, missing FROM judged.verdicts WHERE code LIKE %(code)s AND policy = %(policy)s"
    ((found, missing),) = fetch_all(query, {"code": f"%-{number:04}", "policy": policy})
    return found, missing


@pytest.mark.parametrize(
    ("last_heard", "right"),
    [
        ("2026-03-21 06:00+07", ("late", None)),  # the morning after the day: the usual pull
        ("2026-03-11 00:10+07", ("late", None)),  # still open after its due day: late, whatever came later
        ("2026-03-10 16:00+07", ("undetermined", "no_news")),  # on its due day
        ("2026-03-04 06:00+07", ("undetermined", "no_news")),
    ],
)
def test_what_fell_due_after_the_last_good_pull_is_not_judged_late(
    office: Path, last_heard: str, right: tuple[str, str | None]
) -> None:
    tell(office, OPEN, LONG)
    read()
    heard(last_heard)
    judge()
    assert verdict() == right
    assert verdict(2) == ("on_time", None)  # not due yet, whatever happened


def test_a_pull_that_fails_and_one_that_lands_but_is_not_loaded_and_a_back_fill_are_no_news(office: Path) -> None:
    tell(office, OPEN)
    read()
    heard("2026-03-04 06:00+07")
    at = all_heard()["desk"]
    pull_source(source_named("desk"), Fill(Window(None, at), again=True))
    assert all_heard()["desk"] == at
    (office / "desk").rename(office / "gone")
    with pytest.raises(SourceError):
        read()
    assert all_heard()["desk"] == at
    (office / "gone").rename(office / "desk")
    tell(office, ENDED)
    pull_source(source_named("desk"))
    assert all_heard()["desk"] == at
    load_source(source_named("desk"))
    assert all_heard()["desk"] > at


def test_news_without_a_change_settle_the_same_day_again_and_what_changed_nothing_is_not_judged_twice(office: Path) -> None:
    tell(office, OPEN, LONG)
    read()
    heard("2026-03-04 06:00+07")
    assert judge() == 1
    assert judge() == 0  # still silent
    read()  # the same file: heard, and it is still open
    assert judge() == 1
    assert verdict() == ("late", None)
    assert judge() == 0
    read()
    assert judge() == 0  # nothing waits for news any more


def test_news_of_an_end_in_time_clear_what_waited_for_them(office: Path) -> None:
    tell(office, OPEN)
    read()
    heard("2026-03-04 06:00+07")
    judge()
    assert verdict() == ("undetermined", "no_news")
    tell(office, ENDED)
    read()
    judge()
    assert verdict() == ("on_time", None)


def test_a_silent_source_is_not_late_by_its_own_word_either_and_an_explanation_says_since_when(office: Path) -> None:
    tell(office, OPEN)
    read()
    heard("2026-03-04 06:00+07")
    judge()
    assert verdict(policy="recorded") == ("undetermined", "no_news")
    assert "2026-03-04" in explain("H99.12-260303-0001", as_json=True, policy=settings().policy)
    assert "không có tin từ 04/03/2026" in explain("H99.12-260303-0001", language="vi", policy=settings().policy)
    assert "no news since 04/03/2026" in explain("H99.12-260303-0001", language="en", policy=settings().policy)
