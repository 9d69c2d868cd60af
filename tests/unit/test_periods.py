"""Periods and roll-ups against a clerk who goes through every dossier with two dates in hand."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.codes import COUNTERS
from config.errors import ConfigError
from tasks.rules.indicators.counters import count_dossiers, counted_dossiers, late_in
from tasks.rules.indicators.identities import broken_rollup
from tasks.rules.indicators.periods import calendar_periods, months_before, period_named
from tasks.rules.indicators.points import points_of
from tasks.rules.indicators.rollups import roll_up
from tasks.rules.indicators.structure import AgencyStructure
from tests.unit.test_indicators import AS_OF, WORKED, ZONES, at, count, dossier, open_dossier, verdict_rows, verdicts

PERIODS = ["2026-03", "2026-Q1", "2025-H2", "2026", "2025", "2025-11..2026-02", "2025-10"]
# One without a receipt stands where another date of it does: test_indicators walks through those.
received_rows = verdict_rows.filter(lambda row: row["received_at"] is not None)


def _office(moment: datetime | None) -> datetime | None:
    return None if moment is None else (moment + timedelta(hours=7)).replace(tzinfo=None)


def clerk(rows: list[dict[str, Any]], basis: str, since: datetime, until: datetime, now: datetime, by: str) -> dict[str, Any]:
    """Fill in one form: each dossier is looked at once, and stands in what came and in where it is at the end."""
    side = "recorded_" if basis == "recorded" else ""
    sheets: dict[str, Counter[str]] = {}
    for row in rows:
        state, word = row[f"{side}state"], row[f"{side}timeliness"]
        if state == "not_received" or (basis == "cleaned" and not row["counted"]):
            continue
        came, ended = _office(row["received_at"]), _office(row[f"{side}end_at"])
        assert came is not None
        gone = None if state == "in_progress" else max(ended or came, came)
        if came > until or came > now or (gone is not None and gone < since):
            continue
        sheet = sheets.setdefault(row[by] or {"unit_code": "?", "channel": "counter"}[by], Counter())
        sheet["received" if came >= since else "carried_over"] += 1
        if gone is not None and gone <= until:
            if state == "finished":
                sheet[f"finished_{word}"] += 1
            else:
                sheet[state] += 1
                sheet[{"late": "otherwise_late", "undetermined": "otherwise_undetermined"}.get(word, "otherwise_on_time")] += 1
            continue
        due = _office(row[f"{side}due_at"])
        late = word == "late" if due is None or (until == now and gone is None) else due < until
        sheet["in_progress_" + ("undetermined" if word == "undetermined" else "overdue" if late else "in_time")] += 1
    return sheets


def as_sheets(rolled: pd.DataFrame, by: str) -> dict[str, Counter[str]]:
    return {str(row[by]): Counter({n: row[n] for n in COUNTERS if row[n]}) for row in rolled.to_dict("records")}


@settings(max_examples=80, deadline=None)
@given(
    st.lists(received_rows, max_size=12),
    st.sampled_from(["recorded", "cleaned"]),
    st.sampled_from(PERIODS),
    st.sampled_from([AS_OF, date(2026, 3, 10)]),
    st.sampled_from(["unit_code", "channel"]),
)
def test_any_period_equals_the_clerk(rows: list[dict[str, Any]], basis: str, name: str, as_of: date, by: str) -> None:
    period = period_named(name)
    counts = count_dossiers(counted_dossiers(verdicts(rows), basis, ZONES, as_of), as_of).assign(basis=basis)
    rolled, whole = (roll_up(counts, period, as_of, keys) for keys in ((by,), ()))
    now = datetime(as_of.year, as_of.month, as_of.day, 23, 59, 59, 999999)
    after = (period.last + timedelta(days=32)).replace(day=1)
    end = min(datetime(after.year, after.month, 1) - timedelta(microseconds=1), now)
    since = datetime(period.first.year, period.first.month, 1)
    assert as_sheets(rolled, by) == clerk(rows, basis, since, end, now, by)
    before = roll_up(counts, months_before(period), as_of, (by,))
    assert broken_rollup(rolled, before, whole) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(verdict_rows, max_size=12),
    st.sampled_from(["recorded", "cleaned"]),
    st.sampled_from(PERIODS),
    st.sampled_from([AS_OF, date(2026, 3, 10)]),
)
def test_the_late_dossiers_of_a_period_are_as_many_as_its_late_columns(
    rows: list[dict[str, Any]], basis: str, name: str, as_of: date
) -> None:
    period = period_named(name)
    cases = counted_dossiers(verdicts(rows), basis, ZONES, as_of)
    rolled = roll_up(count_dossiers(cases, as_of).assign(basis=basis), period, as_of, ())
    masks = late_in(cases, period.first, period.last, as_of)
    counted = [int(rolled[name].sum()) for name in ("finished_late", "in_progress_overdue", "otherwise_late")]
    assert [int(mask.sum()) for mask in masks] == counted
    assert int(np.logical_or.reduce(masks).sum()) == sum(counted), "no dossier is late twice"


@pytest.mark.parametrize(
    ("numerator", "denominator", "most", "full_at", "points"),
    [
        (8, 10, 20, 100, 16.0),
        (4, 10, 100, 80, 50.0),  # half of the way to the threshold
        (8, 10, 100, 80, 100.0),
        (9, 10, 100, 80, 100.0),  # and no more beyond it
        (1, 3, 20, 100, 6.67),
        (1, 800, 20, 100, 0.03),  # 0.025, half up
        (0, 0, 20, 100, None),
    ],
)
def test_points_of_a_rate(numerator: int, denominator: int, most: int, full_at: int, points: float | None) -> None:
    assert points_of(numerator, denominator, most, full_at) == points


def test_the_quarter_of_eight_dossiers_and_its_months_worked_out_by_hand() -> None:
    """Form II.06a of the eight: seven came in January, one in March; six ended, two are open at the end of March."""
    counts = count(WORKED)
    quarter = as_sheets(roll_up(counts, period_named("2026-Q1"), AS_OF, ("unit_code",)), "unit_code")
    ended = {"finished_early": 1, "finished_on_time": 1, "finished_late": 1, "finished_undetermined": 1}
    others = {"withdrawn": 1, "refused": 1, "otherwise_late": 1, "otherwise_on_time": 1}
    assert quarter == {"H99.1": Counter({"received": 8, "in_progress_in_time": 1, "in_progress_overdue": 1} | ended | others)}
    later = as_sheets(roll_up(counts, period_named("2026-02..2026-03"), AS_OF, ("unit_code",)), "unit_code")["H99.1"]
    assert (later["carried_over"], later["received"], later["in_progress_overdue"]) == (4, 1, 1), "open in two months, once"
    assert roll_up(counts, period_named("2025"), AS_OF, ("unit_code",)).empty


@pytest.mark.parametrize("column", COUNTERS)
def test_a_tampered_month_breaks_the_period(column: str) -> None:
    counts = count(WORKED)
    january = counts.index[counts["month"] == date(2026, 1, 1)][0]
    counts.loc[january, column] += 1
    quarter = period_named("2026-Q1" if column not in ("in_progress_in_time", "in_progress_overdue") else "2026-01")
    if column == "in_progress_undetermined":
        quarter = period_named("2026-02")
    rolled, whole = (roll_up(counts, quarter, AS_OF, keys) for keys in (("unit_code",), ()))
    before = roll_up(counts, months_before(quarter), AS_OF, ("unit_code",))
    assert {found.identity for found in broken_rollup(rolled, before, whole)} & {"balance", "otherwise", "succession"}


def test_a_cell_counted_twice_breaks_the_parts() -> None:
    rows = [dossier(), open_dossier(unit_code="H99.2", received_at=at(2, 3), due_at=at(2, 9), timeliness="late")]
    counts, period = count(rows), period_named("2026-Q1")
    rolled, whole = (roll_up(counts, period, AS_OF, keys) for keys in (("unit_code",), ()))
    twice = pd.concat([rolled, rolled[rolled["unit_code"] == "H99.2"].assign(unit_code="H99.02")])
    broken = broken_rollup(twice, rolled.iloc[:0], whole)
    assert {(one.identity, one.difference) for one in broken} == {("parts", 1)}


@pytest.mark.parametrize(
    ("name", "first", "last", "vi"),
    [
        ("2026-03", date(2026, 3, 1), date(2026, 3, 1), "tháng 3 năm 2026"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 1), "quý 1 năm 2026"),
        ("2025-Q4", date(2025, 10, 1), date(2025, 12, 1), "quý 4 năm 2025"),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 1), "6 tháng cuối năm 2026"),
        ("2026", date(2026, 1, 1), date(2026, 12, 1), "năm 2026"),
        ("2025-Q4..2026-02", date(2025, 10, 1), date(2026, 2, 1), "từ tháng 10/2025 đến tháng 02/2026"),
    ],
)
def test_names_of_periods(name: str, first: date, last: date, vi: str) -> None:
    period = period_named(name)
    assert (period.first, period.last, period.words.vi) == (first, last, vi)


@pytest.mark.parametrize(
    "name", ["", "2026-13", "2026-Q5", "2026-H3", "26", "2026-3", "2026-03..2026-01", "2026-01..", "0000", "Q1"]
)
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="is no period"):
        period_named(name)


def test_calendar_periods_of_a_span_are_those_with_a_month_in_it() -> None:
    names = [one.name for one in calendar_periods(date(2025, 11, 20), date(2026, 1, 3))]
    assert names == ["2026", "2025", "2026-H1", "2025-H2", "2026-Q1", "2025-Q4", "2026-01", "2025-12", "2025-11"]


def directory(*rows: tuple[str, str, str | None, str | None]) -> AgencyStructure:
    names = ["unit_code", "level", "parent_code", "succeeded_by"]
    return AgencyStructure.of(pd.DataFrame(rows, columns=names).assign(valid_from=date(2021, 1, 1)))


TREE = directory(
    ("H99", "province", None, None),
    ("H99.05", "department", "H99", None),
    ("H99.05.01", "branch", "H99.05", None),
    ("H99.21", "district", "H99", "H99.101; H99.102"),
    ("H99.21.01", "commune", "H99.21", "H99.101"),
    ("H99.101", "commune", "H99", None),
    ("H99.102", "commune", "H99", None),
)
CODES = ["?", "H99.05", "H99.05.01", "H99.101", "H99.102", "H99.21", "H99.21.01"]


def test_a_branch_counts_with_its_department_and_nothing_else_moves() -> None:
    assert {code: TREE.with_branches(code) for code in CODES if TREE.with_branches(code) != code} == {"H99.05.01": "H99.05"}


def test_one_that_ended_counts_with_its_heir_and_one_that_was_split_for_itself() -> None:
    assert [TREE.standing(code, "now") for code in ("H99.21.01", "H99.21", "?")] == ["H99.101", "H99.21", "?"]
    assert TREE.standing("H99.21.01", "then") == "H99.21.01"


def test_what_stands_below_an_agency() -> None:
    assert TREE.below("H99.05", CODES) == {"H99.05", "H99.05.01"}
    assert TREE.below("H99.21", CODES) == {"H99.21", "H99.21.01"}
    assert TREE.below("H99", CODES) == set(CODES), "what the directory does not know is the province's, too"
    circle = directory(("A", "branch", "B", None), ("B", "branch", "A", None))
    assert circle.below("A", ["A", "B"]) == {"A", "B"}
    assert circle.with_branches("A") in {"A", "B"}


def test_a_period_without_an_end_runs_to_the_day_of_the_figures() -> None:
    rows = [open_dossier(received_at=datetime(2026, 3, 30, 2, tzinfo=UTC), due_at=at(3, 31), timeliness="on_time")]
    rolled = roll_up(count(rows), period_named("2026"), AS_OF, ())
    assert rolled.loc[0, ["received", "in_progress_in_time"]].tolist() == [1, 1]
