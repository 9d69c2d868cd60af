"""Columns of frames as plain arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]  # one a row
Times = npt.NDArray[np.datetime64]  # office time, or office days; NaT where unknown
Numbers = npt.NDArray[np.int64]
_ODD = np.uint64(0x9E3779B97F4A7C15)
MINUTE_US, DAY_US = 60_000_000, 86_400_000_000  # microseconds
MINUTE = np.timedelta64(MINUTE_US, "us")
NO_TIME = np.iinfo(np.int64).min  # no time, as numpy writes it


@dataclass(frozen=True)
class EncodedText:
    """A text column as numbers: equal texts, equal number.

    Attributes:
        index: number of the text, int64, -1 where null.
        texts: the text of each number.
    """

    index: Numbers
    texts: list[str]

    def where(self, holds: Iterable[bool]) -> Mask:
        """Tell in which rows it holds, told of each text; False where null."""
        return np.array([*holds, False], dtype=bool).take(self.index)

    def take(self, places: npt.NDArray[np.intp]) -> EncodedText:
        """Keep some rows."""
        return EncodedText(self.index[places], self.texts)


def arrow(series: pd.Series) -> pa.Array:
    """Return a column as one Arrow array, without a copy where it is in one piece."""
    kept = series.array
    array = kept.__arrow_array__() if isinstance(kept, pd.arrays.ArrowExtensionArray) else pa.array(series)
    if not isinstance(array, pa.ChunkedArray):
        return array
    return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()  # which would copy the one piece


def valid(array: pa.Array) -> Mask:
    """Tell which values are not null: bits spread out at once, where Arrow would write them one by one."""
    if array.null_count in (0, len(array)):
        return np.full(len(array), array.null_count == 0)
    return _spread(array.buffers()[0], array)


def truths(array: pa.BooleanArray | pa.ChunkedArray) -> Mask:
    """Return booleans; False where null."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if array.null_count == len(array):
        return np.zeros(len(array), dtype=bool)
    return _spread(array.buffers()[1], array) & valid(array)


def whole_numbers(array: pa.Array, missing: int) -> Numbers:
    """Return whole numbers, or times as the numbers that Arrow keeps them as; ``missing`` where null.

    Args:
        array: of 8, 16, 32 or 64 bits each.
        missing: 0, -1 or the least there is, which is NaT among times.
    """
    if array.null_count == len(array):
        return np.full(len(array), missing, dtype=np.int64)
    kind = np.dtype(f"i{array.type.bit_width // 8}")
    numbers = np.frombuffer(array.buffers()[1], kind, len(array), array.offset * kind.itemsize).astype(np.int64)
    if array.null_count == 0:
        return numbers
    # What stands in the place of a null is anybody's. No question is asked of any row: a wrong guess of the processor
    # about every third row takes longer than all the rest.
    known = valid(array)
    numbers *= known
    if missing:
        numbers |= (~known).astype(np.int64) * missing
    return numbers


def as_months(series: pd.Series) -> Numbers:
    """Return a column of days, none of them null, as whole months since 1970."""
    days = whole_numbers(arrow(series).cast(pa.date32()).view(pa.int32()), 0)
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def as_text(series: pd.Series) -> pa.Array:
    """Return a column as one Arrow array of texts."""
    return arrow(series).cast(pa.string())


def has_word(texts: pa.Array, *words: str) -> Mask:
    """Tell which space-separated texts hold one of some words, whole; null holds none."""
    return truths(pc.match_substring_regex(texts.cast(pa.string()), rf"(^| )({'|'.join(words)})( |$)"))


def as_codes(array: pa.Array) -> EncodedText:
    """Return texts as numbers, in order of first appearance."""
    encoded = pc.dictionary_encode(array)
    return EncodedText(whole_numbers(encoded.indices, -1), encoded.dictionary.to_pylist())


def numbered(array: pa.Array) -> Numbers:
    """Return the numbers alone, where there are many texts and nobody asks for them; -1 where null."""
    return whole_numbers(pc.dictionary_encode(array).indices, -1)


def statuses(series: pd.Series) -> npt.NDArray[np.uint16]:
    """Return a column of statuses; 0 where null, 15 for what is none."""
    given = whole_numbers(arrow(series).cast(pa.int64()), 0)
    # Below 0 is far above 10 without its sign.
    return np.where(given.view(np.uint64) <= 10, given, 15).astype(np.uint16)


def booleans(series: pd.Series) -> Mask:
    """Return a boolean column; False where null."""
    return truths(arrow(series).cast(pa.bool_()))


def _spread(bits: Any, array: pa.Array) -> Mask:
    """Spread out bits of an array, lowest first as Arrow keeps them."""
    size = array.offset + len(array)
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=size, bitorder="little")[array.offset :].view(bool)


def before(one: Times, other: Times) -> Mask:
    """Tell where a time lies before another; of two on one day only where both have an hour.

    Many systems keep some dates as days: midnight stands for a day, not for the minute after the one before.
    """
    earlier = one < other
    # Few times lie so near each other that they can be of one day: the others need no second look.
    near = earlier & (_stamp(other) - _stamp(one) < DAY_US)
    places = np.flatnonzero(near)
    first, second = one[places], other[places]
    day, other_day = first.astype("datetime64[D]"), second.astype("datetime64[D]")
    earlier[places] = (day != other_day) | ((first != day) & (second != other_day))
    return earlier


def _stamp(times: Times) -> Numbers:
    return times.astype("datetime64[us]", copy=False).view(np.int64)


def one_of(numbers: npt.NDArray[np.uint16], wanted: tuple[int, ...]) -> Mask:
    """Tell which statuses (0 to 15) are one of these: a bit each, a hundredth of the time of ``np.isin``."""
    bits = np.uint16(sum(1 << status for status in set(wanted)))
    return ((bits >> numbers) & np.uint16(1)).astype(bool)


def keys(frame: pd.DataFrame, *more: str) -> pa.Array:
    """Return source and code of each row, and further columns, as one text."""
    return pc.binary_join_element_wise(*(arrow(frame[name]).cast(pa.string()) for name in ("source", "code", *more)), "\x1f")


def minute_of_day(times: Times, days: Times) -> Numbers:
    """Return how many minutes of its day are over at a time; a very negative number for NaT.

    Args:
        times: office time, ``datetime64[us]``.
        days: their days, ``datetime64[D]``.
    """
    # A day is so even a number of microseconds that NaT times it is 0: what is left of NaT is NaT.
    return np.asarray((times.view(np.int64) - days.view(np.int64) * DAY_US) // MINUTE_US)


def group_sizes(*parts: npt.NDArray[np.integer]) -> Numbers:
    """Return for each row how many rows have the same parts.

    Args:
        parts: whole numbers; a row with a negative part belongs to no group and gets 0.
    """
    known = np.logical_and.reduce([part >= 0 for part in parts])
    group, size = group_numbers(*(part[known] for part in parts))
    answer = np.zeros(len(parts[0]), dtype=np.int64)
    answer[known] = np.bincount(group, minlength=size)[group] if size else 0
    return answer


def crowded(least: int, *parts: npt.NDArray[np.integer], among: Mask | None = None) -> Mask:
    """Tell which rows have the same parts as so many rows, themselves included.

    Args:
        least: from how many on they are a crowd.
        parts: whole numbers; a row with a negative part belongs to no crowd.
        among: the rows that are looked at; all without it.
    """
    known = np.logical_and.reduce([part >= 0 for part in parts])
    rows = np.flatnonzero(known if among is None else known & among)
    mixed = np.zeros(len(rows), dtype=np.uint64)
    for part in parts:
        mixed = mixed * _ODD + part.take(rows).view(np.uint64)
    rows = rows.take(np.flatnonzero(_frequent(mixed, least)))
    answer = np.zeros(len(known), dtype=bool)
    answer[rows] = group_sizes(*(part.take(rows) for part in parts)) >= least
    return answer


def often(texts: pa.Array, least: int, *parts: npt.NDArray[np.integer]) -> Mask:
    """Tell which rows may have a text that occurs often among rows with the same parts; what it drops occurs less.

    Most texts that name somebody occur once. A hash of their last eight bytes, counted in a table, rules those
    out in a tenth of the time that it takes to compare them.
    """
    mixed = _tails(texts)
    for part in parts:
        mixed = mixed * _ODD + part.view(np.uint64)
    return _frequent(mixed, least) & valid(texts)


def _frequent(numbers: npt.NDArray[np.uint64], least: int) -> Mask:
    """Tell which numbers may occur so often: a table counts hashes of them, and equal ones have equal hashes."""
    bits = max(int(len(numbers) * 4).bit_length(), 4)
    place = (_stir(numbers) >> np.uint64(64 - bits)).view(np.int64)
    return np.asarray(np.bincount(place, minlength=1 << bits).take(place) >= least)


def _stir(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spread numbers over the whole range: digits of a text differ in few bits."""
    numbers = (numbers ^ (numbers >> np.uint64(32))) * _ODD
    return (numbers ^ (numbers >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)


def _tails(texts: pa.Array) -> npt.NDArray[np.uint64]:
    """Return the last eight bytes of each text as a number, fewer of a shorter one."""
    texts = pc.fill_null(texts, "").cast(pa.string())
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32, len(texts) + 1, texts.offset * 4).astype(np.int64)
    letters = np.concatenate([np.zeros(8, np.uint8), np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8)])
    words = np.ndarray(len(letters) - 7, np.dtype("<u8"), letters, strides=(1,))
    shorter = 8 - np.minimum(np.diff(ends), 8)
    tails = words[ends[1:]] >> (8 * np.minimum(shorter, 7)).astype(np.uint64)
    return np.where(shorter == 8, np.uint64(0), tails)


def group_numbers(*parts: npt.NDArray[np.integer]) -> tuple[Numbers, int]:
    """Number the distinct combinations of some columns: each row's number, and how many there are."""
    group, values = pd.factorize(parts[0])
    size = len(values)
    for part in parts[1:]:
        second, others = pd.factorize(part)
        group, values = pd.factorize(group.astype(np.int64) * len(others) + second)
        size = len(values)
    return group.astype(np.int64), size
