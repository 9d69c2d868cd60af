"""Formulas 3.3 to 4.5 of QĐ 766 on a handful of dossiers, each worked out by hand from the formulas as docs/law.md 6.4 tells them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.commands.forms import report
from schemas.dossiers import DOSSIERS, SERVICE_FLAGS
from schemas.reference import PROCEDURES
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.load import load
from tests.warehouse.test_publish import publish
from tests.warehouse.verdict_rows import verdict_rows

YES, NO, UNSAID = True, False, None
FEES_AND_RESULT, NEITHER, NOT_LISTED, EXPIRED = "1.000001", "1.000002", "1.000003", "1.000004"
#        agency, procedure, channel, fee, paid online, result, files, reused, from the store, VNeID
DOSSIERS_OF_MARCH: dict[str, tuple[Any, ...]] = {
    "A1": ("H99.1", FEES_AND_RESULT, "online", 50_000, YES, YES, YES, YES, NO, YES),
    "A2": ("H99.1", FEES_AND_RESULT, "online", 50_000, NO, NO, YES, NO, NO, NO),
    "A3": ("H99.1", FEES_AND_RESULT, "counter", 0, UNSAID, YES, NO, NO, YES, NO),
    "A4": ("H99.1", NEITHER, "online", None, UNSAID, NO, YES, UNSAID, UNSAID, UNSAID),
    "A5": ("H99.1", NOT_LISTED, "online", 20_000, YES, UNSAID, YES, NO, NO, YES),
    "B1": ("H99.2", NEITHER, "counter", None, *[UNSAID] * 6),
}
OUTSIDE = {
    "twice": ("H99.1", FEES_AND_RESULT, "online", 50_000, YES, YES, YES, YES, YES, YES),  # a second entry
    "february": ("H99.1", FEES_AND_RESULT, "online", 50_000, YES, YES, YES, YES, YES, YES),
}
LEVELS = {"A1": "full", "A2": "full", "A4": "partial", "A5": "information", "twice": "full"}
BY_POST = {"A1": YES, "A2": NO, "B1": YES, "february": YES}
# Denominator, numerator, of the denominator not stated, rate, points in percent of the most.
WANTED: dict[str, dict[str, tuple[Any, ...]]] = {
    "H99.1": {
        "3_3": (5, 2, 1, 40.0, 80.0),  # A1 with its result; A4, which has none to give; A5: nobody knows. Full at 50 %
        "3_6": (2, 1, 0, 50.0, 50.0),  # A3 is free of charge, A4 has no fee, of A5's procedure nobody knows
        "4_1": (3, 2, 0, 66.67, 66.67),  # A1, A2, A3 give a result
        "4_2": (5, 2, 1, 40.0, 50.0),  # A1; A4 needs no result; A5: nobody knows. Full at 80 %
        "4_3": (5, 1, 1, 20.0, 25.0),
        "4_4": (5, 2, 2, 40.0, 40.0),  # A1 by its result, A3 by both
        "4_5": (5, 3, 1, 60.0, 60.0),  # A1, A5 by VNeID, A3 by the store
    },
    "H99.2": {
        "3_3": (1, 0, 0, 0.0, 0.0),
        "3_6": (0, 0, 0, None, None),
        "4_1": (0, 0, 0, None, None),
        **dict.fromkeys(("4_2", "4_3", "4_4", "4_5"), (1, 0, 1, None, None)),
    },
    "*": {
        "3_3": (6, 2, 1, 33.33, 66.67),
        "3_6": (2, 1, 0, 50.0, 50.0),
        "4_1": (3, 2, 0, 66.67, 66.67),
        "4_2": (6, 2, 2, 33.33, 41.67),
        "4_3": (6, 1, 2, 16.67, 20.83),
        "4_4": (6, 2, 3, 33.33, 33.33),
        "4_5": (6, 3, 2, 50.0, 50.0),
    },
}


@pytest.fixture
def office(warehouse: Cluster) -> None:
    """The dossiers, judged and published, with a catalogue."""
    assert warehouse.is_running
    base = verdict_rows(1)[0] | {"source": "province", "field_code": "G03-GD10"}
    verdicts, stated = [], []
    for code, (unit, procedure, channel, fee, paid, result, *others) in {**DOSSIERS_OF_MARCH, **OUTSIDE}.items():
        received = datetime(2026, 2 if code == "february" else 3, 2, 3, tzinfo=UTC)
        key = {"source": "province", "code": code, "unit_code": unit, "procedure_code": procedure, "channel": channel}
        times = {"received_at": received, "due_at": datetime(2026, 3, 20, 10, tzinfo=UTC)}
        verdicts.append(base | key | times | {"recorded_due_at": times["due_at"], "counted": code != "twice"})
        flags = dict(zip(SERVICE_FLAGS, (paid, *others, BY_POST.get(code)), strict=True)) | {"service_level": LEVELS.get(code)}
        month = {"partition_month": received.date().replace(day=1), "role": "primary", "status": 4}
        stated.append(key | month | flags | {"received_at": received, "fee_amount": fee, "has_result": result})
    limit = {
        "valid_from": date(2020, 1, 1),
        "channel": "counter",
        "name": "Thủ tục",
        "field_code": "G03-GD10",
        "limit_unit": "none",
    }
    listed = [
        limit | {"procedure_code": FEES_AND_RESULT, "has_fee": True, "gives_result": True},
        limit | {"procedure_code": FEES_AND_RESULT, "channel": "online", "has_fee": False, "gives_result": True},
        limit | {"procedure_code": NEITHER, "has_fee": False, "gives_result": False},
        limit | {"procedure_code": EXPIRED, "valid_to": date(2026, 2, 28), "has_fee": True, "gives_result": True},
    ]
    with load("load", "province") as current:
        for table, rows in ((DOSSIERS, stated), (PROCEDURES, listed)):
            current.merge(table, table.frame(rows).drop(columns=list(table.managed)))
    publish(verdicts)


def sheet(path: Path, unit: str | None = None) -> dict[str, Any]:
    report("QD766", "2026-03", None, unit, "then", str(path))
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["sheets"][2]
    return found


def told(found: dict[str, Any], row: list[Any]) -> dict[str, tuple[Any, ...]]:
    cells = dict(zip(found["columns"], row, strict=True))
    parts = ("denominator", "numerator", "unsaid", "rate", "points")
    return {name: tuple(cells[f"{part}_{name}"] for part in parts) for name in WANTED["*"]}


@pytest.mark.usefixtures("office")
def test_each_formula_is_worked_out_as_by_hand(tmp_path: Path) -> None:
    found = sheet(tmp_path / "scores.json")
    code = found["columns"].index("code")
    assert {row[code]: told(found, row) for row in found["rows"]} == {unit: WANTED[unit] for unit in ("H99.1", "H99.2")}
    assert told(found, found["total"]) == WANTED["*"]
    assert "3 thủ tục có hồ sơ trực tuyến" in found["notes"][2], "A1 and A2 are of one procedure, A4 and A5 of others"
    assert "toàn trình ở 1 thủ tục, một phần ở 1; 2 trong 6 hồ sơ không nêu mức độ" in found["notes"][2]
    assert "2 trong 3 hồ sơ mà hệ thống nêu cách trả (6 hồ sơ trong kỳ)" in found["notes"][3]
    assert "1 trong 1 thủ tục có phí" in found["notes"][-1]
    assert "100,00 % điểm tối đa" in found["notes"][-1]


@pytest.mark.usefixtures("office")
def test_one_agency_has_its_own_dossiers_alone(tmp_path: Path) -> None:
    found = sheet(tmp_path / "scores.json", "H99.2")
    assert [told(found, row) for row in found["rows"]] == [told(found, found["total"])] == [WANTED["H99.2"]]
    assert "1 trong 1 hồ sơ mà hệ thống nêu cách trả (1 hồ sơ trong kỳ)" in found["notes"][3]
    assert not any("3.5" in note for note in found["notes"]), "the catalogue does not say whose a procedure is"
