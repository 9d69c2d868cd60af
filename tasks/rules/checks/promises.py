"""Promises of the declarations as array operations: the gates' questions, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.expectations import Expectation
from tasks.rules.arrays import Mask, arrow, truths


def broken(frame: pd.DataFrame, expectation: Expectation) -> Mask:
    """Tell which rows of a frame break a promise; rows that it does not speak about do not."""
    if expectation.kind == "given":
        return ~_given(frame, expectation.columns[0])
    if expectation.kind == "unique":
        return _repeated(frame, expectation.columns)
    if expectation.kind == "not_before":
        first, second = (arrow(frame[name]) for name in expectation.columns)
        return truths(pc.less(first, second))
    return _given(frame, expectation.columns[0]) & ~_holds(arrow(frame[expectation.columns[0]]), expectation)


def spoken_of(frame: pd.DataFrame, expectation: Expectation) -> int:
    """Count the rows that a promise speaks about: all for given, else those with a value in every column."""
    if expectation.kind == "given":
        return len(frame)
    return int(np.logical_and.reduce([_given(frame, name) for name in expectation.columns]).sum())


def _holds(values: pa.Array, expectation: Expectation) -> Mask:
    if expectation.kind == "one_of":
        return truths(pc.is_in(values, value_set=pa.array(expectation.values).cast(values.type)))
    if expectation.kind == "pattern":
        return truths(pc.match_substring_regex(values, expectation.whole))
    inside = np.ones(len(values), dtype=bool)
    if expectation.low is not None:
        inside &= truths(pc.greater_equal(values, expectation.low))
    if expectation.high is not None:
        inside &= truths(pc.less_equal(values, expectation.high))
    return inside


def _repeated(frame: pd.DataFrame, columns: tuple[str, ...]) -> Mask:
    known = np.logical_and.reduce([_given(frame, name) for name in columns])
    again = np.zeros(len(frame), dtype=bool)
    again[known] = frame.loc[known, list(columns)].duplicated(keep=False).to_numpy()
    return again


def _given(frame: pd.DataFrame, name: str) -> Mask:
    return np.asarray(pc.is_valid(arrow(frame[name])).to_numpy(zero_copy_only=False))
