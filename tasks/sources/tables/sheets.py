"""Sheets as columns of text: from workbooks, web pages, and text in any office encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from config.language import Bilingual
from config.sources import Source
from config.text_bytes import NO_TABLE, Decoded, decode, what_is
from config.text_rows import DELIMITERS, TextRows, read_rows, stated_delimiter
from tasks.rules.text.legacy_fonts import detect
from tasks.sources.file_notes import CUT_OFF, DAMAGED_TEXT, DELIMITER, MISNAMED, STRAY_MARK, FileNote
from tasks.sources.formats.records import texts
from tasks.sources.protocol import CSV
from tasks.sources.tables.legacy_text import font_of, to_font
from tasks.sources.tables.web_tables import WebTable, tables_of
from tasks.sources.tables.workbooks import MAX_SHEET_ROWS, MOST_COLUMNS, dated_from_1904, open_sheets

_CHUNK_ROWS = 20_000
_LOOKED_AT = 60  # rows, twice
_LOOKED_AT_LETTERS = 200_000
_DAYS_1904 = 1462  # between the first days of the two date systems


@dataclass(frozen=True)
class Sheet:
    """One sheet or text file: columns of text of equal length, headings not yet found.

    Attributes:
        columns: one array a column; null where a cell is empty.
        rows: how many rows there are.
        name: of the sheet; empty for a text file.
        lines: place of each row's first line, from 0; spans: how many lines each row takes.
        counts: how many cells each row has; None where a sheet's rows all reach as far as the sheet does.
        above: lines before the first row that are none.
        merged: cells that are one: first and last row, and the column.
        serial_shift: days to be added to a date that stands as a number.
        cut_off: the last row ends where the file was cut off.
        notes: what there is to say about the file.
    """

    columns: tuple[pa.Array, ...]
    rows: int
    name: str = ""
    lines: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    spans: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    counts: np.ndarray | None = None
    above: int = 0
    merged: Sequence[tuple[int, int, int]] = ()
    serial_shift: int = 0
    cut_off: bool = False
    notes: tuple[FileNote, ...] = ()

    def row(self, place: int) -> list[str | None]:
        """Return one row as texts."""
        return [column[place].as_py() for column in self.columns]


Fits = Callable[[Sheet], bool]


def sheets(body: bytes, media_type: str, source: Source, fits: Fits = lambda _: True) -> Iterator[Sheet]:
    """Yield the sheets of a file, one at a time; what it is its bytes tell, not its name.

    Args:
        body: the file.
        media_type: what its name says that it is.
        source: how it is declared.
        fits: tells whether a sheet has the headings that are looked for.

    Raises:
        ValueError: it cannot be opened, or is larger than allowed.
    """
    kind = what_is(body)
    if kind in ("archive", "old_workbook"):
        yield from _workbook_sheets(body, source, media_type)
    elif kind == "web_page":
        yield from _web_sheets(body, source, fits)
    elif kind == "text":
        yield in_unicode(_text_sheet(body, media_type, source, fits), source)
    else:
        raise ValueError(NO_TABLE[kind])


def _workbook_sheets(body: bytes, source: Source, media_type: str) -> Iterator[Sheet]:
    notes = (FileNote(MISNAMED, "workbook"),) if media_type == CSV else ()
    shift = _DAYS_1904 if dated_from_1904(body) else 0
    for opened in open_sheets(body, source.files.sheet if source.files else None):
        sheet = _sheet(_in_slices(opened.rows))
        merged = tuple(opened.merged)
        named = replace(sheet, name=opened.name, merged=merged, serial_shift=shift, notes=notes)
        del opened, sheet  # and with them the reader's own copy of the sheet
        yield in_unicode(named, source)
        del named
        notes = ()


def _web_sheets(body: bytes, source: Source, fits: Fits) -> Iterator[Sheet]:
    """Yield the tables with the headings, and those of the same width, which may be more of them; what a page is laid out by not."""
    found = [_web_sheet(number, table, source) for number, table in enumerate(tables_of(decode(body).text), 1)]
    fitting = [sheet for sheet in found if fits(sheet)]
    if not fitting:
        raise ValueError(NO_TABLE["web_page"])
    widths = {len(sheet.columns) for sheet in fitting}
    notes: tuple[FileNote, ...] = (FileNote(MISNAMED, "web page"),)
    for sheet in found:
        if len(sheet.columns) in widths:
            yield replace(sheet, notes=notes)
            notes = ()


def _web_sheet(number: int, table: WebTable, source: Source) -> Sheet:
    counts = np.fromiter(map(len, table.rows), dtype=np.int64, count=len(table.rows))
    sheet = replace(_sheet([table.rows]), name=str(number), counts=counts, merged=tuple(table.merged))
    return in_unicode(sheet, source)


def _text_sheet(body: bytes, media_type: str, source: Source, fits: Fits) -> Sheet:
    read = _decoded(body, source)
    stated = stated_delimiter(read.text)
    delimiter = stated or _declared(source)
    notes = [FileNote(DELIMITER, delimiter)] if stated else []
    if media_type != CSV:  # a name that says nothing of text declares no delimiter
        delimiter = stated or fitting_delimiter(read.text, source, fits) or delimiter
        notes.append(FileNote(MISNAMED, "text"))
    rows = _Joined(read_rows(read.text, delimiter))
    sheet = _sheet(rows, any_width=True)
    last = read.text[-1:] not in ("\n", "\r", "")
    cut = last and (read.cut or bool(rows.stray and rows.stray[-1] == sheet.rows - 1))
    notes += [FileNote(DAMAGED_TEXT, read.encoding, read.damaged)] if read.damaged else []
    notes += [FileNote(STRAY_MARK, "", len(rows.stray))] if rows.stray else []
    notes += [FileNote(CUT_OFF)] if cut else []
    return replace(rows.placed(sheet, 1 if stated else 0), cut_off=cut, notes=tuple(notes))


def _decoded(body: bytes, source: Source) -> Decoded:
    def in_font(signs: str) -> bool:
        return source.font in ("tcvn3", "vni") or (source.font == "detect" and detect([signs]) is not None)

    return decode(body, source.files.encoding if source.files else None, in_font=in_font)


def _declared(source: Source) -> str:
    return source.files.delimiter if source.files else ","


def fitting_delimiter(text: str, source: Source, fits: Fits) -> str | None:
    """Return the one sign by which the first rows have the headings that are looked for.

    None where none or several do.
    """
    start = "".join(text[:_LOOKED_AT_LETTERS].splitlines(keepends=True)[: 2 * _LOOKED_AT])
    found = [
        sign
        for sign in DELIMITERS
        if fits(in_unicode(_sheet((rows.cells for rows in read_rows(start, sign)), any_width=True), source))
    ]
    return found[0] if len(found) == 1 else None


def other_delimiter(body: bytes, source: Source, fits: Fits) -> str | None:
    """Return what divides the cells of a text file whose declared delimiter does not; None where nothing does."""
    if what_is(body) != "text":
        return None
    found = fitting_delimiter(_decoded(body, source).text, source, fits)
    return None if found == _declared(source) else found


class _Joined:
    """The rows of a text under one another, and where each stands; to be read once."""

    def __init__(self, parts: Iterable[TextRows]) -> None:
        self._parts = parts
        self._lines: list[np.ndarray] = []
        self._spans: list[np.ndarray] = []
        self._counts: list[np.ndarray] = []
        self.stray: list[int] = []

    def __iter__(self) -> Iterator[list[list[str]]]:
        before = 0
        for rows in self._parts:
            self.stray += [before + place for place in rows.stray]
            before += len(rows.cells)
            self._lines.append(np.asarray(rows.lines, dtype=np.int64))
            self._spans.append(np.asarray(rows.spans, dtype=np.int64))
            self._counts.append(np.fromiter(map(len, rows.cells), dtype=np.int64, count=len(rows.cells)))
            yield rows.cells

    def placed(self, sheet: Sheet, above: int) -> Sheet:
        """Return the sheet of the rows with the place of each; the first lines may be none."""
        lines, spans, counts = (
            np.concatenate([np.zeros(0, dtype=np.int64), *parts])[above:] for parts in (self._lines, self._spans, self._counts)
        )
        columns = tuple(column.slice(above) for column in sheet.columns)
        return replace(sheet, columns=columns, rows=sheet.rows - above, above=above, lines=lines, spans=spans, counts=counts)


def in_unicode(sheet: Sheet, source: Source) -> Sheet:
    """Return a sheet in Unicode whose text was typed for a legacy font, as the source says or where that is certain."""
    font = font_of((text for place in _looked_at(sheet.rows) for text in sheet.row(place)), source)
    return sheet if font is None else replace(sheet, columns=tuple(to_font(column, font) for column in sheet.columns))


def _looked_at(rows: int) -> list[int]:
    """Return the places of rows whose text tells the font: the first ones, with the headings, and some of the others."""
    return sorted({*range(min(rows, _LOOKED_AT)), *range(0, rows, max(1, rows // _LOOKED_AT))})


def _in_slices(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    rows = iter(rows)
    while piece := list(islice(rows, _CHUNK_ROWS)):
        yield piece


def _sheet(pieces: Iterable[list[list[Any]]], *, any_width: bool = False) -> Sheet:
    """Turn rows into columns, a slice at a time, so that a large file is never held as Python objects.

    Args:
        pieces: the cells of some rows at a time.
        any_width: a row may have more cells than any table; those beyond are left out, and its count tells it.
    """
    slices: list[list[pa.Array | None]] = []
    lengths: list[int] = []
    for piece in filter(None, pieces):
        lengths.append(len(piece))
        total = sum(lengths)
        widths = set(map(len, piece))
        width = min(max(widths), MOST_COLUMNS) if any_width else max(widths)
        if total > MAX_SHEET_ROWS or width > MOST_COLUMNS:
            raise ValueError(
                Bilingual(
                    f"có hơn {MAX_SHEET_ROWS} dòng hoặc {MOST_COLUMNS} cột",
                    f"there are more than {MAX_SHEET_ROWS} rows or {MOST_COLUMNS} columns",
                )
            )
        slices.append([_cells(values) for values in _turned(piece, widths, width)])
    width = max((len(columns) for columns in slices), default=0)
    total = sum(lengths)
    columns = tuple(_column(slices, lengths, place) for place in range(width))
    return Sheet(columns, total, lines=np.arange(total), spans=np.ones(total, dtype=np.int64))


def _turned(rows: list[list[Any]], widths: set[int], width: int) -> Iterable[Sequence[Any]]:
    if widths == {width}:
        return zip(*rows, strict=True)
    return ([row[place] if place < len(row) else None for row in rows] for place in range(width))


def _cells(values: Sequence[Any]) -> pa.Array:
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
