"""Timestamps of a record as instants in UTC: format, order of day and month, zone, marks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from config.sources import Source
from tasks.cleaning.columns import Flags
from tasks.rules.dates.reading import NO_OFFSET, ReadDates, chosen, habit, order_by_code, read_dates, settle_dates
from tasks.rules.dates.times import instants
from tasks.rules.marks import (
    DATE_AMBIGUOUS,
    DATE_SERIAL,
    DATE_TWO_FORMATS,
    DATE_UNREADABLE,
    DUE_UNREADABLE,
    END_UNREADABLE,
    YEAR_ZERO,
)

INSTANT = pa.timestamp("us", tz="UTC")

# A due date or an end that is there and cannot be read is another thing than none: a verdict must not rest on its lack.
_TELLING = {"due_at": DUE_UNREADABLE, "done_at": END_UNREADABLE, "refused_at": END_UNREADABLE}


def read_timestamps(
    columns: Mapping[str, pa.Array], source: Source, groups: np.ndarray, flags: Flags, code_day: np.ndarray | None = None
) -> dict[str, pa.Array]:
    """Read the date columns of a frame.

    Args:
        columns: name to texts, all of one length.
        source: zone and declared order of day and month.
        groups: number of the page of each row; a column's habit is judged within its page.
        flags: gets a mark for each row with a date that is unreadable, ambiguous, a serial number, empty
            by another name, or in the other order than declared.
        code_day: date inside the dossier's code, which settles ``received_at`` and with it the row.

    Returns:
        Name to instants, null where not given or not readable.
    """
    read = {name: read_dates(texts) for name, texts in columns.items()}
    by_code = _order_by_code(read, code_day if source.dates.settle_by_code and source.role == "primary" else None)
    row_order, firm = _row_order(read, by_code)
    file_order, majority = habit(list(read.values()), groups, by_code)
    found: dict[str, pa.Array] = {}
    for name, dates in read.items():
        own = by_code != 0 if name == "received_at" else np.zeros(len(by_code), dtype=bool)
        order = np.where(own, by_code, row_order)
        settled = settle_dates(dates, source.dates.order, groups, order, file_order, firm | own, majority)
        other_order = settled.month_first if source.dates.order == "dmy" else ~settled.month_first
        flags.add(DATE_AMBIGUOUS, ~settled.settled)
        flags.add(DATE_TWO_FORMATS, other_order & (dates.two_ways | dates.month_first | dates.day_first))
        flags.add(DATE_UNREADABLE, dates.unreadable)
        if name in _TELLING:
            flags.add(_TELLING[name], dates.unreadable)
        flags.add(DATE_SERIAL, dates.serial)
        flags.add(YEAR_ZERO, dates.empty_year)
        found[name] = _instants(chosen(dates, settled.month_first), dates.offset, source.zone)
    return found


def _order_by_code(read: Mapping[str, ReadDates], code_day: np.ndarray | None) -> np.ndarray:
    """Tell for each row in which order its receipt has to be read to be the code's day: 1 month first, -1 day first, 0 unknown."""
    if "received_at" not in read or code_day is None:
        return np.zeros(len(next(iter(read.values())).dmy), dtype=int)
    return order_by_code(read["received_at"], code_day)


def _row_order(read: Mapping[str, ReadDates], by_code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell in which order the dates of each row are written, as far as its own dates show it.

    One cell alone may have been typed otherwise than the rest. So cells that disagree show nothing about the others, and
    what one cell shows stands only where its column does not say otherwise.

    Returns:
        1 month first, -1 day first, 0 unknown or both; and where at least two cells agree.
    """
    months, days = (by_code == 1).astype(int), (by_code == -1).astype(int)
    for name, dates in read.items():
        counts = by_code == 0 if name == "received_at" else True
        months += dates.month_first & counts
        days += dates.day_first & counts
    order = np.where((months > 0) & (days > 0), 0, np.sign(months - days))
    return order, months + days > 1


def _instants(local: np.ndarray, offset: np.ndarray, zone: str) -> pa.Array:
    """Return wall-clock times as instants: by their own offset where they state one, else by the source's zone."""
    plain = pa.array(instants(local, zone)).cast(INSTANT)
    stated = offset != NO_OFFSET
    if not stated.any():
        return plain
    own = pa.array(local - np.where(stated, offset, 0).astype("timedelta64[m]"), pa.timestamp("us")).cast(INSTANT)
    return pa.compute.if_else(pa.array(stated), own, plain)


def groups_of(pages: pd.Series) -> np.ndarray:
    """Number the pages of a frame's rows."""
    numbers: np.ndarray = pd.factorize(pages)[0]
    return numbers
