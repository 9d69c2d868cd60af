"""Dates of a file by one author: one order of day and month for all of them.

The dates that read in one way only show that order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tasks.rules.arrays import Mask, Times
from tasks.rules.dates.reading import chosen, habit, read_dates


@dataclass(frozen=True)
class FileDates:
    """What the dates of one file say.

    Attributes:
        times: wall-clock times, NaT where there is none.
        month_first: read with the month first.
        doubtful: they read two ways, and the file writes others in both orders.
    """

    times: Times
    month_first: Mask
    doubtful: Mask


def read_file_dates(values: pa.Array) -> FileDates:
    """Read the dates of a file: with the day first, unless those that read one way only all have the month first."""
    read = read_dates(values)
    agreed, _ = habit([read], np.zeros(len(values), dtype=np.int64))
    mixed = bool(read.day_first.any() and read.month_first.any())
    month_first = read.month_first | (read.two_ways & (agreed > 0))
    return FileDates(chosen(read, month_first), month_first, read.two_ways & mixed)
