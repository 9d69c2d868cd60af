"""Oracle: true due date and lateness of a dossier, by walking day by day and minute by minute.

Slow and obvious on purpose: it shares no code with the product, so that the two can disagree.
Rules: the national formula (QD 766, 2.1) with office days and hours; see docs of the policy qd766.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from demo.calendar import (
    CLOSING,
    DAY,
    DAY_IS_WEEKDAY,
    DAY_IS_WORKED,
    MINUTE_IS_WORKED,
    WORKING_DAY_MINUTES,
    closing_of,
    date_of,
    day_number,
    worked_between,
)

SAME_DAY_CUT_OFF = 15 * 60


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: ``amount`` of ``unit``; units as in the catalogue file, ``none`` and ``unsettled`` included."""

    amount: int
    unit: str


@dataclass(slots=True)
class Pause:
    """Time in which the agency waited for someone else; ``end`` is None while it lasts."""

    kind: str
    start: int
    end: int | None = None


def working_days_after(day: int, count: int, worked: Sequence[bool] = DAY_IS_WORKED) -> int:
    """Return the count-th worked day after a day, the day itself not counted."""
    while count > 0:
        day += 1
        count -= worked[day]
    return day


def pushed(day: int) -> int:
    """Return the day itself where it is worked, else the next worked one."""
    while not DAY_IS_WORKED[day]:
        day += 1
    return day


@lru_cache(maxsize=65536)
def minutes_after(minute: int, count: int) -> int:
    """Return the time at which ``count`` worked minutes after ``minute`` are used up."""
    while count > 0:
        count -= MINUTE_IS_WORKED[minute]
        minute += 1
    return minute


def _months_after(minute: int, count: int) -> int:
    day = date_of(minute)
    number = day.month - 1 + count
    year, month = day.year + number // 12, number % 12 + 1
    last = months.monthrange(year, month)[1]
    return day_number(day.replace(year=year, month=month, day=min(day.day, last)))


def _same_day(received: int) -> int:
    day = received // DAY
    in_time = DAY_IS_WORKED[day] and received % DAY < SAME_DAY_CUT_OFF
    return closing_of(day if in_time else working_days_after(day, 1))


def plain_due(limit: Limit, received: int, appointment: int | None = None) -> int | None:
    """Return when a dossier is due if nothing interrupts it, or None where there is no limit.

    Args:
        limit: of the version in force on the day of receipt.
        received: minute of receipt.
        appointment: date promised to the citizen; it counts where the law sets no limit.
    """
    day = received // DAY
    if limit.unit == "working_day":
        return closing_of(working_days_after(day, limit.amount))
    if limit.unit == "calendar_day":
        return closing_of(pushed(day + limit.amount))
    if limit.unit == "month":
        return closing_of(pushed(_months_after(received, limit.amount)))
    if limit.unit == "hour":
        return minutes_after(received, limit.amount * 60)
    if limit.unit == "same_day":
        return _same_day(received)
    return appointment if appointment is not None and appointment > received else None


def due_in_plain_weeks(limit: Limit, received: int) -> int | None:
    """Return the due time that a system without a table of days off works out: Monday to Friday only."""
    day = received // DAY
    if limit.unit == "working_day":
        return closing_of(working_days_after(day, limit.amount, DAY_IS_WEEKDAY))
    return None


def union(pauses: Sequence[Pause], until: int) -> list[tuple[int, int]]:
    """Return the pauses as stretches without overlap, in order; what lies after ``until`` has not happened."""
    merged: list[tuple[int, int]] = []
    for pause in sorted(pauses, key=lambda each: each.start):
        end = until if pause.end is None else min(pause.end, until)
        if merged and pause.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif end > pause.start:
            merged.append((pause.start, end))
    return merged


def due_with_pauses(
    limit: Limit, received: int, pauses: Sequence[Pause], until: int, appointment: int | None = None
) -> int | None:
    """Return when a dossier is due after what its pauses give back.

    A pause counts when it starts before the due time reached so far.

    Args:
        limit: of the version in force on the day of receipt.
        received: minute of receipt.
        pauses: true pauses, in any order.
        until: end of the dossier, else of the day that is spoken for: where an open pause stops.
        appointment: date promised to the citizen.
    """
    due = plain = plain_due(limit, received, appointment)
    given_back = 0
    for start, end in union(pauses, until):
        if due is None or plain is None or start >= due:
            break
        if limit.unit in ("working_day", "same_day"):
            given_back += worked_between(start, end)
            due = closing_of(working_days_after(plain // DAY, -(-given_back // WORKING_DAY_MINUTES)))
        elif limit.unit == "hour":
            due = minutes_after(due, worked_between(start, end))
        elif limit.unit != "none":
            given_back += end - start
            due = closing_of(pushed(_last_day(limit, received) + -(-given_back // DAY)))
        if end == until and any(pause.end is None or pause.end > until for pause in pauses):
            due = max(due, until)  # the clock stands still: nothing can run out
    return due


def moved_due(limit: Limit, due: int, start: int, end: int) -> int:
    """Return a due time moved by a time in which nothing could be worked on, as a pause moves it."""
    if start >= due:
        return due
    if limit.unit == "hour":
        return minutes_after(due, worked_between(start, end))
    if limit.unit in ("working_day", "same_day"):
        return closing_of(working_days_after(due // DAY, -(-worked_between(start, end) // WORKING_DAY_MINUTES)))
    return closing_of(pushed(due // DAY + -(-(end - start) // DAY)))


def just_before_due(withdrawn: int, due: int, filed: int) -> bool:
    """Answer whether a withdrawal came on the due day or the working day before, and the second filing within two."""
    last, again = withdrawn // DAY, filed // DAY
    return last <= due // DAY <= working_days_after(last, 1) and withdrawn <= filed and again <= working_days_after(last, 2)


def _last_day(limit: Limit, received: int) -> int:
    """Return the last day of a period in calendar days or months, whether it is worked or not."""
    return _months_after(received, limit.amount) if limit.unit == "month" else received // DAY + limit.amount


def is_late(limit: Limit, due: int | None, ended: int | None, end_of_day: int) -> bool:
    """Answer whether a dossier is late: days are compared as days, hours as instants.

    Args:
        limit: its unit decides how the two are compared.
        due: from :func:`due_with_pauses`; None cannot be late.
        ended: minute of the end; None while open.
        end_of_day: last minute of the day that is spoken for.
    """
    if due is None:
        return False
    if ended is None:
        return due < end_of_day
    return ended > due if limit.unit == "hour" else ended // DAY > due // DAY


def closing_time(minute: int) -> int:
    """Return the closing time of the day that a minute lies in."""
    return minute - minute % DAY + CLOSING
