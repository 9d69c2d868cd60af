"""Replay: a warehouse that was lost, or is in doubt, comes back from the landing zone to the same result."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from config.errors import ConfigError, SourceError
from config.read_once import forget
from config.settings import settings
from config.sources import load_sources
from schemas.breakers import BREAKERS
from schemas.catalogue import TABLES
from schemas.drift import DRIFT
from schemas.quality import COMPLETENESS
from schemas.table import Table
from tasks.correcting.packages import receive_corrections
from tasks.differences import find_differences
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.recovery.manifests import read_manifests
from tasks.recovery.run_history import HISTORY_TABLES, SHEETS, keep_run
from tasks.replay import NUMBERED_ANEW, REBUILT, replay_landing
from tasks.sources import landing
from tasks.sources.encrypted_store import blob_store
from tasks.warehouse import ledger
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.faults import office
from tests.warehouse.emptying import empty_warehouse
from tests.warehouse.snapshot import Snapshot, snapshot

EDITIONS = 2


@pytest.fixture
def folder(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    office.enter(monkeypatch, tmp_path, warehouse.home)
    return tmp_path


@dataclass(frozen=True)
class Recorded:
    """A history that was made once: the office's folder as it was left, and the warehouse with its landing zone."""

    folder: Path
    warehouse: Snapshot


@pytest.fixture(scope="module")
def recorded(_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        office.enter(patch, folder, _cluster.home)
        empty_warehouse()
        first_edition(folder)
        second_edition(folder)
        keep_run()
        made = Recorded(folder, snapshot(tmp_path_factory.mktemp("aside") / "landing"))
    forget()
    return made


@pytest.fixture
def history(recorded: Recorded, folder: Path) -> Path:
    """Two editions of the office, loaded as they came, a correction, and nobody there to ask any more."""
    recorded.warehouse.restore()
    shutil.copytree(recorded.folder, folder, dirs_exist_ok=True)
    return folder


def first_edition(folder: Path) -> None:
    office.write(folder, 1)
    pull_and_load(together=True)


def second_edition(folder: Path) -> None:
    code = min(office.expected_codes(1))
    lines = [
        "mã hồ sơ,trường,giá trị mới,căn cứ,người đề nghị,người duyệt",
        f"{code},Ngày kết thúc xử lý,20/03/2026 16:00,Sổ 1,an,binh",
    ]
    (folder / "corrections.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert receive_corrections(folder / "corrections.csv", settings().home / "corrections").approved == 1
    office.write(folder, EDITIONS)
    pull_and_load(together=False)
    take_the_sources_away(folder)


def pull_and_load(together: bool) -> None:
    """Pull and load every source, directories first; ``together`` pulls all of them before the first load."""
    sources = sorted(load_sources(settings().sources_dir).values(), key=lambda source: not source.is_reference)
    for source in sources:
        pull_source(source)
        if not together:
            load_source(source)
    for source in sources if together else ():
        load_source(source)


def take_the_sources_away(folder: Path) -> None:
    for path in [*folder.glob("*.db"), *(folder / "files").iterdir()]:
        path.unlink()


def rows() -> dict[str, str]:
    """Return a digest of every table, all columns but the numbers of changes; what a replay numbers anew is left out."""
    return {table.full_name: digest_of(table) for table in TABLES if table.full_name not in NUMBERED_ANEW}


def digest_of(table: Table) -> str:
    columns = ", ".join(name for name in table.columns if name != "changed_in")
    found = sorted(row for (row,) in fetch_all(f"SELECT ROW({columns})::text FROM {table.full_name}"))
    return f"{len(found)} {hashlib.sha256(chr(10).join(found).encode()).hexdigest()}"


def lose_the_warehouse(folder: Path) -> None:
    kept = shutil.copytree(settings().home / "landing", folder / "kept")
    empty_warehouse()
    shutil.copytree(kept, settings().home / "landing")


def published() -> list[tuple[object, ...]]:
    return fetch_all("SELECT policy, as_of, publication_id, counts_digest FROM mart.current_publications ORDER BY policy")


def test_a_lost_warehouse_comes_back_the_same(folder: Path) -> None:
    """Every table, every column: found on two days, published twice, with pulls that brought nothing and one that failed."""
    first_edition(folder)
    office.derive(as_of=office.AS_OF - timedelta(days=3))
    pull_and_load(together=False)
    second_edition(folder)
    with pytest.raises(SourceError):
        pull_source(load_sources(settings().sources_dir)["desk"])
    with load("test", "land") as current:  # what only systems that answer over HTTP leave behind
        current.put(BREAKERS, {"source": "land", "failures": 2, "failed_at": datetime.now(UTC), "reason": "TransientError"})
        current.put(COMPLETENESS, {"source": "land", "unit": "", "day": office.AS_OF, "stated": 2, "held": 1})
        gone = {"source": "land", "field": "X", "what": "missing_field", "first_page": "0" * 64, "policy": "stop"}
        current.put(DRIFT, gone)
    office.derive()
    assert find_differences("desk", "land", office.AS_OF).inserted
    before, kept = rows(), books()
    filled = {name for name, digest in before.items() if not digest.startswith("0 ")}
    # Partial statements alone have mentions, no clock is off here, every verdict is counted, and nothing waits for approval.
    unfilled = {"raw.mentions", "audit.progress", "quality.clock_faults", "judged.recounts", "audit.publication_drafts"}
    assert {*REBUILT, *SHEETS, *HISTORY_TABLES} - filled == unfilled
    assert fetch_all("SELECT count(DISTINCT first_seen_on), count(DISTINCT last_seen_on) FROM quality.findings") == [(2, 2)]
    assert fetch_all("SELECT count(*) FROM mart.publications") == [(2,)]
    assert ("core.pauses",) in fetch_all("SELECT DISTINCT table_name FROM quality.changes"), (
        "entries tell what was changed of them"
    )
    assert {state for (state,) in fetch_all("SELECT state FROM raw.pulls")} == {"loaded", "unchanged", "failed"}
    lose_the_warehouse(folder)
    replay_landing()
    office.derive(replayed=True)
    after = rows()
    assert {name for name in before if before[name] != after[name]} == set()
    assert books() == kept
    assert ledger.verify() is None
    assert keep_run() in (True, False)
    assert not keep_run(), "what was told is not told again"


def books() -> list[list[tuple[object, ...]]]:
    """Where each pull begins next, and the newest receipts of what was loaded, corrected and published."""
    cursors = "SELECT step, partition, cursor FROM audit.progress WHERE step IN ('pull', 'receipt') AND partition <> 'runs' ORDER BY 1, 2"
    return [fetch_all(cursors)]


def test_a_present_warehouse_is_rebuilt_in_place_and_its_publications_stay(history: Path) -> None:
    office.derive()
    before, publications = rows(), fetch_all("SELECT * FROM mart.publications")
    with load("test", "damage") as current:
        current.execute(
            "UPDATE core.dossiers SET status = 10, due_at = NULL WHERE code < %(c)s", {"c": max(office.expected_codes(1))}
        )
        current.execute("DELETE FROM core.pauses")
    with pytest.raises(ConfigError, match="not empty"):
        replay_landing()
    replay_landing(overwrite=True)
    office.derive(replayed=True)
    after = rows()
    assert {name for name in before if before[name] != after[name]} == set()
    assert fetch_all("SELECT * FROM mart.publications") == publications


def test_loads_that_are_older_than_receipts_get_them_first(history: Path) -> None:
    before = rows()
    shutil.rmtree(settings().home / "landing" / "receipts")
    with load("test", "forget") as current:
        current.execute("DELETE FROM audit.progress WHERE step = 'receipt'")
    replay_landing(overwrite=True)
    after = rows()
    assert {name for name in before if before[name] != after[name]} == set()
    lose_the_warehouse(history)
    replay_landing()
    loaded = (
        "core.dossiers",
        "core.dossier_versions",
        "core.events",
        "core.pauses",
        "ref.units",
        "ref.procedures",
        "raw.pages",
    )
    assert [name for name in loaded if rows()[name] != after[name]] == []


def test_pages_that_were_loaded_twice_are_loaded_twice(history: Path) -> None:
    """A page that is read again after younger ones says nothing newer than they; nor does it in the replay."""
    first = next(receipt for receipt in read_manifests() if receipt.source == "desk")
    before = rows()["core.dossiers"]
    with load("test", "again") as current:
        current.execute("UPDATE raw.pages SET loaded_at = NULL WHERE page_digest = ANY(%(d)s)", {"d": list(first.loaded)})
    load_source(load_sources(settings().sources_dir)["desk"])
    after = rows()
    assert after["core.dossiers"] == before, "an older statement never overwrites a newer one, whenever it is read"
    lose_the_warehouse(history)
    replay_landing()
    assert {name for name in after if after[name] != rows()[name]} == set()


def test_the_next_load_goes_on_where_the_lost_warehouse_was(history: Path) -> None:
    codes = codes_of_the_desk()
    lose_the_warehouse(history)
    replay_landing()
    heads = {r.chain: r.name for r in read_manifests()}
    office.write(history, EDITIONS + 1)
    pull_and_load(together=False)
    later = {r.chain: r for r in read_manifests()}
    changed = [chain for chain in heads if later[chain].name != heads[chain]]
    assert "sources/desk" in changed
    assert all(later[chain].previous == heads[chain] for chain in changed)
    assert codes_of_the_desk() > codes
    assert fetch_all(
        "SELECT window_from IS NOT NULL FROM raw.pulls WHERE source = 'desk' ORDER BY started_at DESC LIMIT 1"
    ) == [(True,)]


def codes_of_the_desk() -> set[str]:
    return {code for (code,) in fetch_all("SELECT code FROM core.dossiers WHERE source = 'desk'")}


def test_a_receipt_whose_load_was_never_committed_does_not_count(history: Path) -> None:
    expected = len(read_manifests())
    last = next(r for r in reversed(read_manifests()) if r.chain == "sources/desk")
    body = blob_store().get(last.name).replace(b'"loaded": [', b'"loaded": ["' + b"0" * 64 + b'",')
    stamp = last.name.rpartition("-")[0]
    undone = f"{stamp[:-7]}{max(0, int(stamp[-7:-1]) - 1):06d}Z"
    blob_store().put(f"{undone}-{hashlib.sha256(body).hexdigest()[:32]}.json", body)
    assert len(read_manifests()) == expected


@pytest.mark.parametrize("fault", ["missing", "damaged"])
def test_a_receipt_that_is_missing_or_damaged_stops_the_replay_before_it_begins(history: Path, fault: str) -> None:
    before = rows()
    victim = settings().home / "landing" / next(r.name for r in read_manifests() if r.chain == "sources/desk")
    victim.unlink() if fault == "missing" else victim.write_bytes(victim.read_bytes()[:-2])
    with pytest.raises(SourceError, match=f"receipt .* is {fault}"):
        replay_landing(overwrite=True)
    assert rows() == before


def test_a_page_that_is_missing_stops_the_replay_and_a_further_one_ends_well(history: Path) -> None:
    before = rows()
    digest = next(r for r in reversed(read_manifests()) if r.chain == "sources/desk").loaded[0]
    victim = settings().home / "landing" / landing.name_of(digest)
    kept = victim.read_bytes()
    victim.unlink()
    with pytest.raises(SourceError, match=f"Source desk: landing file {digest[:12]} is missing"):
        replay_landing(overwrite=True)
    victim.write_bytes(kept)
    replay_landing(overwrite=True)
    assert rows() == before


def test_a_store_that_is_no_folder_gives_the_warehouse_back_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_LANDING", "memory://motcua/zone")
    forget()
    first_edition(folder)
    keep_run()
    before = rows()
    assert not (settings().home / "landing").exists()
    empty_warehouse()
    take_the_sources_away(folder)
    replay_landing()
    fsspec.filesystem("memory").store.clear()
    assert {name for name, digest in rows().items() if before[name] != digest} == set()


def test_without_a_landing_zone_there_is_nothing_to_replay(folder: Path) -> None:
    office.write(folder)
    with pytest.raises(ConfigError, match="holds no receipt"):
        replay_landing()


def test_a_source_whose_file_is_gone_is_named(history: Path) -> None:
    (history / "sources" / "land.yaml").unlink()
    shutil.rmtree(settings().home / "sources-as-read", ignore_errors=True)  # what another test has left there
    with pytest.raises(ConfigError, match="has no land"):
        replay_landing(overwrite=True)


def test_receipts_hold_no_record(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [blob_store().get(receipt.name).decode() for receipt in read_manifests() if receipt.source]
    assert texts
    assert all(code not in text for text in texts for code in office.expected_codes(EDITIONS))
