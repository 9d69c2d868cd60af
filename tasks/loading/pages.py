"""Loading: landed pages pass their gates into the warehouse, in whole transactions.

While the warehouse writes some pages, their last gate looks at them and the next pages are read and cleaned, those
behind them read already: two processors are both busy. Nothing is committed before its gates have let it pass, nor before what came earlier.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

import pandas as pd

from config.pseudonym_key import pseudonym_key
from config.sources import Source
from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.raw import REJECTED
from schemas.reference import PROCEDURES, UNITS
from schemas.table import Table
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.loading.held_pages import displaced_pages, held_error, is_known
from tasks.loading.merging import merge_cleaned
from tasks.loading.partial_records import about_news, earlier_pages, keep_mentions, mentions_of
from tasks.loading.pending_pages import LoadOutcome, PendingPage, mark_loaded, mark_pulls, named_pages, pending_pages
from tasks.loading.schema_drift import SchemaDrift, compare_schema, compared
from tasks.recovery.manifests import keep_load, time_of
from tasks.rules.sources.schema_drift import Seen
from tasks.runtime.step_result import StepResult
from tasks.sources import landing
from tasks.sources.pages import Landed, PagesRead, read_pages
from tasks.sources.parsed_records import ParsedRecords
from tasks.sources.protocol import JSON, JSON_LINES
from tasks.warehouse.engine import read_table
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load
from tasks.warehouse.load import load as open_load

CHUNK_BYTES = 40_000_000  # of pages read and cleaned together; three times that bounds the memory of a load
_SEEN = "UPDATE core.dossier_versions SET seen_at = %(at)s WHERE changed_in = %(number)s"


class Gates(Protocol):
    """The contracts that readings and cleaned frames must keep; where one stops the load, it has stored its results."""

    def check_source(self, readings: ParsedRecords, source: Source) -> object:
        """Check what the source gave; DataError stops the load."""
        ...

    def check_cleaned(self, frame: pd.DataFrame, table: Table, subject: str) -> object:
        """Check what is about to be merged; DataError stops the load."""
        ...

    def store(self) -> object:
        """Store what was found so far."""
        ...


def load_source(source: Source, *, gates: Gates | None = None) -> StepResult:
    """Load all landed pages of a source that are not loaded yet, some at a time, each time in one transaction.

    A page that as a whole cannot be read is kept in the landing zone and noted in ``raw.rejected``;
    the others are loaded.

    Args:
        source: whose pages.
        gates: contracts to check, for this load alone; None checks none.

    Raises:
        SourceError: none of the pages can be read; or some were held back, see :mod:`tasks.loading.held_pages`, and the others loaded.
        DataError: a gate stops the load; nothing of its pages is written.
    """
    counts = StepResult("load", source.name)
    waiting = pending_pages(source)
    if not waiting:
        return counts
    if source.statements == "partial":  # what a page leaves open, an earlier one may have told
        beside = earlier_pages(source.name, _read(source, waiting).joined())
        chunks: Iterable[list[PendingPage]] = [pending_pages(source, beside) if beside else waiting]
    else:
        chunks = _chunks(waiting)
    held: set[str] = set()
    counts = sum(_in_turn(source, chunks, gates, held), counts)
    if held:
        raise held_error(source, held)
    return counts


def _in_turn(source: Source, chunks: Iterable[list[PendingPage]], gates: Gates | None, held: set[str]) -> Iterator[StepResult]:
    """Load some pages after the others; the next are made ready while the warehouse writes those before them."""
    key, known, written = pseudonym_key(), None, None
    with ThreadPoolExecutor(1, thread_name_prefix="write") as writer:
        for pages, read in _read_ahead(source, chunks):
            try:
                passed, found = _let_pass(source, pages, read.result(), held)
                look = partial(_gated, known=known, source=source, gates=gates)
                if not passed:
                    if gates is not None and not is_known(source):  # nothing stands in their stead: a gate may stop the run
                        _ask(gates, _prepare(source, pages, found, key, look).cleaned, source)
                    continue
                ready = _prepare(source, passed, found, key, look)
            except BaseException:
                if written is not None:
                    written.result()  # what went wrong before went wrong first
                raise
            if written is not None:
                yield written.result()
            known, verdict = ready.drift.known, Future[None]()
            try:
                written = writer.submit(_write, source, ready, verdict)
                _judge(ready, verdict, source, gates)
            finally:
                verdict.cancel()  # where there is none, for whatever reason, nothing is committed
            if verdict.exception() is not None:
                written.result()
        if written is not None:
            yield written.result()


def _let_pass(source: Source, pages: list[PendingPage], read: PagesRead, held: set[str]) -> tuple[list[PendingPage], PagesRead]:
    """Return pages without those that are held back, which are added to ``held``, and what they say.

    Of a source of which nothing is known yet none passes where most are held: its file names the wrong columns.
    """
    if not read.parts:
        return pages, read
    # In a file of JSON each value bears its own name: nothing can be displaced there.
    keyed = (JSON, JSON_LINES) if source.kind == "files" else ()
    new = {page.digest: page.asked_at for page in pages if page.new and page.media_type not in keyed}
    if not new:
        return pages, read
    back = displaced_pages(source, read.parts, new)
    if not back:
        return pages, read
    held |= back
    passed = [page for page in pages if page.digest not in back]
    if not any(page.new for page in passed) or (len(back) * 2 > len(new) and not is_known(source)):
        return [], read
    return passed, _read(source, passed)


def _read_ahead(source: Source, chunks: Iterable[list[PendingPage]]) -> Iterator[tuple[list[PendingPage], Future[PagesRead]]]:
    """Read some pages while those before them are cleaned: Arrow parses them beside Python."""
    with ThreadPoolExecutor(1, thread_name_prefix="read") as reader:
        before: tuple[list[PendingPage], Future[PagesRead]] | None = None
        for pages in chunks:
            now = pages, reader.submit(_read, source, pages)
            if before is not None:
                yield before
            before = now
        if before is not None:
            yield before


def _gated(readings: ParsedRecords, known: Mapping[str, Seen] | None, source: Source, gates: Gates | None) -> SchemaDrift:
    """Let the source's contracts look at readings: their shape, then what they say."""
    drift = compare_schema(source, readings.shape, known)
    if gates is not None:
        gates.check_source(readings, source)
    return drift


def _judge(ready: _Ready, verdict: Future[None], source: Source, gates: Gates | None) -> None:
    """Let the cleaned contract look at what is being written; whoever writes waits for the verdict before the commit."""
    try:
        if gates is not None:
            _ask(gates, ready.cleaned, source)
    except Exception as error:  # whoever waits for it raises it
        verdict.set_exception(error)
        return
    verdict.set_result(None)
    if gates is not None:
        gates.store()


def _ask(gates: Gates, cleaned: Cleaned, source: Source) -> None:
    for table, frame in frames_of(cleaned):
        gates.check_cleaned(frame, table, source.name)


def load_again(source: Source, digests: Sequence[str], at: datetime) -> StepResult:
    """Load pages in one transaction as they were loaded before, for a replay: no gate asks about them again.

    Args:
        source: whose pages.
        digests: of the pages that were loaded together, in that order.
        at: when they were; versions, rejected records and pages keep this time.

    Raises:
        SourceError: a landing file is missing or damaged; nothing of these pages is written.
    """
    known = named_pages(source, digests)
    pages = [known[digest] for digest in digests]
    read = _read(source, pages)
    ready = _prepare(source, pages, read, pseudonym_key(), lambda readings: compared(source, readings.shape))
    verdict = Future[None]()
    verdict.set_result(None)
    return _write(source, ready, verdict, at)


def _chunks(pages: Sequence[PendingPage]) -> Iterator[list[PendingPage]]:
    """Divide pages into parts of about one size: a small last one would cost as much in its gates as a large one."""
    total = sum(page.size for page in pages)
    most = max(1.0, total / max(1, math.ceil(total / CHUNK_BYTES)))
    some: list[PendingPage] = []
    part, before = 0, 0
    for page in pages:
        place = int((before + page.size / 2) / most)  # the part that holds the middle of the page
        if some and place > part:
            yield some
            some = []
        part, before = place, before + page.size
        some.append(page)
    yield some


@dataclass(frozen=True)
class _Ready:
    """Pages made ready to be written."""

    pages: list[PendingPage]
    told: list[LoadOutcome]
    drift: SchemaDrift
    cleaned: Cleaned
    mentions: pd.DataFrame | None


def _prepare(
    source: Source, pages: list[PendingPage], read: PagesRead, key: bytes, look: Callable[[ParsedRecords], SchemaDrift]
) -> _Ready:
    """Let their contracts look at pages that were read, clean them."""
    if len(read.faults) == len(pages):
        raise read.faults[0]
    readings = read.joined()
    if source.statements == "partial" and not all(page.new for page in pages):
        readings = about_news(readings, [page.digest for page in pages if page.new])
    told = mentions_of(read.parts) if source.statements == "partial" else None
    read.parts.clear()  # twice the pages' text would be kept for two numbers a page
    drift = look(readings)
    pulled = {page.digest: page.asked_at for page in pages}
    cleaned = clean(readings, source, read_table(UNITS), key, pulled)
    became = [LoadOutcome(*one) for one in zip(read.records, read.refused, read.lines, read.notes, strict=True)]
    return _Ready(pages, became, drift, cleaned, told)


def _write(source: Source, ready: _Ready, verdict: Future[None], before: datetime | None = None) -> StepResult:
    """Write pages in one transaction, committed once the verdict is there; ``before``: when a replay's pages were loaded."""
    pages, cleaned = ready.pages, ready.cleaned
    digest = hashlib.sha256("".join(page.digest for page in pages).encode()).hexdigest()
    with open_load("load", source.name, digest=digest) as current:
        at = before or time_of(current)
        ready.drift.write(current)
        failpoint("drift_written")
        merge_cleaned(current, cleaned, at)
        _merge_rejected(current, source, pages, cleaned.rejected, at)
        if ready.mentions is not None:
            keep_mentions(current, source.name, ready.mentions)
        fresh = mark_loaded(current, source, ready.pages, ready.told, at)
        failpoint("pages_marked")
        if before is None:
            mark_pulls(current, source, fresh)
            keep_load(current, source.name, [page.digest for page in pages])
        else:
            current.execute(_SEEN, {"at": at, "number": current.change_number})
        merged = current.merged
        verdict.result()
    dossiers = len(cleaned.dossiers) + len(cleaned.procedures) + len(cleaned.units)
    return StepResult("load", source.name, dossiers, merged.inserted, merged.updated, merged.unchanged, len(cleaned.rejected))


def _read(source: Source, pages: Sequence[PendingPage]) -> PagesRead:
    landed = (Landed(page.digest, landing.fetch(page.digest, source.name), page.media_type, page.name) for page in pages)
    return read_pages(landed, source, apart=source.statements == "partial")


def frames_of(cleaned: Cleaned) -> list[tuple[Table, pd.DataFrame]]:
    """Return the frames that hold something, with their tables, in the order in which they are merged."""
    pairs = [
        (UNITS, cleaned.units),
        (PROCEDURES, cleaned.procedures),
        (DOSSIERS, cleaned.dossiers),
        (EVENTS, cleaned.events),
        (PAUSES, cleaned.pauses),
    ]
    return [(table, frame) for table, frame in pairs if len(frame)]


def _merge_rejected(current: Load, source: Source, pages: Sequence[PendingPage], rejected: pd.DataFrame, at: datetime) -> None:
    if rejected.empty:
        return
    pulls = {page.digest: page.pull_id for page in pages}
    frame = rejected.drop_duplicates(["page_digest", "page_position"]).assign(source=source.name, rejected_at=at)
    current.merge(REJECTED, REJECTED.conform(frame.assign(pull_id=frame["page_digest"].map(pulls))))
    failpoint("rejects_kept")
