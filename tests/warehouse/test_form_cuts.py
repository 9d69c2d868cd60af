"""Form II.06a by field and by procedure within each agency: the parts are the agency's row, and what the dossiers say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError, UnreadableDataError
from config.read_once import forget
from flows.commands.forms import report
from schemas.reference import UNITS
from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.reports.forms.bieu06a import COLUMNS
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.load import load
from tests.warehouse.test_forms import POLICY, agency, by_hand
from tests.warehouse.verdict_rows import AS_OF, frame, verdict_rows

ROWS = [
    row | {"procedure_code": (*("1.004616", "1.000002", "2.001234")[: 1 + number % 3], None)[-2 if number % 7 else -1]}
    for number, row in enumerate(verdict_rows(600, seed=4))
]
FIELD = {"field": "field_code", "procedure": "procedure_code"}


@pytest.fixture
def published(warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    assert warehouse.is_running
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    judged(ROWS)
    with load("judge", "units") as current:
        named = {"unit_code": "H99.3", "valid_from": date(2021, 1, 1), "name": "Agency three", "level": "commune"}
        current.merge(UNITS, UNITS.frame([named]).drop(columns=list(UNITS.managed)))
    measure_policy(POLICY, AS_OF)
    publish_policy(POLICY, AS_OF)
    yield
    monkeypatch.undo()
    forget()


def judged(rows: list[dict[str, Any]]) -> None:
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(rows), {"policy": POLICY})


def sheets(path: Path, **asked: Any) -> list[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Rows and total of each sheet: after cleaning, and as recorded."""
    report("II.06a", asked.pop("period", "2026-Q1"), None, asked.pop("unit", None), "then", str(path), **asked)
    told = json.loads(path.read_text(encoding="utf-8"))["sheets"]
    return [
        (
            [dict(zip(one["columns"], row, strict=True)) for row in one["rows"]],
            dict(zip(one["columns"], one["total"], strict=True)),
        )
        for one in told
    ]


def figures(row: dict[str, Any]) -> Counter[str]:
    return Counter({name: row[name] for name in COLUMNS if row[name]})


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("cut", ["field", "procedure"])
@pytest.mark.parametrize("period", ["2026-Q1", "2025-11", "2025-10..2026-02"])
def test_the_parts_of_each_agency_are_its_row(tmp_path: Path, cut: str, period: str) -> None:
    whole = sheets(tmp_path / "whole.json", period=period)
    parts = sheets(tmp_path / "parts.json", period=period, by=cut)
    for (rows, total), (divided, sum_of_all) in zip(whole[:2], parts, strict=True):
        sums: dict[str, Counter[str]] = {}
        for row in divided:
            sums.setdefault(row["code"], Counter()).update(figures(row))
        assert sums == {row["code"]: figures(row) for row in rows}
        assert figures(sum_of_all) == figures(total)
        assert len(divided) > len(rows), "agencies are divided"


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("cut", ["field", "procedure"])
def test_a_part_is_what_its_dossiers_say(tmp_path: Path, cut: str) -> None:
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in ROWS:
        groups.setdefault((agency(row), row[FIELD[cut]] or "?"), []).append(row)
    for (divided, _), side in zip(sheets(tmp_path / "parts.json", by=cut), ("", "recorded_"), strict=True):
        by_part = {(row["code"], row["part_code"]): figures(row) for row in divided}
        counted = {key: Counter({k: n for k, n in by_hand(rows, side).items() if n}) for key, rows in groups.items()}
        assert by_part == {key: counts for key, counts in counted.items() if counts}


@pytest.mark.usefixtures("published")
def test_one_agency_is_divided_alone(tmp_path: Path) -> None:
    (divided, _), _ = sheets(tmp_path / "parts.json", by="procedure", unit="H99.3")
    assert {row["code"] for row in divided} == {"H99.3"}
    assert len(divided) >= 3


@pytest.mark.usefixtures("published")
def test_no_form_is_made_of_verdicts_that_are_not_published(tmp_path: Path) -> None:
    first = next(at for at, row in enumerate(ROWS) if row["counted"] and row["state"] == "in_progress")
    judged([*ROWS[:first], *ROWS[first + 1 :]])
    with pytest.raises(UnreadableDataError, match="do not add up to what is published"):
        report("II.06a", "2026-Q1", None, None, "then", str(tmp_path / "none.json"), by="field")
    assert not (tmp_path / "none.json").exists()


def test_only_form_06a_is_divided(warehouse: Cluster) -> None:
    assert warehouse.is_running
    with pytest.raises(ConfigError, match="by"):
        report("late", "2026-Q1", None, None, "then", None, by="field")
