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

OPEN, FINISHED = (2, 4, 5, 6), (9, 10)
Keeps = Callable[[pd.DataFrame], pd.Series]


def given(column: str, statuses: tuple[int, ...]) -> Keeps:
    """The column has a value, in these statuses."""
    return lambda frame: frame[column].notna() | ~frame["status"].isin(statuses)


def empty(column: str, statuses: tuple[int, ...]) -> Keeps:
    """The column has no value, in these statuses."""
    return lambda frame: frame[column].isna() | ~frame["status"].isin(statuses)


def ordered(later: str, earlier: str) -> Keeps:
    """One time is not before the other, where both are given."""
    return lambda frame: ~(frame[later] < frame[earlier])


WIDE: dict[str, Keeps] = {
    "received_missing": given("received_at", (2, 4, 6, 7, 8, 9, 10)),
    "finished_without_end": given("done_at", FINISHED),
    "end_without_finish_status": empty("done_at", OPEN),
    "returned_but_open": empty("returned_at", OPEN),
    "returned_status_without_time": given("returned_at", (10,)),
    "refused_but_finished": empty("refused_at", FINISHED),
    "refused_but_open": empty("refused_at", OPEN),
    "received_after_done": ordered("done_at", "received_at"),
    "received_after_returned": ordered("returned_at", "received_at"),
    "due_before_received": ordered("due_at", "received_at"),
    **{f"{name}_in_future": ordered("now", f"{name}_at") for name in ("submitted", "received", "done", "returned", "refused")},
}


def schema(national: str, marks: list[str]) -> pa.DataFrameSchema:
    """Declare the promises, each under the name of our check."""

    def like(name: str, pattern: str) -> pa.Check:
        return pa.Check(lambda column: column.str.contains(pattern, regex=True), name=name)

    def unlike(name: str, pattern: str) -> pa.Check:
        return pa.Check(lambda column: ~column.str.contains(pattern, regex=True), name=name)

    def present(name: str) -> pa.Check:
        return pa.Check(lambda column: column.notna(), name=name, ignore_na=False)

    def absent(name: str) -> pa.Check:
        return pa.Check(lambda column: column.isna(), name=name, ignore_na=False)

    promises = {
        "code": [like("dossier_code_malformed", national)],
        "procedure_code": [present("procedure_code_missing"), like("procedure_code_malformed", r"^[1-3]\.\d{6}$")],
        "unit_code": [present("agency_unknown")],
        "unit_as_given": [unlike("agency_is_no_agency", "(?i)khong dung|không dùng")],
        "status": [present("status_missing")],
        "is_migrated": [pa.Check(lambda column: column.isin([False]), name="migrated")],
        "fee_amount": [pa.Check(lambda column: column <= 1_000_000_000, name="fee_implausible")],
        "alias_code": [absent("two_codes")],
        "duplicate_of": [absent("duplicate_dossier")],
        "marks": [unlike(mark, rf"(?:^| ){mark}(?: |$)") for mark in marks],
        **{name: [pa.Check(lambda column: column, name=name)] for name in WIDE},
    }
    return pa.DataFrameSchema({name: pa.Column(checks=checks, nullable=True) for name, checks in promises.items()})


def main(path: str, national: str, marks: list[str]) -> dict[str, Any]:
    """Validate a frame; return the seconds it took and how many rows break each promise."""
    frame = pd.read_pickle(path)  # noqa: S301 - written by the bench just now
    asked = schema(national, marks)
    began = time.perf_counter()
    try:
        asked.validate(frame.assign(**{name: keeps(frame) for name, keeps in WIDE.items()}), lazy=True)
        counts = {}
    except pa.errors.SchemaErrors as errors:
        counts = errors.failure_cases["check"].value_counts().to_dict()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "counts": {str(name): int(count) for name, count in counts.items()}}


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
