"""Roll-ups: counters of any span of months and any scope, from those of a month.

Flows add up. What was carried over is that of the first month, what is in progress that of the last one: a dossier that
lives through five months is in progress once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from config.codes import COUNTERS
from tasks.rules.arrays import as_codes, as_months, as_text, group_numbers
from tasks.rules.indicators.identities import IN_PROGRESS_COUNTERS
from tasks.rules.indicators.periods import Period

_OPENING = ("carried_over",)


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
    months = as_months(counts["month"]).astype("datetime64[M]")
    first, last = np.datetime64(period.first, "M"), min(np.datetime64(period.last, "M"), np.datetime64(as_of, "M"))
    inside = (months >= first) & (months <= last)
    keys = ["basis", *by]
    kept, of_row = counts.loc[inside, keys].reset_index(drop=True), months[inside]
    numbers = np.column_stack([counts[name].to_numpy(dtype=np.int64)[inside] for name in counters])
    for names, of_month in ((_OPENING, first), (IN_PROGRESS_COUNTERS, last)):
        stock = [place for place, name in enumerate(counters) if name in names]
        numbers[np.ix_(of_row != of_month, stock)] = 0
    group, size = group_numbers(*(as_codes(as_text(kept[name])).index for name in keys))
    summed = np.zeros((size, len(counters)), np.int64)
    np.add.at(summed, group, numbers)
    one_of = np.zeros(size, np.int64)
    one_of[group] = np.arange(len(group))
    told = summed.any(axis=1)
    rows = kept.iloc[one_of[told]].reset_index(drop=True)
    both = pd.concat([rows, pd.DataFrame(summed[told], columns=list(counters))], axis=1)
    return both.sort_values(keys, ignore_index=True)
