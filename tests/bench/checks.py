"""All checks over a million dossiers, a third failing, against Great Expectations in COMPLETE mode.

The other tool is asked everything of ours that it can put as a plain promise about a column or two; we ask the
rest on top of that: logs, pauses, other systems, calendar, catalogue, crowds.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import great_expectations
import numpy as np
import pandas as pd
from great_expectations import expectations as gx

from config.calendar import load_calendars
from config.checks import load_checks
from tasks.clocks import clock_for
from tasks.gates import plain_column
from tasks.rules.checks import TESTS, Findings, run_checks
from tasks.rules.codes import NATIONAL
from tasks.rules.frames import DossierFrames
from tasks.rules.marks import MARKS
from tests.bench.line import Measured, line, timed
from tests.bench.many_dossiers import many_dossiers

AS_OF = date(2026, 3, 31)
ZONE = "Asia/Ho_Chi_Minh"
NOW = np.datetime64("2026-03-31T16:59:59.999999", "us")  # the end of that day in the office
# The other tool takes minutes for a million rows; its time grows in proportion, so it is given fewer.
ROWS, THEIR_ROWS = 1_000_000, 200_000
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


def ours(frames: DossierFrames) -> Findings:
    """Run every check."""
    calendar = load_calendars()["vn"]
    return run_checks(frames, load_checks(), AS_OF, ZONE, clock_for(calendar), clock_for(calendar, plain=True))


def plain(frames: DossierFrames) -> pd.DataFrame:
    """Return the columns as numpy's, on which the other tool is thirty times as fast as on Arrow's."""
    names = "code procedure_code unit_code unit_as_given status received_at done_at returned_at refused_at due_at submitted_at"
    names += " is_migrated fee_amount alias_code duplicate_of marks"
    return pd.DataFrame({name: plain_column(frames.dossiers[name]) for name in names.split()}).assign(now=NOW)


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


@line("checks", other="Great Expectations COMPLETE", times_faster=20)
def checks() -> Measured:
    """All checks over a million dossiers, a third of which breaks each promise."""
    few, many = many_dossiers(THEIR_ROWS, 1 / 3), many_dossiers(ROWS, 1 / 3)
    counted = ours(few).counts()
    frame = plain(few)
    other = timed(lambda: theirs(frame))
    assert other.result == {name: counted[name] for name in SHARED}, "the two count different rows"
    failing = sum(count > 0.2 * THEIR_ROWS for count in other.result.values())
    assert failing >= 15, "too little fails"
    mine = timed(lambda: list(ours(many).by_check()), repeats=3)
    return Measured(mine.seconds, other.seconds * ROWS / THEIR_ROWS)
