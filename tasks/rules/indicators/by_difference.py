"""Counts by difference: a changed dossier leaves the cells where it was counted and enters others."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from config.codes import EVERY_COUNTER
from tasks.rules.arrays import Mask
from tasks.rules.indicators.counters import GROUP

_CELL = ("policy", "basis", *GROUP, "month", "as_of")


def moved_cells(stored: pd.DataFrame, held: pd.DataFrame, now: pd.DataFrame, until: date) -> pd.DataFrame:
    """Return the cells of months before a day that a change moves, as they are after it.

    Counting is a sum over dossiers, so the cells after a change are those before it, less what the changed dossiers made, and
    what they make now.

    Args:
        stored: rows of ``mart.counts``, among them every one that the change may touch.
        held: rows that the changed dossiers made when they were counted.
        now: rows that they make now; on the same day.
        until: first day of the month from which on nothing is moved.
    """
    out = held.assign(**{name: -held[name] for name in EVERY_COUNTER})
    change = _summed(pd.concat([out, now], ignore_index=True), until)
    change = change[~is_emptied(change)]
    cells = list(_CELL)
    touched = stored.merge(change[cells], on=cells, how="inner")
    return _summed(pd.concat([touched[change.columns], change], ignore_index=True), until)


def is_emptied(cells: pd.DataFrame) -> Mask:
    """Tell which cells hold nothing."""
    numbers = np.column_stack([cells[name].to_numpy(dtype=np.int64) for name in EVERY_COUNTER])
    return np.asarray((numbers == 0).all(axis=1), dtype=bool)


def _summed(cells: pd.DataFrame, until: date) -> pd.DataFrame:
    earlier = cells[(cells["month"] < until).to_numpy(dtype=bool)]
    return earlier.groupby(list(_CELL), sort=False, as_index=False)[list(EVERY_COUNTER)].sum()
