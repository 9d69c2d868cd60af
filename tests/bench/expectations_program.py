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

from tests.bench.checks_program import peak
from tests.bench.promises import PROMISES, Promise


def written(promise: Promise) -> Any:
    """Write a promise as Great Expectations has it."""
    name, some = promise.column, promise.statuses
    where = {"row_condition": f"status in {list(some)}", "condition_parser": "pandas"} if some else {}
    match promise.kind:
        case "given":
            return gx.ExpectColumnValuesToNotBeNull(column=name, **where)
        case "empty":
            return gx.ExpectColumnValuesToBeNull(column=name, **where)
        case "like":
            return gx.ExpectColumnValuesToMatchRegex(column=name, regex=promise.pattern)
        case "unlike":
            return gx.ExpectColumnValuesToNotMatchRegex(column=name, regex=promise.pattern)
        case "untrue":
            return gx.ExpectColumnValuesToBeInSet(column=name, value_set=[False])
        case "at_most":
            return gx.ExpectColumnValuesToBeBetween(column=name, max_value=promise.most)
    return gx.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=name, column_B=promise.other, or_equal=True, ignore_row_if="either_value_is_missing"
    )


SHARED = {promise.check: written(promise) for promise in PROMISES}


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
