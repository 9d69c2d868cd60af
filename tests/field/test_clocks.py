"""Hours and clocks that are not the usual ones: offices that never close, midnights that a change of clocks skips, full minutes."""

from __future__ import annotations

from datetime import date, time

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from config.calendar import Calendar
from config.pull_hours import PullHours as SourceHours
from tasks.judging.clocks import clock_for
from tasks.rules.dates.times import days, instants, local_times


def calendar(**hours: object) -> Calendar:
    given = {"calendar": "x", "title": "x", "zone": "Asia/Ho_Chi_Minh", "covers": (date(2026, 1, 1), date(2026, 12, 31))}
    return Calendar.model_validate({**given, "make_up_hours": ["07:30-11:30"], **hours})


@pytest.mark.parametrize(
    ("sessions", "received", "five_days", "eight_hours"),
    [
        (["00:00-24:00"], "2026-03-03T10:00", "2026-03-10T23:59", "2026-03-03T18:00"),
        (
            ["00:00-24:00"],
            "2026-03-03T16:00",
            "2026-03-10T23:59",
            "2026-03-04T00:00",
        ),  # days: on their day; hours: to the minute
        (["16:00-24:00"], "2026-03-03T16:00", "2026-03-10T23:59", "2026-03-04T00:00"),
        (["00:00-08:00", "22:00-24:00"], "2026-03-03T22:00", "2026-03-10T23:59", "2026-03-04T06:00"),
        (["7:30-11:30", "13:00-17:00"], "2026-03-03T08:00", "2026-03-10T17:00", "2026-03-04T08:00"),
    ],
)
def test_an_office_may_work_through_to_midnight_and_closes_on_its_day(
    sessions: list[str], received: str, five_days: str, eight_hours: str
) -> None:
    clock = clock_for(calendar(hours={"weekdays": sessions}))
    start = np.array([received], dtype="datetime64[us]")
    assert clock.after_working_days(start, np.array([5]))[0] == np.datetime64(five_days)
    assert clock.after_working_minutes(start, np.array([480]))[0] == np.datetime64(eight_hours)


@pytest.mark.parametrize("text", ["24:00-24:00", "23:00-24:01", "08:60-09:00", "-01:00-02:00", "8-17", "17:00-08:00", "sáng"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        calendar(hours={"weekdays": [text]})


@pytest.mark.parametrize(
    ("text", "asked", "not_asked"),
    [
        ("00:00-24:00", ["00:00", "12:00", "23:59"], []),
        ("18:00-24:00", ["18:00", "23:59"], ["00:00", "17:59"]),
        ("20:00-06:00", ["20:00", "00:00", "05:59"], ["06:00", "19:59"]),
    ],
)
def test_a_source_may_be_asked_until_midnight(text: str, asked: list[str], not_asked: list[str]) -> None:
    hours = SourceHours.parse(text)
    assert all(hours.hold(time.fromisoformat(at)) for at in asked)
    assert not any(hours.hold(time.fromisoformat(at)) for at in not_asked)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Asuncion", "2023-10-01"),
        ("Asia/Beirut", "2024-03-31"),
        ("Africa/Cairo", "2024-04-26"),
        ("America/Santiago", "2024-09-08"),
        ("America/Havana", "2024-03-10"),
        ("Asia/Ho_Chi_Minh", "2024-03-31"),
    ],
)
def test_a_day_that_begins_at_one_o_clock_is_that_day(zone: str, day: str) -> None:
    given = np.array([f"{day}T00:00", f"{day}T00:30", f"{day}T12:00"], dtype="datetime64[us]")
    there = local_times(instants(given, zone), zone)
    assert (days(there) == np.datetime64(day)).all()
    assert (np.diff(pd.Series(instants(given, zone)).astype("int64")) >= 0).all()
