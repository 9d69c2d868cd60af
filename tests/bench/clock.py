"""The working clock against a day walk in Python, on a million receipts of the made-up province's two Tết."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np

from config.calendar import load_calendars
from tasks.clocks import clock_for
from tests.bench.line import Measured, line, timed

DOSSIERS = 1_000_000
WALKED = 100_000  # the day walk is timed on these and its time scaled: a million takes it over a minute
CLOSE = time(17)


def receipts() -> tuple[np.ndarray, np.ndarray]:
    """Return minutes of receipt over fifteen months, nights and days off included, and limits of 1 to 60 working days."""
    random = np.random.default_rng(766)
    first, last = np.datetime64("2025-01-02", "m"), np.datetime64("2026-04-01", "m")
    received = first + random.integers(0, int((last - first).astype(int)), DOSSIERS).astype("timedelta64[m]")
    return received, random.integers(1, 61, DOSSIERS)


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
