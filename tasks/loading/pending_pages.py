"""Pending pages: what has landed and waits to be loaded, in order, and its record when it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from config.sources import Source
from schemas.raw import PAGES
from tasks.loading.held_pages import replaced_pages
from tasks.sources.file_notes import FileNote
from tasks.sources.parsed_records import Lines
from tasks.warehouse.load import Load
from tasks.warehouse.rows import fetch_as

_WAITING = """
    SELECT g.page_digest AS digest, g.pull_id, g.media_type, g.bytes AS size, g.records, p.started_at AS asked_at,
        g.loaded_at IS NULL AS new, g.name FROM raw.pages AS g
    JOIN raw.pulls AS p ON p.pull_id = g.pull_id
    LEFT JOIN raw.windows AS w ON w.window_id = g.window_id
    WHERE g.source = %(source)s AND (g.window_id IS NULL OR w.state = 'done')
        AND (g.loaded_at IS NULL OR g.page_digest = ANY(%(beside)s))
    ORDER BY p.started_at, p.pull_id, g.number
"""
_NAMED = """
    SELECT g.page_digest AS digest, g.pull_id, g.media_type, g.bytes AS size, g.records, p.started_at AS asked_at,
        g.loaded_at IS NULL AS new, g.name FROM raw.pages AS g
    JOIN raw.pulls AS p ON p.pull_id = g.pull_id WHERE g.source = %(source)s AND g.page_digest = ANY(%(digests)s)
"""
_LINES = """
    UPDATE raw.pulls SET lines = coalesce(lines, 0) + %(physical)s, heading_lines = coalesce(heading_lines, 0) + %(above)s,
        blank_lines = coalesce(blank_lines, 0) + %(blank)s, rejected_lines = coalesce(rejected_lines, 0) + %(rejected)s
    WHERE pull_id = %(pull)s
"""


@dataclass(frozen=True)
class PendingPage:
    """A page that is landed and not loaded; not new where it is read again beside one that is."""

    digest: str
    pull_id: str
    media_type: str
    size: int
    records: int
    asked_at: datetime
    new: bool
    name: str


def pending_pages(source: Source, beside: Collection[str] = ()) -> list[PendingPage]:
    """Return the landed pages that are not loaded, and those to be read beside them.

    They come in the order in which they were landed.
    """
    gone = replaced_pages(source)
    waiting = fetch_as(PendingPage, _WAITING, {"source": source.name, "beside": list(beside)})
    return [page for page in waiting if page.digest not in gone]


def named_pages(source: Source, digests: Sequence[str]) -> dict[str, PendingPage]:
    """Return the pages of these digests, whether they are loaded or not."""
    found = fetch_as(PendingPage, _NAMED, {"source": source.name, "digests": list(digests)})
    return {page.digest: page for page in found}


@dataclass(frozen=True)
class LoadOutcome:
    """What became of a page's records and lines.

    Attributes:
        records: that it has; refused: of these, that cannot be used.
        lines: of a file.
        notes: what there is to say about it.
    """

    records: int
    refused: int
    lines: Lines
    notes: tuple[FileNote, ...]


def mark_loaded(
    current: Load, source: Source, pages: Sequence[PendingPage], told: Sequence[LoadOutcome], at: datetime
) -> list[tuple[PendingPage, LoadOutcome]]:
    """Note on pages that they are loaded, in the same transaction as their records.

    Return those that were not before.

    The others were read again beside a new page, and noted when they were new themselves.
    """
    statement = (
        "UPDATE raw.pages SET loaded_at = %(at)s, records = %(records)s, notes = %(notes)s "
        "WHERE source = %(source)s AND page_digest = %(digest)s AND (loaded_at IS NULL OR %(whole)s)"
    )
    same = {"source": source.name, "at": at, "whole": source.statements == "whole"}
    fresh = []
    for page, one in zip(pages, told, strict=True):
        notes = "\n".join(note.written() for note in one.notes) or None
        values = {**same, "digest": page.digest, "records": one.records, "notes": notes}
        if current.execute(statement, current.net.row(PAGES, values)):
            fresh.append((page, one))
    return fresh


def mark_pulls(current: Load, source: Source, fresh: Sequence[tuple[PendingPage, LoadOutcome]]) -> None:
    """Note on pulls how many records and lines were read and refused, and that all their pages are loaded."""
    for page, one in fresh:
        # A file's records are not known until it is read.
        values = {"pull": page.pull_id, "more": one.records if page.records == 0 else 0, "rejected": one.refused}
        if values["more"] or one.refused:
            current.execute(
                "UPDATE raw.pulls SET records = records + %(more)s, rejected = rejected + %(rejected)s WHERE pull_id = %(pull)s",
                values,
            )
        if one.lines.physical:
            current.execute(_LINES, {"pull": page.pull_id, **asdict(one.lines)})
    current.execute(
        "UPDATE raw.pulls AS p SET state = 'loaded' WHERE p.source = %(source)s AND p.state = 'landed' AND NOT EXISTS "
        "(SELECT FROM raw.pages AS g WHERE g.pull_id = p.pull_id AND g.loaded_at IS NULL)",
        {"source": source.name},
    )
