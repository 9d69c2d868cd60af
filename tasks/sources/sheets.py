"""Files with headings as columns of text: workbooks, and text files in the encodings that offices use."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from config.sources import Source
from tasks.rules.fonts import detect
from tasks.sources.legacy_text import font_of, to_font
from tasks.sources.protocol import CSV
from tasks.sources.records import texts
from tasks.sources.workbooks import MOST_COLUMNS, MOST_ROWS, open_sheets

_CHUNK_ROWS = 20_000
_LONGEST_CELL = 1_000_000
# By their marks first; then the encodings that Vietnamese offices save in.
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_VIETNAMESE_BYTES = "cp1258"
_ENCODINGS = ("utf-8", _VIETNAMESE_BYTES)
_LOOKED_AT = 60  # rows, twice
_LOOKED_AT_LETTERS = 20_000


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
        yield in_unicode(_sheet(_lines(body, source)), source)
        return
    wanted = source.files.sheet if source.files else None
    for _, rows in open_sheets(body, wanted):
        sheet = _sheet(rows)
        del rows  # and with it the reader's own copy of the sheet
        yield in_unicode(sheet, source)
        del sheet


def in_unicode(sheet: Sheet, source: Source) -> Sheet:
    """Return a sheet in Unicode whose text was typed for a legacy font, as the source says or where that is certain."""
    font = font_of((text for place in _looked_at(sheet.rows) for text in sheet.row(place)), source)
    return sheet if font is None else Sheet(tuple(to_font(column, font) for column in sheet.columns), sheet.rows)


def _looked_at(rows: int) -> list[int]:
    """Return the places of rows whose text tells the font: the first ones, with the headings, and some of the others."""
    return sorted({*range(min(rows, _LOOKED_AT)), *range(0, rows, max(1, rows // _LOOKED_AT))})


def decode(body: bytes, declared: str | None, font: str = "detect") -> str:
    """Decode a text file by its declared encoding, else by its mark, else as UTF-8, else as Windows-1258.

    A file of one byte a letter that was typed for a legacy font comes back in the signs of that font.

    Raises:
        ValueError: it is in none of them.
    """
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    for name in [declared] if declared else [marked] if marked else _ENCODINGS:
        try:
            text = body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if name != _VIETNAMESE_BYTES or declared:
            return text
        signs = body.decode("latin-1")
        legacy = font in ("tcvn3", "vni") or (font == "detect" and detect([signs[:_LOOKED_AT_LETTERS]]) is not None)
        # The code page writes most tones as signs of their own behind the letter.
        return signs if legacy else unicodedata.normalize("NFC", text)
    if not declared and not marked and font in ("tcvn3", "vni"):
        return body.decode("latin-1")
    raise ValueError(f"the text is not in {declared or marked or 'UTF-8 or Windows-1258'}")


def _lines(body: bytes, source: Source) -> Iterator[list[str]]:
    options = source.files
    text = decode(body, options.encoding if options else None, source.font)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=options.delimiter if options else ",")
    try:
        yield from reader
    except csv.Error:
        raise ValueError(f"line {reader.line_num} is not a line of the table") from None


def _sheet(rows: Iterable[list[Any]]) -> Sheet:
    """Turn rows into columns, a slice at a time, so that a large file is never held as Python objects."""
    slices: list[list[pa.Array | None]] = []
    lengths: list[int] = []
    rows = iter(rows)
    while piece := list(islice(rows, _CHUNK_ROWS)):
        lengths.append(len(piece))
        total = sum(lengths)
        width = max(len(row) for row in piece)
        if total > MOST_ROWS or width > MOST_COLUMNS:
            raise ValueError(f"there are more than {MOST_ROWS} rows or {MOST_COLUMNS} columns")
        slices.append([_cells([row[place] if place < len(row) else None for row in piece]) for place in range(width)])
    width = max((len(columns) for columns in slices), default=0)
    return Sheet(tuple(_column(slices, lengths, place) for place in range(width)), sum(lengths))


def _cells(values: list[Any]) -> pa.Array:
    found = texts(values)
    return pa.compute.if_else(pa.compute.equal(found, ""), pa.scalar(None, pa.string()), found)


def _column(slices: list[list[pa.Array | None]], lengths: list[int], place: int) -> pa.Array:
    """Join the slices of one column and let them go: beside the columns no second copy of the whole sheet is held."""
    parts = []
    for columns, length in zip(slices, lengths, strict=True):
        parts.append(columns[place] if place < len(columns) else pa.nulls(length, pa.string()))
        if place < len(columns):
            columns[place] = None
    return pa.concat_arrays(parts)
