"""Check of a source before anything is landed: readable, unreadable and doubtful records."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config import code_lists
from config.errors import SourceError
from config.language import shown
from config.pseudonym_key import pseudonym_key
from config.sources import Source
from schemas.reference import UNITS
from tasks.cleaning.columns import CodeList, Flags, column
from tasks.cleaning.dossiers import DATES, status_list
from tasks.cleaning.timestamps import groups_of, read_timestamps
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.rules import marks
from tasks.rules.dates.reading import read_dates
from tasks.rules.privacy.masking import mask
from tasks.rules.text.normal_form import clean_text, given
from tasks.sources.adapters import adapter_for
from tasks.sources.formats.profiles import columns_of, meanings, taken_from
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import Lines, ParsedRecords, concatenated
from tasks.sources.privacy_guard import page_name
from tasks.sources.protocol import JSON, JSON_LINES, Page, Window
from tasks.sources.source_schema import HEADING_ROW, shown_name

MOST_PAGES = 20
_MOST_CODES = 30  # different unknown values of one field; more are no codes, and may be anything
_LONGEST_CODE = 40


@dataclass(frozen=True)
class UnknownCodes:
    """Values that a source's map does not know.

    Attributes:
        field: our field.
        counts: value to how often it came; empty where there are too many different ones to be codes.
        different: how many different ones there are.
        records: how many records have one.
    """

    field: str
    counts: dict[str, int]
    different: int
    records: int


@dataclass(frozen=True)
class DateField:
    """What the values of one date field look like.

    Attributes:
        given: values.
        two_ways: those that are a date with the day first and another with the month first.
        unsettled: those of which nothing decides which one it is.
        unreadable: those that are no date.
        serial: Excel serial numbers.
    """

    field: str
    given: int
    two_ways: int
    unsettled: int
    unreadable: int
    serial: int


@dataclass(frozen=True)
class LookedAt:
    """One page that was read.

    Attributes:
        name: what it is called in the warehouse.
        digest: of its bytes.
        taken: of JSON: see :func:`tasks.sources.formats.profiles.taken_from`.
    """

    name: str
    digest: str
    readings: ParsedRecords
    taken: dict[tuple[str, str], int]


@dataclass(frozen=True)
class Look:
    """What a look at a source has shown.

    Attributes:
        mapping: name that the source uses, our field that is taken from it, records that have a value there (or the
            name, in lists).
        unmapped: names that are not read: of several for one field those that another one came before.
        lacking: our fields that the source's file names columns for, and no column came.
        marks: defect to the number of dossiers with it.
        faults: name of each page that as a whole cannot be read, and why.
        lines: of files: what would become of each line.
        looked_at: the pages that were read.
    """

    pages: int
    records: int
    kept: dict[str, int]
    rejected: dict[str, int]
    mapping: list[tuple[str, str, int]]
    unmapped: list[str]
    lacking: list[str]
    unknown: list[UnknownCodes]
    dates: list[DateField]
    marks: dict[str, int]
    readings: ParsedRecords
    faults: dict[str, str]
    lines: Lines
    looked_at: tuple[LookedAt, ...] = ()


def look_at(source: Source, now: datetime) -> Look:
    """Read the first pages of what changed within a day, else of all, and say what they hold; nothing is kept.

    Args:
        source: its file.
        now: time of asking.

    Raises:
        SourceError: it does not answer, or a page cannot be read.
    """
    pages = list(_pages(source, Window(since=now - timedelta(days=1))))
    if source.kind != "files" and not any(page.records for page in pages):
        pages = list(_pages(source, Window(), most=1))
    looked_at, faults = _read(source, pages)
    return look_into(source, [one.readings for one in looked_at], faults, looked_at)


def _read(source: Source, pages: list[Page]) -> tuple[list[LookedAt], dict[str, str]]:
    """Read pages; one that cannot be read does not hide the others, as it does not when they are loaded."""
    each: list[LookedAt] = []
    faults: dict[str, str] = {}
    for page in pages:
        if page.records == 0:
            continue
        try:
            readings = read_page(page.body, page.media_type, source, page.name)
            taken = taken_from(page.body, page.media_type, source) if page.media_type in (JSON, JSON_LINES) else {}
            each.append(LookedAt(page_name(page.name), hashlib.sha256(page.body).hexdigest(), readings, taken))
        except SourceError as error:
            if len(pages) == 1:
                raise
            faults[page_name(page.name)] = mask(shown(error.fact))
    return each, faults


def _pages(source: Source, window: Window, most: int = MOST_PAGES) -> Iterator[Page]:
    yield from islice(adapter_for(source).pages(window), most)


def look_into(
    source: Source, pages: list[ParsedRecords], faults: dict[str, str] | None = None, looked_at: Sequence[LookedAt] = ()
) -> Look:
    """Say what some pages hold.

    ``faults`` are those that could not be read, ``looked_at`` the others with their names.
    """
    readings = concatenated(pages)
    cleaned = clean(readings, source, UNITS.frame(), pseudonym_key())
    fields = {key: one for key, one in readings.shape.fields.items() if key != HEADING_ROW}
    read = list(_of_headings(readings) if readings.taken else _of_names(source, readings, looked_at))
    mapped = {name.casefold() for name, _, _ in read}
    met = {meaning for _, several, _ in read for meaning in several.split(", ")}
    declared = [] if not source.columns else list(columns_of(source))
    return Look(
        pages=len(pages) + len(faults or {}),
        records=readings.records,
        kept=_kept(cleaned),
        rejected={str(k): int(v) for k, v in cleaned.rejected["reason"].value_counts().items()},
        mapping=sorted(read, key=lambda row: (row[1], row[0])),
        unmapped=sorted(one.name for key, one in fields.items() if key not in mapped),
        lacking=[field for field in declared if field not in met and field not in source.constants] if fields else [],
        unknown=[found for found in _unknown(source, readings) if found.records],
        dates=[found for found in _dates(source, readings.dossiers) if found.given],
        marks=_marks(cleaned),
        readings=readings,
        faults=faults or {},
        lines=replace(readings.lines, rejected=readings.lines.rejected + len(cleaned.rejected) - len(readings.rejected)),
        looked_at=tuple(looked_at),
    )


def _of_headings(readings: ParsedRecords) -> Iterator[tuple[str, str, int]]:
    """Yield each heading from which something was taken, and what."""
    fields: dict[str, list[str]] = {}
    for field, heading in readings.taken:
        fields.setdefault(shown_name(heading), []).append(field.replace("event.", "events."))
    for heading, several in fields.items():
        yield heading, ", ".join(several), _given(readings, several[0], 1)


def _of_names(source: Source, readings: ParsedRecords, looked_at: Sequence[LookedAt]) -> Iterator[tuple[str, str, int]]:
    """Yield each name of the records from which something was taken, and what."""
    named, taken = meanings(source), Counter[tuple[str, str]]()
    for page in looked_at:
        taken.update(page.taken)
    total = Counter[str]()
    for (_, field), count in taken.items():
        total[field] += count
    for key, one in readings.shape.fields.items():
        fields = [field for field in named[key].split(", ") if taken[key, field] or not total[field]] if key in named else []
        if fields:
            yield one.name, ", ".join(fields), taken[key, fields[0]] or _given(readings, fields[0], one.met)


def _given(readings: ParsedRecords, meaning: str, met: int) -> int:
    """Return how many records have a field that is one of a dossier's own; else how many have the name."""
    field = meaning.partition(", ")[0]
    if field.startswith("events.") and readings.taken:
        return int(readings.events[field.removeprefix("events.")].notna().sum())
    return int(readings.dossiers[field].notna().sum()) if field in readings.dossiers and len(readings.dossiers) else met


def _kept(cleaned: Cleaned) -> dict[str, int]:
    names = ("dossiers", "events", "pauses", "procedures", "units")
    return {name: len(getattr(cleaned, name)) for name in names if len(getattr(cleaned, name))}


def _marks(cleaned: Cleaned) -> dict[str, int]:
    counted = Counter(mark for text in cleaned.dossiers["marks"].dropna() for mark in str(text).split())
    return {mark: counted[mark] for mark in marks.MARKS if counted[mark]}


def _unknown(source: Source, readings: ParsedRecords) -> Iterator[UnknownCodes]:
    lists = {
        "status": (readings.dossiers, status_list(source), pa.int64()),
        "channel": (readings.dossiers, CodeList.of(source.channels, code_lists.CHANNEL_CODES), pa.string()),
        "person_kind": (readings.dossiers, CodeList.of(source.person_kinds, code_lists.PERSON_KIND_CODES), pa.string()),
        "events.status": (readings.events, status_list(source), pa.int64()),
        "pauses.kind": (readings.supplements, CodeList.of(source.pause_kinds, code_lists.PAUSE_KIND_CODES), pa.string()),
        "procedures.channel": (readings.procedures, CodeList.of(source.channels, code_lists.CHANNEL_CODES), pa.string()),
        "level": (readings.units, CodeList.of(source.levels, code_lists.LEVEL_CODES), pa.string()),
    }
    for field, (frame, codes, kind) in lists.items():
        values = clean_text(column(frame, field.rpartition(".")[2]))
        unknown = pc.filter(values, pa.array(codes.meanings(values, kind)[1]))
        counted = Counter(unknown.to_pylist())
        shown = counted if len(counted) <= _MOST_CODES else {}
        yield UnknownCodes(
            field, {mask(code)[:_LONGEST_CODE]: count for code, count in shown.items()}, len(counted), len(unknown)
        )


def _dates(source: Source, dossiers: pd.DataFrame) -> Iterator[DateField]:
    """Look at each date field as cleaning does, so that what decides about one decides here too."""
    texts = {name: column(dossiers, name) for name in DATES}
    read = {name: read_dates(values) for name, values in texts.items()}
    for name, values in texts.items():
        flags = Flags(len(dossiers))
        others = {
            other: texts[other] if other == name else _without_doubt(texts[other], read[other].two_ways) for other in DATES
        }
        read_timestamps(others, source, groups_of(dossiers["page_digest"]), flags)
        yield DateField(
            name,
            int(given(values).sum()),
            int(read[name].two_ways.sum()),
            int(flags.raised[marks.DATE_AMBIGUOUS].sum()),
            int(read[name].unreadable.sum()),
            int(read[name].serial.sum()),
        )


def _without_doubt(values: pa.Array, doubtful: np.ndarray) -> pa.Array:
    return pc.if_else(pa.array(doubtful), pa.scalar(None, pa.string()), values)
