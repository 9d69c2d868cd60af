"""The clock of reception: eight working hours from submission to the desk's first answer (NĐ 118/2025, since 1 July 2025)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from config.calendar import load_calendars
from config.errors import ConfigError
from config.reception import ReceptionRule, load_reception
from tasks.judging.clocks import clock_for
from tasks.rules.clock.reception import OUTCOMES, Receptions, receptions_of
from tasks.rules.dates.times import end_of_day
from tasks.rules.verdict.facts import facts_of
from tasks.rules.verdict.receipt import receipt_of
from tests.legal import legal_cases

CALENDAR = load_calendars()["vn"]
AS_OF = date(2026, 3, 31)


def reception(
    submitted: str | None, rules: tuple[ReceptionRule, ...] | None = None, refused: str | None = None, **case: Any
) -> Receptions:
    case = {"channel": "online", **case}
    for name in ("received", "code_day"):
        case[name] = datetime.fromisoformat(case[name]) if case.get(name) else None
    if case["code_day"] is None:
        case["code_day"] = case["received"]
    case["log"] = [[datetime.fromisoformat(at), status] for at, status in case.get("log", [])]
    frames = legal_cases.frames_of(case)
    given = {"submitted_at": submitted, "refused_at": refused}
    times = {
        name: pd.array([legal_cases.instant(datetime.fromisoformat(t)) if t else None], dtype=frames.dossiers[name].dtype)
        for name, t in given.items()
    }
    facts = facts_of(replace(frames, dossiers=frames.dossiers.assign(**times)), legal_cases.ZONE)
    as_of_end = end_of_day(AS_OF)
    chosen = load_reception() if rules is None else rules
    return receptions_of(facts, receipt_of(facts, as_of_end), chosen, clock_for(CALENDAR), as_of_end)


def outcome(*args: Any, **case: Any) -> str:
    return OUTCOMES[reception(*args, **case).outcome[0]]


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2026-03-03T10:15", "2026-03-04T10:15"),  # eight hours over lunch and night
        (
            "2026-03-06T16:00",
            "2026-03-09T16:00",
        ),  # Friday at 16:00: one hour left, seven on Monday, 07:30-11:30 and 13:00-16:00
        ("2026-03-07T09:00", "2026-03-09T17:00"),  # Saturday: the whole of Monday
        ("2026-03-03T22:30", "2026-03-04T17:00"),  # at night: the whole of the next day
        ("2026-01-01T09:00", "2026-01-05T17:00"),  # 2 January 2026 is off: Monday the 5th
        ("2026-01-09T13:00", "2026-01-10T11:30"),  # Saturday the 10th is worked
        ("2026-02-13T13:00", "2026-02-23T11:30"),  # over Lunar New Year
    ],
)
def test_eight_working_hours_from_submission(submitted: str, due: str) -> None:
    received = reception(submitted, received=due)
    assert received.due[0] == np.datetime64(due)
    assert OUTCOMES[received.outcome[0]] == "in_time", "on the last minute is in time"
    late = (datetime.fromisoformat(due) + timedelta(minutes=1)).isoformat()
    assert outcome(submitted, received=late) == "late"


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        ("not_asked", {"submitted": "2025-06-30T10:00", "received": "2025-07-10T10:00"}),  # before the decree
        ("late", {"submitted": "2025-07-01T10:00", "received": "2025-07-10T10:00"}),
        ("not_asked", {"submitted": "2026-03-03T08:00", "received": "2026-03-10T08:00", "channel": "counter"}),
        ("not_asked", {"submitted": "2026-03-03T08:00", "received": "2026-03-10T08:00", "channel": None}),
        ("late", {"submitted": "2026-03-03T08:00", "received": "2026-03-10T08:00", "channel": "postal"}),
        # Nobody has answered yet: judged at the end of 31 March.
        ("late", {"submitted": "2026-03-03T08:00", "status": 1, "code_day": "2026-03-03"}),
        ("waiting", {"submitted": "2026-03-31T15:00", "status": 1, "code_day": "2026-03-31"}),
        # A refusal and a request for papers answer too, and the log knows the first of them.
        ("in_time", {"submitted": "2026-03-03T08:00", "status": 3, "refused": "2026-03-03T15:00", "code_day": "2026-03-03"}),
        ("late", {"submitted": "2026-03-03T08:00", "status": 3, "refused": "2026-03-05T15:00", "code_day": "2026-03-03"}),
        (
            "in_time",
            {
                "submitted": "2026-03-03T08:00",
                "received": "2026-03-09T08:00",
                "log": [["2026-03-03T08:00", 1], ["2026-03-03T16:00", 5], ["2026-03-09T08:00", 2]],
            },
        ),
        # What proves nothing: the submission is not known, is a copy of the receipt, or lies after it.
        ("untold", {"submitted": None, "received": "2026-03-03T08:00"}),
        ("untold", {"submitted": "2026-03-03T08:00", "received": "2026-03-03T08:00"}),
        ("untold", {"submitted": "2026-03-04T08:00", "received": "2026-03-03T08:00"}),
        # Only the day of receipt is known, by the code: the day after the last is late, the last day itself is not told.
        ("late", {"submitted": "2026-03-03T08:00", "code_day": "2026-03-05", "status": 4}),
        ("untold", {"submitted": "2026-03-03T10:00", "code_day": "2026-03-04", "status": 4}),
        ("in_time", {"submitted": "2026-03-03T10:00", "code_day": "2026-03-03", "status": 4}),
    ],
)
def test_whether_it_was_taken_in_in_time(expected: str, case: dict[str, Any]) -> None:
    assert outcome(case.pop("submitted"), **case) == expected


def test_the_rule_of_the_day_of_submission_counts() -> None:
    """A made-up change: one working day from 1 March 2026. Submitted on Tuesday at 08:00, due at the close of Wednesday."""
    first = load_reception()[0]
    changed = (
        first.model_copy(update={"until": date(2026, 2, 28)}),
        first.model_copy(update={"since": date(2026, 3, 1), "amount": 1, "unit": "working_day"}),
    )
    assert reception("2026-03-03T08:00", changed, received="2026-03-04T16:00").due[0] == np.datetime64("2026-03-04T17:00")
    assert reception("2026-02-10T08:00", changed, received="2026-02-10T16:00").due[0] == np.datetime64("2026-02-11T08:00")


def test_rules_that_overlap_are_refused(tmp_path: Path) -> None:
    rule = "{since: 2025-07-01, amount: 8, unit: hour, channels: [online], reference: x}"
    path = tmp_path / "reception.yaml"
    path.write_text(f"rules: [{rule}, {rule}]", encoding="utf-8")
    with pytest.raises(ConfigError, match="has to end before"):
        load_reception(path)


def walked(start: datetime, minutes: int) -> datetime:
    sessions = {day: [(450, 690), (780, 1020)] for day in range(5)}
    special = CALENDAR.in_force()
    while minutes:
        row = special.get(start.date())
        hours = sessions[0] if row and row.kind == "worked" else [] if row else sessions.get(start.weekday(), [])
        minute = start.hour * 60 + start.minute
        minutes -= any(first <= minute < last for first, last in hours)
        start += timedelta(minutes=1)
    return start


def test_the_last_minute_is_that_of_a_walk_minute_by_minute() -> None:
    dice = random.Random(9)  # noqa: S311
    times = [datetime(2025, 7, 1) + timedelta(minutes=dice.randrange(240 * 1440)) for _ in range(60)]
    frames = legal_cases.frames_of({"channel": "online", "received": datetime(2026, 3, 3, 8), "code_day": None})
    many = frames.dossiers.iloc[[0] * len(times)].reset_index(drop=True)
    submitted = pd.array([legal_cases.instant(at) for at in times], dtype=many["submitted_at"].dtype)
    facts = facts_of(replace(frames, dossiers=many.assign(submitted_at=submitted)), legal_cases.ZONE)
    found = receptions_of(facts, receipt_of(facts, end_of_day(AS_OF)), load_reception(), clock_for(CALENDAR), end_of_day(AS_OF))
    assert found.due.astype("datetime64[m]").tolist() == [walked(at, 480) for at in times]
