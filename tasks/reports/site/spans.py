"""Spans of the page: the figures of every month, quarter, half year and year, by agency.

They are made of the same published counters as the forms, so a period has the same figures on the page and in its form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from config.indicators import Indicator, indicators_in_force
from schemas.fields import BASES
from tasks.reports.forms.published import parts_of, published_counters, tells_counters
from tasks.reports.site.standing import ranks
from tasks.rules.indicators.identities import holds_rollup
from tasks.rules.indicators.interval import interval
from tasks.rules.indicators.periods import Period, calendar_periods, months_before
from tasks.rules.indicators.rollups import MonthlyCells

_Spans = dict[str, Any]


def spans(policy: str, as_of: date, headline: Indicator, levels: dict[str, str | None]) -> _Spans:
    """Return the figures of every calendar period that has a published month.

    Returns:
        ``names``: words of each period by name, the longest kinds first; ``rates``: agency -> period -> basis -> numerator,
        denominator, undetermined, value, lower, upper of the headline; ``figures``: agency -> period -> basis -> values of
        all indicators in the order in which they are declared; ``ranks``: agency -> period -> band, best place, worst place, of how
        many, among agencies of its level (``levels``). Empty where indicators of form II.06a are not declared.
    """
    declared = indicators_in_force(as_of)
    found: _Spans = {"names": {}, "rates": {}, "figures": {}, "ranks": {}}
    if not tells_counters(declared):
        return found
    counters = published_counters(policy)
    if counters.by_unit.empty:
        return found
    cells = counters.cells()
    for period in calendar_periods(pd.Timestamp(counters.by_unit["month"].min()).date(), as_of):
        found["names"][period.name] = {"vi": period.words.vi, "en": period.words.en}
        before = cells.numbers(months_before(period), as_of)
        if not holds_rollup(cells.numbers(period, as_of), before, cells.counters):
            counters.agencies(period, together=False)  # raises what does not hold, and where
        _add(found, cells, period, as_of, headline, declared)
        _add_ranks(found, period, headline, levels)
    return found


def _add(
    found: _Spans, cells: MonthlyCells, period: Period, as_of: date, headline: Indicator, declared: dict[str, Indicator]
) -> None:
    numbers = cells.numbers(period, as_of)
    told = numbers.any(axis=1)
    for basis in BASES:
        of_basis = told & (cells.keys["basis"] == basis).to_numpy(dtype=bool)
        units = cells.keys["unit_code"].to_numpy(dtype=object)[of_basis].tolist()
        together = np.concatenate([numbers[of_basis].sum(axis=0, keepdims=True), numbers[of_basis]])
        rows = {name: together[:, place] for place, name in enumerate(cells.counters)}
        rates = _rates(headline, rows)
        figures = zip(*(_cells(_values(one, rows, len(units) + 1)) for one in declared.values()), strict=True)
        for unit, rate, values in zip(("*", *units), rates, figures, strict=True):
            for name, of_unit in (("rates", list(rate)), ("figures", list(values))):
                found[name].setdefault(str(unit), {}).setdefault(period.name, {})[basis] = of_unit


def _add_ranks(found: _Spans, period: Period, headline: Indicator, levels: dict[str, str | None]) -> None:
    rates = {unit: of[period.name]["cleaned"] for unit, of in found["rates"].items() if "cleaned" in of.get(period.name, {})}
    units = [unit for unit in rates if unit != "*"]
    parts = np.array([rates[unit][:3] for unit in units], dtype=np.int64).reshape(-1, 3)
    for unit, places in ranks(units, parts, levels, headline.smallest).items():
        found["ranks"].setdefault(unit, {})[period.name] = places


def _rates(headline: Indicator, rows: Mapping[str, np.ndarray]) -> Iterable[tuple[Any, ...]]:
    parts = [np.asarray(part, dtype=np.int64) for part in parts_of(headline, rows)]
    shown = interval(parts[0], parts[1], parts[2], headline.digits)
    return zip(*(part.tolist() for part in parts), *map(_cells, (shown.value, shown.lower, shown.upper)), strict=True)


def _values(one: Indicator, rows: Mapping[str, np.ndarray], length: int) -> np.ndarray:
    if not {*one.numerator, *one.denominator, *one.undetermined} <= {*rows}:
        return np.full(length, np.nan)  # not published yet
    numerator, denominator, undetermined = (np.broadcast_to(np.asarray(part, np.int64), length) for part in parts_of(one, rows))
    if not one.is_share:
        return numerator.astype(float)
    return interval(numerator, denominator, undetermined, one.digits).value


def _cells(values: np.ndarray) -> list[float | int | None]:
    """Return numbers as JSON has them: whole ones without a point, nothing for those that are none."""
    return [
        None if value != value else int(value) if value.is_integer() else round(value, 6)
        for value in values.astype(float).tolist()
    ]
