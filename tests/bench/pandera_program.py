"""What somebody would write with pandera to ask the same: a schema, validated lazily, its failure cases counted by promise.

A promise about several columns is a column of answers of its own: pandera's wide checks list every field of each row that
fails, which made them three times as slow.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import pandera.pandas as pa

Asked = dict[str, Any]  # a promise of tests/bench/promises.py, which this environment cannot import
Keeps = Callable[[pd.DataFrame], pd.Series]


def wide(promise: Asked) -> Keeps | None:
    """Return what tells where a promise about several columns holds; None for one about its column alone."""
    column, statuses = promise["column"], promise["statuses"]
    if promise["kind"] == "not_before":
        return lambda frame: ~(frame[column] < frame[promise["other"]])
    if not statuses:
        return None
    empty = promise["kind"] == "empty"
    return lambda frame: (frame[column].isna() == empty) | ~frame["status"].isin(statuses)


def narrow(promise: Asked) -> pa.Check:
    """Write a promise about one column as pandera has it."""
    name, pattern, most = promise["check"], promise["pattern"], promise["most"]
    match promise["kind"]:
        case "given":
            return pa.Check(lambda column: column.notna(), name=name, ignore_na=False)
        case "empty":
            return pa.Check(lambda column: column.isna(), name=name, ignore_na=False)
        case "like":
            return pa.Check(lambda column: column.str.contains(pattern, regex=True), name=name)
        case "unlike":
            return pa.Check(lambda column: ~column.str.contains(pattern, regex=True), name=name)
        case "untrue":
            return pa.Check(lambda column: column.isin([False]), name=name)
    return pa.Check(lambda column: column <= most, name=name)


def schema(promises: list[Asked], answers: dict[str, Keeps]) -> pa.DataFrameSchema:
    """Declare the promises, each under the name of our check."""
    checks: dict[str, list[pa.Check]] = {name: [pa.Check(lambda column: column, name=name)] for name in answers}
    for promise in promises:
        if promise["check"] not in answers:
            checks.setdefault(promise["column"], []).append(narrow(promise))
    return pa.DataFrameSchema({name: pa.Column(checks=each, nullable=True) for name, each in checks.items()})


def main(path: str, promises: list[Asked]) -> dict[str, Any]:
    """Validate a frame; return the seconds it took and how many rows break each promise."""
    frame = pd.read_pickle(path)  # noqa: S301 - written by the bench just now
    answers = {promise["check"]: keeps for promise in promises if (keeps := wide(promise)) is not None}
    asked = schema(promises, answers)
    began = time.perf_counter()
    try:
        asked.validate(frame.assign(**{name: keeps(frame) for name, keeps in answers.items()}), lazy=True)
        counts = {}
    except pa.errors.SchemaErrors as errors:
        counts = errors.failure_cases["check"].value_counts().to_dict()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "counts": {str(name): int(count) for name, count in counts.items()}}


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
