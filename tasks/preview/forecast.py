"""Forecast of a load: pages that would be held back, and results of the gates.

Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from config.pseudonym_key import pseudonym_key
from config.sources import Source
from schemas.reference import UNITS
from tasks.gates.contracts import Contract, held_at_source, held_cleaned
from tasks.gates.engine import evaluate
from tasks.loading.cleaned_pages import clean
from tasks.loading.held_pages import is_known, look_for_displaced
from tasks.loading.pages import frames_of
from tasks.preview.source_check import Look, LookedAt
from tasks.sources.parsed_records import concatenated
from tasks.warehouse.engine import read_table


@dataclass(frozen=True)
class ForeseenBreach:
    """A promise that would be broken beyond its tolerance.

    Attributes:
        gate: source or cleaned.
        field: the first that the promise speaks about.
        promise: what of it is broken: given, pattern, unique and so on.
        checked: rows that it speaks about.
        unexpected: rows that break it.
        stops: whether it would stop the load; else it is shown.
    """

    gate: str
    field: str
    promise: str
    checked: int
    unexpected: int
    stops: bool


@dataclass(frozen=True)
class Forecast:
    """What a load would do.

    Attributes:
        displaced: name of each page whose headings stand over other values, to the fields in which that shows.
        asked: whether pages of this source are asked for that.
        holds: whether such pages would be held back.
        gated: how many pages the gates would see.
        broken: promises that would be broken.
    """

    displaced: dict[str, tuple[str, ...]]
    asked: bool
    holds: bool
    gated: int
    broken: list[ForeseenBreach]


def forecast(source: Source, look: Look, now: datetime) -> Forecast:
    """Ask of pages that were looked at what a load would; the warehouse is read for what is known and not written.

    Args:
        source: its file.
        look: at its pages.
        now: time of the look.

    Raises:
        DataError: a promise could not be evaluated.
    """
    pages = list(look.looked_at)
    asked = bool(pages) and not source.is_reference and source.drift.displaced_cells != "accept"
    found = look_for_displaced(source, [one.readings for one in pages], {one.digest: now for one in pages}) if asked else {}
    holds = source.drift.displaced_cells == "stop"
    gated = _gated(source, pages, set(found) if holds else set())
    names = {one.digest: one.name for one in pages}
    broken = list(_broken(source, gated, now)) if gated else []
    return Forecast({names[page]: fields for page, fields in found.items()}, asked, holds, len(gated), broken)


def _gated(source: Source, pages: list[LookedAt], held: set[str]) -> list[LookedAt]:
    """Return the pages that reach the gates, as a load lets them: all where too many of a new source's are held."""
    passed = [one for one in pages if one.digest not in held]
    if held and (not passed or len(held) * 2 > len(pages)) and not is_known(source):
        return pages
    return passed


def _broken(source: Source, pages: list[LookedAt], now: datetime) -> Iterator[ForeseenBreach]:
    readings = concatenated([one.readings for one in pages])
    for held in held_at_source(readings, source):
        yield from _of("source", held)
    cleaned = clean(readings, source, read_table(UNITS), pseudonym_key(), {one.digest: now for one in pages})
    for table, frame in frames_of(cleaned):
        yield from _of("cleaned", held_cleaned(frame, table, source.name))


def _of(gate: str, held: Contract) -> Iterator[ForeseenBreach]:
    _, frame, expectations = held
    for outcome in evaluate(frame, expectations):
        if not outcome.success:
            one = outcome.expectation
            promise = one.name.rpartition(": ")[2]
            yield ForeseenBreach(gate, one.columns[0], promise, outcome.checked, outcome.unexpected, one.severity == "fail")
