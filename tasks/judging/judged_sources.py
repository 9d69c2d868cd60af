"""Judged sources by name: zone, first year and calendar of each, and the day where the offices are.

Apart from the offices that they stand for, so that whoever only shows a figure does not load what judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.calendar import OFFICE_ZONE_NAME, Calendar, load_calendars
from config.checks import load_checks
from config.known_sources import known_sources, no_file
from config.lookup import look_up
from config.read_once import read_once
from config.sources import Source


def office_today(moment: datetime | None = None) -> date:
    """Return the day that it is where the offices are: now, or at a moment."""
    return (moment or datetime.now(UTC)).astimezone(ZoneInfo(OFFICE_ZONE_NAME)).date()


@read_once
def all_sources(directory: Path | None = None) -> dict[str, Source]:
    """Return every source whose dossiers can be judged, by name, read once per process."""
    return known_sources(directory).judged


def source_named(name: str) -> Source:
    """Return a configured source, or what its file last said where that is gone or broken.

    Raises:
        ConfigError: there never was a file of that name, or nothing is known of it any more.
    """
    sources = all_sources()
    if name not in sources:
        back = "or its file put back, with a line `ended: YEAR-MONTH-DAY` if the system was closed down"
        raise no_file(name, [*sorted(sources), back])
    return sources[name]


def zones() -> dict[str, str]:
    """Return the IANA zone of every configured source, as the files say now."""
    return {name: source.zone for name, source in known_sources().judged.items()}


def first_years() -> dict[str, int]:
    """Return the year before which each configured source can have received nothing.

    A source has one where its file or checks.yaml states it.
    """
    years = {name: first_year_of(source) for name, source in known_sources().judged.items()}
    return {name: year for name, year in years.items() if year is not None}


def first_year_of(source: Source) -> int | None:
    """Return the year before which a source can have received nothing: its own, else the check's; None: any can be."""
    return load_checks().first_year if source.dates.first_year is None else source.dates.first_year


def calendar_of(name: str, calendars: Mapping[str, Calendar] | None = None) -> Calendar:
    """Return the calendar that a source follows.

    Raises:
        ConfigError: the source or its calendar is not configured.
    """
    source = source_named(name)
    calendars = load_calendars() if calendars is None else calendars
    return look_up(f"{name}.yaml: calendar", source.calendar, calendars)
