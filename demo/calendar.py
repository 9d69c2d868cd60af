"""The made-up province's own calendar: one mark for every minute of 2024 to 2027.

Plain on purpose, and written without a look at the product's clock: whoever wants to know whether a
minute is worked looks at it. Times are minutes of the office's wall clock since 2024-01-01 00:00.
Days off and make-up Saturdays: law 4.5, with the two days of the notice of 25 December 2025.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

ORIGIN = datetime(2024, 1, 1)
DAY = 1440
DAYS = 1461
SESSIONS = ((7 * 60 + 30, 11 * 60 + 30), (13 * 60, 17 * 60))
CLOSING = 17 * 60
WORKING_DAY_MINUTES = 480

_OFF = """
2024: 01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-29 04-30 05-01 09-02 09-03
2025: 01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02
2026: 01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02 11-24
2027: 01-01 02-04 02-05 02-08 02-09 02-10 04-16 04-30 05-03 09-02 09-03 11-24
"""
_MADE_UP = "2024-05-04 2025-04-26 2026-01-10 2026-08-22"


def _days_off() -> set[date]:
    off = set()
    for line in _OFF.split("\n"):
        if line:
            year, days = line.split(":")
            off |= {date.fromisoformat(f"{year}-{day}") for day in days.split()}
    return off


def _worked_days() -> list[bool]:
    off = _days_off()
    made_up = {date.fromisoformat(day) for day in _MADE_UP.split()}
    days = [ORIGIN.date() + timedelta(days=number) for number in range(DAYS)]
    return [day in made_up or (day.weekday() < 5 and day not in off) for day in days]


def _worked_minutes(days: list[bool]) -> bytearray:
    table = bytearray(DAYS * DAY)
    for number, worked in enumerate(days):
        for start, end in SESSIONS if worked else ():
            for minute in range(number * DAY + start, number * DAY + end):
                table[minute] = 1
    return table


DAY_IS_WORKED = _worked_days()
DAY_IS_WEEKDAY = [(ORIGIN + timedelta(days=number)).weekday() < 5 for number in range(DAYS)]
MINUTE_IS_WORKED = _worked_minutes(DAY_IS_WORKED)


def minute_of(moment: datetime) -> int:
    """Return a wall-clock time as minutes since the origin."""
    return int((moment - ORIGIN).total_seconds() // 60)


def moment_of(minute: int) -> datetime:
    """Return the wall-clock time of a minute."""
    return ORIGIN + timedelta(minutes=minute)


def day_number(day: date) -> int:
    """Return a date as days since the origin."""
    return (day - ORIGIN.date()).days


def date_of(minute: int) -> date:
    """Return the calendar day that a minute lies in."""
    return ORIGIN.date() + timedelta(days=minute // DAY)


def closing_of(day: int) -> int:
    """Return the minute at which the office closes on a day, given as days since the origin."""
    return day * DAY + CLOSING


def first_worked_minute(minute: int) -> int:
    """Return the first worked minute at or after a time."""
    return MINUTE_IS_WORKED.find(1, minute)


def worked_between(start: int, end: int) -> int:
    """Count the worked minutes of ``[start, end)``."""
    return MINUTE_IS_WORKED.count(1, start, max(start, end))
