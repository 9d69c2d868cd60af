"""Silent feeds: a source, or an agency in it, without records for longer than usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from config.language import translate
from config.watch import Incident, Silent, load_watch
from tasks.judging.judged_sources import source_named
from tasks.judging.offices import office_of
from tasks.reports.anomalies import Anomaly, gone_agencies, known_days, out_of_the_ordinary, read_days
from tasks.reports.translation import ALL, or_all
from tasks.rules.clock.working_clock import WorkingClock
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import every_source

# Days on which a source's records say that something happened: a receipt, an end, a hand-over.
_ACTIVE = """
    SELECT DISTINCT d.unit_code, (a.at AT TIME ZONE %(zone)s)::date FROM core.dossiers AS d
    CROSS JOIN LATERAL (VALUES (d.received_at), (d.done_at), (d.returned_at)) AS a (at)
    WHERE d.source = %(source)s AND a.at IS NOT NULL AND (a.at AT TIME ZONE %(zone)s)::date <= %(as_of)s
"""


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

    def row(self) -> dict[str, object]:
        """Return it as a line of a list, in the language of the settings."""
        return {
            translate("hệ thống", "source"): self.source,
            translate("cơ quan", "agency"): or_all(self.unit_code),
            translate("bản ghi cuối", "last record"): self.last,
            translate("im lặng, ngày làm việc", "silent, working days"): self.silent_days,
            translate("dài nhất trước đó", "longest before"): self.longest,
        }


def read_silences(as_of: date) -> list[Silence]:
    """Return the sources and agencies that fell silent, the source as a whole first, then the longest silence."""
    watch = load_watch()
    gone = _silent_by_right(as_of)
    found: list[Silence] = []
    for source in every_source():
        parameters = {"source": source, "zone": source_named(source).zone, "as_of": as_of}
        rows = [(unit, day) for unit, day in fetch_all(_ACTIVE, parameters) if unit not in gone]
        found += silences(source, rows, office_of(source).clock, as_of, watch.silent, watch.incidents)
    return _ordered(found)


def _silent_by_right(as_of: date) -> set[str]:
    """Return the agencies that were dissolved before the day."""
    return {unit for unit, last in gone_agencies().items() if last < as_of}


def _ordered(found: list[Silence]) -> list[Silence]:
    return sorted(found, key=lambda one: (one.unit_code != ALL, -one.silent_days, one.source, one.unit_code))


def read_conspicuous(as_of: date) -> tuple[list[Anomaly], list[Silence]]:
    """Return the anomalies of the last working days and who is silent, from one look at the dossiers.

    What a run tells.
    """
    watch, days = load_watch(), read_days(as_of)
    gone = _silent_by_right(as_of)
    found: list[Silence] = []
    for source, rows in days.items():
        active = [(unit, day) for unit, _, day, _ in rows if unit not in gone]
        found += silences(source, active, office_of(source).clock, as_of, watch.silent, watch.incidents)
    return out_of_the_ordinary(days, recent=True), _ordered(found)


def silences(
    source: str,
    rows: list[tuple[str | None, date]],
    clock: WorkingClock,
    as_of: date,
    rule: Silent,
    incidents: tuple[Incident, ...] = (),
) -> list[Silence]:
    """Find who fell silent among the active days of a source; a day off counts with the working day before it.

    The rhythm is that of ordinary times: days of known incidents count as days off, and a silence that would have been
    reported itself does not make longer ones ordinary.

    Args:
        source: its name.
        rows: agency (None where it is not known) and day, in any order.
        clock: the office's clock; days outside its span are left out.
        as_of: no day lies after it.
        rule: the thresholds.
        incidents: days that are known to have been out of the ordinary.
    """
    number = {day: place for place, day in enumerate(_numbered(clock, as_of))}
    working = clock.is_working_day(np.array(list(number), dtype="datetime64[D]"))
    active_days: dict[str, set[date]] = {}
    for unit, day in rows:
        if day in number:
            for name in {unit or ALL, ALL}:
                active_days.setdefault(name, set()).add(day)
    found = []
    for name, some in active_days.items():
        off = [number[day] for day in known_days(incidents, source, name) if day in number]
        places = np.cumsum(np.where(np.isin(np.arange(len(working)), off), False, working))
        days = {int(places[number[day]]): day for day in sorted(some)}
        active = np.array(sorted(days))
        active = active[active > active[-1] - rule.look_back]
        silent = int(places[-1] - active[-1])
        longest = _longest(np.diff(active).tolist(), rule)
        if len(active) >= rule.least_active and silent > max(rule.least_days, rule.times_longest * longest):
            found.append(Silence(source, name, days[int(active[-1])], silent, longest, len(active)))
    return found


def _longest(gaps: list[int], rule: Silent) -> int:
    """Return the longest ordinary silence: one that broke the rhythm before it was an incident and is left out."""
    longest = 0
    for number, gap in enumerate(gaps, start=1):
        if number < rule.least_active or gap <= max(rule.least_days, rule.times_longest * longest):
            longest = max(longest, gap)
    return longest


def _numbered(clock: WorkingClock, as_of: date) -> list[date]:
    """Return every day from the beginning of the calendar to the day that is judged."""
    days = np.arange(np.datetime64(clock.hours.first), min(np.datetime64(as_of), np.datetime64(clock.hours.last)) + 1)
    return list(days.astype(object))
