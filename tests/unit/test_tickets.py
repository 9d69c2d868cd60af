"""Tickets: planted systemic faults come out on top, noise makes no pattern, and no dossier is lost between tickets."""

from __future__ import annotations

from itertools import combinations
from math import log
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.reports.tickets import STEP_OF, STEPS
from tasks.rules.sources.tickets import CONDITIONS, LIFT, TICKET_DIMENSIONS, Ground, Where, explanations, tickets
from tasks.rules.verdict.reasons import MISSING, PHANTOM_ORDER
from tests.bench.systemic import CHOICES, FIRST


def province(size: int, seed: int) -> tuple[pd.DataFrame, np.ndarray, np.random.Generator]:
    """Dossiers of fifteen months whose places have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({name: rng.choice(values, size) for name, values in CHOICES.items()})
    received = FIRST + rng.integers(0, 15, size).astype("timedelta64[M]")
    return rows.astype("string[pyarrow]"), received, rng


def planted(seed: int) -> tuple[Ground, dict[tuple[str, str], np.ndarray], dict[str, np.ndarray]]:
    """Three systemic faults in six thousand dossiers, each with as much again of the same thing here and there."""
    rows, received, rng = province(6000, seed)
    has = {name: rows[name].to_numpy(dtype=object) for name in CHOICES}
    regions = {
        "ended_elsewhere": (has["other_source"] == "land")
        & (has["source"] == "province")
        & (received >= np.datetime64("2025-07")),
        "due_wrong_limit": has["procedure_code"] == "1.000007",
        "clock_shifted": (has["source"] == "communes") & (has["unit_code"] == "H99.23"),
    }
    free, causes = np.ones(len(rows), dtype=bool), {}
    for cause, region in regions.items():
        struck = free & ((region & (rng.random(len(rows)) < 0.8)) | (rng.random(len(rows)) < 0.008))
        causes["phantom_late", cause], free = struck, free & ~struck
    return Ground.of(rows, received), causes, regions


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_systemic_faults_come_out_on_top(seed: int) -> None:
    ground, causes, regions = planted(seed)
    found = tickets(ground, causes, {})
    assert {each.cause for each in found if each.where != Where()} == set(regions)
    assert found[0].cause == "ended_elsewhere"
    assert dict(found[0].where.conditions) == {"other_source": "land", "source": "province"}
    assert (found[0].where.since, found[0].where.until) == (np.datetime64("2025-07"), None)
    places = {each.cause: dict(each.where.conditions) for each in found if each.where != Where()}
    assert places["due_wrong_limit"] == {"procedure_code": "1.000007"}
    assert places["clock_shifted"] == {"source": "communes", "unit_code": "H99.23"}
    for cause, region in regions.items():
        struck = causes["phantom_late", cause]
        rows = next(each.rows for each in found if each.cause == cause and each.where != Where())
        assert rows.tolist() == np.flatnonzero(struck & region).tolist()


def test_every_dossier_of_a_cause_is_in_one_ticket_and_the_order_of_rows_changes_none() -> None:
    rows, received, rng = province(1500, 4)
    struck = (rows["unit_code"] == "H99.11").to_numpy(dtype=bool) | (rng.random(len(rows)) < 0.02)
    order = rng.permutation(len(rows))
    found = tickets(Ground.of(rows, received), {("phantom_late", "a"): struck}, {})
    again = tickets(Ground.of(rows.iloc[order], received[order]), {("phantom_late", "a"): struck[order]}, {})
    assert sorted(np.concatenate([each.rows for each in found]).tolist()) == np.flatnonzero(struck).tolist()
    assert [(each.number, each.where, len(each.rows), each.among) for each in found] == [
        (each.number, each.where, len(each.rows), each.among) for each in again
    ]
    assert [sorted(order[each.rows].tolist()) for each in again] == [each.rows.tolist() for each in found]


@pytest.mark.parametrize("seed", range(4))
def test_what_lies_here_and_there_makes_no_pattern(seed: int) -> None:
    rows, received, rng = province(2000, seed)
    struck = rng.random(len(rows)) < 0.03
    assert [where for where, _ in explanations(Ground.of(rows, received), struck)] == [Where()]


def test_a_check_that_fails_on_the_same_dossiers_is_a_sign_and_no_ticket_of_its_own() -> None:
    rows, received, _ = province(400, 5)
    struck, other = np.zeros((2, len(rows)), dtype=bool)
    struck[:30], other[100:140] = True, True
    partly = struck.copy()
    partly[200:220] = True
    found = tickets(Ground.of(rows, received), {("phantom_late", "a"): struck}, {"sign": partly, "alone": other})
    assert {(each.kind, each.cause, each.recovered) for each in found} == {("phantom_late", "a", 30), ("finding", "alone", 0)}
    assert next(each.symptoms for each in found if each.cause == "a") == ("sign",)
    assert sum(len(each.rows) for each in found if each.cause == "alone") == 40


def test_a_fault_that_leaves_several_traces_has_one_ticket() -> None:
    rows, received, rng = province(3000, 7)
    place = (rows["unit_code"] == "H99.11").to_numpy(dtype=bool)
    scattered = (rng.random(len(rows)) < 0.01) & ~place
    stronger = place & (rng.random(len(rows)) < 0.4)  # shows another cause first
    first = {("phantom_late", "slip"): scattered | stronger, ("phantom_late", "fault"): place & ~stronger}
    found = tickets(Ground.of(rows, received), first, {}, {("phantom_late", "fault"): stronger})
    top, rest = found
    assert (top.cause, dict(top.where.conditions)) == ("fault", {"unit_code": "H99.11"})
    assert top.rows.tolist() == np.flatnonzero(place).tolist()
    assert top.alone == int((place & ~stronger).sum()), "the others show something else as well"
    assert (rest.cause, rest.where, rest.rows.tolist()) == ("slip", Where(), np.flatnonzero(scattered).tolist())


def test_nothing_struck_makes_no_ticket() -> None:
    rows, received, _ = province(10, 6)
    assert tickets(Ground.of(rows, received), {}, {"never": np.zeros(10, dtype=bool)}) == []
    empty = Ground.of(rows.iloc[:0], received[:0])
    assert tickets(empty, {("phantom_late", "a"): np.zeros(0, dtype=bool)}, {}) == []


@st.composite
def small_worlds(draw: st.DrawFn) -> list[tuple[str, str, int | None, bool]]:
    """Unit, field, month of receipt, struck: half of the worlds have a unit or a time in which nearly all are struck."""
    place = st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from([None, 0, 1, 2, 3]), st.integers(0, 9))
    fault = draw(st.sampled_from(["none", "unit", "month"]))
    rows = draw(st.lists(place, min_size=30, max_size=60))
    within = {"none": lambda _: False, "unit": lambda row: row[0] == "a", "month": lambda row: row[2] in (1, 2)}[fault]
    return [(*row[:3], row[3] == 0 or (within(row) and row[3] < 9)) for row in rows]


def explained(rows: list[tuple[Any, ...]], fits: list[bool], distinct: float, shapes: int) -> float:
    """What a description explains beyond its price, from its definition."""

    def likelihood(hit: int, among: int) -> float:
        return sum(n * log(n / among) for n in (hit, among - hit) if n)

    hit, among = sum(r[3] and f for r, f in zip(rows, fits, strict=True)), sum(fits)
    everywhere, size = sum(r[3] for r in rows), len(rows)
    outside = (everywhere - hit) / (size - among) if size > among else 0
    if hit < 5 or not hit / among > LIFT * outside:
        return 0.0
    return (
        likelihood(hit, among)
        + likelihood(everywhere - hit, size - among)
        - likelihood(everywhere, size)
        - (3.0 + log(shapes) + distinct)
    )


@given(small_worlds())
@settings(max_examples=20, deadline=None)
def test_the_description_found_is_the_best_of_all(rows: list[tuple[str, str, int | None, bool]]) -> None:
    frame = pd.DataFrame({name: [""] * len(rows) for name in TICKET_DIMENSIONS} | {"unit_code": [r[0] for r in rows]})
    frame["field_code"] = [r[1] for r in rows]
    received = np.array([np.datetime64("NaT", "M") if r[2] is None else FIRST + r[2] for r in rows])
    ground = Ground.of(frame.astype("string[pyarrow]"), received)
    months = len(ground.months)
    shapes = sum(len(list(combinations(TICKET_DIMENSIONS, size))) for size in range(CONDITIONS + 1))
    values = {0: sorted({r[0] for r in rows}), 1: sorted({r[1] for r in rows})}
    windows = [(a, b) for a in range(months) for b in range(a, months) if b - a < months - 1]
    start = ground.months[0]

    def score(unit: str | None, field: str | None, window: tuple[int, int] | None) -> float:
        fits = [
            (unit is None or r[0] == unit)
            and (field is None or r[1] == field)
            and (window is None or (r[2] is not None and window[0] <= int(FIRST + r[2] - start) <= window[1]))
            for r in rows
        ]
        price = (
            (log(len(values[0])) if unit else 0) + (log(len(values[1])) if field else 0) + (log(len(windows)) if window else 0)
        )
        return explained(rows, fits, price, shapes)

    best = max(score(u, f, w) for u in (None, *values[0]) for f in (None, *values[1]) for w in (None, *windows))
    (where, held), *_ = [*explanations(ground, np.array([r[3] for r in rows])), (Where(), np.zeros(0))]
    if best <= 1e-6:
        assert where == Where()
        return
    named = dict(where.conditions)
    window = None
    if where.since is not None or where.until is not None:
        last = months - 1 if where.until is None else int(where.until - start)
        window = (0 if where.since is None else int(where.since - start), last)
    assert score(named.get("unit_code"), named.get("field_code"), window) == pytest.approx(best, abs=1e-5)
    assert len(held) == sum(
        r[3]
        and named.get("unit_code", r[0]) == r[0]
        and named.get("field_code", r[1]) == r[1]
        and (window is None or (r[2] is not None and window[0] <= int(FIRST + r[2] - start) <= window[1]))
        for r in rows
    )


def test_every_cause_has_its_step() -> None:
    assert set(STEP_OF) == {*PHANTOM_ORDER, *MISSING}
    assert set(STEP_OF.values()) == set(STEPS)
