"""Files with headings as columns of text: workbooks, and text files in the encodings that offices use."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from config.sources import Source
from tasks.sources.protocol import CSV
from tasks.sources.records import texts
from tasks.sources.workbooks import MOST_COLUMNS, MOST_ROWS, open_sheets

_CHUNK_ROWS = 20_000
_LONGEST_CELL = 1_000_000
# By their marks first; then the encodings that Vietnamese offices save in.
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ENCODINGS = ("utf-8", "cp1258")


@dataclass(frozen=True)
class Sheet:
    """One sheet or text file: columns of text of equal length, headings not yet found.

    Attributes:
        columns: one array a column; null where a cell is empty.
        rows: how many rows there are.
    """

    columns: tuple[pa.Array, ...]
    rows: int

    def row(self, place: int) -> list[str | None]:
        """Return one row as texts."""
        return [column[place].as_py() for column in self.columns]


def sheets(body: bytes, media_type: str, source: Source) -> Iterator[Sheet]:
    """Yield the sheets of a file, one at a time.

    Raises:
        ValueError: it cannot be opened, or is larger than allowed.
    """
    if media_type == CSV:
        yield _sheet(_lines(body, source))
        return
    wanted = source.files.sheet if source.files else None
    for _, rows in open_sheets(body, media_type, wanted):
        yield _sheet(rows)


def decode(body: bytes, declared: str | None) -> str:
    """Decode a text file by its declared encoding, else by its mark, else as UTF-8, else as Windows-1258.

    Raises:
        ValueError: it is in none of them.
    """
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    for name in [declared] if declared else [marked] if marked else _ENCODINGS:
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise ValueError(f"the text is not in {declared or marked or 'UTF-8 or Windows-1258'}")


def _lines(body: bytes, source: Source) -> Iterator[list[str]]:
    options = source.files
    text = decode(body, options.encoding if options else None)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=options.delimiter if options else ",")
    try:
        yield from reader
    except csv.Error:
        raise ValueError(f"line {reader.line_num} is not a line of the table") from None


def _sheet(rows: Iterable[list[Any]]) -> Sheet:
    """Turn rows into columns, a slice at a time, so that a large file is never held as Python objects."""
    slices: list[list[pa.Array]] = []
    total = 0
    rows = iter(rows)
    while piece := list(islice(rows, _CHUNK_ROWS)):
        total += len(piece)
        width = max(len(row) for row in piece)
        if total > MOST_ROWS or width > MOST_COLUMNS:
            raise ValueError(f"there are more than {MOST_ROWS} rows or {MOST_COLUMNS} columns")
        slices.append([_cells([row[place] if place < len(row) else None for row in piece]) for place in range(width)])
    width = max((len(columns) for columns in slices), default=0)
    return Sheet(tuple(_column(slices, place) for place in range(width)), total)


def _cells(values: list[Any]) -> pa.Array:
    found = texts(values)
    return pa.compute.if_else(pa.compute.equal(found, ""), pa.scalar(None, pa.string()), found)


def _column(slices: list[list[pa.Array]], place: int) -> pa.Array:
    parts = [
        columns[place] if place < len(columns) else pa.nulls(len(columns[0]), pa.string()) for columns in slices if columns
    ]
    return pa.concat_arrays(parts)
