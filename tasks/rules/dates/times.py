"""Instants as office time and back: the law counts in the office's wall clock."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import DAY_US, NO_TIME, arrow, whole_numbers

_INSTANT = pa.timestamp("us", tz="UTC")

ZONE_SHIFT = np.timedelta64(7, "h")
"""Between UTC and office time: where one was taken for the other, two systems' times differ by just that (law 2.11)."""
YEARS_APART = np.timedelta64(300, "D")
"""Further apart than this two dates of one dossier stand in different years because one slipped; the turn of a year alone is less."""
SLIP_BORNE_OUT = np.timedelta64(31, "D")
"""A slip of the year is borne out by a fact that lies so near the mended date."""

LocalTimes = np.ndarray  # datetime64[us], naive, office time; NaT where unknown


def local_times(instants: pd.Series, zone: str) -> LocalTimes:
    """Return instants as wall-clock times of a zone.

    Args:
        instants: Arrow-backed ``timestamp[us, tz=UTC]``; null where unknown.
        zone: IANA name of the office's zone, e.g. ``Asia/Ho_Chi_Minh``.

    Returns:
        ``datetime64[us]`` array of the same length, naive, NaT for null.
    """
    array = arrow(instants).cast(_INSTANT)
    stamp = whole_numbers(array, NO_TIME)
    if array.null_count == len(array):
        return stamp.view("datetime64[us]")
    since, until, offset = _settled(zone)
    if (stamp - 1).min() < since or stamp.max() > until:  # one less, and NaT is the greatest of all
        return _wall_clock(array, zone)
    # Adding an offset that stands still takes a fiftieth of the time of asking the zone for each instant.
    stamp += offset * (stamp != NO_TIME) if array.null_count else offset
    return stamp.view("datetime64[us]")


def _wall_clock(array: pa.Array, zone: str) -> LocalTimes:
    naive = pc.local_timestamp(array.cast(pa.timestamp("us", tz=zone)))
    return np.asarray(naive.to_numpy(zero_copy_only=False), dtype="datetime64[us]")


@cache
def _settled(zone: str) -> tuple[int, int, int]:
    """Return since when and until when a zone's offset stands still, and that offset, all in microseconds.

    Of the years 1900 to 2100 it is the last such span. No zone changes its offset for less than a day, so a look at
    every day tells.
    """
    looks = np.arange("1900-01-01", "2100-01-02", dtype="datetime64[D]").astype("datetime64[us]").astype(np.int64)
    offsets = _wall_clock(pa.array(looks, _INSTANT), zone).view(np.int64) - looks
    changes = np.flatnonzero(np.diff(offsets))
    since = looks[changes[-1] + 1] if len(changes) else looks[0]
    return int(since), int(looks[-1]), int(offsets[-1])


def instants(local: LocalTimes, zone: str) -> pd.Series:
    """Return wall-clock times of a zone as instants; the inverse of :func:`local_times`.

    A time that a change of clocks repeats is taken as the earlier instant, one that it skips as the first that follows:
    where the change skips midnight, a day still begins on that day.
    """
    array = pa.array(local, type=pa.timestamp("us"))
    zoned = pc.assume_timezone(array, zone, ambiguous="earliest", nonexistent="latest")
    return pd.Series(zoned.cast(pa.timestamp("us", tz="UTC")), dtype=pd.ArrowDtype(pa.timestamp("us", tz="UTC")))


def days(local: LocalTimes) -> np.ndarray:
    """Return the calendar day of each wall-clock time as ``datetime64[D]``; NaT stays NaT."""
    stamp = local.astype("datetime64[us]", copy=False).view(np.int64)
    unknown = stamp == NO_TIME
    # A cast asks each time whether it is NaT, and where every third is, that takes twice as long as all of this.
    day = stamp // DAY_US
    day *= ~unknown
    day |= unknown.astype(np.int64) << 63
    return day.view("datetime64[D]")


def calendar_days(dates: pd.Series) -> np.ndarray:
    """Return Arrow-backed dates as ``datetime64[D]``; null becomes NaT."""
    array = pa.array(dates).cast(pa.date32()).to_numpy(zero_copy_only=False)
    return np.asarray(array, dtype="datetime64[D]")


def end_of_day(day: date) -> np.datetime64:
    """Return the last microsecond of a day in office time: the moment that ``as_of`` speaks for."""
    return np.datetime64(day, "us") + np.timedelta64(DAY_US - 1, "us")


def month_start(local: LocalTimes) -> np.ndarray:
    """Return the first day of each time's month as ``datetime64[D]``."""
    return local.astype("datetime64[M]").astype("datetime64[D]")


def day_and_month_exchanged(local: LocalTimes) -> LocalTimes:
    """Return each time as it would read with day and month exchanged; NaT where that is no date or the same one."""
    year, month, day = (local.astype(f"datetime64[{unit}]") for unit in "YMD")
    month_number = (month - year.astype("datetime64[M]")).astype(np.int64) + 1
    day_number = (day - month.astype("datetime64[D]")).astype(np.int64) + 1
    possible = ~np.isnat(local) & (day_number <= 12) & (day_number != month_number)
    start = year.astype("datetime64[M]") + np.where(possible, day_number - 1, 0).astype("timedelta64[M]")
    other = start.astype("datetime64[D]") + np.where(possible, month_number - 1, 0).astype("timedelta64[D]")
    return np.where(possible, other + (local - day), np.datetime64("NaT", "us"))


def minute_text(local: np.datetime64) -> str | None:
    """Write office time to the minute, ``2026-03-31 17:00``; None where unknown."""
    return None if np.isnat(local) else str(local.astype("datetime64[m]")).replace("T", " ")


def local_moment(at: datetime, zone: str) -> np.datetime64:
    """Return an instant as the wall-clock time of a zone, in microseconds."""
    return np.datetime64(at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), "us")


def utc_offset_minutes(zone: str, at: np.datetime64) -> int:
    """Return the zone's offset from UTC in minutes at a wall-clock time."""
    moment = pd.Timestamp(at).to_pydatetime().replace(tzinfo=ZoneInfo(zone))
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)
