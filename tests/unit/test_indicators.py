"""Counters, identities and indicators against a walk over every dossier and every month."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.codes import COUNTERS
from config.errors import ConfigError
from config.indicators import Indicator, indicators_in_force, load_definitions
from schemas.indicators import COUNTS
from schemas.verdicts import VERDICTS_TABLE
from tasks.rules.indicators.counters import GROUP, count_dossiers, counted_dossiers
from tasks.rules.indicators.identities import broken_identities, broken_recount
from tasks.rules.indicators.values import indicators_of

AS_OF = date(2026, 3, 31)
OFFICE = timedelta(hours=7)  # Asia/Ho_Chi_Minh has no summer time
ZONES = {"province": "Asia/Ho_Chi_Minh"}

moments = st.datetimes(datetime(2025, 9, 1), datetime(2026, 4, 20)).map(lambda at: at.replace(tzinfo=UTC))
verdict_rows = st.fixed_dictionaries(
    {
        "source": st.just("province"),
        "unit_code": st.sampled_from(["H99.1", "H99.2", None]),
        "field_code": st.sampled_from(["G03", None]),
        "channel": st.sampled_from(["online", "counter", None]),
        "received_at": st.none() | moments,
        "recorded_due_at": st.none() | moments,
        "recorded_end_at": st.none() | moments,
        "recorded_state": st.sampled_from(["finished", "in_progress", "withdrawn", "refused", "not_received"]),
        "recorded_timeliness": st.sampled_from(["early", "on_time", "late"]),
        "due_at": st.none() | moments,
        "end_at": st.none() | moments,
        "state": st.sampled_from(["finished", "in_progress", "withdrawn", "refused", "not_received"]),
        "timeliness": st.sampled_from(["early", "on_time", "late", "undetermined"]),
        "counted": st.booleans(),
    }
)


def verdicts(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Build a frame of judged.verdicts; each row gets a code of its own."""
    return VERDICTS_TABLE.frame({"code": f"H99-{n}", "policy": "qd766"} | row for n, row in enumerate(rows))


def _office(at: datetime | None) -> datetime | None:
    return None if at is None else (at + OFFICE).replace(tzinfo=None)


def _months(first: date, last: date) -> list[date]:
    found = [first.replace(day=1)]
    while found[-1] < last.replace(day=1):
        found.append((found[-1] + timedelta(days=32)).replace(day=1))
    return found


def _end_of(month: date, as_of: date) -> datetime:
    last = min((month + timedelta(days=32)).replace(day=1) - timedelta(days=1), as_of)
    return datetime(last.year, last.month, last.day, 23, 59, 59, 999999)


def walk(rows: list[dict[str, Any]], basis: str, as_of: date) -> dict[tuple[Any, ...], Counter[str]]:
    """Count as a clerk would: each dossier, each month, one question after the other."""
    now = _end_of(as_of.replace(day=1), as_of)
    found: dict[tuple[Any, ...], Counter[str]] = {}
    for row in rows:
        prefix = "recorded_" if basis == "recorded" else ""
        state, timeliness = row[f"{prefix}state"], row[f"{prefix}timeliness"]
        if state == "not_received" or (basis == "cleaned" and not row["counted"]):
            continue
        dates = [_office(row[n]) for n in ("received_at", "end_at", "recorded_end_at", "recorded_due_at", "due_at")]
        received = dates[0] or min(next((d for d in dates[1:] if d), now), now)
        if received > now:
            continue
        end = None if state == "in_progress" else max(_office(row[f"{prefix}end_at"]) or received, received)
        end = None if end is not None and end > now else end
        due = _office(row[f"{prefix}due_at"])
        group = (row["unit_code"] or "?", row["field_code"] or "?", row["channel"] or "counter")
        for month in _months(received.date(), as_of):
            cell = found.setdefault((*group, month), Counter())
            born = (received.year, received.month) == (month.year, month.month)
            cell["received" if born else "carried_over"] += 1
            if end is not None and (end.year, end.month) == (month.year, month.month):
                _count_end(cell, state, timeliness)
                break
            cell[_in_progress(state, timeliness, due, _end_of(month, as_of), last=_end_of(month, as_of) == now)] += 1
    return found


def _count_end(cell: Counter[str], state: str, timeliness: str) -> None:
    if state == "finished":
        cell[f"finished_{timeliness}"] += 1
    else:
        cell[state] += 1
        cell["otherwise_" + {"early": "on_time"}.get(timeliness, timeliness)] += 1


def _in_progress(state: str, timeliness: str, due: datetime | None, at: datetime, *, last: bool) -> str:
    if timeliness == "undetermined":
        return "in_progress_undetermined"
    overdue = due < at if due is not None else timeliness == "late"
    if last and state == "in_progress":
        overdue = timeliness == "late"
    return "in_progress_overdue" if overdue else "in_progress_in_time"


def as_cells(counts: pd.DataFrame) -> dict[tuple[Any, ...], Counter[str]]:
    return {
        tuple(row[name] for name in (*GROUP, "month")): Counter({n: row[n] for n in COUNTERS if row[n]})
        for row in counts.to_dict("records")
    }


@settings(max_examples=60, deadline=None)
@given(
    st.lists(verdict_rows, max_size=12), st.sampled_from(["recorded", "cleaned"]), st.sampled_from([AS_OF, date(2026, 2, 10)])
)
def test_counts_equal_the_walk_over_every_dossier_and_month(rows: list[dict[str, Any]], basis: str, as_of: date) -> None:
    cases = counted_dossiers(verdicts(rows), basis, ZONES, as_of)
    counts = count_dossiers(cases, as_of)
    assert as_cells(counts) == walk(rows, basis, as_of)
    assert broken_identities(counts) == []
    assert broken_recount(counts, cases, as_of) == []


def dossier(**given: Any) -> dict[str, Any]:
    """One dossier: received 5 January 2026, due the 20th, finished in time; what is given replaces it."""
    received, due, end = (datetime(2026, 1, day, 2, tzinfo=UTC) for day in (5, 20, 15))
    row: dict[str, Any] = {"source": "province", "unit_code": "H99.1", "field_code": "G03", "channel": "online"}
    row |= {"received_at": received, "recorded_due_at": due, "due_at": due, "recorded_end_at": end, "end_at": end}
    row |= {"recorded_state": "finished", "state": "finished", "recorded_timeliness": "early", "timeliness": "early"}
    return row | {"counted": True} | given


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 2, tzinfo=UTC)


def open_dossier(**given: Any) -> dict[str, Any]:
    return dossier(**{"recorded_end_at": None, "end_at": None, "recorded_state": "in_progress", "state": "in_progress"} | given)


def count(rows: list[dict[str, Any]], basis: str = "cleaned", as_of: date = AS_OF) -> pd.DataFrame:
    frame = count_dossiers(counted_dossiers(verdicts(rows), basis, ZONES, as_of), as_of)
    return frame.assign(policy="qd766", basis=basis)


WORKED = [
    dossier(),
    dossier(timeliness="on_time", end_at=at(1, 20)),
    dossier(timeliness="late", end_at=at(2, 3)),
    dossier(state="withdrawn", end_at=at(2, 10), timeliness="late"),
    dossier(state="refused", end_at=at(1, 8), timeliness="early"),
    dossier(timeliness="undetermined", end_at=at(3, 2)),
    open_dossier(timeliness="late"),
    open_dossier(received_at=at(3, 25), due_at=at(4, 9), timeliness="on_time"),
]


def test_a_quarter_worked_out_by_hand() -> None:
    """Eight dossiers, three months; each row adds up as form II.06a wants it."""
    cells = as_cells(count(WORKED))
    group = ("H99.1", "G03", "online")
    assert cells[*group, date(2026, 1, 1)] == Counter(
        received=7,
        finished_early=1,
        finished_on_time=1,
        refused=1,
        otherwise_on_time=1,
        in_progress_overdue=3,
        in_progress_undetermined=1,
    )
    assert cells[*group, date(2026, 2, 1)] == Counter(
        carried_over=4, finished_late=1, withdrawn=1, otherwise_late=1, in_progress_overdue=1, in_progress_undetermined=1
    )
    assert cells[*group, date(2026, 3, 1)] == Counter(
        carried_over=2, received=1, finished_undetermined=1, in_progress_overdue=1, in_progress_in_time=1
    )


def test_the_rate_of_the_quarter_worked_out_by_hand() -> None:
    """Of eight: one undetermined; of the seven others, four on time (early, on the day, refused in time, still in time)."""
    found = indicators_of(count(WORKED), indicators_in_force(AS_OF))
    row = found[(found["indicator"] == "on_time_rate") & (found["unit_code"] == "*") & (found["period"] == "*")]
    row = row[(row["field_code"] == "*") & (row["channel"] == "*")].to_dict("records")[0]
    assert (row["numerator"], row["denominator"], row["undetermined"]) == (4, 7, 1)
    assert (row["value"], row["lower"], row["upper"]) == (57.14, 50.0, 62.5)


def test_a_dossier_that_vanishes_breaks_the_recount() -> None:
    cases = counted_dossiers(verdicts(WORKED), "cleaned", ZONES, AS_OF)
    without = count(WORKED[1:])
    assert broken_identities(without) == []
    broken = broken_recount(without, cases, AS_OF)
    assert {found.identity for found in broken} == {"recount"}
    assert {found.where.split("column ")[1] for found in broken} == {"received", "finished_early"}


def test_a_late_dossier_moved_to_on_time_breaks_the_recount() -> None:
    counts = count(WORKED)
    february = np.flatnonzero(counts["month"] == date(2026, 2, 1))[0]
    counts.loc[february, ["finished_late", "finished_on_time"]] = [0, 1]
    assert broken_identities(counts) == []
    broken = broken_recount(counts, counted_dossiers(verdicts(WORKED), "cleaned", ZONES, AS_OF), AS_OF)
    assert {found.where.split("column ")[1]: found.difference for found in broken} == {
        "finished_late": -1,
        "finished_on_time": 1,
    }


def test_a_dossier_that_is_forgotten_at_the_turn_of_the_month_breaks_the_carry() -> None:
    """What ``max(x, 0)`` would hide: each month adds up alone, and one dossier is gone between them."""
    counts = count(WORKED)
    march = np.flatnonzero(counts["month"] == date(2026, 3, 1))[0]
    counts.loc[march, ["carried_over", "in_progress_overdue"]] = [1, 0]
    broken = broken_identities(counts)
    assert [(found.identity, found.difference) for found in broken] == [("carry", -1)]
    assert "H99.1 G03 online 2026-03" in broken[0].where


def test_months_that_lose_their_row_break_the_carry() -> None:
    counts = count(WORKED)
    assert {found.identity for found in broken_identities(counts[counts["month"] != date(2026, 2, 1)])} == {"carry"}


@pytest.mark.parametrize("column", COUNTERS)
@pytest.mark.parametrize("by", [-1, 1, 7])
def test_a_tampered_cell_breaks_a_named_identity(column: str, by: int) -> None:
    counts = count(WORKED)
    for row in range(len(counts)):
        tampered = counts.copy()
        tampered.loc[row, column] += by
        assert {found.identity for found in broken_identities(tampered)} & {"balance", "otherwise"}


def test_the_verdict_decides_on_as_of_and_the_due_date_before() -> None:
    """Past its due date, but in an open pause: overdue in no month end that as_of speaks for."""
    paused = open_dossier(received_at=at(2, 2), due_at=at(2, 20), timeliness="on_time")
    cells = as_cells(count([paused]))
    assert cells["H99.1", "G03", "online", date(2026, 2, 1)]["in_progress_overdue"] == 1
    assert cells["H99.1", "G03", "online", date(2026, 3, 1)]["in_progress_in_time"] == 1


def test_a_wrong_year_neither_blows_up_memory_nor_gets_lost() -> None:
    rows = [open_dossier(unit_code=f"H99.{n}", received_at=datetime(1900 + n, 1, 3, tzinfo=UTC)) for n in range(60)]
    counts = count(rows)
    assert counts["received"].sum() == 60
    assert broken_identities(counts) == []


def test_the_rows_of_past_months_speak_for_their_last_day() -> None:
    counts = count(WORKED, as_of=date(2026, 3, 10))
    assert dict(zip(counts["month"], counts["as_of"], strict=True)) == {
        date(2026, 1, 1): date(2026, 1, 31),
        date(2026, 2, 1): date(2026, 2, 28),
        date(2026, 3, 1): date(2026, 3, 10),
    }


@settings(max_examples=12, deadline=None)
@given(st.lists(verdict_rows, max_size=15))
def test_indicators_equal_sums_taken_straight_from_the_dossiers(rows: list[dict[str, Any]]) -> None:
    """Every roll-up over the whole span, taken from dossiers by plain counting."""
    counts = pd.concat([count(rows, basis) for basis in ("recorded", "cleaned")], ignore_index=True)
    found = indicators_of(counts, indicators_in_force(AS_OF))
    rates = found[(found["indicator"] == "on_time_rate") & (found["period"] == "*")]
    for row in rates.to_dict("records"):
        last: Counter[str] = Counter()
        for (*group, month), cell in walk(rows, row["basis"], AS_OF).items():
            if all(row[n] in ("*", g) for n, g in zip(GROUP, group, strict=True)):
                ends = month == date(2026, 3, 1)
                last += Counter({n: v for n, v in cell.items() if ends or not n.startswith("in_progress")})
        on_time = sum(last[n] for n in ("finished_early", "finished_on_time", "in_progress_in_time", "otherwise_on_time"))
        late = sum(last[n] for n in ("finished_late", "in_progress_overdue", "otherwise_late"))
        assert (row["numerator"], row["denominator"]) == (on_time, on_time + late)
        assert row["undetermined"] == sum(v for n, v in last.items() if n.endswith("undetermined"))


def test_no_value_for_an_empty_denominator() -> None:
    found = indicators_of(count([dossier(timeliness="undetermined")]), indicators_in_force(AS_OF))
    rates = found[found["indicator"] == "on_time_rate"]
    assert rates["value"].isna().all()
    assert set(rates["lower"]) == {0.0}
    assert set(rates["upper"]) == {100.0}


def test_the_online_share_divides_by_all_channels() -> None:
    rows = [dossier(), dossier(channel="counter"), dossier(channel="postal"), dossier(channel=None, unit_code="H99.2")]
    found = indicators_of(count(rows), indicators_in_force(AS_OF))
    shares = found[(found["indicator"] == "received_online_share") & (found["period"] == "*") & (found["field_code"] == "*")]
    assert {r["unit_code"]: (r["numerator"], r["denominator"]) for r in shares.to_dict("records")} == {
        "*": (1, 4),
        "H99.1": (1, 3),
        "H99.2": (0, 1),
    }


def test_every_key_of_the_indicators_is_given_once() -> None:
    counts = pd.concat([count(WORKED, basis) for basis in ("recorded", "cleaned")], ignore_index=True)
    found = indicators_of(counts, indicators_in_force(AS_OF))
    assert not found.duplicated(["indicator", "basis", *GROUP, "period"]).any()
    assert {name for name, one in indicators_in_force(AS_OF).items() if "unit" in one.levels} == set(found["indicator"])


def test_no_dossiers_make_no_indicators() -> None:
    assert indicators_of(count([]), indicators_in_force(AS_OF)).empty


def test_the_counters_of_the_configuration_are_the_columns_of_the_table() -> None:
    first, last = COUNTS.columns.index(COUNTERS[0]), COUNTS.columns.index(COUNTERS[-1])
    assert COUNTS.columns[first : last + 1] == COUNTERS
    assert set(COUNTERS) < set(count(WORKED, "cleaned").columns)


def test_a_counter_that_nobody_counts_is_refused_with_those_there_are() -> None:
    title = {"vi": "Tỷ lệ", "en": "Share"}
    with pytest.raises(ValueError, match="is no counter; the counters are carried_over, received, finished_early"):
        Indicator.model_validate({"title": title, "numerator": ["finished_soon"]})


def test_a_document_is_in_force_from_its_first_day_on() -> None:
    assert "on_time_rate" not in indicators_in_force(date(2022, 7, 31))
    assert "on_time_rate" in indicators_in_force(date(2022, 8, 1))


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ({"numerator": ["recieved"]}, "numerator"),
        ({"numerator": ["withdrawn"], "denominator": ["received"]}, "the denominator lacks"),
        ({"undetermined": ["received"], "denominator": ["received"], "numerator": ["received"]}, "both"),
        ({"undetermined": ["refused"]}, "needs a denominator"),
        ({"numerator_channels": ["online"], "levels": ["channel"]}, "no levels by channel"),
        ({"digits": 9}, "digits"),
    ],
)
def test_a_wrong_definition_is_named(tmp_path: Path, change: dict[str, Any], fact: str) -> None:
    one = {"title": {"vi": "Tiếp nhận", "en": "Received"}, "numerator": ["received"]} | change
    head = {"document": "x", "title": {"vi": "X", "en": "X"}, "reference": "X", "since": "2020-01-01"}
    (tmp_path / "x.yaml").write_text(repr(head | {"indicators": {"a": one}}), encoding="utf-8")
    with pytest.raises(ConfigError, match=fact):
        load_definitions(tmp_path)


def test_one_indicator_has_one_definition(tmp_path: Path) -> None:
    one = {"title": {"vi": "Tiếp nhận", "en": "Received"}, "numerator": ["received"]}
    for name in ("x", "y"):
        head = {"document": name, "title": {"vi": "X", "en": "X"}, "reference": "X", "since": "2020-01-01"}
        (tmp_path / f"{name}.yaml").write_text(repr(head | {"indicators": {"a": one}}), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"y.yaml: indicators.a: is defined in x.yaml"):
        load_definitions(tmp_path)


def test_a_plain_count_has_no_denominator() -> None:
    found = indicators_of(count(WORKED), {"received": Indicator(title={"vi": "a", "en": "b"}, numerator=("received",))})
    assert found["denominator"].isna().all()
    assert set(found[found["period"] == "*"]["value"]) == {8.0}
