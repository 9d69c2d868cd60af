"""Offices behind sources: zone, clock and the source's own rule of lateness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.areas import load_areas
from config.calendar import Calendar
from config.settings import demonstration_day
from tasks.judging.clocks import clock_for
from tasks.judging.judged_sources import all_sources, calendar_of, first_year_of, source_named
from tasks.rules.arrays import Mask, arrow
from tasks.rules.clock.working_clock import Clocks
from tasks.rules.dates.times import local_moment
from tasks.rules.frames import DossierFrames
from tasks.rules.verdict.facts import facts_of
from tasks.rules.verdict.timeline import JudgingOffice, ResolvedInputs, resolve_inputs
from tasks.warehouse.freshness import heard_until


def office_of(name: str, calendars: Mapping[str, Calendar] | None = None, unit: str | None = None) -> JudgingOffice:
    """Return the office of a source.

    Args:
        name: the source.
        calendars: instead of the configured ones: those of a draft.
        unit: agency, where its hours may differ from the calendar's.

    Raises:
        ConfigError: the source or its calendar is not configured.
    """
    source, calendar = source_named(name), calendar_of(name, calendars)
    return JudgingOffice(
        zone=source.zone,
        clock=clock_for(calendar, unit),
        plain_clock=clock_for(calendar, unit, plain=True),
        own_rule=source.recorded,
        keeps_requests=source.own_profile.keeps_requests,
        areas=load_areas(),
        carriers=tuple(other.name for other in all_sources().values() if other.own_profile.carries_results),
        first_year=first_year_of(source),
    )


def judging_office(name: str, calendars: Mapping[str, Calendar] | None = None, unit: str | None = None) -> JudgingOffice:
    """Return the office of a source as its dossiers are judged.

    It knows the moment of its last news; see :func:`office_of`.
    """
    office, heard = office_of(name, calendars, unit), None if demonstration_day() else heard_until(name)
    return office if heard is None else replace(office, heard_until=local_moment(heard, office.zone))


def split_by_hours(
    frames: DossierFrames, source: str, calendars: Mapping[str, Calendar] | None = None
) -> list[tuple[JudgingOffice, DossierFrames]]:
    """Split a source's frames by the hours of their agencies, each part with the office whose clock counts.

    Events, pauses and evidence stay whole in every part: what speaks about a dossier that is not there is not looked at.
    """
    frames, kinds = as_coded(frames, source), _by_hours(frames.dossiers, source, calendars)
    if len(kinds) == 1:
        return [(office_of(source, calendars, kinds[0][0]), frames)]
    return [(office_of(source, calendars, unit), frames.part(mask)) for unit, mask in kinds]


def as_coded(frames: DossierFrames, source: str) -> DossierFrames:
    """Return a source's frames as its codes are to be read: ``codes: free`` in its file makes them mere names."""
    return frames.with_free_codes() if source_named(source).codes == "free" else frames


def settled_parts(
    frames: DossierFrames, source: str, as_of: date, calendars: Mapping[str, Calendar] | None = None
) -> list[ResolvedInputs]:
    """Settle a source's frames, each agency's dossiers by its own hours: receipt, limit and the source's own word.

    Args:
        frames: dossiers of the source.
        source: its name.
        as_of: open dossiers are looked at at the end of this day.
        calendars: instead of the configured ones: those of a draft.

    Raises:
        ConfigError: the source or its calendar is not configured.
    """
    parts = split_by_hours(frames, source, calendars)
    heard = None if demonstration_day() else heard_until(source)  # a demonstration's world says no more
    until = None if heard is None else local_moment(heard, parts[0][0].zone)
    heard_by = [(replace(office, heard_until=until), part) for office, part in parts]
    return [resolve_inputs(facts_of(part, office.zone, office.carriers), office, as_of) for office, part in heard_by]


def clocks_of(dossiers: pd.DataFrame, source: str) -> tuple[Clocks, Clocks]:
    """Return the clocks that a source's dossiers follow, each its agency's, and the same without any special day.

    For what has to see the dossiers of all agencies together; whoever can look at them apart takes :func:`split_by_hours`.
    """
    kinds = _by_hours(dossiers, source, None)
    offices = [office_of(source, unit=unit) for unit, _ in kinds]
    of = None if len(kinds) == 1 else np.select([mask for _, mask in kinds], range(len(kinds)))
    return Clocks(tuple(one.clock for one in offices), of), Clocks(tuple(one.plain_clock for one in offices), of)


def _by_hours(dossiers: pd.DataFrame, source: str, calendars: Mapping[str, Calendar] | None) -> list[tuple[str | None, Mask]]:
    """Tell which dossiers follow the same hours: an agency that keeps them (None: the calendar's), and its dossiers."""
    kinds = [kind for kind in calendar_of(source, calendars).offices if kind.units]
    rest = np.ones(len(dossiers), dtype=bool)
    parts: list[tuple[str | None, Mask]] = []
    for kind in kinds:
        mask = rest & _is_in(arrow(dossiers["unit_code"]), kind.units)
        parts.append((kind.units[0], mask))
        rest &= ~mask
    return [part for part in [(None, rest), *parts] if part[1].any()] or [(None, rest)]


def _is_in(units: pa.Array, wanted: tuple[str, ...]) -> Mask:
    found = pc.is_in(units, value_set=pa.array(list(wanted), pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
