"""Checks that ask about the status fail in exactly the statuses that they are about, of all ten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.check_cases import CASES, LOG, Case, at, frames_of
from tests.unit.test_checks import checked, failed, only

ALL = set(range(1, 11))
OPEN, ENDED, FINISHED = {2, 4, 5, 6}, {3, 7, 8, 9, 10}, {9, 10}
STATUSES = {
    # check, of the dossier of its case: statuses in which it fails
    "agency_abolished_still_open": OPEN,
    "refused_before_received": ALL - {1, 3},
    "due_missing": ALL - {1, 3},
    "due_missing_limit_unknown": ALL - {1, 3},
    "finished_without_end": FINISHED,
    "ended_without_any_time": ENDED,
    "end_without_finish_status": OPEN,
    "returned_but_open": OPEN,
    "result_but_open": OPEN,
    "returned_status_without_time": {10},
    "refused_without_time": {3, 8},
    "withdrawn_without_time": {7},
    "refused_but_finished": FINISHED,
    "refused_but_open": OPEN,
    "withdrawn_with_result": {3, 7, 8},
    "registered_but_processed": {1},
    "result_without_end": {10},
    "waiting_for_collection": {9},
    "open_very_long": OPEN,
    "silent_while_open": OPEN,
    "waiting_for_supplement_long": {5},
    "pause_without_end": FINISHED | {2, 4},
    "waiting_without_pause": {5, 6},
}


@pytest.mark.parametrize("check_id", STATUSES)
def test_a_check_fails_in_the_statuses_that_it_is_about(check_id: str) -> None:
    case = CASES[check_id]
    every = frames_of(*(replace(case, fields={**case.fields, "status": status}) for status in sorted(ALL)))
    failing = checked(every, only(check_id)).failing(check_id)
    assert {status for status, fails in zip(sorted(ALL), failing, strict=True) if fails} == STATUSES[check_id]


def test_an_entry_whose_status_nobody_knows_is_no_step() -> None:
    unknown = [Case(log=(*LOG[:place], ("2026-03-02 09:05", 0), *LOG[place:])) for place in (1, 2)]
    for case in unknown:
        assert not failed(checked(frames_of(case))) & {"log_illegal_order", "log_skipped_step", "log_reopened_after_closing"}


@pytest.mark.parametrize(
    ("done", "fails"), [("2026-03-07 10:15", False), ("2026-03-07 10:16", True), ("2026-03-05 10:14", True)]
)
def test_the_ends_of_record_and_log_may_differ_by_a_day_of_hours(done: str, fails: bool) -> None:
    """The log says 10:15 on 6 March, and 24 hours are allowed."""
    found = checked(frames_of(Case({"done_at": at(done), "returned_at": None})), only("log_end_differs"))
    assert bool(found.failing("log_end_differs")[0]) is fails
