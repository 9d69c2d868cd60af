"""Diagnosis of a source by its own times: a shifted clock, due dates that ignore days off."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.calendar import Calendar
from tasks.rules.dates.reading import chosen, read_dates
from tasks.rules.dates.times import LocalTimes, days, instants, local_times

# A date with a time of day, somewhere in a sentence.
_STATED = r"(?P<at>\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}(?::\d{2})?|\d{1,2}[/-]\d{1,2}[/-]\d{4} \d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?)"
_GRAIN = 15  # minutes: no zone of the world is finer
_LEAST_SHARE = 0.02  # of the texts; rarer gaps are slips of single records
LEAST_EVIDENCE = 5  # dossiers of a year; fewer prove nothing about it
_USUAL = 0.6  # share of a procedure's dossiers that have its usual span
_LEAST_OF_PROCEDURE = 5


@dataclass(frozen=True)
class ClockGaps:
    """How far a time lies from what the source's own words say.

    Attributes:
        stated: dossiers with both.
        agreed: those that say the same, to the minute.
        gaps: minutes by which the words are later to how many dossiers; only those that occur often.
        as_utc: dossiers of which the words would be right if they were written in UTC.
    """

    stated: int
    agreed: int
    gaps: dict[int, int]
    as_utc: int

    @property
    def shifted(self) -> bool:
        """Whether most of them are off by some whole quarters of an hour."""
        return self.stated >= LEAST_EVIDENCE and sum(self.gaps.values()) > self.stated / 2


@dataclass(frozen=True)
class YearOfDaysOff:
    """How the due dates that the source set in a year treat the days off.

    Attributes:
        year: of the day off, or of receipt.
        kept: spans that are the procedure's usual one only if days off are left out.
        ignored: spans that are the usual one only if days off are counted.
        on_days_off: due dates that fall on a day off.
    """

    year: int
    kept: int
    ignored: int
    on_days_off: int

    @property
    def unknown_to_source(self) -> bool:
        """Whether the source evidently did not know the days off of that year."""
        against = self.ignored + self.on_days_off
        return against >= LEAST_EVIDENCE and against > self.kept


def stated_times(texts: pa.Array, month_first: bool) -> LocalTimes:
    """Return the first date with a time of day in each text; NaT where there is none."""
    found = pc.struct_field(pc.extract_regex(texts, _STATED), "at")
    return chosen(read := read_dates(found), np.full(len(read.dmy), month_first))


def clock_gaps(stated: LocalTimes, given: LocalTimes, zone: str) -> ClockGaps:
    """Compare the times that a source gives with those that its own words state.

    Args:
        stated: from the words, wall-clock.
        given: from the field, wall-clock of the zone.
        zone: IANA zone of the source.
    """
    both = ~np.isnat(stated) & ~np.isnat(given)
    gaps = ((stated - given)[both] // np.timedelta64(1, "m")).astype(np.int64)
    often = {gap: count for gap, count in Counter(gaps.tolist()).items() if gap and not gap % _GRAIN}
    often = {gap: count for gap, count in sorted(often.items()) if count >= _LEAST_SHARE * len(gaps)}
    in_utc = local_times(instants(given[both], zone), "UTC")
    as_utc = np.abs(in_utc - stated[both]) < np.timedelta64(1, "m")
    return ClockGaps(len(gaps), int((gaps == 0).sum()), often, int((as_utc & (gaps != 0)).sum()))


def days_off_by_year(received: LocalTimes, due: LocalTimes, procedures: pd.Series, calendar: Calendar) -> list[YearOfDaysOff]:
    """Tell for each year whether the source's due dates leave out the calendar's days off.

    What a procedure's usual span in working days is, its dossiers show whose span touches no day off: there every
    calendar gives the same number. Procedures that count in calendar days, or have no usual span, prove nothing.

    Args:
        received: wall-clock times as the source gives them.
        due: the same of the due dates.
        procedures: procedure of each dossier.
        calendar: the law's.
    """
    start, end = days(received), days(due)
    first, last = (np.datetime64(day, "D") for day in calendar.covers)
    with np.errstate(invalid="ignore"):
        usable = ~np.isnat(start) & ~np.isnat(end) & (end > start) & (start > first) & (end < last)
    usable &= procedures.notna().to_numpy(dtype=bool)
    frame = pd.DataFrame({"start": start[usable], "end": end[usable], "procedure": procedures[usable].astype(str).tolist()})
    week, law = _working_days(calendar, first, last)
    places = [
        ((frame[name].to_numpy(dtype="datetime64[D]") - first) // np.timedelta64(1, "D")).astype(np.int64)
        for name in ("start", "end")
    ]
    by_week, by_law = (total[places[1]] - total[places[0]] for total in (np.cumsum(week), np.cumsum(law)))
    off_before = np.cumsum(week & ~law)
    touched = (by_week != by_law) | (off_before[places[1]] != off_before[places[0]])
    usual = _usual_spans(frame.assign(span=by_week, calendar=places[1] - places[0])[~touched])
    limit = frame["procedure"].map(usual).to_numpy(dtype=float)
    known = ~np.isnan(limit)
    on_day_off = known & (week & ~law)[places[1]]
    counted = {
        "kept": known & touched & ~on_day_off & (by_law == limit) & (by_week != limit),
        "ignored": known & touched & ~on_day_off & (by_week == limit) & (by_law != limit),
        "on_days_off": on_day_off,
    }
    year = frame["end"].dt.year.to_numpy()
    return [
        YearOfDaysOff(int(one), **{name: int(rows[year == one].sum()) for name, rows in counted.items()})
        for one in np.unique(year)
    ]


def _working_days(calendar: Calendar, first: np.datetime64, last: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    """Return which days are worked by the plain week, and which by the law."""
    span = np.arange(first, last + 1)
    weekday = (span.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    hours = calendar.week_of(None)
    week = np.isin(weekday, [day for day, sessions in hours.items() if sessions])
    law = week.copy()
    for day, row in calendar.in_force().items():
        place = int((np.datetime64(day, "D") - first).astype(np.int64))
        if 0 <= place < len(law):
            law[place] = row.kind == "worked"
    return week, law


def _usual_spans(spans: pd.DataFrame) -> dict[str, int]:
    """Return the usual span in working days of the procedures that have one and that count in working days."""
    usual: dict[str, int] = {}
    for procedure, rows in spans.groupby("procedure"):
        if len(rows) < _LEAST_OF_PROCEDURE:
            continue
        (span, times), by_calendar = (
            Counter(rows["span"].tolist()).most_common(1)[0],
            max(Counter(rows["calendar"].tolist()).values()),
        )
        if times >= _USUAL * len(rows) and times > by_calendar:
            usual[str(procedure)] = int(span)
    return usual
