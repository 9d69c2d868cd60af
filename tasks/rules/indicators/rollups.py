"""Roll-ups: counters of any span of months and any scope, from those of a month.

Flows add up. What was carried over is that of the first month, what is in progress that of the last one: a dossier that
lives through five months is in progress once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from config.codes import COUNTERS
from tasks.rules.arrays import Numbers, as_codes, as_months, as_text, group_numbers
from tasks.rules.indicators.identities import IN_PROGRESS_COUNTERS
from tasks.rules.indicators.periods import Period

_OPENING = ("carried_over",)


@dataclass(frozen=True)
class MonthlyCells:
    """Counters of cells by month, laid out so that those of any period are a difference and two look-ups.

    Attributes:
        keys: ``basis`` and the columns that tell the cells apart, a row a cell, sorted.
        counters: names of the counters.
        since: the first month, in months since 1970.
        monthly: int64 [cell, month, counter].
        before: int64 [cell, month, counter], sums over all months before; one month longer.
    """

    keys: pd.DataFrame
    counters: tuple[str, ...]
    since: int
    monthly: Numbers
    before: Numbers

    @classmethod
    def of(cls, counts: pd.DataFrame, by: Sequence[str], counters: Sequence[str] = COUNTERS) -> MonthlyCells:
        """Lay out counters; arguments as of :func:`roll_up`."""
        names = ["basis", *by]
        group, size = group_numbers(*(as_codes(as_text(counts[name])).index for name in names))
        first_of = np.zeros(size, np.int64)
        first_of[group[::-1]] = np.arange(len(group))[::-1]
        keys = counts[names].iloc[first_of].reset_index(drop=True).sort_values(names)
        place = np.empty(size, np.int64)
        place[keys.index.to_numpy()] = np.arange(size)
        months = as_months(counts["month"]) if size else np.zeros(0, np.int64)
        since, length = (int(months.min()), int(np.ptp(months)) + 1) if size else (0, 0)
        at = place[group] * length + months - since
        columns = [counts[name].to_numpy(dtype=np.int64) for name in counters]
        monthly = np.zeros((size * length, len(columns)), np.int64)
        np.add.at(monthly, at, np.column_stack(columns))
        shaped = monthly.reshape(size, length, len(columns))
        before = np.concatenate([np.zeros((size, 1, len(columns)), np.int64), shaped.cumsum(axis=1)], axis=1)
        return cls(keys.reset_index(drop=True), tuple(counters), since, shaped, before)

    def numbers(self, period: Period, as_of: date) -> Numbers:
        """Return the counters of a period, int64 [cell, counter]; what comes after ``as_of`` is not there yet."""
        length = self.monthly.shape[1]
        first, last = (_month(day) - self.since for day in (period.first, min(period.last, as_of)))
        low, high = (int(np.clip(month, 0, length)) for month in (first, last + 1))
        if high <= low:
            return np.zeros((len(self.keys), len(self.counters)), np.int64)
        found: Numbers = self.before[:, high] - self.before[:, low]
        for names, month in ((_OPENING, first), (IN_PROGRESS_COUNTERS, last)):
            stock = [place for place, name in enumerate(self.counters) if name in names]
            found[:, stock] = self.monthly[:, month, stock] if 0 <= month < length else 0
        return found

    def rolled(self, period: Period, as_of: date) -> pd.DataFrame:
        """Return the counters of a period as :func:`roll_up` does."""
        numbers = self.numbers(period, as_of)
        told = numbers.any(axis=1)
        rows = self.keys[told].reset_index(drop=True)
        return pd.concat([rows, pd.DataFrame(numbers[told], columns=list(self.counters))], axis=1)


def roll_up(
    counts: pd.DataFrame,
    period: Period,
    as_of: date,
    by: Sequence[str],
    counters: Sequence[str] = COUNTERS,
) -> pd.DataFrame:
    """Return the counters of a period.

    Args:
        counts: ``basis``, the columns of ``by``, ``month`` and counters, as in ``mart.counts``: a row for each month in
            which a dossier of the cell came, went or was open, and several where cells are taken together.
        period: the span; what comes after ``as_of`` is not there yet, so it ends there.
        as_of: day whose end the counts speak for.
        by: columns that tell the rows apart besides the basis; none for the whole.
        counters: columns to add up, by default those of ``mart.counts``; others than those of stock are flows.

    Returns:
        ``basis``, the columns of ``by`` and the counters, int64, in the order of the keys; no row where all is zero.
    """
    return MonthlyCells.of(counts, by, counters).rolled(period, as_of)


def _month(day: date) -> int:
    return int(np.datetime64(day, "M").astype(np.int64))
