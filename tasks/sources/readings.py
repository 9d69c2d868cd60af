"""What a page says, as text under our own field names: nothing is interpreted yet, nothing is dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa

from config.errors import SourceError
from config.sources import CATALOGUE_FIELDS, DOSSIER_FIELDS, UNIT_FIELDS, Source
from tasks.sources.records import uncollected
from tasks.sources.shapes import Shape, merged

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
class Readings:
    """Frames of text columns, each with ``page_digest`` and ``page_position`` (int64) of the record.

    Attributes:
        dossiers: fields of ``config.sources.DOSSIER_FIELDS``.
        events: ``code, at, status, unit, actor, planned_end_at``, in the order given.
        supplements: ``code, kind, started_at, ended_at, due_before_at, due_after_at``.
        procedures: fields of ``CATALOGUE_FIELDS``, one row a procedure × channel.
        units: fields of ``UNIT_FIELDS``.
        rejected: ``code, reason, fields`` of records that cannot be used.
        shape: which fields there were, read by us or not, and of which kind.
    """

    dossiers: pd.DataFrame
    events: pd.DataFrame
    supplements: pd.DataFrame
    procedures: pd.DataFrame
    units: pd.DataFrame
    rejected: pd.DataFrame
    shape: Shape = field(default_factory=Shape)

    @property
    def records(self) -> int:
        """How many records were met, rejected ones too (an event row of a table is a part of its dossier)."""
        return sum(len(frame) for frame in (self.dossiers, self.procedures, self.units, self.rejected))


@dataclass(frozen=True)
class Part:
    """Columns of one kind of row and the place of each row's record in its page."""

    columns: Columns
    positions: Sequence[int] | np.ndarray


def readings(digest: str, **parts: Part) -> Readings:
    """Build the readings of one page; kinds of row that are not given are empty, as are missing columns."""
    return Readings(**{name: _frame(columns, parts.get(name), digest) for name, columns in _COLUMNS.items()})


def joined(several: Sequence[Readings]) -> Readings:
    """Put the readings of several pages under one another, in order."""
    if not several:
        return readings("")
    if len(several) == 1:
        return several[0]
    frames = {name: pd.concat([getattr(r, name) for r in several], ignore_index=True) for name in _COLUMNS}
    return Readings(**frames, shape=merged(r.shape for r in several))


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def read_page(body: bytes, media_type: str, source: Source) -> Readings:
    """Read one page of a source.

    Args:
        body: the bytes as they came.
        media_type: what they are, see ``tasks.sources.protocol``.
        source: its profile and columns say what the fields mean.

    Raises:
        SourceError: the page as a whole cannot be read: not JSON, not a workbook, headings missing.
    """
    # Imported here: profiles build readings, so the modules know each other.
    from tasks.sources.profiles import read_records, read_table
    from tasks.sources.protocol import JSON, JSON_LINES

    digest = hashlib.sha256(body).hexdigest()
    try:
        if media_type in (JSON, JSON_LINES):
            with uncollected():
                return read_records(body, media_type, source, digest)
        return read_table(body, media_type, source, digest)
    except ValueError as error:
        raise SourceError(source.name, f"page {digest[:12]} cannot be read: {error}") from None


def unreadable(digest: str) -> Readings:
    """Return the readings of a page that as a whole cannot be read: one rejected record at its beginning."""
    columns = {"reason": pa.array(["unreadable_page"])}
    return readings(digest, rejected=Part(columns, [0]))


@lru_cache
def _empty(names: tuple[str, ...]) -> pd.DataFrame:
    return _built(names, Part({}, []), "")


def _frame(names: tuple[str, ...], part: Part | None, digest: str) -> pd.DataFrame:
    # Most pages hold one or two kinds of row: the empty frames of the others are made once.
    return _built(names, part, digest) if part is not None and len(part.positions) else _empty(names)


def _built(names: tuple[str, ...], part: Part, digest: str) -> pd.DataFrame:
    length, given = len(part.positions), part.columns
    nothing = pa.nulls(length, pa.string())
    data = {name: given.get(name, nothing) for name in names}
    data["page_digest"] = pa.repeat(digest, length)
    data["page_position"] = pa.array(np.asarray(part.positions, dtype=np.int64))
    # Made from Arrow directly: pd.array() would look at every value again.
    return pd.DataFrame({name: pd.arrays.ArrowExtensionArray(values) for name, values in data.items()}, copy=False)
