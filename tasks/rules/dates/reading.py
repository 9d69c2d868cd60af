"""Dates as one-stop systems write them: a dozen formats in one column, day or month first.

All values of one *shape* (``12/05/2025 07:30`` has the shape ``99/99/9999 99:99``) are read at once: digits
stand at the same places, so a million dates cost as much as a few array operations.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import truths
from tasks.rules.dates.worded import in_figures
from tasks.rules.text.normal_form import given

Order = Literal["dmy", "mdy"]
NOT_A_TIME = np.datetime64("NaT", "us")
NO_OFFSET = np.int32(-(2**31))
LONGEST_DATE = 40
_TIME = r"(?P<H>99?)[:H](?P<M>99)(?:[:M](?P<S>99)(?:[.,](?P<f>9{1,9}))?)?"
_HALF = r"(?: ?(?P<half>AM|PM|A\.M\.|P\.M\.|SA|CH))?"
_ZONE = r"(?: ?(?P<zone>Z|UTC|GMT|[+-]99:?(?:99)?))?"
_CLOCK = rf"(?:[T ,-]{{1,3}}{_TIME}{_HALF}{_ZONE})?"
# Shapes of whole values; 9 stands for a digit (law 2.2; law 8).
_YEAR_FIRST = re.compile(rf"(?P<Y>9999)(?P<s>[-/.])(?P<m>99?)(?P=s)(?P<d>99?){_CLOCK}")
_YEAR_LAST = re.compile(rf"(?:{_TIME}{_HALF} )?(?P<a>99?)(?P<s>[-/.])(?P<b>99?)(?P=s)(?P<Y>9999)")
_YEAR_LAST_CLOCK = re.compile(rf"(?P<a>99?)(?P<s>[-/.])(?P<b>99?)(?P=s)(?P<Y>9999){_CLOCK}")
_COMPACT = re.compile(r"(?P<Y>9999)(?P<m>99)(?P<d>99)(?:T?(?P<H>99)(?P<M>99)(?P<S>99)?)?(?P<zone>Z)?")
_EPOCH = "9" * 13  # milliseconds since 1970, as programs write an instant
_SERIAL = re.compile(r"(?P<days>99999)(?:[.,](?P<part>9{1,15}))?")
_EXCEL_DAY_ZERO = np.datetime64("1899-12-30", "D")
_MOST_SHAPES = 200  # of one length in one column; more is not a column of dates
_MASK = np.arange(256, dtype=np.uint8)  # a character to that of its shape: any digit is 9, letters are capitals
_MASK[ord("0") : ord("9") + 1] = ord("9")
_MASK[ord("a") : ord("z") + 1] -= 32
_SERIALS = (20_000, 80_000)  # 1954 to 2119: other five-digit numbers are not dates


def _flags(values: object) -> np.ndarray:
    return np.asarray(values, dtype=bool)


@dataclass(frozen=True)
class ReadDates:
    """What the texts of one column say; all arrays have the column's length.

    Attributes:
        dmy: wall-clock time (``datetime64[us]``) where the day stands first; NaT where that is no date.
        mdy: the same where the month stands first. Equal to ``dmy`` for formats that leave no doubt.
        offset: minutes east of UTC that the value states itself, else ``NO_OFFSET``.
        serial: written as an Excel serial number.
        empty_year: an empty date stored as year 1 or 1900.
        unreadable: given, and no date in any reading.
    """

    dmy: np.ndarray
    mdy: np.ndarray
    offset: np.ndarray
    serial: np.ndarray
    empty_year: np.ndarray
    unreadable: np.ndarray

    @property
    def two_ways(self) -> np.ndarray:
        """Where both readings are dates and differ."""
        return _flags(~np.isnat(self.dmy) & ~np.isnat(self.mdy) & (self.dmy != self.mdy))

    @property
    def day_first(self) -> np.ndarray:
        """Where only the reading with the day first is a date."""
        return _flags(~np.isnat(self.dmy) & np.isnat(self.mdy))

    @property
    def month_first(self) -> np.ndarray:
        """Where only the reading with the month first is a date."""
        return _flags(np.isnat(self.dmy) & ~np.isnat(self.mdy))


def read_dates(values: pa.Array) -> ReadDates:
    """Read a column of texts; see :class:`ReadDates`.

    A value that is no date in any reading is marked, never guessed at. Two-digit years are not read.
    """
    text = _plain(values)
    read = _nothing(len(values))
    lengths = np.asarray(pc.fill_null(pc.binary_length(text), 0).to_numpy(zero_copy_only=False))
    for length in np.unique(lengths[lengths > 0]).tolist():
        rows = np.flatnonzero(lengths == length)
        _read_length(_matrix(text.take(pa.array(rows)), length), rows, read)
    read.unreadable[:] = given(_given_or_null(values)) & np.isnat(read.dmy) & np.isnat(read.mdy) & ~read.empty_year
    return read


def _given_or_null(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(text := pc.utf8_trim_whitespace(values), ""), pa.scalar(None, pa.string()), text)


def _plain(values: pa.Array) -> pa.Array:
    """Return texts in ASCII with single spaces; what cannot be a date becomes null."""
    text = in_figures(_given_or_null(values))
    if not truths(pc.string_is_ascii(text))[given(text)].all():
        # Full-width digits and odd spaces are folded; what stays outside ASCII is no date.
        text = pc.utf8_trim_whitespace(pc.utf8_normalize(pc.utf8_slice_codeunits(text, 0, LONGEST_DATE + 1), "NFKC"))
    usable = pc.and_(pc.string_is_ascii(text), pc.less_equal(pc.binary_length(text), LONGEST_DATE))
    text = pc.if_else(usable, text, pa.scalar(None, pa.string()))
    if truths(pc.match_substring_regex(text, r"\s\s|[\t\n\r]")).any():
        text = pc.replace_substring_regex(text, r"\s+", " ")
    return text


def _read_length(matrix: np.ndarray, rows: np.ndarray, read: ReadDates) -> None:
    """Read values of one length, shape by shape; most columns hold one or two shapes."""
    masks = _MASK[matrix]
    for _ in range(_MOST_SHAPES):
        if not len(rows):
            return
        same = (masks == masks[0]).all(axis=1)
        _read_shape(masks[0].tobytes().decode("ascii"), matrix[same], rows[same], read)
        matrix, masks, rows = matrix[~same], masks[~same], rows[~same]


def _nothing(length: int) -> ReadDates:
    times = np.full(length, NOT_A_TIME, dtype="datetime64[us]")
    return ReadDates(times, times.copy(), np.full(length, NO_OFFSET, dtype=np.int32), *np.zeros((3, length), dtype=bool))


def _matrix(texts: pa.Array, length: int) -> np.ndarray:
    """Return the characters of texts of equal length as one row each."""
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts), "")[0].as_buffer()
    return np.frombuffer(joined, dtype=np.uint8).reshape(len(texts), length)


def _read_shape(shape: str, matrix: np.ndarray, rows: np.ndarray, read: ReadDates) -> None:
    """Read all values of one shape into their rows."""
    if match := _SERIAL.fullmatch(shape):
        times = _serial_times(match, matrix)
        read.dmy[rows] = read.mdy[rows] = times
        read.serial[rows] = ~np.isnat(times)
    elif shape == _EPOCH:
        read.dmy[rows] = read.mdy[rows] = _epoch_times(matrix)
        read.offset[rows] = 0
    elif match := _COMPACT.fullmatch(shape) or _YEAR_FIRST.fullmatch(shape):
        parts = _Parts(match, matrix)
        _put(read, rows, parts, parts.number("m"), parts.number("d"), both=True)
    elif match := _YEAR_LAST_CLOCK.fullmatch(shape) or _YEAR_LAST.fullmatch(shape):
        parts = _Parts(match, matrix)
        _put(read, rows, parts, parts.number("b"), parts.number("a"), both=False)


class _Parts:
    """Numbers at the named places of equal-shaped values."""

    def __init__(self, match: re.Match[str], matrix: np.ndarray) -> None:
        self.match = match
        self.digits = matrix.astype(np.int64) - ord("0")
        self.named = match.groupdict()

    def number(self, name: str, missing: int = 0) -> np.ndarray:
        """Return the number at a named place; ``missing`` where the shape has no such place."""
        if self.named.get(name) is None:
            return np.full(len(self.digits), missing, dtype=np.int64)
        first, last = self.match.span(name)
        total = np.zeros(len(self.digits), dtype=np.int64)
        for place in range(first, last):
            total = total * 10 + self.digits[:, place]
        return total

    def microseconds(self) -> np.ndarray:
        """Return the time of day in microseconds; -1 where it does not exist."""
        hour, minute, second = self.number("H"), self.number("M"), self.number("S")
        fraction, half = self.named.get("f") or "", (self.named.get("half") or "").replace(".", "")
        good = (minute < 60) & (second < 60) & (hour < 24)
        if half:
            good &= (hour >= 1) & (hour <= 12)
            hour = hour % 12 + (12 if half in ("PM", "CH") else 0)
        # 10**(6 - n) scales a fraction of n digits; beyond six digits the rest is cut off.
        micro = self.number("f") * 10 ** max(0, 6 - len(fraction)) // 10 ** max(0, len(fraction) - 6)
        return np.where(good, ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro, -1)

    def offset_minutes(self) -> np.ndarray:
        """Return the stated offset from UTC in minutes; NO_OFFSET where none is stated."""
        zone = self.named.get("zone")
        if not zone:
            return np.full(len(self.digits), NO_OFFSET, dtype=np.int32)
        if zone[0] not in "+-":
            return np.zeros(len(self.digits), dtype=np.int32)
        places = [self.match.start("zone") + i for i, c in enumerate(zone) if c == "9"]
        figures = [self.digits[:, place] for place in places] + [np.zeros(len(self.digits), dtype=np.int64)] * 2
        minutes = (figures[0] * 10 + figures[1]) * 60 + figures[2] * 10 + figures[3]
        return (minutes if zone[0] == "+" else -minutes).astype(np.int32)


def _put(read: ReadDates, rows: np.ndarray, parts: _Parts, month: np.ndarray, day: np.ndarray, *, both: bool) -> None:
    """Fill in the two readings; ``both``: the format says itself which is the month."""
    year, clock = parts.number("Y"), parts.microseconds()
    offset = parts.offset_minutes()
    good = (clock >= 0) & ((offset == NO_OFFSET) | (np.abs(offset) <= 16 * 60))
    # 0001-01-01 and 1900-01-01 are what "no date" becomes in some languages and databases.
    empty = good & np.isin(year, (1, 1900)) & (month == 1) & (day <= 2) & (day >= 1)
    read.empty_year[rows] = empty
    read.offset[rows] = offset
    good &= ~empty & (year >= 1901)
    read.dmy[rows] = _times(year, month, day, clock, good)
    read.mdy[rows] = read.dmy[rows] if both else _times(year, day, month, clock, good)


def _times(year: np.ndarray, month: np.ndarray, day: np.ndarray, clock: np.ndarray, good: np.ndarray) -> np.ndarray:
    possible = good & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    possible &= days.astype("datetime64[M]") == months
    return np.where(possible, days.astype("datetime64[us]") + clock.astype("timedelta64[us]"), NOT_A_TIME)


def _epoch_times(matrix: np.ndarray) -> np.ndarray:
    times = ((matrix.astype(np.int64) - ord("0")) @ 10 ** np.arange(15, 2, -1, dtype=np.int64)).astype("datetime64[us]")
    return np.where(times >= np.datetime64("2001-09-09"), times, NOT_A_TIME)


def _serial_times(match: re.Match[str], matrix: np.ndarray) -> np.ndarray:
    parts = _Parts(match, matrix)
    days, part = parts.number("days"), match["part"] or ""
    fraction = parts.number("part") / 10.0 ** len(part)
    # Excel keeps a time as a binary fraction of a day: a second is as fine as it can be trusted.
    seconds = np.rint(fraction * 86_400).astype("timedelta64[s]")
    times = (_EXCEL_DAY_ZERO + days.astype("timedelta64[D]")).astype("datetime64[us]") + seconds
    return np.where((days >= _SERIALS[0]) & (days < _SERIALS[1]), times, NOT_A_TIME)


@dataclass(frozen=True)
class SettledDates:
    """Which reading each row takes.

    Attributes:
        month_first: the reading with the month first.
        settled: something decides it: the format, the code, the row, or its column in the same file.
    """

    month_first: np.ndarray
    settled: np.ndarray


def settle_dates(
    column: ReadDates,
    order: Order,
    groups: np.ndarray,
    row_order: np.ndarray,
    file_order: np.ndarray,
    firm: np.ndarray | None = None,
    file_majority: np.ndarray | None = None,
) -> SettledDates:
    """Decide, for values that read two ways, which reading holds.

    A row whose order is known keeps it in all its dates. Else the other values of the column in the same
    file decide, else those of all its columns, if all that can be read only one way agree. Else the
    more frequent or the declared order is taken, and the value counts as not settled. So it does where the row's
    order is not firm and the more of its column, or else of its file, does not bear it out.

    Args:
        column: the readings.
        order: the source's declared order.
        groups: number of the page or file of each row.
        row_order: 1 where another date of the row shows the month first, -1 the day first, 0 unknown.
        file_order: the same for all columns of the row's file.
        firm: rows whose order is beyond doubt; None: every row's that is known.
        file_majority: the order of the more of the file's dates; 0 or None: unknown.
    """
    doubt = column.two_ways
    by_column, majority = habit([column], groups)
    by_file = np.where((by_column == 0) & (majority == 0), file_order, by_column)
    decided = np.where(row_order != 0, row_order, by_file)
    fallback = np.where(majority != 0, majority, 1 if order == "mdy" else -1)
    taken = np.where(decided != 0, decided, fallback) > 0
    shown = np.where(majority != 0, majority, file_order if file_majority is None else file_majority)
    alone = (row_order != 0) & (row_order * shown <= 0) & (False if firm is None else ~firm)
    return SettledDates(np.where(doubt, taken, column.month_first), ~doubt | ((decided != 0) & ~alone))


def habit(columns: Sequence[ReadDates], groups: np.ndarray, proved: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Tell, for each row's file, in which order the dates are written that read only one way.

    Args:
        columns: dates of the file.
        groups: number of the page or file of each row.
        proved: 1 where something else proves that a date of the row has the month first, -1 the day first, 0 nothing.

    Returns:
        The order on which all agree (1 month first, -1 day first, 0 none or no agreement), and the order
        of the more.
    """
    count = int(groups.max()) + 1 if len(groups) else 0
    days = sum(np.bincount(groups, weights=column.day_first, minlength=count) for column in columns)
    months = sum(np.bincount(groups, weights=column.month_first, minlength=count) for column in columns)
    if proved is not None:
        days = days + np.bincount(groups, weights=proved < 0, minlength=count)
        months = months + np.bincount(groups, weights=proved > 0, minlength=count)
    agreed = np.where((months > 0) & (days == 0), 1, np.where((days > 0) & (months == 0), -1, 0))
    return agreed[groups], np.sign(months - days)[groups]


def order_by_code(column: ReadDates, code_day: np.ndarray) -> np.ndarray:
    """Tell the order of each row from the date inside its code: 1 month first, -1 day first, 0 unknown.

    One day more or less is allowed for faults of time zone.
    """
    by_day, by_month = _near(column.dmy, code_day), _near(column.mdy, code_day)
    forced = np.where(column.month_first, 1, np.where(column.day_first, -1, 0))
    return np.where(column.two_ways, by_month.astype(int) - by_day.astype(int), forced)


def _near(times: np.ndarray, day: np.ndarray) -> np.ndarray:
    gap = np.abs((times.astype("datetime64[D]") - day).astype("timedelta64[D]"))
    return _flags(~np.isnat(gap) & (gap <= np.timedelta64(1, "D")))


def chosen(column: ReadDates, month_first: np.ndarray) -> np.ndarray:
    """Return the wall-clock times of the readings taken."""
    return np.where(month_first & ~np.isnat(column.mdy), column.mdy, np.where(np.isnat(column.dmy), column.mdy, column.dmy))
