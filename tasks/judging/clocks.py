"""Working clocks of the configured calendars, each built once per calendar and hours."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from config.calendar import Calendar
from tasks.rules.clock.working_clock import OfficeHours, WorkingClock


def clock_for(calendar: Calendar, unit: str | None = None, known_on: date | None = None, plain: bool = False) -> WorkingClock:
    """Build the clock of an agency.

    Args:
        calendar: the calendar that it follows.
        unit: agency code, where its hours may differ.
        known_on: use only what was announced by that day: what a system could know then.
        plain: leave out all special days: the clock of a system that knows weekends only.
    """
    # Agencies without hours of their own share a clock: building one takes a tenth of a second.
    keeper = next((office.units[0] for office in calendar.offices if unit is not None and unit in office.units), None)
    return _built(calendar, keeper, known_on, plain)


@lru_cache(maxsize=64)
def _built(calendar: Calendar, unit: str | None, known_on: date | None, plain: bool) -> WorkingClock:
    days = {} if plain else calendar.in_force(known_on)
    return WorkingClock.of(
        OfficeHours(
            first=calendar.covers[0],
            last=calendar.covers[1],
            week=calendar.week_of(unit),
            off=frozenset(day for day, row in days.items() if row.kind == "off"),
            worked=frozenset(day for day, row in days.items() if row.kind == "worked"),
            worked_sessions=calendar.make_up_hours,
            cut_off=calendar.same_day_cut_off,
        )
    )
