"""Parsed records: text under our own field names, nothing interpreted or dropped yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa

from config.profiles import CATALOGUE_FIELDS, DOSSIER_FIELDS, UNIT_FIELDS
from schemas.rejects import RejectReason
from tasks.sources.file_notes import FileNote
from tasks.sources.source_schema import SourceSchema, merged

PLACE_FIELDS = ("page_digest", "page_position")
EVENT_COLUMNS = ("code", "at", "status", "unit", "actor", "planned_end_at")
SUPPLEMENT_COLUMNS = ("code", "kind", "started_at", "ended_at", "due_before_at", "due_after_at")
REJECTED_COLUMNS = ("code", "reason", "fields")
_COLUMNS = {
    "dossiers": DOSSIER_FIELDS,
    "events": EVENT_COLUMNS,
    "supplements": SUPPLEMENT_COLUMNS,
    "procedures": CATALOGUE_FIELDS,
    "units": UNIT_FIELDS,
    "rejected": REJECTED_COLUMNS,
}
Columns = Mapping[str, pa.Array]


@dataclass(frozen=True)
class Lines:
    """What became of the lines of text files and the rows of sheets; of other pages nothing is counted.

    Attributes:
        physical: lines of the files, each once.
        above: of them titles and headings.
        blank: lines without a value.
        rejected: lines of rows that are no records or cannot be used.
    """

    physical: int = 0
    above: int = 0
    blank: int = 0
    rejected: int = 0

    @property
    def read(self) -> int:
        """Lines of rows that were read as records."""
        return self.physical - self.above - self.blank - self.rejected

    def __add__(self, other: Lines) -> Lines:
        return Lines(
            self.physical + other.physical,
            self.above + other.above,
            self.blank + other.blank,
            self.rejected + other.rejected,
        )


@dataclass(frozen=True)
class ParsedRecords:
    """Frames of text columns, each with ``page_digest`` and ``page_position`` (int64) of the record.

    Attributes:
        dossiers: fields of ``config.sources.DOSSIER_FIELDS``.
        events: ``code, at, status, unit, actor, planned_end_at``, in the order given.
        supplements: ``code, kind, started_at, ended_at, due_before_at, due_after_at``.
        procedures: fields of ``CATALOGUE_FIELDS``, one row a procedure × channel.
        units: fields of ``UNIT_FIELDS``.
        rejected: ``code, reason, fields`` of records that cannot be used.
        shape: which fields there were, read by us or not, and of which kind.
        lines: of files: what became of each line.
        notes: what there is to say about the files.
        taken: of files: our field, of an event with ``event.`` before it, and the heading that it was taken from, as written.
    """

    dossiers: pd.DataFrame
    events: pd.DataFrame
    supplements: pd.DataFrame
    procedures: pd.DataFrame
    units: pd.DataFrame
    rejected: pd.DataFrame
    shape: SourceSchema = field(default_factory=SourceSchema)
    lines: Lines = field(default_factory=Lines)
    notes: tuple[FileNote, ...] = ()
    taken: tuple[tuple[str, str], ...] = ()

    @property
    def records(self) -> int:
        """How many records were met, rejected ones too (an event row of a table is a part of its dossier)."""
        return sum(len(frame) for frame in (self.dossiers, self.procedures, self.units, self.rejected))


@dataclass(frozen=True)
class Part:
    """Columns of one kind of row and the place of each row's record among the records of the pages."""

    columns: Columns
    positions: Sequence[int] | np.ndarray


@dataclass(frozen=True)
class Pages:
    """Pages that are read together.

    Attributes:
        digests: of the pages.
        bounds: place of each page's first record among all of them, and at last how many there are.
    """

    digests: Sequence[str]
    bounds: np.ndarray


def alone(digest: str) -> Pages:
    """Return one page, however many records it has."""
    return Pages([digest], np.array([0, np.iinfo(np.int64).max]))


def readings(pages: Pages, **parts: Part) -> ParsedRecords:
    """Build the readings of some pages; kinds of row that are not given are empty, as are missing columns."""
    return ParsedRecords(**{name: _frame(columns, parts.get(name), pages) for name, columns in _COLUMNS.items()})


def concatenated(several: Sequence[ParsedRecords]) -> ParsedRecords:
    """Put the readings of several pages under one another, in order."""
    if not several:
        return readings(alone(""))
    if len(several) == 1:
        return several[0]
    frames = {name: pd.concat([getattr(r, name) for r in several], ignore_index=True) for name in _COLUMNS}
    return ParsedRecords(
        **frames,
        shape=merged(r.shape for r in several),
        lines=sum((r.lines for r in several), Lines()),
        notes=tuple(note for r in several for note in r.notes),
        taken=tuple(dict.fromkeys(pair for r in several for pair in r.taken)),
    )


def unreadable(digest: str, reason: str = RejectReason.UNREADABLE_PAGE) -> ParsedRecords:
    """Return the readings of a page that as a whole cannot be read: one rejected record at its beginning."""
    columns = {"reason": pa.array([str(reason)])}
    return readings(alone(digest), rejected=Part(columns, [0]))


@lru_cache
def _empty(names: tuple[str, ...]) -> pd.DataFrame:
    return _built(names, Part({}, []), alone(""))


def _frame(names: tuple[str, ...], part: Part | None, pages: Pages) -> pd.DataFrame:
    # Most pages hold one or two kinds of row: the empty frames of the others are made once.
    return _built(names, part, pages) if part is not None and len(part.positions) else _empty(names)


def _built(names: tuple[str, ...], part: Part, pages: Pages) -> pd.DataFrame:
    length, given = len(part.positions), part.columns
    nothing = pa.nulls(length, pa.string())
    data = {name: given.get(name, nothing) for name in names}
    positions = np.asarray(part.positions, dtype=np.int64)
    of_page = np.searchsorted(pages.bounds, positions, side="right") - 1
    data["page_digest"] = pa.array(pages.digests, pa.string()).take(pa.array(of_page))
    data["page_position"] = pa.array(positions - pages.bounds[of_page])
    # Made from Arrow directly: pd.array() would look at every value again.
    return pd.DataFrame({name: pd.arrays.ArrowExtensionArray(values) for name, values in data.items()}, copy=False)
