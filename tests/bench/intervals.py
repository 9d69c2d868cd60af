"""Interval of 1,000 simulated provinces: the true rate stands inside it, and it only shrinks as corrections are confirmed.

    make score ONLY=interval

Each province is drawn from its truth: dossiers that are on time or late, finished, open, withdrawn or refused. Of a share that is the
province's own some evidence is hidden, so that they are undetermined; some of those are found to be no dossiers at all when they are
looked at. Confirmed a fifth at a time, they are counted by the product, and the true rate is worked out here, from the truth alone.
What is judged wrongly is not measured here but by the lines of the made-up province.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

from config.indicators import headline_in_force
from tasks.measuring.counting import counts_of
from tasks.rules.indicators.values import indicators_of
from tests.bench.line import Measured, line
from tests.warehouse.verdict_rows import AS_OF, frame, verdict_rows

PROVINCES, DOSSIERS, ROUNDS, POLICY = 1_000, 60, 5, "qd766"
MOST_HIDDEN, NO_DOSSIER = 0.5, 0.05
# What can be hidden, and which part of a verdict is unknown with it.
HIDDEN = {"end": "end_at", "limit": "due_at", "pause": None}
Row = dict[str, Any]
Bounds = tuple[float, float, float]


def provinces(seed: int) -> Iterator[tuple[Row, Row, int]]:
    """Draw dossiers: as the truth is, as little as is known at first, and the round in which that is confirmed (0: from the start)."""
    dice = Random(seed)  # noqa: S311 - the same every time
    hidden = [dice.random() * MOST_HIDDEN for _ in range(PROVINCES)]
    for place, drawn in enumerate(verdict_rows(PROVINCES * DOSSIERS, seed=seed)):
        province = place % PROVINCES
        late = (drawn["end_at"] is None and drawn["due_at"].date() <= AS_OF) or (
            drawn["end_at"] is not None and drawn["end_at"] > drawn["due_at"]
        )
        true = drawn | {
            "unit_code": f"P{province}",
            "timeliness": "late" if late else "on_time",
            "missing": None,
            "reasons": None,
        }
        true["verdict"] = "late" if late else "on_time"
        if dice.random() >= hidden[province]:
            yield true, true, 0
            continue
        lacks = dice.choice(list(HIDDEN))
        known = true | {"timeliness": "undetermined", "verdict": "undetermined", "missing": lacks}
        unknown = HIDDEN[lacks]
        if unknown is not None:
            known[unknown] = None
        yield true | {"counted": true["counted"] and dice.random() >= NO_DOSSIER}, known, dice.randint(1, ROUNDS)


def true_rates(rows: list[Row]) -> dict[str, float]:
    """The rate of each province from its truth, rounded half up to two decimals."""
    on_time: dict[str, list[int]] = {}
    for row in rows:
        if row["counted"]:
            on_time.setdefault(row["unit_code"], []).append(row["verdict"] == "on_time")
    hundredth = Decimal("0.01")
    return {
        unit: float((Decimal(100 * sum(each)) / len(each)).quantize(hundredth, ROUND_HALF_UP)) for unit, each in on_time.items()
    }


def published(rows: list[Row]) -> dict[str, Bounds]:
    """Value and bounds of each province, as they would be published."""
    name, headline = headline_in_force(AS_OF)
    counts = counts_of(frame(rows), POLICY, AS_OF, {})
    told = indicators_of(counts, {name: headline.model_copy(update={"levels": ("unit",)})})
    kept = ((told["basis"] == "cleaned") & (told["period"] == "*")).to_numpy(dtype=bool)
    cells = told[kept]
    bounds = zip(*(cells[column].astype(float) for column in ("value", "lower", "upper")), strict=True)
    return dict(zip(cells["unit_code"].astype(str), bounds, strict=True))


@cache
def rounds(seed: int = 1) -> tuple[dict[str, float], list[dict[str, Bounds]]]:
    """The true rates, and what is published before anything is confirmed and after each round."""
    drawn = list(provinces(seed))
    found = [published([true if at <= done else known for true, known, at in drawn]) for done in range(ROUNDS + 1)]
    return true_rates([true for true, _, _ in drawn]), found


@line("interval-holds", other="intervals of 1,000 provinces", at_least=1.0)
def interval_holds() -> Measured:
    """Published intervals, before and after each round of corrections, within which the true rate stands."""
    truth, found = rounds()
    inside = sum(told[unit][1] <= rate <= told[unit][2] for told in found for unit, rate in truth.items())
    return Measured(inside, len(found) * PROVINCES, unit="")


@line("interval-shrinks", other="rounds of 1,000 provinces", at_least=1.0)
def interval_shrinks() -> Measured:
    """Rounds of corrections after which neither end of the interval stands farther out, and the last of which leaves the truth alone."""
    truth, found = rounds()
    shrunk = 0
    for at, (before, after) in enumerate(pairwise(found), start=1):
        for unit, rate in truth.items():
            within = before[unit][1] <= after[unit][1] <= after[unit][2] <= before[unit][2]
            shrunk += within and (at < ROUNDS or after[unit] == (rate, rate, rate))
    return Measured(shrunk, ROUNDS * PROVINCES, unit="")


@line("interval-tells-something", other="provinces", at_least=0.5)
def interval_tells_something() -> Measured:
    """Provinces whose interval is at first wider than nothing and narrower than everything: one from 0 to 100 would always hold."""
    _, found = rounds()
    return Measured(sum(0 < upper - lower < 100 for _, lower, upper in found[0].values()), PROVINCES, unit="")
