"""The clock of any office against a walk through every minute of its span: over a million starts, none left out."""

from __future__ import annotations

import random
from datetime import date, timedelta

import numpy as np
import pytest

from config.calendar import Calendar, CalendarDay, Office
from tasks.judging.clocks import clock_for

FIRST, DAYS = date(2026, 1, 1), 60
ORIGIN = np.datetime64(FIRST, "m")
ALL = ORIGIN + np.arange(DAYS * 1440).astype("timedelta64[m]")
SPANS = (1, 7, 30, 240, 479, 480, 481, 1920, 3333)


def sessions(dice: random.Random) -> tuple[tuple[int, int], ...]:
    """Draw up to three sessions of a day, to the minute; some touch each other, some are a minute long."""
    cuts = sorted(dice.sample(range(0, 1441), 2 * dice.randint(1, 3)))
    return tuple(zip(cuts[::2], cuts[1::2], strict=True))


def office(seed: int) -> Calendar:
    """Make up a calendar with an agency that has hours of its own, days off, make-up days and swapped days."""
    dice = random.Random(seed)  # noqa: S311 - the same offices every time
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    worked = dice.sample(names, dice.randint(1, 7))
    span = [FIRST + timedelta(days=n) for n in range(DAYS)]
    days = [
        CalendarDay(
            day=day, kind=dice.choice(["off", "worked"]), document="x", announced_on=date(2025, 12, dice.randint(1, 31))
        )
        for day in dice.sample(span, 14) + dice.sample(span, 4)  # some are announced twice: the later one counts
    ]
    own = Office(name="own", units=("H99.1",), hours={"weekdays": ["07:30-11:30", "13:00-17:00"], "saturday": ["07:30-11:30"]})
    plain = {"weekdays": ["08:00-12:00"]}
    calendar = Calendar(
        calendar=f"made-up-{seed}",
        title="x",
        zone="Asia/Ho_Chi_Minh",
        covers=(FIRST, span[-1]),
        hours=plain,
        make_up_hours=["08:00-10:00"],
        days=tuple(days),
        offices=(own,),
    )
    own_hours = {name: sessions(dice) for name in worked}
    changed = {"hours": own_hours, "make_up_hours": sessions(dice)}
    return calendar if seed % 3 == 0 else calendar.model_copy(update=changed)


def worked_minutes(calendar: Calendar, unit: str | None) -> list[bool]:
    """Say of each minute of the span, one after the other, whether the agency works."""
    week = calendar.offices[0].hours if unit else calendar.hours
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    found = []
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        rows = sorted((row for row in calendar.days if row.day == day), key=lambda row: row.announced_on)
        hours = week.get(names[day.weekday()], ())
        if rows:
            hours = calendar.make_up_hours if rows[-1].kind == "worked" else ()
        found += [any(start <= minute < end for start, end in hours) for minute in range(1440)]
    return found


def walk_all(worked: list[bool], minutes: int) -> list[int]:
    """Walk from every minute of the span until so many worked ones are over; -1 where the span ends first."""
    found, at, left = [], 0, minutes
    for start in range(len(worked)):
        while left and at < len(worked):
            left -= worked[at]
            at += 1
        found.append(at if not left else -1)
        left += worked[start]  # the next walk begins a minute later
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("unit", [None, "H99.1"])
def test_every_minute_of_the_span_as_a_start(seed: int, unit: str | None) -> None:
    calendar = office(seed)
    worked, clock = worked_minutes(calendar, unit), clock_for(calendar, unit)
    for minutes in SPANS[seed % 3 :: 3]:
        got = clock.after_working_minutes(ALL, np.full(len(ALL), minutes))
        steps = np.where(np.isnat(got), -1, (got - ORIGIN).astype("timedelta64[m]").astype(np.int64))
        assert steps.tolist() == walk_all(worked, minutes)


@pytest.mark.parametrize("seed", range(6))
def test_days_close_when_their_last_session_does(seed: int) -> None:
    calendar = office(seed)
    worked, clock = np.array(worked_minutes(calendar, "H99.1")).reshape(DAYS, 1440), clock_for(calendar, "H99.1")
    closes = [int(np.flatnonzero(day)[-1]) + 1 if day.any() else None for day in worked]
    starts = ORIGIN + np.arange(DAYS) * np.timedelta64(1, "D")
    for days in (1, 2, 5, 13):
        expected: list[np.datetime64] = []
        for start in range(DAYS):
            left, day = days, start
            while left and day + 1 < DAYS:
                day += 1
                left -= closes[day] is not None
            expected.append(np.datetime64("NaT") if left else ORIGIN + day * 1440 + (closes[day] or 0))
        got = clock.after_working_days(starts, np.full(DAYS, days))
        assert np.array_equal(got, np.array(expected, dtype="datetime64[m]"), equal_nan=True)


def test_more_than_a_million_starts_are_walked() -> None:
    walks = sum(len(SPANS[seed % 3 :: 3]) for seed in range(6)) * 2
    assert len(ALL) * walks > 3_000_000
