"""Diagnosis of a source's clock and calendar from all the times that it sends.

Nothing is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.calendar import load_calendars
from config.pseudonym_key import pseudonym_key
from config.sources import Source
from schemas.reference import UNITS
from tasks.cleaning.columns import Flags, column, series
from tasks.cleaning.timestamps import groups_of, read_timestamps
from tasks.loading.cleaned_pages import clean
from tasks.rules.dates.times import local_times
from tasks.rules.sources.diagnosis import ClockGaps, YearOfDaysOff, clock_gaps, days_off_by_year, stated_times
from tasks.sources.adapters import adapter_for
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import ParsedRecords, concatenated
from tasks.sources.protocol import Window


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Attributes:
        dossiers: how many were looked at.
        clocks: by the field whose time is also stated in words (``dates.stated`` of the source's file).
        days_off: by year; empty where nothing speaks about days off.
    """

    dossiers: int
    clocks: dict[str, ClockGaps]
    days_off: list[YearOfDaysOff]


def diagnose(source: Source) -> Diagnosis:
    """Read all that a source has and look at its times; nothing is landed or loaded.

    Raises:
        SourceError: it does not answer, or its answer cannot be used.
    """
    pages = adapter_for(source).pages(Window())
    return diagnosis_of(concatenated([read_page(page.body, page.media_type, source) for page in pages]), source)


def diagnosis_of(readings: ParsedRecords, source: Source) -> Diagnosis:
    """Look at the times of what was read."""
    dossiers = clean(readings, source, UNITS.frame(), pseudonym_key()).dossiers
    received, due = (local_times(dossiers[name], source.zone) for name in ("received_at", "due_at"))
    years = days_off_by_year(received, due, dossiers["procedure_code"], load_calendars()[source.calendar])
    return Diagnosis(
        len(dossiers), _clocks(readings, source), [year for year in years if year.kept + year.ignored + year.on_days_off]
    )


def _clocks(readings: ParsedRecords, source: Source) -> dict[str, ClockGaps]:
    told = readings.dossiers
    found: dict[str, ClockGaps] = {}
    for field, words in source.dates.stated.items():
        stated = stated_times(column(told, words), source.dates.order == "mdy")
        given = read_timestamps({field: column(told, field)}, source, groups_of(told["page_digest"]), Flags(len(told)))[field]
        found[field] = clock_gaps(stated, local_times(series(given), source.zone), source.zone)
    return found
