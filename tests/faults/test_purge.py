"""Purge of landing files: only what the rule no longer keeps goes, figures stay, and what was killed in between is told again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.retention import LandingRetention, Retention, RetentionHold
from config.settings import settings
from schemas.publications import PUBLICATION_DRAFTS, PUBLICATION_STATES
from schemas.quality import CORRECTIONS
from tasks.auditing.seals import verify_seals
from tasks.replay import replay_landing
from tasks.retention.candidates import purgeable
from tasks.retention.purging import Purged, purge_landing
from tasks.sources import landing
from tasks.sources.purged_pages import purge_of
from tasks.sources.replacements import PURGED
from tasks.warehouse import ledger
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.faults import small_desk as desk
from tests.faults.invariants import everything, state
from tests.faults.kill_points import PURGING
from tests.faults.plain_model import FINISHED, OPEN, Facts
from tests.faults.small_desk import KILLED, LONG_AFTER, RULE, killed_in, small_office
from tests.warehouse.emptying import empty_warehouse
from tests.warehouse.snapshot import Snapshot

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
ENDED = Facts("H99.1", "1.000001", FINISHED, MONDAY, date(2026, 3, 5), date(2026, 3, 4))
LASTING = Facts("H99.1", "1.000001", OPEN, MONDAY, date(2026, 3, 5))
PAGES = "SELECT page_digest, purged_on, purge_rule FROM raw.pages WHERE source = 'desk' ORDER BY loaded_at, number"


def code_of(number: int) -> str:
    return f"000.00.01.H99-260302-{number:04d}"


@pytest.fixture(scope="module")
def desks(_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Snapshot]]:
    folder = tmp_path_factory.mktemp("purge")
    with small_office(_cluster, folder) as begin:
        yield folder, begin


@pytest.fixture
def office(desks: tuple[Path, Snapshot], warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk with a page of two ended dossiers, and a later one with a dossier that is open."""
    folder, begin = desks
    begin.restore()
    desk.write_office(folder)
    desk.enter(monkeypatch, folder, warehouse.home)
    for number in (0, 1):
        desk.show(folder, code_of(number), ENDED, number)
    desk.whole_run()
    for number in (0, 1):
        desk.remove(folder, code_of(number))  # else the next pull, which asks a little further back, tells of them again
    desk.show(folder, code_of(2), LASTING, 900)
    desk.whole_run()
    return folder


def first_page() -> tuple[Any, ...]:
    return fetch_all(PAGES)[0]


def purge(rule: Retention = RULE, day: date = LONG_AFTER, *, apply: bool = True) -> Purged:
    return purge_landing(rule, settings().policy, day, "an", apply=apply)


def test_what_the_rule_no_longer_keeps_goes_and_every_figure_stays(office: Path) -> None:
    digest, _, _ = first_page()
    body, before, published = landing.fetch(digest), everything(), desk.published()
    told = purge(apply=False)
    assert told.by_source == {"desk": (1, len(body), 2)}
    assert (everything(), landing.fetch(digest)) == (before, body), "without a word nothing is done"
    assert purge() == told
    assert first_page() == (digest, LONG_AFTER, "retention.yaml: 30 days after end")
    assert {purged for _, purged, _ in fetch_all(PAGES)[1:]} == {None}, "the page with the open dossier stays"
    stone = landing.fetch(digest)
    assert (PURGED.is_in(stone), purge_of(stone).day) == (True, LONG_AFTER)
    assert not any(code_of(number).encode() in stone for number in (0, 1))
    changed = {name for name, was in before.items() if everything()[name] != was}
    assert changed == {"raw.pages"}
    assert (ledger.verify(), verify_seals().edited, desk.published()) == (None, (), published)
    assert purge().files == 0
    after = everything()
    desk.whole_run()
    assert everything() == after, "nothing is pulled, judged or counted again because of it"
    landing.store(body)
    assert PURGED.is_in(landing.fetch(digest)), "the same bytes that come again do not come back"
    assert fetch_all("SELECT action, subject FROM audit.ledger WHERE action = 'purge'") == [("purge", "an: desk")]


def hold(**given: Any) -> Retention:
    held = {"received_from": date(2026, 3, 2), "received_until": date(2026, 3, 31), "why": "Thanh tra 2026", **given}
    return Retention(landing=RULE.landing, holds=(RetentionHold.model_validate(held),))


def proposed(_folder: Path) -> None:
    row = {
        **{"correction_id": "c1", "source": "desk", "code": code_of(0), "field": "done_at", "new_value": "2026-03-05T10:00:00+07:00"},
        **{"evidence": "Sổ 4", "proposed_by": "an", "state": "proposed", "package": "p1", "received_at": datetime(2026, 4, 1, tzinfo=UTC)},
    }  # fmt: skip
    with load("correct", "p1") as current:
        current.put(CORRECTIONS, row)


def drafted(_folder: Path) -> None:
    about = {"publication_id": "d1", "policy": "qd766", "as_of": date(2026, 3, 31)}
    digests = dict.fromkeys(("counts_digest", "rules_digest", "indicators", "verdict_counts", "finding_counts"), "0" * 64)
    moment = datetime(2026, 4, 1, tzinfo=UTC)
    with load("draft", "d1") as current:
        current.put(PUBLICATION_STATES, {**about, "at": moment, "state": "draft"})
        current.put(PUBLICATION_DRAFTS, {**about, "drafted_at": moment, "dossiers": 3, **digests})


def nothing(_folder: Path) -> None:
    """The office is as it was."""


def told_again(folder: Path) -> None:
    """An ended dossier is worked on again: the older page speaks of one that has not ended."""
    desk.show(folder, code_of(0), LASTING, 1800)
    desk.whole_run()


def moved(folder: Path) -> None:
    """It is told of again, ended as before, so that its first page is no longer the last word about it."""
    desk.show(folder, code_of(0), Facts("H99.2", "1.000001", FINISHED, MONDAY, date(2026, 3, 5), TUESDAY), 1800)
    desk.whole_run()


KEEPING: dict[str, tuple[Callable[[Path], None], Retention, date, int]] = {
    "giữ tất cả": (nothing, Retention(), LONG_AFTER, 0),
    "hết hạn": (nothing, RULE, LONG_AFTER, 1),
    "chưa đủ lâu từ khi lấy về": (nothing, RULE, date(2026, 4, 20), 0),
    "nguồn giữ mãi": (nothing, Retention(landing=LandingRetention(days_after_end=30, sources={"desk": None})), LONG_AFTER, 0),
    "chỉ nguồn này có hạn": (nothing, Retention(landing=LandingRetention(sources={"desk": 30})), LONG_AFTER, 1),
    "đang thanh tra": (nothing, hold(), LONG_AFTER, 0),
    "thanh tra nguồn khác": (nothing, hold(source="land"), LONG_AFTER, 1),
    "thanh tra tháng khác": (nothing, hold(received_from=date(2026, 4, 1), received_until=date(2026, 4, 30)), LONG_AFTER, 1),
    "thanh tra đã xong": (nothing, hold(until=date(2027, 1, 1)), LONG_AFTER, 1),
    "đính chính chưa quyết định": (proposed, RULE, LONG_AFTER, 0),
    "dự thảo chờ duyệt": (drafted, RULE, LONG_AFTER, 0),
    "xử lý lại": (told_again, RULE, LONG_AFTER, 0),
    "kể lại, vẫn đã xong": (moved, RULE, LONG_AFTER, 2),
}


@pytest.mark.parametrize("name", KEEPING)
def test_a_page_goes_only_when_nothing_keeps_any_of_its_dossiers(office: Path, name: str) -> None:
    happened, rule, day, files = KEEPING[name]
    happened(office)
    assert purge(rule, day).files == files
    assert sum(purged is not None for _, purged, _ in fetch_all(PAGES)) == files


def test_directories_and_partial_statements_are_kept() -> None:
    from config.sources import Source

    given = {"name": "x", "title": "X", "kind": "files", "files": {"folder": "f", "pattern": "*.csv"}}
    columns = {"profile": "table", "columns": {"code": "ma"}}
    assert purgeable(Source.model_validate({**given, **columns}))
    assert not purgeable(Source.model_validate({**given, **columns, "statements": "partial"}))
    assert not purgeable(Source.model_validate({**given, "profile": "units", "role": "reference"}))


@pytest.mark.parametrize("point", [*PURGING, "locked", "receipt_landed", "before_commit", "after_commit"])
def test_a_purge_that_is_killed_is_told_by_the_next_one(office: Path, warehouse: Cluster, point: str) -> None:
    digest, _, _ = first_page()
    assert killed_in("purge_by_rule", (), f"{point}:1", office, warehouse.home) == KILLED
    assert PURGED.is_in(landing.fetch(digest)), "the file went before its row says so"
    assert purge(day=date(2030, 6, 9)).files == (0 if point == "after_commit" else 1)
    assert first_page() == (digest, LONG_AFTER, "retention.yaml: 30 days after end"), "by the day on which it went"
    assert (ledger.verify(), verify_seals().edited) == (None, ())
    before = state()
    desk.whole_run()
    assert state() == before


def test_a_replay_says_what_it_cannot_rebuild(office: Path, tmp_path: Path) -> None:
    purge()
    before = everything()
    with pytest.raises(ConfigError, match="1 landing files of desk were purged by rule from 2030-06-01"):
        replay_landing(overwrite=True)
    assert everything() == before
    kept = shutil.copytree(settings().home / "landing", tmp_path / "kept")
    empty_warehouse()
    shutil.copytree(kept, settings().home / "landing", dirs_exist_ok=True)
    with pytest.raises(ConfigError, match="purged by rule"):
        replay_landing()
    replay_landing(without_purged=True)
    assert [code for (code,) in fetch_all("SELECT code FROM core.dossiers WHERE source = 'desk'")] == [code_of(2)]
    assert [purged for _, purged, _ in fetch_all(PAGES)][:1] == [LONG_AFTER], "the row still says when it went"
    assert fetch_all("SELECT count(*) FROM raw.pages WHERE loaded_at IS NULL") == [(0,)]
