"""The working clock against an obvious minute walk, and against vectors computed elsewhere."""

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.calendar import load_calendars
from tasks.judging.clocks import clock_for
from tasks.rules.clock.working_clock import OfficeHours, WorkingClock

DATA = Path(__file__).parent.parent / "data" / "calendar"
ODD = OfficeHours(
    first=date(2025, 1, 1),
    last=date(2025, 3, 31),
    week={0: ((450, 690), (780, 1020)), 1: ((420, 700),), 3: ((0, 60), (1380, 1440)), 5: ((450, 690),)},
    off={date(2025, 1, 27), date(2025, 1, 28), date(2025, 2, 15)},
    worked={date(2025, 2, 2)},
    worked_sessions=((600, 660),),
    cut_off=900,
)
CLOCK = WorkingClock.of(ODD)
ORIGIN = np.datetime64("2025-01-01T00:00", "m")


def is_worked(minute: int) -> bool:
    day = ODD.first + timedelta(days=minute // 1440)
    return any(start <= minute % 1440 < end for start, end in ODD.sessions_of(day))


def walk(start: int, minutes: int) -> int | None:
    """Walk minute by minute until so many worked ones are over."""
    at = start
    while minutes > 0:
        if at >= 90 * 1440:
            return None
        minutes -= is_worked(at)
        at += 1
    return at


minute_of_span = st.integers(0, 89 * 1440)


@settings(max_examples=300, deadline=None)
@given(minute_of_span, st.integers(0, 3000))
def test_after_working_minutes_walks_like_a_person(start: int, minutes: int) -> None:
    got = CLOCK.after_working_minutes(np.array([ORIGIN + start]), np.array([minutes]))[0]
    expected = walk(start, minutes)
    assert np.isnat(got) if expected is None else got == ORIGIN + expected


@settings(max_examples=200, deadline=None)
@given(minute_of_span, minute_of_span)
def test_working_minutes_between_counts_each_minute_once(a: int, b: int) -> None:
    first, last = sorted((a, b))
    expected = sum(is_worked(minute) for minute in range(first, last))
    ends = np.array([ORIGIN + first]), np.array([ORIGIN + last])
    assert CLOCK.working_minutes_between(*ends)[0] == expected
    assert CLOCK.working_minutes_between(*reversed(ends))[0] == -expected


@settings(max_examples=200, deadline=None)
@given(minute_of_span, st.integers(1, 20))
def test_after_working_days_counts_days_that_have_hours(start: int, days: int) -> None:
    day = ODD.first + timedelta(days=start // 1440)
    left = days
    while left:
        day += timedelta(days=1)
        if day > ODD.last:
            break
        left -= bool(ODD.sessions_of(day))
    got = CLOCK.after_working_days(np.array([ORIGIN + start]), np.array([days]))[0]
    if left:
        assert np.isnat(got)
    else:
        assert got == np.datetime64(day, "m") + min(ODD.sessions_of(day)[-1][1], 1439), "never the day after"


def test_a_deadline_at_the_end_of_a_session_stays_there() -> None:
    monday = np.array([np.datetime64("2025-01-06T07:30")])
    assert CLOCK.after_working_minutes(monday, np.array([240]))[0] == np.datetime64("2025-01-06T11:30")
    assert CLOCK.after_working_minutes(monday, np.array([241]))[0] == np.datetime64("2025-01-06T13:01")


def test_outside_the_span_there_is_no_answer() -> None:
    times = np.array(["1900-01-01", "2031-01-01", "NaT"], dtype="datetime64[us]")
    assert np.isnat(CLOCK.after_working_days(times, np.array([1, 1, 1]))).all()
    assert np.isnat(CLOCK.after_working_minutes(times, np.array([1, 1, 0]))).all()
    assert np.isnat(CLOCK.after_working_minutes(times, np.array([0, 0, 1]))).all()
    assert (CLOCK.working_minutes_between(times, times) == -1).all()
    assert not CLOCK.is_working_day(times).any()


@pytest.mark.parametrize("row", list(csv.DictReader((DATA / "working_days.csv").open())), ids=lambda row: row["why"])
def test_vietnamese_working_days(row: dict[str, str]) -> None:
    clock = clock_for(load_calendars()["vn"])
    got = clock.after_working_days(np.array([np.datetime64(row["received"])]), np.array([int(row["working_days"])]))
    assert got[0] == np.datetime64(row["due"]) + np.timedelta64(17 * 60, "m")


def uk_clock() -> WorkingClock:
    days = [date.fromisoformat(row["day"]) for row in csv.DictReader((DATA / "uk_holidays_2007_2010.csv").open())]
    week = dict.fromkeys(range(5), ((540, 1020),))
    return WorkingClock.of(OfficeHours(first=date(2007, 1, 1), last=date(2010, 12, 31), week=week, off=days))


@pytest.mark.parametrize(
    "row", list(csv.DictReader((DATA / "uk_foi_20_days.csv").open())), ids=lambda row: row["received"] + row["rule"]
)
def test_british_freedom_of_information_dates(row: dict[str, str]) -> None:
    """Any country's calendar will do: here the deadlines that the British law sets."""
    received = np.array([np.datetime64(row["received"])])
    clock = uk_clock()
    rule = clock.after_working_days if row["rule"] == "20 working days" else clock.after_calendar_days
    assert rule(received, np.array([20]))[0].astype("datetime64[D]") == np.datetime64(row["due"])


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-30T14:59", "2026-03-30T17:00"),
        ("2026-03-30T15:00", "2026-03-31T17:00"),
        ("2026-03-27T15:30", "2026-03-30T17:00"),
        ("2026-03-28T09:00", "2026-03-30T17:00"),
    ],
)
def test_within_the_day_has_a_cut_off_hour(received: str, due: str) -> None:
    clock = clock_for(load_calendars()["vn"])
    assert clock.within_the_day(np.array([np.datetime64(received)]))[0] == np.datetime64(due)


@pytest.mark.parametrize(("start", "months", "due"), [("2025-01-31", 1, "2025-02-28"), ("2025-03-31", 1, "2025-05-05")])
def test_months_end_on_the_same_day_or_the_months_last(start: str, months: int, due: str) -> None:
    """31 March + 1 month is 30 April: a holiday, and so are 1 and 2 May; 3 and 4 are a weekend."""
    clock = clock_for(load_calendars()["vn"])
    got = clock.after_months(np.array([np.datetime64(start)]), np.array([months]))[0]
    assert got == np.datetime64(due) + np.timedelta64(17 * 60, "m")
