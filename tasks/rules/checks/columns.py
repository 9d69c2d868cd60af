"""Columns of frames as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]  # one a row
Times = npt.NDArray[np.datetime64]  # office time, or office days; NaT where unknown
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Codes:
    """A text column as numbers: equal texts, equal number.

    Attributes:
        index: number of the text, int32, -1 where null.
        texts: the text of each number.
    """

    index: npt.NDArray[np.int32]
    texts: list[str]

    def take(self, places: npt.NDArray[np.intp]) -> Codes:
        """Keep some rows."""
        return Codes(self.index[places], self.texts)


def arrow(series: pd.Series) -> pa.Array:
    """Return a column as one Arrow array, without a copy where it is in one piece."""
    array = pa.array(series)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def as_codes(array: pa.Array) -> Codes:
    """Return texts as numbers, in order of first appearance."""
    encoded = pc.dictionary_encode(array)
    index = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return Codes(index.astype(np.int32, copy=False), encoded.dictionary.to_pylist())


def small_integers(series: pd.Series) -> npt.NDArray[np.int16]:
    """Return a column of small whole numbers as int16; 0 where null."""
    filled = pc.fill_null(arrow(series), 0)
    return np.asarray(filled.cast(pa.int16(), safe=False).to_numpy(zero_copy_only=False))


def booleans(series: pd.Series) -> Mask:
    """Return a boolean column; False where null."""
    filled = pc.fill_null(arrow(series).cast(pa.bool_()), False)
    return np.asarray(filled.to_numpy(zero_copy_only=False))


def one_of(numbers: npt.NDArray[np.int16], wanted: tuple[int, ...]) -> Mask:
    """Tell which statuses (0 to 10) are one of these; a look-up takes a tenth of ``np.isin``."""
    table = np.zeros(256, dtype=bool)
    table[list(wanted)] = True
    return table[numbers.astype(np.uint8)]


def keys(frame: pd.DataFrame, *more: str) -> pa.Array:
    """Return source and code of each row, and further columns, as one text."""
    return pc.binary_join_element_wise(*(arrow(frame[name]).cast(pa.string()) for name in ("source", "code", *more)), "\x1f")


def whole_minutes(span: npt.NDArray[np.timedelta64]) -> Numbers:
    """Return spans of time in whole minutes, rounded down; a very negative number for NaT."""
    return span.astype("timedelta64[m]").astype(np.int64)


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


def group_numbers(*parts: npt.NDArray[np.integer]) -> tuple[Numbers, int]:
    """Number the distinct combinations of some columns: each row's number, and how many there are."""
    group, values = pd.factorize(parts[0])
    size = len(values)
    for part in parts[1:]:
        second, others = pd.factorize(part)
        group, values = pd.factorize(group.astype(np.int64) * len(others) + second)
        size = len(values)
    return group.astype(np.int64), size
