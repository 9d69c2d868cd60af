"""The office behind a source: its zone, its clock and its own rule of what is late."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from config.calendar import Calendar, load_calendars
from config.errors import ConfigError
from config.settings import settings
from config.sources import Source, load_sources
from tasks.clocks import clock_for
from tasks.rules.case import Office


@lru_cache
def all_sources(directory: Path | None = None) -> dict[str, Source]:
    """Return the configured sources by name, read once per process."""
    return load_sources(directory or settings().sources_dir)


def source_named(name: str) -> Source:
    """Return a configured source.

    Raises:
        ConfigError: there is no file of that name.
    """
    sources = all_sources()
    if name not in sources:
        raise ConfigError("config/sources", f"there is no source {name!r}", ", ".join(sorted(sources)))
    return sources[name]


def office_of(name: str, calendars: Mapping[str, Calendar] | None = None) -> Office:
    """Return the office of a source.

    Args:
        name: the source.
        calendars: instead of the configured ones: those of a draft.

    Raises:
        ConfigError: the source or its calendar is not configured.
    """
    source = source_named(name)
    calendars = load_calendars() if calendars is None else calendars
    if source.calendar not in calendars:
        raise ConfigError(f"{name}.yaml: calendar", f"there is no {source.calendar!r}", ", ".join(sorted(calendars)))
    calendar = calendars[source.calendar]
    return Office(
        zone=source.zone,
        clock=clock_for(calendar),
        plain_clock=clock_for(calendar, plain=True),
        own_rule=source.recorded,
        # The national exchange carries a record of every request (DanhSachHoSoBoSung, domain 2.5).
        keeps_requests=source.profile == "dvcqg",
    )
