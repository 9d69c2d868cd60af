"""Pull and load on a real warehouse: receipts, cursors, nothing twice, nothing lost, nothing personal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from config.errors import DataError, SourceError, TransientError
from config.read_once import forget
from config.sources import Source
from schemas.catalogue import TABLES
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.recovery.manifests import read_manifests
from tasks.replay import replay_landing
from tasks.sources import landing
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.sources.desk import Desk, dossier, envelope

Make = Callable[..., Source]
pytestmark = pytest.mark.usefixtures("warehouse")


def refresh(source: Source) -> str | None:
    pulled = pull_source(source)
    load_source(source)
    return pulled


def receipts() -> list[tuple[str, int, int, int]]:
    return fetch_all("SELECT state, pages, records, rejected FROM raw.pulls ORDER BY started_at")


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of what readers see, without what only says when."""
    tables = [t for t in TABLES if t.schema in ("core", "ref", "quality") or t.name in ("pages", "rejected")]
    columns = {t.full_name: ", ".join(name for name in t.columns if name != "met_in") for t in tables}
    return {name: fetch_all(f"SELECT {given} FROM {name} ORDER BY 1, 2, 3") for name, given in columns.items()}


def test_what_the_source_has_is_loaded_with_a_receipt(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n) for n in range(5)] + [{"MaTTHC": "1.004616", "NgayCapNhat": "20260101080000"}]
    assert refresh(source_of()) is not None
    assert len(fetch_all("SELECT 1 FROM core.dossiers")) == 5
    assert receipts()[0][0] == "loaded"
    assert fetch_all("SELECT reason, fields, code FROM raw.rejected") == [("no_code", "code", None)]
    assert fetch_all("SELECT control_total FROM raw.pulls") == [(6,)]
    for (digest,) in fetch_all("SELECT page_digest FROM raw.pages"):
        assert landing.digest_of(landing.fetch(digest)) == digest


def test_a_second_run_without_a_change_lands_and_changes_nothing(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n) for n in range(5)]
    refresh(source_of())
    before, calls = contents(), len(desk.calls)
    assert refresh(source_of()) is None
    assert contents() == before
    assert [state for state, *_ in receipts()] == ["loaded", "unchanged"]
    assert len(desk.calls) - calls < calls


def test_only_what_changed_is_asked_for_and_updated(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n, NgayCapNhat=f"2026010{n + 1}080000") for n in range(6)]
    source = source_of()
    refresh(source)
    first = dict(fetch_all("SELECT code, changed_in FROM core.dossiers"))
    changed = dossier(2, TrangThaiHoSo="9", NgayKetThucXuLy="20260109160000", NgayCapNhat="20260110080000")
    desk.records = [r for r in desk.records if r["MaHoSo"] != changed["MaHoSo"]] + [changed]
    assert refresh(source) is not None
    assert desk.calls[-1]["data"]["tuThoiDiem"] == "20260110070000"  # an hour before the newest
    second = dict(fetch_all("SELECT code, changed_in FROM core.dossiers"))
    assert {code for code, number in second.items() if number != first[code]} == {changed["MaHoSo"]}
    assert fetch_all("SELECT status FROM core.dossiers WHERE code = %(c)s", {"c": changed["MaHoSo"]}) == [(9,)]
    assert fetch_all("SELECT count(*) FROM core.dossier_versions WHERE code = %(c)s", {"c": changed["MaHoSo"]}) == [(2,)]


def test_a_row_committed_late_within_the_overlap_is_not_lost(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n, NgayCapNhat=f"2026010{n + 1}080000") for n in range(3)]
    source = source_of()
    refresh(source)
    desk.records.insert(2, dossier(7, NgayCapNhat="20260103073000"))
    refresh(source)
    assert len(fetch_all("SELECT 1 FROM core.dossiers")) == 4


def test_absent_from_a_page_never_means_deleted(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n) for n in range(5)]
    source = source_of()
    refresh(source)
    desk.records = []
    refresh(source)
    assert len(fetch_all("SELECT 1 FROM core.dossiers")) == 5


def test_a_failed_pull_leaves_a_receipt_and_loads_nothing(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n) for n in range(5)]
    desk.script = lambda n: (200, {}, b"<html>Nguyen Van A</html>") if n == 2 else None
    source = source_of()
    with pytest.raises(SourceError):
        pull_source(source)
    load_source(source)
    assert fetch_all("SELECT state, error_class FROM raw.pulls") == [("failed", "SourceError")]
    assert "Nguyen" not in fetch_all("SELECT error FROM raw.pulls")[0][0]
    assert fetch_all("SELECT 1 FROM core.dossiers") == []
    desk.script = lambda _: None
    refresh(source)
    assert len(fetch_all("SELECT 1 FROM core.dossiers")) == 5


def test_a_failure_does_not_move_the_cursor(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n, NgayCapNhat=f"2026010{n + 1}080000") for n in range(3)]
    source = source_of()
    refresh(source)
    mark = fetch_all("SELECT cursor FROM audit.progress WHERE step = 'pull'")
    desk.records.append(dossier(8, NgayCapNhat="20260120080000"))
    desk.script = lambda _: (503, {}, b"")
    with pytest.raises(TransientError):
        pull_source(source)
    assert fetch_all("SELECT cursor FROM audit.progress WHERE step = 'pull'") == mark
    assert datetime.fromisoformat(mark[0][0]).isoformat() == "2026-01-03T01:00:00+00:00"


class Strict:
    """A gate that stops at what was cleaned."""

    def check_source(self, readings: Any, source: Source) -> None:
        """Let everything in."""

    def store(self) -> None:
        """Keep nothing."""

    def check_cleaned(self, frame: Any, table: Any, subject: str) -> None:
        """Refuse it."""
        raise DataError(subject, table.full_name, len(frame))


def test_a_gate_that_stops_leaves_everything_waiting(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n) for n in range(3)]
    source = source_of()
    pull_source(source)
    with pytest.raises(DataError):
        load_source(source, gates=Strict())
    assert fetch_all("SELECT 1 FROM core.dossiers") == []
    assert {loaded for (loaded,) in fetch_all("SELECT loaded_at FROM raw.pages")} == {None}
    load_source(source)
    assert len(fetch_all("SELECT 1 FROM core.dossiers")) == 3


@pytest.fixture
def folder(tmp_path: Path) -> tuple[Path, Source]:
    columns = {"code": "Mã hồ sơ", "received_at": "Ngày tiếp nhận", "applicant_name": "Người nộp"}
    given = {"name": "books", "title": "Books", "kind": "files", "profile": "table", "columns": columns}
    return tmp_path, Source.model_validate({**given, "files": {"folder": str(tmp_path), "pattern": "*.csv"}})


def lines(*codes: str) -> str:
    return "Mã hồ sơ,Ngày tiếp nhận,Người nộp\n" + "".join(f"{code},05/01/2026,Nguyễn Thị Canary\n" for code in codes)


def test_one_file_delivered_twice_under_two_names_changes_nothing(folder: tuple[Path, Source]) -> None:
    place, source = folder
    (place / "a.csv").write_text(lines("H99.12-260105-0001"))
    refresh(source)
    before = contents()
    (place / "b.csv").write_text(lines("H99.12-260105-0001"))
    assert refresh(source) is None
    assert contents() == before


def test_a_file_that_cannot_be_read_does_not_stop_the_others(folder: tuple[Path, Source]) -> None:
    place, source = folder
    (place / "a.csv").write_text(lines("H99.12-260105-0001"))
    (place / "b.csv").write_bytes(b"Nguyen Van A\n1,2\n")
    refresh(source)
    assert fetch_all("SELECT code FROM core.dossiers") == [("H99.12-260105-0001",)]
    assert fetch_all("SELECT reason, page_position FROM raw.rejected") == [("unreadable_page", 0)]
    assert receipts()[0] == ("loaded", 2, 2, 1)


def test_only_unreadable_files_are_an_error(folder: tuple[Path, Source]) -> None:
    place, source = folder
    (place / "b.csv").write_bytes(b"Nguyen Van A\n1,2\n")
    pull_source(source)
    with pytest.raises(SourceError, match="missing") as caught:
        load_source(source)
    assert "Nguyen" not in str(caught.value)


def test_calls_of_a_later_file_complete_the_dossier_of_an_earlier_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "name": "calls",
        "title": "Calls",
        "kind": "files",
        "profile": "land_calls",
        "role": "evidence",
        "statements": "partial",
    }
    source = Source.model_validate({**given, "files": {"folder": str(tmp_path), "pattern": "*.jsonl"}})
    wire = Path(__file__).parents[1] / "data" / "wire"
    ends = "SELECT code, received_at IS NOT NULL, done_at IS NOT NULL, status FROM core.dossiers ORDER BY 1"
    for name in ("land-calls.jsonl", "land-calls-later.jsonl"):
        (tmp_path / name).write_bytes((wire / name).read_bytes())
        refresh(source)
    assert fetch_all(ends) == [("BN-0007", True, True, 9), ("BN-0008", True, False, 4)]
    assert fetch_all("SELECT ended_at IS NOT NULL FROM core.pauses") == [(True,)]
    assert [(state, records, bad) for state, _, records, bad in receipts()] == [("loaded", 6, 1), ("loaded", 3, 0)]
    before = contents()
    refresh(source)
    assert contents() == before
    later = (wire / "land-calls-later.jsonl").read_text(encoding="utf-8").replace("BN-0007", "BN-0009")
    (tmp_path / "of-others.jsonl").write_text(later, encoding="utf-8")
    (tmp_path / "end.jsonl").write_text(
        '{"TenHam": "KetThuc", "SoBienNhan": "BN-0008", "NgayKetThuc": "2026-01-20T22:30:00"}\n', encoding="utf-8"
    )
    refresh(source)
    assert len(read_manifests()[-1].loaded) == 3, "only the file that speaks of a dossier of the new ones was read beside them"
    assert fetch_all(ends)[:2] == [("BN-0007", True, True, 9), ("BN-0008", True, True, 4)]
    with load("test", "forget") as current:
        current.execute("DELETE FROM raw.mentions")
    before = contents()
    (tmp_path / "more.jsonl").write_text('{"TenHam": "LuanChuyen", "SoBienNhan": "BN-0007"}\n', encoding="utf-8")
    refresh(source)
    assert len(read_manifests()[-1].loaded) == 5, "pages of which it is not known whom they speak about"
    assert fetch_all("SELECT count(DISTINCT page_digest) FROM raw.mentions") == [(5,)]
    assert contents()["core.pauses"] == before["core.pauses"]
    stated = (
        "SELECT to_jsonb(d) - 'changed_in' FROM core.dossiers AS d ORDER BY code",
        "SELECT * FROM raw.mentions ORDER BY 1, 2, 3",
    )
    before = [fetch_all(query) for query in stated]
    (tmp_path / "sources").mkdir()
    content = source.model_dump(mode="json", include=set(given) | {"files"}, exclude={"name"})
    (tmp_path / "sources" / "calls.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path / "sources"))
    forget()
    replay_landing(overwrite=True)
    assert [fetch_all(query) for query in stated] == before, "a replay puts them together as they were"


def test_many_pages_are_loaded_a_part_at_a_time(desk: Desk, source_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.records = [dossier(n) for n in range(9)]
    monkeypatch.setattr("tasks.loading.pages.CHUNK_BYTES", 700)
    source = source_of()
    pull_source(source)
    counts = load_source(source)
    assert counts.inserted >= 9
    assert len(fetch_all("SELECT 1 FROM core.dossiers")) == 9
    assert len(fetch_all("SELECT 1 FROM audit.ledger WHERE action = 'load'")) > 1
    assert receipts()[0][0] == "loaded"


def test_directories_are_read_before_dossiers_need_them(desk: Desk, source_of: Make) -> None:
    units = [{"MADONVI": "H99.12", "TENDONVI": "UBND xã An Bình", "CAP": "XA", "TUNGAY": "20210101"}]
    desk.script = lambda _: (200, {}, envelope(units, soTrang=1, tongSo=1))
    refresh(source_of("units"))
    desk.script = lambda _: None
    desk.records = [dossier(1, DonViXuLy="UBND xã An Bình")]
    refresh(source_of())
    assert fetch_all("SELECT unit_code FROM core.dossiers") == [("H99.12",)]


def test_no_personal_value_reaches_any_table(desk: Desk, source_of: Make, folder: tuple[Path, Source], warehouse: Any) -> None:
    canaries = ("Nguyễn Thị Canary", "001093777888", "0912777888")
    personal = {"ChuHoSo": canaries[0], "SoGiayToChuHoSo": canaries[1], "SoDienThoai": canaries[2], "GhiChu": canaries[0]}
    desk.records = [dossier(n, **personal) for n in range(2)] + [{"ChuHoSo": canaries[0]}, canaries[1]]
    refresh(source_of())
    (folder[0] / "a.csv").write_text(lines("H99.12-260105-0001", ""))
    refresh(folder[1])
    connection = psycopg2.connect(warehouse.url("motcua", ""))
    try:
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table.full_name} AS t")
                text = cursor.fetchone()[0]
                assert all(canary not in text for canary in canaries), table.full_name
    finally:
        connection.close()
    key = warehouse.home / "keys" / "pseudonym.key"
    assert key.stat().st_mode & 0o777 == 0o400
