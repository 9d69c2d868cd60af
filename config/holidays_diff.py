"""Differences between a calendar and the package `holidays`: listed, not hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from config.calendar import Calendar
from config.errors import ConfigError
from config.language import Bilingual


@dataclass(frozen=True)
class DayDifference:
    """A day that one of the two takes as worked and the other does not.

    Attributes:
        worked: by the calendar kept here; the package says the opposite.
        document: what the calendar rests on, empty where it has no row for the day.
        announced_on: when that became known.
        package_says: name of the holiday there, empty where it has none.
        verified: the calendar's row was checked against its document.
    """

    day: date
    worked: bool
    document: str
    announced_on: date | None
    package_says: str
    verified: bool


def package_differences(calendar: Calendar) -> list[DayDifference]:
    """List the days of the years kept on which calendar and package disagree, in order.

    Raises:
        ConfigError: the calendar names no country of the package.
    """
    if calendar.package is None:
        raise ConfigError(
            f"{calendar.calendar}.yaml: package",
            Bilingual("không nêu quốc gia", "names no country"),
            Bilingual("một quốc gia trong gói holidays, ví dụ VN", "a country of the package holidays, such as VN"),
        )
    first, last = calendar.covers
    table = holidays.country_holidays(calendar.package, years=range(first.year, last.year + 1))
    held, week = calendar.in_force(), calendar.week_of(None)
    found = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        row = held.get(day)
        worked = row.kind == "worked" if row else bool(week.get(day.weekday()))
        if worked != table.is_working_day(day):
            about = (row.document, row.announced_on, row.verified) if row else ("", None, True)
            found.append(DayDifference(day, worked, about[0], about[1], table.get(day) or "", about[2]))
    return found
