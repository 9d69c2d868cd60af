"""Checking by difference: day after day, change after change, the findings are those of asking everything.

Every case that makes a check fail stands in one warehouse. Which rows a stage reads is told by its count.
"""

from __future__ import annotations

import random
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
from tests.unit.check_cases import CASES, Case, at
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


def correct(code: str, value: str | None, field: str = "done_at", state: str = "approved", package: str = "p") -> None:
    """Approve a correction, or take it back."""
    row = {"correction_id": f"{code} {value}", "source": "province", "code": code, "field": field, "new_value": value}
    row |= {"evidence": "e", "proposed_by": "a", "approved_by": "b", "state": state, "package": package}
    with load("correct", package) as current:
        frame = CORRECTIONS.frame([{**row, "received_at": pd.Timestamp.now("UTC")}])
        current.merge(CORRECTIONS, frame.drop(columns=["changed_in"]))


BATCH = {"done_at": at("2026-03-05 16:42")}
# What stands there, the check, how many fail it before and after, and the end of one of them by a correction: "first" of those that
# fail, or "last" of all.
ENDS: dict[str, tuple[tuple[Case, ...], str, int, int, str, str | None]] = {
    "one of ten leaves the batch": ((Case(BATCH, crowd=10),), "closed_in_batch", 10, 0, "first", "2026-03-04T16:42:00+07:00"),
    "one of eleven leaves it": ((Case(BATCH, crowd=11),), "closed_in_batch", 11, 10, "first", "2026-03-04T16:42:00+07:00"),
    "its end is emptied": ((Case(BATCH, crowd=10),), "closed_in_batch", 10, 0, "first", None),
    "a tenth joins nine": ((Case(BATCH, crowd=9), Case()), "closed_in_batch", 0, 10, "last", "2026-03-05T16:44:59+07:00"),
    "a tenth comes too late": ((Case(BATCH, crowd=9), Case()), "closed_in_batch", 0, 0, "last", "2026-03-05T16:45:00+07:00"),
    "one of another agency": (
        (Case(BATCH, crowd=9), Case({"unit_code": "H99.13"})),
        *("closed_in_batch", 0, 0, "last", "2026-03-05T16:43:00+07:00"),
    ),
    "one of twenty leaves the second": (
        (CASES["changed_in_bulk"],),
        "changed_in_bulk",
        20,
        0,
        "first",
        "2026-03-06T10:15:08+07:00",
    ),
    "a twentieth of another agency joins it": (
        (Case({"done_at": at("2026-03-06 10:15:07")}, crowd=19), Case({"unit_code": "H99.13"})),
        *("changed_in_bulk", 0, 20, "last", "2026-03-06T10:15:07+07:00"),
    ),
}


@pytest.mark.parametrize("moved", ENDS, ids=lambda name: name.replace(" ", "-"))
def test_a_corrected_end_reaches_those_who_ended_with_it_and_its_month_is_not_read(moved: str) -> None:
    cases, check_id, before, after, which, value = ENDS[moved]
    elsewhere = [Case({"done_at": at(f"2026-03-{day:02d} 09:1{hour}")}) for day in range(9, 14) for hour in range(8)]
    put(*elsewhere, *cases)
    every = checked(DAY).read
    assert len(failing(check_id)) == before
    codes = [code for (code,) in fetch_all("SELECT code FROM core.dossiers ORDER BY code")]
    code = failing(check_id)[0] if which == "first" else codes[-1]
    correct(code, value)
    found = checked(DAY)
    assert 0 < found.read <= every - len(elsewhere), "nobody who ended at another time is read"
    assert len(failing(check_id)) == after
    assert_as_asking_everything(DAY)
    correct(code, value, state="undone")
    checked(DAY)
    assert len(failing(check_id)) == before
    assert_as_asking_everything(DAY)


def test_ends_corrected_to_and_fro_find_what_asking_everything_finds() -> None:
    dice = random.Random(16)  # noqa: S311 - the same ends every time
    ends = ["2026-03-05 16:41", "2026-03-05 16:44:30", *2 * ["2026-03-06 11:00:07"], "2026-03-06 10:15"]

    def case() -> Case:
        day = {} if dice.random() < 0.8 else {"received_at": at("2026-02-27 09:00"), "partition_month": date(2026, 2, 1)}
        return Case({"done_at": at(dice.choice(ends)), "unit_code": dice.choice(["H99.12", "H99.12", "H99.13", None]), **day})

    put(*(case() for _ in range(64)))
    checked(DAY)
    codes = [code for (code,) in fetch_all("SELECT code FROM core.dossiers ORDER BY code")]
    moved: list[tuple[str, str]] = []
    seen: set[tuple[int, int]] = set()
    for number in range(9):
        for code in dice.sample(codes, 6):
            moved.append((code, at(dice.choice(ends)).isoformat()))
            correct(*moved[-1], package=f"p{number}")
        if number % 3 == 2:
            correct(*moved.pop(dice.randrange(len(moved))), state="undone")
        if number == 5:  # one of a month that is read whole, beside those of which ends moved
            change(codes[0], receipt_number="BN-0002")
        checked(DAY)
        assert_as_asking_everything(DAY)
        seen.add((len(failing("closed_in_batch")), len(failing("changed_in_bulk"))))
    assert all(len(set(sizes)) > 1 for sizes in zip(*seen, strict=True)), f"crowds come and go: {seen}"


def test_a_correction_opens_what_its_source_calls_closed_and_days_pass_over_it() -> None:
    put(*CASES.values())
    checked(DAY)
    ((code,),) = fetch_all("SELECT code FROM core.dossiers WHERE status = 10 AND returned_at IS NOT NULL ORDER BY code LIMIT 1")
    correct(code, "4", field="status")
    for day in (DAY, *LATER):
        checked(day)
        assert_as_asking_everything(day)
    assert code in failing("open_very_long")
