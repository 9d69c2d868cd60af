"""Numbers given out again: two dossiers that bear one code stay two, within a file and across files, whichever comes first."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from config.sources import Source
from schemas.rejects import RejectReason
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.rules.checks.code_parts import CodeParts
from tasks.rules.text.codes import read_codes
from tasks.warehouse.engine import fetch_all

HEAD = "Số,Thủ tục,Số định danh,Nhận,Hẹn,Xong,Trạng thái,Sửa"
COLUMNS = {
    "code": "Số",
    "procedure_code": "Thủ tục",
    "identity_number": "Số định danh",
    "received_at": "Nhận",
    "due_at": "Hẹn",
    "done_at": "Xong",
    "status": "Trạng thái",
    "modified_at": "Sửa",
}
AN, BE = "001093012345", "001188054321"
DATED = "H88.09-260302-0001"


def row(
    code: str, received: str, done: str = "", who: str = AN, procedure: str = "1.000001", due: str = "", at: str = ""
) -> str:
    return ",".join([code, procedure, who, received, due, done, "9" if done else "4", at])


ENDED_2025 = row("00052", "04/01/2025 10:33", "03/02/2025 07:30", due="07/02/2025 17:00")
# Two records that bear one number, and whether they are two dossiers.
PAIRS = {
    "another applicant": (row("52", "06/01/2025 08:00"), row("52", "05/01/2026 08:00", who=BE), True),
    "another procedure": (row("52", "06/01/2025 08:00"), row("52", "05/01/2026 08:00", procedure="1.000002"), True),
    "received when the first had long ended": (ENDED_2025, row("00052", "05/01/2026 07:30", "06/02/2026 11:23"), True),
    "received when the first had long ended, at work": (ENDED_2025, row("00052", "05/01/2026 07:30"), True),
    "another form of the code": (row("a 52", "06/01/2025 08:00"), row("A52", "05/01/2026 08:00", who=BE), True),
    "no applicant in either, ended before": (
        row("7", "06/01/2025 08:00", "08/01/2025 08:00", who=""),
        row("7", "05/01/2026 08:00", who=""),
        True,
    ),
    "a code with a date, all differs": (
        row(DATED, "02/03/2025 08:00", "05/03/2025 08:00"),
        row(DATED, "02/03/2026 08:00", who=BE, procedure="1.000002"),
        True,
    ),
    "the same person and procedure, each with its own due date, neither ended": (
        row("52", "20/02/2025 08:00", due="06/03/2025 17:00"),
        row("52", "05/01/2026 08:00", due="19/01/2026 17:00"),
        True,
    ),
    "nobody named, each with its own due date, the later ended": (
        row("52", "10/02/2025 08:00", due="17/02/2025 17:00", who="", procedure=""),
        row("52", "12/01/2026 08:00", "15/01/2026 08:00", due="19/01/2026 17:00", who="", procedure=""),
        True,
    ),
    # Near misses: one dossier.
    "the year slipped, the due date with it": (
        row("52", "05/01/2025 08:00", due="12/01/2025 17:00"),
        row("52", "06/01/2026 08:00", due="13/01/2026 17:00"),
        False,
    ),
    "another day, and no due date of its own": (row("52", "20/02/2025 08:00"), row("52", "05/01/2026 08:00"), False),
    "another day, the due date belongs to neither": (
        row("52", "20/02/2025 08:00", due="20/12/2026 17:00"),
        row("52", "05/01/2026 08:00", due="19/01/2026 17:00"),
        False,
    ),
    "the year of receipt slipped, put right": (row("52", "05/01/2025 08:00"), row("52", "05/01/2026 08:00"), False),
    "the year slipped, ended meanwhile": (
        row("52", "05/01/2025 08:00"),
        row("52", "05/01/2026 08:00", "09/01/2026 08:00"),
        False,
    ),
    "the year slipped the other way, the end is one": (
        row("52", "05/01/2026 08:00", "09/01/2025 08:00"),
        row("52", "05/01/2025 08:00", "09/01/2025 08:00", who=BE),
        False,
    ),
    "the due date is one": (
        row("52", "05/01/2025 08:00", due="12/01/2026 17:00"),
        row("52", "05/01/2026 08:00", due="12/01/2026 17:00", procedure="1.000002"),
        False,
    ),
    "less than a year between": (row("52", "01/06/2025 08:00"), row("52", "05/01/2026 08:00", who=BE), False),
    "taken a year ago, still at work": (
        row("52", "05/01/2025 08:00"),
        row("52", "05/01/2025 08:00", "09/02/2026 08:00"),
        False,
    ),
    "a code with a date, the year slipped": (
        row(DATED, "02/03/2025 08:00", "05/03/2025 08:00"),
        row(DATED, "02/03/2026 08:00"),
        False,
    ),
    "a code with a date, the applicant was mended too": (
        row(DATED, "02/03/2025 08:00"),
        row(DATED, "02/03/2026 08:00", who=BE),
        False,
    ),
}
WAYS = ("one file", "one file, turned", "two files", "two files, turned")
CASES = [pytest.param(*pair, way, id=f"{name}: {way}") for (name, pair), way in itertools.product(PAIRS.items(), WAYS)]


def source_of(folder: Path, **more: object) -> Source:
    given = {"name": "books", "title": "B", "kind": "files", "profile": "table", "codes": "free", "columns": COLUMNS}
    return Source.model_validate({**given, **more, "files": {"folder": str(folder), "pattern": "*.csv"}})


def drop(folder: Path, name: str, *rows: str, **more: object) -> None:
    (folder / name).write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    source = source_of(folder, **more)
    pull_source(source)
    load_source(source)


def kept() -> list[tuple[str, str, bool]]:
    """Return code, day of receipt and whether the number is said to be reused, of each dossier; no day where it is doubted."""
    return [
        (code, f"{day:%d/%m/%Y}" if day else "", bool(marks) and "code_reused" in marks.split())
        for code, day, marks in fetch_all(
            "SELECT code, received_at AT TIME ZONE 'Asia/Ho_Chi_Minh', marks FROM core.dossiers ORDER BY received_at, code"
        )
    ]


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(("first", "second", "two", "way"), CASES)
def test_two_dossiers_of_one_number_stay_two(tmp_path: Path, first: str, second: str, two: bool, way: str) -> None:
    rows = [second, first] if way.endswith("turned") else [first, second]
    if way.startswith("one"):
        drop(tmp_path, "a.csv", *rows)
    else:
        for name, each in zip(("a.csv", "b.csv"), rows, strict=True):
            drop(tmp_path, name, each)
    found = kept()
    days = [each.split(",")[3][:10] for each in (first, second)]
    if not two:
        assert len(found) == 1
        assert not found[0][2]
        return
    assert [day for _, day, _ in found] == days
    base = min((code for code, _, _ in found), key=len)
    later = 0 if way == "two files, turned" else 1  # what came first keeps the number, of one file the earlier
    assert found[later] == (f"{base}~{days[later][-4:]}", days[later], True)
    assert found[1 - later] == (base, days[1 - later], False)


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("turned", [False, True])
def test_what_comes_again_changes_nothing_and_news_reach_their_own_dossier(tmp_path: Path, turned: bool) -> None:
    first = row("52", "06/01/2025 08:00", "08/01/2025 09:00", at="08/01/2025 09:00")
    second = row("52", "05/01/2026 08:00", who=BE, at="05/01/2026 08:00")
    for name, each in zip(("a.csv", "b.csv"), [second, first] if turned else [first, second], strict=True):
        drop(tmp_path, name, each)
    before = fetch_all("SELECT code, changed_in, marks FROM core.dossiers ORDER BY code")
    drop(tmp_path, "c.csv", second, first)
    drop(tmp_path, "d.csv", first, row("53", "06/01/2026 08:00"))
    assert fetch_all("SELECT code, changed_in, marks FROM core.dossiers WHERE code <> '53' ORDER BY code") == before
    drop(tmp_path, "e.csv", row("52", "05/01/2026 08:00", "09/01/2026 10:00", who=BE, at="09/01/2026 10:00"))
    ends = (
        "SELECT to_char(received_at, 'YYYY'), to_char(done_at, 'YYYY-MM-DD') FROM core.dossiers WHERE code <> '53' ORDER BY 1"
    )
    assert fetch_all(ends) == [("2025", "2025-01-08"), ("2026", "2026-01-09")]
    drop(tmp_path, "f.csv", row("52", "04/01/2027 08:00", who="001090099999", at="04/01/2027 08:00"))
    assert [day for code, day, _ in kept() if code != "53"] == ["06/01/2025", "05/01/2026", "04/01/2027"]


@pytest.mark.usefixtures("warehouse")
def test_a_thousand_numbers_of_two_years_are_two_thousand_dossiers(tmp_path: Path) -> None:
    for year, who in ((2025, AN), (2026, BE)):
        drop(tmp_path, f"{year}.csv", *(row(f"{n:05d}", f"0{1 + n % 9}/01/{year} 08:00", who=who) for n in range(1000)))
    assert fetch_all("SELECT count(*), count(*) FILTER (WHERE code LIKE '%~2026') FROM core.dossiers") == [(2000, 1000)]


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("word", ["none", "xã Tân An"])
def test_a_word_that_very_many_write_for_a_number_is_kept_as_rejects_and_replaces_nobody(tmp_path: Path, word: str) -> None:
    drop(tmp_path, "a.csv", *(row(word, f"05/01/{2015 + n % 12} 08:00", who=(AN, BE)[n % 2]) for n in range(5000)))
    assert fetch_all("SELECT count(*) FROM core.dossiers") == [(0,)]
    rejected = "SELECT reason, count(*) FROM raw.rejected GROUP BY reason"
    assert fetch_all(rejected) == [(RejectReason.CODE_NAMES_NOTHING, 5000)]


@pytest.mark.usefixtures("warehouse")
def test_messages_that_tell_only_what_changed_reach_the_dossier_of_their_time(tmp_path: Path) -> None:
    rows = [
        row("52", "06/01/2025 08:00", at="06/01/2025 08:00"),
        row("52", "", "08/01/2025 09:00", who="", procedure="", at="08/01/2025 09:00"),
        row("52", "05/01/2026 08:00", who=BE, at="05/01/2026 08:00"),
        row("52", "", "12/01/2026 09:00", who="", procedure="", at="12/01/2026 09:00"),
    ]
    drop(tmp_path, "a.csv", *rows[:1], statements="partial")
    drop(tmp_path, "b.csv", *rows[1:], statements="partial")
    found = fetch_all("SELECT code, to_char(done_at, 'YYYY-MM-DD') FROM core.dossiers ORDER BY received_at")
    assert found == [("52", "2025-01-08"), ("52~2026", "2026-01-12")]


def message(year: int, who: str, *steps: str) -> dict[str, Any]:
    """A record with its log and a wait, as the national service writes them."""
    return {
        "MaHoSo": "52",
        "MaTTHC": "1.000001",
        "SoGiayToChuHoSo": who,
        "NgayTiepNhan": f"{year}0106080000",
        "TrangThaiHoSo": "4",
        "DanhSachTienDo": [{"ThoiDiemXuLy": f"{year}{step}", "TrangThai": "4"} for step in steps],
    }


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("together", [True, False], ids=["one file", "two files"])
def test_log_entries_stay_with_their_dossier(tmp_path: Path, together: bool) -> None:
    records = [message(2025, AN, "0106090000", "0107090000"), message(2026, BE, "0106100000")]
    given = {"name": "hub", "title": "Hub", "kind": "files", "profile": "dvcqg", "codes": "free"}
    source = Source.model_validate({**given, "files": {"folder": str(tmp_path), "pattern": "*.json"}})
    for place, some in enumerate([records] if together else [[one] for one in records]):
        (tmp_path / f"{place}.json").write_text(json.dumps(some))
        pull_source(source)
        load_source(source)
    logs = (
        "SELECT code, string_agg(to_char(at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD'), ' ' ORDER BY seq) FROM core.events"
    )
    assert fetch_all(f"{logs} GROUP BY code ORDER BY code") == [("52", "2025-01-06 2025-01-07"), ("52~2026", "2026-01-06")]


@pytest.mark.parametrize(
    ("code", "day", "well_formed"),
    [("H88.09-260302-0001~2025", "2026-03-02", True), ("H88.09-260302-0001", "2026-03-02", True), ("00052~2026", "NaT", False)],
)
def test_the_year_is_no_part_of_the_code_that_is_checked(code: str, day: str, well_formed: bool) -> None:
    read, parts = read_codes(pa.array([code])), CodeParts.of(pa.array([code]))
    assert (str(read.day[0]), str(parts.day[0])) == (day, day)
    assert (bool(read.national[0]), bool(parts.well_formed[0])) == (well_formed, well_formed)
