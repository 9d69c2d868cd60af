"""The working clock on receipts of the made-up province's two Tết: against a day walk in Python, and against numpy's whole days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

import numpy as np

from config.calendar import Calendar, load_calendars
from tasks.judging.clocks import clock_for
from tests.bench.line import Measured, line, timed

DOSSIERS = 1_000_000
WALKED = 100_000  # the day walk is timed on these and its time scaled: a million takes it over a minute
CLOSE = time(17)
MINUTES_A_WORKED_DAY = 480


MANY = 5_000_000  # held against numpy's busday_offset, and against one second


def receipts(count: int = DOSSIERS) -> tuple[np.ndarray, np.ndarray]:
    """Return minutes of receipt over fifteen months, nights and days off included, and limits of 1 to 60 working days."""
    random = np.random.default_rng(766)
    first, last = np.datetime64("2025-01-02", "m"), np.datetime64("2026-04-01", "m")
    received = first + random.integers(0, int((last - first).astype(int)), count).astype("timedelta64[m]")
    return received, random.integers(1, 61, count)


def day_walk(received: list[datetime], limits: list[int], days: dict[date, str]) -> list[datetime]:
    """Work out due dates as a programmer writes it first: a day at a time, asking of each whether it is worked."""
    due = []
    for moment, limit in zip(received, limits, strict=True):
        day, left = moment.date(), limit
        while left:
            day += timedelta(days=1)
            kind = days.get(day)
            left -= kind == "worked" or (kind is None and day.weekday() < 5)
        due.append(datetime.combine(day, CLOSE))
    return due


@line("deadlines", other="day walk in Python", times_faster=100)
def deadlines() -> Measured:
    """A million deadlines in working days."""
    calendar = load_calendars()["vn"]
    clock = clock_for(calendar)
    received, limits = receipts()
    ours = timed(lambda: clock.after_working_days(received, limits), repeats=5)
    days = {day: row.kind for day, row in calendar.in_force().items()}
    some, some_limits = received[:WALKED].tolist(), limits[:WALKED].tolist()
    walked = timed(lambda: day_walk(some, some_limits, days))
    assert ours.result[:WALKED].tolist() == walked.result, "the clock and the day walk disagree"
    return Measured(ours.seconds, walked.seconds * DOSSIERS / WALKED)


@dataclass(frozen=True)
class Seconds:
    """What five million take on one core."""

    deadlines: float
    elapsed: float
    numpy: float


@cache
def whole_days() -> Seconds:
    """Time deadlines and elapsed working minutes of the clock, and the due days of numpy, which knows neither hours nor minutes."""
    calendar = load_calendars()["vn"]
    clock = clock_for(calendar)
    received, limits = receipts(MANY)
    day = received.astype("datetime64[D]")
    ours = timed(lambda: clock.after_working_days(received, limits), repeats=3)
    exact = np.busday_offset(day, limits, roll="backward", busdaycal=_numpy_calendar(calendar))
    assert (ours.result.astype("datetime64[D]") == exact).all(), "the clock and numpy disagree on a day"
    # Timed without the make-up Saturdays, which make numpy slower: it knows them only as a week of six days, mostly off.
    off = [day for day, row in calendar.in_force().items() if row.kind == "off"]
    plain = np.busdaycalendar("1111100", np.array(off, "datetime64[D]"))
    numpy = timed(lambda: np.busday_offset(day, limits, roll="backward", busdaycal=plain), repeats=3)
    due = ours.result
    elapsed = timed(lambda: clock.working_minutes_between(received, due), repeats=3)
    rest = clock.working_minutes_between(received, day + np.timedelta64(1, "D"))
    assert (elapsed.result - rest == limits * MINUTES_A_WORKED_DAY).all(), (
        "the minutes between are not those of the days between"
    )
    return Seconds(ours.seconds, elapsed.seconds, numpy.seconds)


def _numpy_calendar(calendar: Calendar) -> np.busdaycalendar:
    """Return the same working days for numpy, which can only take days off a week: so its week has a Saturday, mostly off."""
    special = calendar.in_force()
    first, last = calendar.covers
    span = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    worked = {day for day in span if (special[day].kind == "worked" if day in special else day.weekday() < 5)}
    off = np.array([day for day in span if day not in worked and day.weekday() < 6], "datetime64[D]")
    assert not [day for day in worked if day.weekday() == 6], "a Sunday is worked"
    return np.busdaycalendar("1111110", off)


@line("deadlines-5m", other="busday_offset", at_most=5.0)
def deadlines_5m() -> Measured:
    """Five million deadlines to the minute against numpy's, to the day."""
    return Measured(whole_days().deadlines, whole_days().numpy)


@line("elapsed-5m", other="busday_offset", at_most=5.0)
def elapsed_5m() -> Measured:
    """Five million spans in working minutes against numpy's five million due days."""
    return Measured(whole_days().elapsed, whole_days().numpy)


@line("deadlines-5m-second", other="one second", at_most=1.0)
def deadlines_5m_second() -> Measured:
    """Five million deadlines within a second."""
    return Measured(whole_days().deadlines, 1.0)


@line("elapsed-5m-second", other="one second", at_most=1.0)
def elapsed_5m_second() -> Measured:
    """Five million spans within a second."""
    return Measured(whole_days().elapsed, 1.0)
