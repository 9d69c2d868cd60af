"""Spans of the page: the figures of every month, quarter, half year and year, by agency.

They are made of the same published counters as the forms, so a period has the same figures on the page and in its form.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from config.indicators import Indicator, indicators_in_force
from schemas.fields import BASES
from tasks.reports.forms.published import PublishedCounters, parts_of, published_counters, tells_counters
from tasks.rules.indicators.interval import interval
from tasks.rules.indicators.periods import Period, calendar_periods

_Spans = dict[str, Any]


def spans(policy: str, as_of: date, headline: Indicator) -> _Spans:
    """Return the figures of every calendar period that has a published month.

    Returns:
        ``names``: words of each period by name, the longest kinds first; ``rates``: agency -> period -> basis -> numerator,
        denominator, undetermined, value, lower, upper of the headline; ``figures``: agency -> period -> basis -> values of
        all indicators in the order in which they are declared. Empty where indicators of form II.06a are not declared.
    """
    declared = indicators_in_force(as_of)
    found: _Spans = {"names": {}, "rates": {}, "figures": {}}
    if not tells_counters(declared):
        return found
    counters = published_counters(policy)
    if counters.by_unit.empty:
        return found
    for period in calendar_periods(pd.Timestamp(counters.by_unit["month"].min()).date(), as_of):
        found["names"][period.name] = {"vi": period.words.vi, "en": period.words.en}
        _add(found, counters, period, headline, declared)
    return found


def _add(
    found: _Spans, counters: PublishedCounters, period: Period, headline: Indicator, declared: dict[str, Indicator]
) -> None:
    rolled = counters.agencies(period, together=False)
    for basis in BASES:
        units = rolled[(rolled["basis"] == basis).to_numpy(dtype=bool)].drop(columns="basis").set_index("unit_code")
        numbers = {str(name): units[name].to_numpy(dtype=np.int64) for name in units.columns}
        rows = {name: np.concatenate([[of_units.sum()], of_units]) for name, of_units in numbers.items()}
        rates = _rates(headline, rows, len(units) + 1)
        values = np.column_stack([_values(one, rows, len(units) + 1) for one in declared.values()])
        for place, unit in enumerate(("*", *units.index)):
            for name, cells in (("rates", rates[place]), ("figures", [_number(value) for value in values[place]])):
                found[name].setdefault(str(unit), {}).setdefault(period.name, {})[basis] = cells


def _rates(headline: Indicator, rows: Mapping[str, np.ndarray], length: int) -> list[list[Any]]:
    parts = [np.asarray(part, dtype=np.int64) for part in parts_of(headline, rows)]
    shown = interval(parts[0], parts[1], parts[2], headline.digits)
    shares = (shown.value, shown.lower, shown.upper)
    return [[*(int(part[at]) for part in parts), *(_number(share[at]) for share in shares)] for at in range(length)]


def _values(one: Indicator, rows: Mapping[str, np.ndarray], length: int) -> np.ndarray:
    numerator, denominator, undetermined = (np.broadcast_to(np.asarray(part, np.int64), length) for part in parts_of(one, rows))
    if not one.is_share:
        return numerator.astype(float)
    return interval(numerator, denominator, undetermined, one.digits).value


def _number(value: float) -> float | int | None:
    if np.isnan(value):
        return None
    return int(value) if value == int(value) else round(float(value), 6)
