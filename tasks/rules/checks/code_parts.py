"""Dossier codes taken apart: agency, day and running number (law 3.1).

Codes are read from their end, byte by byte, all at a time: a seventh of the time of a pattern that captures nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import EncodedText, Mask, Numbers, Times, as_codes, truths, valid
from tasks.rules.text.codes import NATIONAL, without_year

# Of the pattern of a whole code the numbers of digits stand here once more; a test holds the two against each other.
_SEQUENCE, _DATE = range(4, 9), (6, 8)
_UNIT = NATIONAL.partition("-(?P<date>")[0].replace("(?P<unit>", "(?:") + "$"
_MONTHS = np.arange("1900-01", "2100-02", dtype="datetime64[M]").astype("datetime64[D]")
_HYPHEN, _ZERO = ord("-"), ord("0")


@dataclass(frozen=True)
class CodeParts:
    """Dossier codes taken apart.

    Attributes:
        well_formed: the code has one of the forms of law 3.1.
        day: the date inside it; NaT where there is none or it is no date.
        sequence: the running number; -1 without one.
        digits: how many digits it is written with; 0 without one.
        unit: the agency part as numbers.
    """

    well_formed: Mask
    day: Times
    sequence: Numbers
    digits: Numbers
    unit: EncodedText

    @classmethod
    def of(cls, codes: pa.Array) -> CodeParts:
        """Take folded dossier codes apart."""
        ends = _Ends(without_year(codes.cast(pa.string())))
        forms = list(ends.forms())
        unit = _units(ends.codes, forms)
        well_formed = unit.index >= 0
        sequence, year, month, day = (np.zeros(len(codes), dtype=np.int32) for _ in range(4))
        digits = np.zeros(len(codes), dtype=np.int64)
        for form in forms:
            digits += form.rows * form.sequence
            sequence += form.rows * ends.number(0, form.sequence)
            first = form.sequence + 1
            day += form.rows * ends.number(first, 2)
            month += form.rows * ends.number(first + 2, 2)
            year += form.rows * (ends.number(first + 4, form.date - 4) + (2000 if form.date == min(_DATE) else 0))
        return cls(
            well_formed=well_formed,
            day=_days(year * well_formed, month, day),
            sequence=(sequence + 1) * well_formed - np.int64(1),
            digits=digits * well_formed,
            unit=unit,
        )


@dataclass(frozen=True)
class _Form:
    """Codes that end like one: so many digits of a date, so many of a running number."""

    rows: Mask
    date: int
    sequence: int


@dataclass
class _Ends:
    """The last bytes of codes, a column for each place, counted from the end; what stands there before a code is not its own."""

    codes: pa.Array
    _columns: dict[int, npt.NDArray[np.uint8]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _, offsets, data = self.codes.buffers()
        size = len(self.codes) + 1
        places = np.frombuffer(offsets, np.int32, size, self.codes.offset * 4) if offsets else np.zeros(size, np.int32)
        self._length = np.diff(places) * valid(self.codes)
        self._last = places[1:].astype(np.int64) - 1
        self._bytes = np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8)

    def forms(self) -> Iterator[_Form]:
        """Yield the ways in which codes end; no code ends in two of them."""
        rows = self._length > min(_SEQUENCE) + min(_DATE) + 2
        for place in range(max(_SEQUENCE) + 1):
            if not rows.any():
                return
            if place in _SEQUENCE:
                yield from self._dated(rows & (self._column(place) == _HYPHEN), place)
            rows = rows & self._is_digit(place)

    def _dated(self, rows: Mask, sequence: int) -> Iterator[_Form]:
        first = sequence + 1
        for place in range(first, first + max(_DATE) + 1):
            if not rows.any():
                return
            if place - first in _DATE:
                ends = rows & (self._column(place) == _HYPHEN) & (self._length > place + 1)
                if ends.any():
                    yield _Form(ends, place - first, sequence)
            rows = rows & self._is_digit(place)

    def number(self, first: int, digits: int) -> npt.NDArray[np.int32]:
        """Return what some digits say, the lowest at the place ``first``; anything where there are others."""
        answer = np.zeros(len(self.codes), dtype=np.int32)
        for place in range(digits):
            answer += (self._column(first + place) - np.uint8(_ZERO)) * np.int32(10**place)
        return answer

    def _is_digit(self, place: int) -> Mask:
        return (self._column(place) - np.uint8(_ZERO)) < 10  # what stands before the zero is far above it without a sign

    def _column(self, place: int) -> npt.NDArray[np.uint8]:
        if place not in self._columns:
            self._columns[place] = self._bytes.take(self._last - place, mode="clip")
        return self._columns[place]


def _units(codes: pa.Array, forms: list[_Form]) -> EncodedText:
    """Return what stands before date and running number, where it has the form of an agency's code."""
    places = [np.flatnonzero(form.rows) for form in forms]
    texts = [
        pc.binary_slice(codes.take(pa.array(rows)).cast(pa.binary()), 0, -(form.date + form.sequence + 2))
        for rows, form in zip(places, forms, strict=True)
    ]
    found = as_codes(pa.concat_arrays([pa.array([], pa.binary()), *texts]).cast(pa.string()))
    right = truths(pc.match_substring_regex(pa.array(found.texts, pa.string()), _UNIT))
    index = np.full(len(codes), -1, dtype=np.int64)
    rows = np.concatenate([np.empty(0, dtype=np.int64), *places])
    index[rows] = np.where(right, np.arange(len(right)), -1).take(found.index)
    return EncodedText(index, found.texts)


def _days(year: npt.NDArray[np.int32], month: npt.NDArray[np.int32], day: npt.NDArray[np.int32]) -> Times:
    """Return days; NaT where year, month and day are no date."""
    possible = (year >= 1900) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    place = ((year - 1900) * 12 + month - 1) * possible
    answer = _MONTHS.take(place) + (day - 1).astype("timedelta64[D]")
    possible &= answer < _MONTHS.take(place + 1)  # 31 February is no date
    return np.where(possible, answer, np.datetime64("NaT", "D"))
