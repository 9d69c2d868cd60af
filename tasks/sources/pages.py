"""Landed pages, parsed into records under our own field names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from config.errors import SourceError
from config.language import Bilingual, bilingual
from config.sources import Source
from tasks.rules.privacy.masking import mask
from tasks.sources.erased_pages import erased_readings
from tasks.sources.file_notes import UNREADABLE, FileNote
from tasks.sources.formats.columnar import PageTypes, ParsedPage, UnevenError
from tasks.sources.formats.json_text import uncollected
from tasks.sources.formats.profiles import parse_records, read_parsed, read_records, read_table
from tasks.sources.nameless_records import without_nameless
from tasks.sources.parsed_records import Lines, Pages, ParsedRecords, alone, concatenated, readings, unreadable
from tasks.sources.privacy_guard import page_name, privacy_guard_of
from tasks.sources.protocol import JSON, JSON_LINES, REFUSED_FILE
from tasks.sources.replacements import ERASED, PURGED, is_replaced


@dataclass(frozen=True)
class Landed:
    """A page as it lies in the landing zone: its digest, bytes and media type (see ``tasks.sources.protocol``).

    Attributes:
        name: what the source calls it.
    """

    digest: str
    body: bytes
    media_type: str
    name: str = ""


@dataclass
class PagesRead:
    """What some pages say.

    Attributes:
        parts: of the pages in order, one or many each.
        records: how many records each page has.
        refused: how many of them cannot be used.
        faults: why pages as a whole could not be read; each stands as one rejected record.
        lines: of each page that is a file, what became of its lines.
        notes: of each page, what there is to say about it.
    """

    parts: list[ParsedRecords] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    faults: list[SourceError] = field(default_factory=list)
    lines: list[Lines] = field(default_factory=list)
    notes: list[tuple[FileNote, ...]] = field(default_factory=list)

    def joined(self) -> ParsedRecords:
        """Return all of it under one another."""
        return concatenated(self.parts)

    def add(self, page: Landed, source: Source, types: PageTypes | None = None) -> None:
        """Read one page and add what it says; see :func:`tasks.sources.formats.profiles.read_records`."""
        try:
            part = _guarded(page, source, types)
        except SourceError as error:
            self.faults.append(error)
            part = replace(unreadable(page.digest), notes=(FileNote(UNREADABLE, mask(str(error.fact))),))
        self.parts.append(part)
        self.records.append(part.records)
        self.refused.append(len(part.rejected))
        self.lines.append(part.lines)
        self.notes.append(part.notes)


def read_page(body: bytes, media_type: str, source: Source, name: str = "") -> ParsedRecords:
    """Read one page of a source.

    Args:
        body: the bytes as they came.
        media_type: what they are, see ``tasks.sources.protocol``.
        source: its profile and columns say what the fields mean.
        name: what the source calls it, for the error.

    Raises:
        SourceError: the page as a whole cannot be read: not JSON, not a workbook, headings missing.
    """
    return _guarded(Landed(hashlib.sha256(body).hexdigest(), body, media_type, name), source)


def read_pages(pages: Iterable[Landed], source: Source, *, apart: bool = False) -> PagesRead:
    """Read pages of a source; those that are alike and follow one another together, which is quicker.

    Args:
        pages: in order.
        source: its profile and columns say what the fields mean.
        apart: read each by itself.
    """
    found, types = PagesRead(), None if apart else PageTypes()
    alike: list[tuple[Landed, ParsedPage]] = []
    for page in pages:
        parsed = None if types is None or is_replaced(page.body) else parse_records(page.body, page.media_type, source, types)
        if alike and (parsed is None or parsed.rows.type != alike[0][1].rows.type):
            _add_alike(found, alike, source)
            alike = []
        if parsed is None:
            found.add(page, source, types)
        else:
            alike.append((page, parsed))
    if alike:
        _add_alike(found, alike, source)
    return found


def _add_alike(found: PagesRead, alike: list[tuple[Landed, ParsedPage]], source: Source) -> None:
    counts = [len(parsed.rows) for _, parsed in alike]
    pages = Pages([page.digest for page, _ in alike], np.cumsum([0, *counts]))
    try:
        part = without_nameless(read_parsed([parsed for _, parsed in alike], source, pages), source)
        part = privacy_guard_of(source).guarded(part)
    except UnevenError:
        for page, _ in alike:
            found.add(page, source)
        return
    found.parts.append(part)
    found.records += counts
    refused = part.rejected["page_digest"].value_counts()
    found.refused += [int(refused.get(page.digest, 0)) for page, _ in alike]
    found.lines += [Lines()] * len(counts)
    found.notes += [()] * len(counts)


def _guarded(page: Landed, source: Source, types: PageTypes | None = None) -> ParsedRecords:
    """Read a page and take personal values out of other fields than their own; of an erased page both were done before.

    A purged page says nothing any more.
    """
    if PURGED.is_in(page.body):
        return readings(alone(page.digest))
    if ERASED.is_in(page.body):
        return erased_readings(page.body, page.digest, source.name)
    return privacy_guard_of(source).guarded(_read(page, source, types))


def _read(page: Landed, source: Source, types: PageTypes | None = None) -> ParsedRecords:
    pages = alone(page.digest)
    if page.media_type == REFUSED_FILE:
        return unreadable(page.digest, page.body.decode().partition(" ")[0])
    try:
        if page.media_type in (JSON, JSON_LINES):
            with uncollected():
                return without_nameless(read_records(page.body, page.media_type, source, pages, types), source)
        with uncollected():
            return without_nameless(read_table(page.body, page.media_type, source, pages), source)
    except ValueError as error:
        named = f" ({mask(page_name(page.name))})" if page.name and source.kind == "files" else ""
        raise SourceError(
            source.name,
            Bilingual(
                f"trang {page.digest[:12]}{named} không đọc được: {bilingual(error).vi}",
                f"page {page.digest[:12]}{named} cannot be read: {error}",
            ),
        ) from None
