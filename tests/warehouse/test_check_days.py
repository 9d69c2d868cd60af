"""Checking by difference: day after day, change after change, the findings are those of asking everything.

Every case that makes a check fail stands in one warehouse. Which rows a stage reads is told by its count.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from schemas.dossiers import DOSSIERS
from schemas.quality import CORRECTIONS
from tasks.check import check_batch
from tasks.judging.rules_digest import rules_digest
from tasks.runtime.step_result import StepResult
from tasks.warehouse.batches import Batch
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tasks.warehouse.partitions import pending
from tests.unit.check_cases import CASES, Case
from tests.warehouse.test_check import office, put

__all__ = ["office"]
pytestmark = pytest.mark.usefixtures("office")
DAY = date(2026, 3, 31)
LATER = [date(2026, 4, 1), date(2026, 4, 15), date(2026, 6, 5), date(2026, 9, 10), date(2027, 3, 31), date(2031, 1, 1)]
_OPEN = (
    "SELECT source, code, check_id, severity, first_seen_on FROM quality.findings WHERE resolved_on IS NULL ORDER BY 1, 2, 3"
)
_ALL = "SELECT source, code, check_id, severity, resolved_on IS NULL FROM quality.findings ORDER BY 1, 2, 3"
MONTHS = "SELECT DISTINCT partition_month FROM core.dossiers WHERE source = 'province' AND role = 'primary' ORDER BY 1"


def whole() -> Batch:
    return Batch("province", tuple(month for (month,) in fetch_all(MONTHS)))


def checked(day: date) -> StepResult:
    """Check what is pending as a run does."""
    months = tuple(one.month for one in pending("check", day, rules_digest(), ["province"]))
    return check_batch(Batch("province", months), day) if months else StepResult("check", "province")


def assert_as_asking_everything(day: date) -> None:
    """Asking everything finds nothing to write: what stands is what it would have written."""
    before = fetch_all(_ALL)
    again = check_batch(whole(), day, full=True)
    assert (again.inserted, again.updated) == (0, 0)
    assert fetch_all(_ALL) == before


def change(code: str, **fields: Any) -> None:
    """Let the source state something else of a dossier."""
    columns = ", ".join(DOSSIERS.given_columns)
    row = dict(
        zip(DOSSIERS.given_columns, fetch_all(f"SELECT {columns} FROM core.dossiers WHERE code = '{code}'")[0], strict=True)
    )
    with load("load", "province") as current:
        current.merge(DOSSIERS, DOSSIERS.frame([row | fields]).drop(columns=["changed_in"]))


def failing(check_id: str) -> list[str]:
    query = f"SELECT code FROM quality.findings WHERE check_id = '{check_id}' AND resolved_on IS NULL ORDER BY 1"
    return [code for (code,) in fetch_all(query)]


def test_days_pass_and_the_findings_are_those_of_asking_everything() -> None:
    put(*CASES.values())
    every = checked(DAY).read
    for day in LATER:
        found = checked(day)
        assert 0 < found.read < every, "the dossiers that settled are not read"
        assert_as_asking_everything(day)


def test_a_second_run_of_a_day_reads_and_writes_nothing() -> None:
    put(*CASES.values())
    checked(DAY)
    standing = fetch_all(_OPEN)
    assert pending("check", DAY, rules_digest(), ["province"]) == []
    again = check_batch(whole(), DAY)
    assert (again.read, again.inserted, again.updated, again.unchanged) == (0, 0, 0, 0)
    checked(LATER[0])
    number = fetch_all("SELECT max(changed_in) FROM quality.findings")
    rows = fetch_all("SELECT count(*) FROM quality.findings WHERE changed_in = (SELECT max(changed_in) FROM quality.findings)")
    assert rows[0][0] < len(standing) / 4, f"what still holds is not written again: {number}"


CHANGES: dict[str, dict[str, Any]] = {
    "one of a crowd leaves it, and it is none": {"applicant_repeats": {"applicant_key": "another"}},
    "the other of two takes another receipt number": {"receipt_number_repeated": {"receipt_number": "BN-8"}},
    "one of many due dates is taken away": {"limit_misconfigured": {"due_at": None}},
    "one of a batch was received in another month": {
        "received_in_bulk": {"received_at": datetime(2026, 2, 2, 1, tzinfo=UTC), "partition_month": date(2026, 2, 1)}
    },
    "what was finished is open again": {"finished_without_end": {"status": 4}},
    "an open one ends": {"open_very_long": {"status": 9, "done_at": datetime(2026, 3, 30, 3, tzinfo=UTC)}},
}


@pytest.mark.parametrize("changed", CHANGES, ids=lambda name: name.replace(" ", "-"))
def test_a_change_is_followed_wherever_it_shows(changed: str) -> None:
    ((check_id, fields),) = CHANGES[changed].items()
    put(CASES[check_id], Case(crowd=2))
    checked(DAY)
    code = failing(check_id)[0]
    change(code, **fields)
    found = checked(DAY)
    assert found.read
    assert code not in failing(check_id)
    assert_as_asking_everything(DAY)
    checked(LATER[1])
    assert_as_asking_everything(LATER[1])


def test_a_correction_opens_what_its_source_calls_closed_and_days_pass_over_it() -> None:
    put(*CASES.values())
    checked(DAY)
    ((code,),) = fetch_all("SELECT code FROM core.dossiers WHERE status = 10 AND returned_at IS NOT NULL ORDER BY code LIMIT 1")
    row = {"correction_id": "c", "source": "province", "code": code, "field": "status", "new_value": "4", "evidence": "e"}
    row |= {"proposed_by": "a", "approved_by": "b", "state": "approved", "package": "p", "received_at": pd.Timestamp.now("UTC")}
    with load("correct", "p") as current:
        current.merge(CORRECTIONS, CORRECTIONS.frame([row]).drop(columns=["changed_in"]))
    for day in (DAY, *LATER):
        checked(day)
        assert_as_asking_everything(day)
    assert code in failing("open_very_long")
