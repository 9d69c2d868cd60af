"""The office behind a source: its zone, its clock and its own rule of what is late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from config.areas import load_areas
from config.calendar import Calendar, load_calendars
from config.errors import ConfigError
from config.settings import settings
from config.sources import Source, load_sources
from tasks.clocks import clock_for
from tasks.rules.case import Office, Settled, settle
from tasks.rules.columns import arrow
from tasks.rules.facts import facts_of
from tasks.rules.frames import DossierFrames


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


def office_of(name: str, calendars: Mapping[str, Calendar] | None = None, unit: str | None = None) -> Office:
    """Return the office of a source.

    Args:
        name: the source.
        calendars: instead of the configured ones: those of a draft.
        unit: agency, where its hours may differ from the calendar's.

    Raises:
        ConfigError: the source or its calendar is not configured.
    """
    source, calendar = source_named(name), calendar_of(name, calendars)
    return Office(
        zone=source.zone,
        clock=clock_for(calendar, unit),
        plain_clock=clock_for(calendar, unit, plain=True),
        own_rule=source.recorded,
        # The national exchange carries a record of every request (DanhSachHoSoBoSung, domain 2.5).
        keeps_requests=source.profile == "dvcqg",
        areas=load_areas(),
    )


def calendar_of(name: str, calendars: Mapping[str, Calendar] | None = None) -> Calendar:
    """Return the calendar that a source follows.

    Raises:
        ConfigError: the source or its calendar is not configured.
    """
    source = source_named(name)
    calendars = load_calendars() if calendars is None else calendars
    if source.calendar not in calendars:
        raise ConfigError(f"{name}.yaml: calendar", f"there is no {source.calendar!r}", ", ".join(sorted(calendars)))
    return calendars[source.calendar]


def split_by_hours(
    frames: DossierFrames, source: str, calendars: Mapping[str, Calendar] | None = None
) -> list[tuple[Office, DossierFrames]]:
    """Split a source's frames by the hours of their agencies, each part with the office whose clock counts.

    Events, pauses and evidence stay whole in every part: what speaks about a dossier that is not there is not looked at.
    """
    kinds = calendar_of(source, calendars).offices
    if not kinds:
        return [(office_of(source, calendars), frames)]
    units = arrow(frames.dossiers["unit_code"])
    rest = np.ones(len(frames.dossiers), dtype=bool)
    parts = []
    for unit, mask in ((kind.units[0], _is_in(units, kind.units)) for kind in kinds if kind.units):
        parts.append((unit, rest & mask))
        rest &= ~mask
    return [
        (office_of(source, calendars, unit), replace(frames, dossiers=frames.dossiers[mask].reset_index(drop=True)))
        for unit, mask in [(None, rest), *parts]
        if mask.any()
    ] or [(office_of(source, calendars), frames)]


def settled_parts(frames: DossierFrames, source: str, as_of: date) -> list[Settled]:
    """Settle the evidence of a source's dossiers, those of agencies with hours of their own apart."""
    return [settle(facts_of(part, office.zone), office, as_of) for office, part in split_by_hours(frames, source)]


def _is_in(units: pa.Array, wanted: tuple[str, ...]) -> np.ndarray:
    found = pc.is_in(units, value_set=pa.array(list(wanted), pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
