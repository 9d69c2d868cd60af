"""Feeds that fell silent: a source, or an agency in it, without a record for longer than its rhythm allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from config.watch import Silent, load_watch
from tasks.offices import office_of, source_named
from tasks.rules.clock import WorkingClock
from tasks.warehouse.engine import fetch_all

# Days on which a source's records say that something happened: a receipt, an end, a hand-over.
_ACTIVE = """
    SELECT DISTINCT d.unit_code, (a.at AT TIME ZONE %(zone)s)::date FROM core.dossiers AS d
    CROSS JOIN LATERAL (VALUES (d.received_at), (d.done_at), (d.returned_at)) AS a (at)
    WHERE d.source = %(source)s AND a.at IS NOT NULL AND (a.at AT TIME ZONE %(zone)s)::date <= %(as_of)s
"""
# An agency that was dissolved may be silent.
_GONE = "SELECT unit_code FROM ref.units GROUP BY unit_code HAVING bool_and(valid_to IS NOT NULL AND valid_to < %(as_of)s)"
ALL = "*"


@dataclass(frozen=True)
class Silence:
    """A source or agency that fell silent.

    Attributes:
        unit_code: :data:`ALL` for the source as a whole.
        last: day of its last record; silent_days: working days since, up to the day that was judged.
        longest: longest silence of the span before, working days; active_days: days with a record in it.
    """

    source: str
    unit_code: str
    last: date
    silent_days: int
    longest: int
    active_days: int


def read_silences(as_of: date) -> list[Silence]:
    """Return the sources and agencies that fell silent, the source as a whole first, then the longest silence."""
    rule = load_watch().silent
    gone = {row[0] for row in fetch_all(_GONE, {"as_of": as_of})}
    found = []
    for (source,) in fetch_all("SELECT DISTINCT source FROM core.dossiers ORDER BY 1"):
        parameters = {"source": source, "zone": source_named(source).zone, "as_of": as_of}
        rows = [(unit, day) for unit, day in fetch_all(_ACTIVE, parameters) if unit not in gone]
        found += silences(source, rows, office_of(source).clock, as_of, rule)
    return sorted(found, key=lambda one: (one.unit_code != ALL, -one.silent_days, one.source, one.unit_code))


def silences(source: str, rows: list[tuple[str | None, date]], clock: WorkingClock, as_of: date, rule: Silent) -> list[Silence]:
    """Find who fell silent among the active days of a source; a day off counts with the working day before it.

    Args:
        source: its name.
        rows: agency (None where it is not known) and day, in any order.
        clock: the office's clock; days outside its span are left out.
        as_of: no day lies after it.
        rule: the thresholds.
    """
    number = {day: place for place, day in enumerate(_numbered(clock, as_of))}
    places = np.cumsum(clock.is_working_day(np.array(list(number), dtype="datetime64[D]"))) if number else np.zeros(0)
    by_unit: dict[str, dict[int, date]] = {}
    for unit, day in rows:
        if day not in number:
            continue
        place = int(places[number[day]])
        for name in {unit or ALL, ALL}:
            known = by_unit.setdefault(name, {})
            known[place] = max(known.get(place, day), day)
    found = []
    for name, days in by_unit.items():
        active = np.array(sorted(days))
        active = active[active > active[-1] - rule.look_back]
        silent = int(places[-1] - active[-1])
        longest = int(np.diff(active).max()) if len(active) > 1 else 0
        if len(active) >= rule.least_active and silent > max(rule.least_days, rule.times_longest * longest):
            found.append(Silence(source, name, days[int(active[-1])], silent, longest, len(active)))
    return found


def _numbered(clock: WorkingClock, as_of: date) -> list[date]:
    """Return every day from the beginning of the calendar to the day that is judged."""
    days = np.arange(np.datetime64(clock.hours.first), min(np.datetime64(as_of), np.datetime64(clock.hours.last)) + 1)
    return list(days.astype(object))
