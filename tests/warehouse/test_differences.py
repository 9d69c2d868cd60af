"""The bridge between two systems from the warehouse: sums that are gaps, files without a person in them."""

from __future__ import annotations

import csv
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.errors import ConfigError
from config.read_once import forget
from config.settings import settings
from schemas.dossiers import DOSSIERS
from schemas.verdicts import VERDICTS_TABLE
from tasks.differences import find_differences
from tasks.match import match_all
from tasks.reports.bridge import read_bridge, write_files
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.warehouse.verdict_rows import frame, verdict_rows

pytestmark = pytest.mark.usefixtures("office")
TODAY = date(2026, 3, 31)
PERSON = "person-pseudonym"
_SOURCE = "title: {0}\nkind: files\nprofile: table\nrole: {1}\ncolumns: {{code: a}}\nfiles: {{folder: x}}\n"


@pytest.fixture
def office(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    forget()
    for name, role in (("province", "primary"), ("portal", "primary"), ("land", "evidence")):
        (tmp_path / f"{name}.yaml").write_text(_SOURCE.format(name, role), encoding="utf-8")
    (tmp_path / "units.yaml").write_text(
        "title: u\nkind: files\nprofile: units\nrole: reference\nfiles: {folder: x}\n", encoding="utf-8"
    )
    return warehouse


def dossier(source: str, code: str, **fields: Any) -> dict[str, Any]:
    received = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    plain = {
        "source": source,
        "code": code,
        "role": "evidence" if source == "land" else "primary",
        "partition_month": date(2026, 3, 1),
        "procedure_code": "1.000001",
        "unit_code": "H99.12",
        "applicant_key": PERSON + code,
        "status": 4,
        "received_at": received,
        "due_at": received + timedelta(days=7),
    }
    return {**plain, **fields}


def put(*rows: dict[str, Any]) -> None:
    with load("load", "test") as current:
        current.merge(DOSSIERS, DOSSIERS.frame(rows).drop(columns=["changed_in"]))
    match_all(TODAY)


def kinds(left: str, right: str, **options: Any) -> dict[tuple[str, str], tuple[str, str]]:
    find_differences(left, right, TODAY, **options)
    return {
        (side, code): (kind, fields)
        for side, code, kind, fields in fetch_all("SELECT side, code, kind, fields FROM quality.differences")
    }


def test_each_kind_of_difference_is_told_and_the_sums_are_the_gaps() -> None:
    later = datetime(2026, 3, 30, tzinfo=UTC)
    put(
        *(dossier("province", code) for code in ("SAME", "STATE", "DATE", "UNIT", "LAG", "MISSING")),
        dossier("province", "TWICE", receipt_number="R9"),
        dossier("province", "AGAIN", receipt_number="R9"),
        dossier("portal", "SAME"),
        dossier("portal", "STATE", status=5),
        dossier("portal", "DATE", due_at=later),
        dossier("portal", "UNIT", unit_code="H99.13"),
        dossier("portal", "LAG", status=2),
        dossier("portal", "TWICE"),
        dossier("portal", "ONLY HERE"),
    )
    assert kinds("province", "portal") == {
        ("both", "SAME"): ("same", None),
        ("both", "STATE"): ("state", "status"),
        ("both", "DATE"): ("date", "due_at"),
        ("both", "UNIT"): ("unit", "unit_code"),
        ("both", "LAG"): ("lag", "status"),
        ("both", "TWICE"): ("same", None),
        ("left", "AGAIN"): ("duplicate", None),
        ("left", "MISSING"): ("missing", None),
        ("right", "ONLY HERE"): ("missing", None),
    }
    total = read_bridge("province", "portal")[-1]
    assert (total.left, total.right) == (8, 7)
    assert (total.left_late, total.right_late) == (8, 7), "all open, due on 9 and 30 March"


def test_the_sums_are_the_gaps_whatever_the_systems_hold() -> None:
    dice = random.Random(7)  # noqa: S311 - the same rows every time
    rows = [
        dossier(
            source,
            f"{source[0]}{number}" if dice.random() < 0.3 else f"C{number}",
            receipt_number=dice.choice([None, f"R{dice.randrange(20)}"]),
            applicant_key=dice.choice([None, f"P{dice.randrange(9)}"]),
            status=dice.choice([2, 4, 5, 9]),
            due_at=datetime(2026, 3, dice.randrange(9, 31), tzinfo=UTC),
            unit_code=dice.choice(["H99.12", "H99.13"]),
            procedure_code=dice.choice(["1.000001", "1.000002"]),
        )
        for source in ("province", "portal", "land")
        for number in range(60)
    ]
    put(*rows)
    for left, right in (("province", "portal"), ("province", "land"), ("land", "portal")):
        find_differences(left, right, TODAY)
        *lines, total = read_bridge(left, right)
        assert (total.left, total.right) == (60, 60)
        assert sum(line.left - line.right for line in lines) == 0
        codes = "SELECT count(DISTINCT code) FROM quality.differences WHERE left_source = %(l)s AND right_source = %(r)s AND side <> 'right'"
        assert fetch_all(codes, {"l": left, "r": right}) == [(60,)]
        assert len([line for line in lines if line.left or line.right]) >= 4


def test_late_is_what_the_published_figures_say_where_a_dossier_is_judged() -> None:
    put(dossier("province", "A", due_at=None), dossier("land", "A", due_at=None))
    verdict = verdict_rows(1)[0] | {
        "source": "province",
        "code": "A",
        "policy": "qd766",
        "recorded_timeliness": "late",
        "recorded_state": "in_progress",
    }
    with load("judge", "test") as current:
        current.merge(VERDICTS_TABLE, frame([verdict]))
    find_differences("province", "land", TODAY)
    assert fetch_all("SELECT kind, fields, left_late, right_late FROM quality.differences") == [("state", "late", True, False)]


def test_only_shared_procedures_when_asked() -> None:
    put(dossier("province", "A"), dossier("province", "B", procedure_code="2.000002"), dossier("land", "A"))
    assert len(kinds("province", "land")) == 2
    assert kinds("province", "land", shared=True) == {("both", "A"): ("same", None)}


def test_a_second_comparison_changes_nothing() -> None:
    put(dossier("province", "A"), dossier("portal", "B"))
    first = find_differences("province", "portal", TODAY)
    again = find_differences("province", "portal", TODAY)
    assert (first.inserted, again.inserted, again.updated, again.unchanged) == (2, 0, 0, 2)


def test_the_files_hold_every_dossier_that_differs_and_no_person() -> None:
    put(
        dossier("province", "=1+1", receipt_number="R1"),
        dossier("province", "B", status=9),
        dossier("portal", "B"),
        dossier("province", "C"),
        dossier("portal", "C"),
    )
    find_differences("province", "portal", TODAY)
    paths = write_files("province", "portal", settings().home / "differences")
    assert [path.suffix for path in paths] == [".csv", ".xlsx"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)
    text = paths[0].read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["mã province"] for row in rows} == {"'=1+1", "B"}
    assert next(row for row in rows if row["mã province"] == "B")["received_at portal"] == "02/03/2026 08:30"
    sheet = openpyxl.load_workbook(paths[1]).active
    cells = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert len(cells) == 3
    assert {line[1] for line in cells[1:]} == {"=1+1", "B"}
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert PERSON not in text + str(cells)


@pytest.mark.parametrize(
    ("left", "right", "fact"),
    [("province", "province", "twice"), ("province", "units", "directory"), ("x", "land", "no source")],
)
def test_what_cannot_be_compared_is_named(left: str, right: str, fact: str) -> None:
    with pytest.raises(ConfigError, match=fact):
        find_differences(left, right, TODAY)
