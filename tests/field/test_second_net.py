"""Personal values that pass no reading: each column of each table that anybody can fill is looked at where rows are written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.calendar import Notice
from config.errors import ConfigError
from config.settings import settings
from schemas.catalogue import TABLES
from schemas.dossiers import DOSSIERS, EVENTS
from schemas.quality import CORRECTIONS
from schemas.raw import PULLS
from schemas.table import Kind, OneOf, Table
from tasks.correcting.packages import package_name, receive_corrections
from tasks.reports.drafts import draft_of_notice
from tasks.reports.letters import parse_letters
from tasks.rules.privacy.masking import HIDDEN
from tasks.sources.privacy_guard import code_as_kept
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tasks.warehouse.net import DERIVED, Net, kind_of
from tests.field.test_planted_persons import dump, hits, persons, searched

PEOPLE = persons()
AT, DAY = datetime(2026, 3, 2, 1, tzinfo=UTC), date(2026, 3, 2)
FILLED = [(table, name) for table in TABLES for name in table.given_columns if kind_of(table, name)]
OFFICIALS = (
    "proposed_by",
    "approved_by",
    "undone_by",
    "answered_by",
    "account",
    "audited_by",
    "entered_by",
    "reader",
)  # who answers for a correction is named; numbers and mail are no account


def plain(table: Table, number: int) -> dict[str, Any]:
    """Return a row with a value in each column that has to have one."""
    given = {Kind.INTEGER: number, Kind.NUMBER: 1.0, Kind.BOOLEAN: True, Kind.DATE: DAY, Kind.INSTANT: AT, Kind.JSON: "{}"}
    row: dict[str, Any] = {}
    for column in table.given_columns:
        one = table[column]
        listed = next((c.values[0] for c in one.constraints if isinstance(c, OneOf)), None)
        if one.required or column in table.key:
            row[column] = listed if listed is not None else given.get(one.kind, f"x{number}")
    return row


@pytest.mark.usefixtures("warehouse")
def test_no_column_that_anybody_can_fill_takes_a_person() -> None:
    written = 0
    for table in {table: None for table, _ in FILLED}:
        rows: list[dict[str, Any]] = []
        for column in (name for one, name in FILLED if one is table):
            kinds = ("identity", "phone", "mail") if column in OFFICIALS else tuple(PEOPLE[0])
            kinds = tuple(
                kind for kind in kinds if column != "error" or kind != "address"
            )  # a sentence of ours quotes names only
            for place, kind in enumerate(kinds):
                person = PEOPLE[(len(rows) + place) % len(PEOPLE)]
                rows.append({**plain(table, len(rows)), column: person[kind]})
        frame = table.frame(rows).drop(columns=list(table.managed))
        with load("test", "net") as current:
            written += current.merge(table, table.conform(frame)).inserted
    assert written > 5 * len(FILLED) - 20
    found = hits(dump(), searched(PEOPLE))
    assert not found, sorted(found)[:9]
    marked = fetch_all("SELECT count(*) FROM core.dossiers WHERE marks = 'personal_masked'")[0][0]
    assert marked == fetch_all("SELECT count(*) FROM core.dossiers")[0][0], "each says that something of it was masked"


@pytest.mark.usefixtures("warehouse")
def test_children_follow_a_dossier_whose_code_was_a_person_s() -> None:
    codes = [PEOPLE[0]["identity"], "H99.12-260302-0001"]
    dossiers = DOSSIERS.frame([plain(DOSSIERS, 1) | {"source": "s", "code": code, "role": "primary"} for code in codes])
    events = EVENTS.frame([plain(EVENTS, 1) | {"source": "s", "code": code} for code in codes])
    with load("test", "net") as current:
        current.merge(DOSSIERS, dossiers.drop(columns=list(DOSSIERS.managed)))
        current.merge_children(EVENTS, events.drop(columns=list(EVENTS.managed), errors="ignore"), parents=dossiers)
    held = fetch_all(
        "SELECT d.code, count(e.code) FROM core.dossiers AS d LEFT JOIN core.events AS e USING (source, code) GROUP BY 1 ORDER BY 1"
    )
    assert held == [(codes[1], 1), (code_as_kept(codes[0]), 1)] or held == [(code_as_kept(codes[0]), 1), (codes[1], 1)]


@pytest.mark.usefixtures("warehouse")
def test_one_row_written_alone_is_looked_at_too() -> None:
    row = plain(PULLS, 1) | {"error": f"Source x: the file {PEOPLE[0]['name']}.csv of {PEOPLE[1]['phone']} cannot be read."}
    with load("test", "net") as current:
        current.put(PULLS, row)
    assert fetch_all("SELECT error FROM raw.pulls") == [("Source x: the file ***.csv of *** cannot be read.",)]


STAYS = {
    "code": ["H99.12-260302-0001", "260302001", "BN-000000001", "2026030200012", f"{HIDDEN.upper()}-0912345678901234"],
    "unit_as_given": ["UBND xã Nguyễn Huệ", "Sở Nội vụ", "Bộ phận Một cửa phường Lê Lợi"],
    "status_as_given": ["Đã trả kết quả", "Trực tiếp", HIDDEN],
    "procedure_code": ["1.004616", "2.000720.H99"],
}


@pytest.mark.parametrize("column", STAYS)
def test_what_is_nobody_s_stays(column: str) -> None:
    frame = DOSSIERS.frame([{"source": "s", "code": f"c{n}", column: value} for n, value in enumerate(STAYS[column])])
    assert Net().guarded(DOSSIERS, frame) is frame


def test_every_text_is_looked_at_or_said_not_to_be() -> None:
    texts = [f"{table.full_name}.{one.name}" for table in TABLES for one in table.fields if one.kind is Kind.TEXT]
    assert {f"{table.full_name}.{name}" for table, name in FILLED} <= set(texts)
    assert len(FILLED) > 40
    assert {table.full_name for table in TABLES} - DERIVED >= {t.full_name for t in (DOSSIERS, EVENTS, PULLS, CORRECTIONS)}


def lines() -> Iterator[tuple[str, ...]]:
    for number, person in enumerate(PEOPLE):
        for value in person.values():
            sound = [f"H99.12-260302-{number:04d}", "receipt_number", "BN 12", f"Công văn {number}/CV", "van.thu", "lanh.dao"]
            for place in range(4):
                yield tuple(value if at == place else cell for at, cell in enumerate(sound))


@pytest.mark.usefixtures("warehouse")
def test_a_correction_file_tells_nobody(tmp_path: Path) -> None:
    known = [plain(DOSSIERS, n) | {"source": "s", "code": f"H99.12-260302-{n:04d}", "role": "primary"} for n in range(20)]
    with load("test", "net") as current:
        current.merge(DOSSIERS, DOSSIERS.frame(known).drop(columns=list(DOSSIERS.managed)))
    path = tmp_path / f"Đính chính {PEOPLE[4]['name']}.csv"
    rows = [("code", "field", "new value", "evidence", "who", "approved by"), *lines()]
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8")
    package = receive_corrections(path, settings().home / "corrections")
    assert len(package.refused) == len(rows) - 1
    answers = package.result.read_text(encoding="utf-8-sig")
    assert not hits(iter([("answers", answers), ("package", package.name), *dump()]), searched(PEOPLE))
    assert answers.count("\n") == len(rows), "each line has its answer"


@pytest.mark.parametrize("name", ["nguyen-van-an.csv", "0912345678.xlsx", "Trần Thị Bưởi.csv", "001200002904.csv"])
def test_a_package_is_not_named_by_a_person(name: str, warehouse: object) -> None:
    assert package_name(name, b"") == package_name(name, b"")
    assert package_name(name, b"").startswith("che-")


def test_a_register_names_a_dossier_as_the_warehouse_does(warehouse: object) -> None:
    read = parse_letters(f"code,sent\n{PEOPLE[0]['identity']},2026-03-02\n", "so.csv")
    assert list(read.sent) == [code_as_kept(PEOPLE[0]["identity"])]


@pytest.mark.parametrize("kind", list(PEOPLE[0]))
def test_a_notice_that_names_a_person_is_refused(kind: str) -> None:
    days = [{"day": "2026-09-01", "kind": "off", "note": PEOPLE[0][kind]}]
    notice = Notice.model_validate({"calendar": "vn", "document": "1/TB", "announced_on": "2026-01-02", "days": days})
    with pytest.raises(ConfigError, match="looks like a person's") as refused:
        draft_of_notice(notice)
    assert PEOPLE[0][kind] not in str(refused.value)


def test_a_frame_of_nothing_is_nothing() -> None:
    assert isinstance(Net().guarded(DOSSIERS, DOSSIERS.frame()), pd.DataFrame)
