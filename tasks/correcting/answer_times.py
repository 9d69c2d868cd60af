"""Times of answers: until when an agency is to answer, and how long it took, by its own calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from config.calendar import OFFICE_ZONE_NAME, load_calendars
from config.sources import Source
from tasks.judging.clocks import clock_for
from tasks.judging.judged_sources import all_sources, calendar_of, zones
from tasks.rules.clock.working_clock import WorkingClock
from tasks.rules.dates.times import local_moment

_LONGEST_BREAK = 30  # days off in a row, with room: Tết is nine


def answer_due(asked: datetime, source: str, unit: str | None, within: int) -> datetime | None:
    """Return until when an agency is to answer: the end of the last of so many working days after the day of asking.

    None where the calendar does not reach so far.

    Args:
        asked: when it is asked.
        source: system of the dossiers, whose calendar counts.
        unit: the agency, whose hours may differ.
        within: working days.
    """
    zone = zones().get(source, OFFICE_ZONE_NAME)
    due = _clock(source, unit).after_working_days(np.array([local_moment(asked, zone)]), np.array([within]))[0]
    naive: datetime | None = due.astype("datetime64[us]").item()
    return None if naive is None else naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def days_before(due: datetime, source: str, unit: str | None, days: int) -> datetime:
    """Return the beginning of the day that lies so many working days before a due date.

    Args:
        due: the due date.
        source: system of the dossiers, whose calendar counts.
        unit: the agency, whose hours may differ.
        days: working days, at least one.
    """
    zone = zones().get(source, OFFICE_ZONE_NAME)
    last = local_moment(due, zone).astype("datetime64[D]")
    earlier = last - np.arange(1, _LONGEST_BREAK + 2 * days)
    worked = earlier[_clock(source, unit).is_working_day(earlier)]
    day: date = (worked[days - 1] if len(worked) >= days else earlier[days - 1]).item()
    return datetime.combine(day, time(), ZoneInfo(zone))


def is_open(moment: datetime, source: str, unit: str | None) -> bool:
    """Tell whether an agency works at a moment, by its own hours."""
    now = np.array([local_moment(moment, zones().get(source, OFFICE_ZONE_NAME))])
    return bool(_clock(source, unit).working_minutes_between(now, now + np.timedelta64(1, "m"))[0] == 1)


def last_morning(moment: datetime, hour: int, source: str, unit: str | None) -> datetime:
    """Return when it was last so many o'clock on a working day; the moment itself at the latest."""
    zone = zones().get(source, OFFICE_ZONE_NAME)
    local = local_moment(moment, zone)
    today = local.astype("datetime64[D]")
    days = today - np.arange(_LONGEST_BREAK)
    at = days.astype("datetime64[m]") + np.timedelta64(hour, "h")
    past = at[_clock(source, unit).is_working_day(days) & (at <= local)]
    naive: datetime = (past[0] if len(past) else at[-1]).astype("datetime64[us]").item()
    return naive.replace(tzinfo=ZoneInfo(zone))


def with_first_answers(rows: Sequence[Mapping[str, Any]], answered: datetime) -> list[dict[str, Any]]:
    """Return rows of ``quality.package_rows``, those without an answer so far with the time of their first.

    Args:
        rows: with ``asked_unit`` and ``asked_at``: whom the package asked, and when.
        answered: when their answers came in.
    """
    told = [dict(row) for row in rows]
    first = [row for row in told if row["first_answered_at"] is None]
    for source, unit in {(row["source"], row["asked_unit"]) for row in first}:
        some = [row for row in first if (row["source"], row["asked_unit"]) == (source, unit)]
        for row, minutes in zip(some, _minutes([row["asked_at"] for row in some], answered, source, unit), strict=True):
            row |= {"first_answered_at": answered, "working_minutes": minutes}
    return told


def _minutes(asked: Sequence[datetime], answered: datetime, source: str, unit: str | None) -> list[int | None]:
    zone = zones().get(source, OFFICE_ZONE_NAME)
    starts = np.array([local_moment(one, zone) for one in asked])
    ends = np.full(len(starts), local_moment(answered, zone))
    spent = _clock(source, unit).working_minutes_between(starts, ends)
    return [None if one < 0 else int(one) for one in spent]


def _clock(source: str, unit: str | None) -> WorkingClock:
    """Return the clock of an agency.

    A system whose file is gone follows the calendar of the first that is there; without any, the one that a file names by default.
    """
    known = all_sources()
    if not known:
        return clock_for(load_calendars()[Source.model_fields["calendar"].default], unit)
    return clock_for(calendar_of(source if source in known else next(iter(known))), unit)
