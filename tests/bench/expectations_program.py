"""What somebody would write with Great Expectations to ask the same, result format COMPLETE; run in a process of its own.

It is asked everything of ours that it can put as a plain promise about a column or two.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import great_expectations
import pandas as pd
from great_expectations import expectations as gx

from tasks.rules.checks import TESTS
from tasks.rules.codes import NATIONAL
from tasks.rules.marks import MARKS
from tests.bench.checks_program import peak

FINISHED, OPEN = (9, 10), (2, 4, 5, 6)


def given(column: str, statuses: tuple[int, ...] = ()) -> Any:
    """The column has a value, in these statuses."""
    return gx.ExpectColumnValuesToNotBeNull(column=column, **where(statuses))


def empty(column: str, statuses: tuple[int, ...] = ()) -> Any:
    """The column has no value, in these statuses."""
    return gx.ExpectColumnValuesToBeNull(column=column, **where(statuses))


def where(statuses: tuple[int, ...]) -> dict[str, str]:
    """Restrict a promise to rows in these statuses."""
    return {"row_condition": f"status in {list(statuses)}", "condition_parser": "pandas"} if statuses else {}


def ordered(later: str, earlier: str) -> Any:
    """One time is not before the other, where both are given."""
    return gx.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=later, column_B=earlier, or_equal=True, ignore_row_if="either_value_is_missing"
    )


SHARED = {
    "dossier_code_malformed": gx.ExpectColumnValuesToMatchRegex(column="code", regex=NATIONAL),
    "procedure_code_missing": given("procedure_code"),
    "procedure_code_malformed": gx.ExpectColumnValuesToMatchRegex(column="procedure_code", regex=r"^[1-3]\.\d{6}$"),
    "agency_unknown": given("unit_code"),
    "agency_is_no_agency": gx.ExpectColumnValuesToNotMatchRegex(column="unit_as_given", regex="(?i)khong dung|không dùng"),
    "status_missing": given("status"),
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
    "submitted_in_future": ordered("now", "submitted_at"),
    "received_in_future": ordered("now", "received_at"),
    "done_in_future": ordered("now", "done_at"),
    "returned_in_future": ordered("now", "returned_at"),
    "refused_in_future": ordered("now", "refused_at"),
    "migrated": gx.ExpectColumnValuesToBeInSet(column="is_migrated", value_set=[False]),
    "fee_implausible": gx.ExpectColumnValuesToBeBetween(column="fee_amount", max_value=1_000_000_000),
    "two_codes": empty("alias_code"),
    "duplicate_dossier": empty("duplicate_of"),
} | {
    mark: gx.ExpectColumnValuesToNotMatchRegex(column="marks", regex=rf"(?:^| ){mark}(?: |$)")
    for mark in MARKS
    if mark in TESTS
}


def theirs(frame: pd.DataFrame) -> dict[str, int]:
    """Let Great Expectations look for the shared promises and list the rows that break them."""
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    batch = source.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    for name, expectation in SHARED.items():
        expectation.meta = {"check": name}
    suite = great_expectations.ExpectationSuite(name="shared", expectations=list(SHARED.values()))
    results = batch.validate(suite, result_format="COMPLETE").results
    return {r.expectation_config.meta["check"]: r.result["unexpected_count"] for r in results}


def main(path: str) -> dict[str, Any]:
    """Validate a frame; return the seconds it took, how many rows break each promise, and the peak of memory in MB."""
    frame = pd.read_pickle(path)  # noqa: S301 - written by the bench just now
    began = time.perf_counter()
    counts = theirs(frame)
    return {"seconds": time.perf_counter() - began, "counts": counts, "peak": peak()}


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
