"""No dossier is accused by a fact that a check of severity fail doubts: for every such check, and every late dossier here.

The oracle knows nothing of readings: it puts every value that the checks would let pass in the doubted field's place, and
asks whether the accusation stays. Where one of them clears the dossier, the verdict must not accuse.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from config.calendar import load_calendars
from config.checks import load_checks
from config.policies import load_policies
from tasks.judging.clocks import clock_for
from tasks.rules.verdict.judgement import judge_frames
from tasks.rules.verdict.timeline import JudgingOffice
from tests.unit.check_cases import AS_OF, CASES, STILL_OPEN, ZONE, Case, at, frames_of
from tests.unit.test_checks import checked, failed

# Due on Monday 9 March 2026.
LATE: dict[str, Case] = {
    "by its record": Case(
        {"done_at": at("2026-03-12 10:15"), "returned_at": at("2026-03-13 09:00"), "result_at": None, "modified_at": None},
        log=(),
    ),
    "by its end alone": Case(
        {"done_at": at("2026-03-12 10:15"), "returned_at": None, "status": 9, "result_at": None, "modified_at": None}, log=()
    ),
    "by its log": Case(
        {"done_at": at("2026-03-12 10:15"), "returned_at": at("2026-03-13 09:00"), "result_at": None, "modified_at": None},
        log=(("2026-03-02 08:30", 2), ("2026-03-10 09:10", 4), ("2026-03-12 10:15", 9), ("2026-03-13 09:00", 10)),
    ),
    "open": Case({**STILL_OPEN, "modified_at": None}, log=(("2026-03-02 08:30", 2), ("2026-03-03 09:10", 4))),
}
FAILS = [check for check in load_checks().each() if check.severity == "fail"]
# A receipt is the code's day, give or take a time zone; anything else any day up to the one that is judged.
DAYS = [str(day.date()) for day in pd.date_range("2026-02-25", "2026-03-31")]
RECEIPTS = ["2026-03-01", "2026-03-02", "2026-03-03"]


class OwnRule:
    end = ("done_at", "returned_at")
    compare = "instant"
    no_due = "on_time"
    paused_statuses = ()


def judged(case: Case) -> dict[str, Any]:
    calendar = load_calendars()["vn"]
    clocks = {"clock": clock_for(calendar), "plain_clock": clock_for(calendar, plain=True)}
    office = JudgingOffice(zone=ZONE, **clocks, own_rule=OwnRule(), keeps_requests=True)
    return dict(judge_frames(frames_of(case), load_policies()["qd766"], office, AS_OF).iloc[0])


def verdict_of(case: Case) -> str:
    return str(judged(case)["verdict"])


def used(case: Case) -> set[str]:
    """Return the fields that the verdict rests on, as its evidence names them; the status always."""
    places = [fact["from"] for fact in json.loads(judged(case)["evidence"]).values() if isinstance(fact, dict)]
    fields = {"core.pauses": "pauses", "core.events": "events"}
    return {"status"} | {
        next((f for p, f in fields.items() if place.startswith(p)), place.rsplit(".", 1)[-1]) for place in places
    }


def spoilt(late: Case, by: Case) -> Case:
    """Do to a late dossier what makes a check fail: its fields, log entries after the sound one's, and pauses."""
    log = by.log if by.log != Case().log else late.log
    return replace(late, fields={**late.fields, **by.fields}, log=log, pauses=by.pauses, others=by.others)


def others(case: Case, about: str) -> Iterator[Case]:
    """Yield the dossier with every other value that the doubted field may have had."""
    if about == "pauses":
        yield replace(case, pauses=())
    elif about == "events":
        yield replace(case, log=tuple(entry for entry in case.log if entry[0] < "2026-04"))
    elif about == "status":
        for status in (2, 4, 9, 10):
            ended: dict[str, Any] = {"done_at": at("2026-03-06 10:15")} if status > 4 and not case.fields.get("done_at") else {}
            yield replace(case, fields={**case.fields, "status": status, **ended})
    else:
        days = RECEIPTS if about == "received_at" else DAYS
        for day in days:
            yield replace(case, fields={**case.fields, about: at(f"{day} 10:00")})


@pytest.mark.parametrize("late", LATE)
def test_each_is_late_while_nothing_doubts_it(late: str) -> None:
    assert verdict_of(LATE[late]) == "late"


@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("check", FAILS, ids=lambda check: check.id)
def test_nobody_is_accused_by_a_doubted_fact(check: Any, late: str) -> None:
    case = spoilt(LATE[late], CASES[check.id])
    if check.id not in failed(checked(frames_of(case))) or verdict_of(case) not in ("late", "hidden_late"):
        return
    for about in set(check.about) & used(case):
        for other in others(case, about):
            if check.id not in failed(checked(frames_of(other))):
                assert verdict_of(other) in ("late", "hidden_late"), f"{about}: {other.fields.get(about)} would clear it"


def test_every_check_that_fails_a_record_finds_its_fault_in_one_of_the_late_dossiers() -> None:
    found = {c.id for c in FAILS for late in LATE.values() if c.id in failed(checked(frames_of(spoilt(late, CASES[c.id]))))}
    assert found == {check.id for check in FAILS}
