"""Chunks of a large workbook, for a reader that holds a whole sheet at a time.

Nothing is read here but where a row ends: the cells are the reader's business. On the way what the reader would pass
over as empty becomes a text: of a formula that no program has computed its own, with the sign ``=`` before it, and of an
error what the office sees in the cell, ``#N/A``.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from config.language import Bilingual

CHUNK = 1 << 20
PIECE = 8 << 20  # bytes of rows
_FAR = 1 << 40
_DATA = re.compile(rb"<((?:\w+:)?)sheetData\s*>")
# Not one whose result is a text: there no value is the empty text that it gave.
_BARE = re.compile(
    rb"<(\w+:)?c\b(?![^>]*\st=.str)([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>([^<]*)</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR = re.compile(rb"""(<(?:\w+:)?c\b[^>]*\st\s*=\s*)(?:"e"|'e')""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3}\d+)["']""")
# Another way of writing r="A1", which the quick look below would miss.
_ODD = (b"\tr", b"\nr", b"\rr", b" r ", b" r\t", b" r\n", b" r\r", b" r= ", b" r=\t", b" r=\n", b" r=\r")
_NO_ROWS = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
_LETTERS, _DIGITS = 3, 8
_LONGEST_PLACE = 64


@dataclass(frozen=True)
class Extent:
    """The rectangle of the cells met, from 1; empty where there are none."""

    first_row: int = _FAR
    last_row: int = 0
    first_column: int = _FAR
    last_column: int = 0

    @classmethod
    def of(cls, xml: bytes) -> Extent:
        """Return the extent of a sheet."""
        extent = cls()
        for begin in range(0, len(xml), CHUNK):
            extent = extent.grown(xml[max(0, begin - _LONGEST_PLACE) : begin + CHUNK])
        return extent

    @property
    def rows(self) -> int:
        """Rows from the top of the sheet."""
        return self.last_row

    @property
    def columns(self) -> int:
        """Columns from the left of the sheet."""
        return self.last_column

    @property
    def cells(self) -> int:
        """Cells of the rectangle, empty ones too."""
        return max(0, self.last_row - self.first_row + 1) * max(0, self.last_column - self.first_column + 1)

    def grown(self, xml: bytes) -> Extent:
        """Return it with the cells that a stretch of a sheet names."""
        if any(signs in xml for signs in _ODD):
            xml = b"".join(b' r="%s"' % place for place in _PLACE.findall(xml))
        rows, columns = _places(xml)
        if not len(rows):
            return self
        return Extent(
            min(self.first_row, int(rows.min())),
            max(self.last_row, int(rows.max())),
            min(self.first_column, int(columns.min())),
            max(self.last_column, int(columns.max())),
        )


def _places(xml: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of every cell that names its place, all at once: half a million rows have millions."""
    text = np.frombuffer(xml + b" " * 16, dtype=np.uint8)
    quoted = (text[3:] == ord('"')) | (text[3:] == ord("'"))
    at = np.flatnonzero((text[:-3] == ord(" ")) & (text[1:-2] == ord("r")) & (text[2:-1] == ord("=")) & quoted) + 4
    at = at[at < len(xml)]
    columns, rows = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    for _ in range(_LETTERS):
        sign = text[at].astype(np.int64) | 0x20
        letter = (sign >= ord("a")) & (sign <= ord("z"))
        columns = np.where(letter, columns * 26 + sign - ord("a") + 1, columns)
        at += letter
    for _ in range(_DIGITS):
        sign = text[np.minimum(at, len(text) - 1)].astype(np.int64)
        digit = (sign >= ord("0")) & (sign <= ord("9"))
        rows = np.where(digit, rows * 10 + sign - ord("0"), rows)
        at += digit
    cell = (columns > 0) & (rows > 0)
    return rows[cell], columns[cell]


def has_unread_cell(xml: bytes) -> bool:
    """Tell whether a stretch of a sheet has a cell that is not empty and of which the reader makes nothing."""
    return _has_bare_formula(xml) or _has_error(xml)


def _has_bare_formula(xml: bytes) -> bool:
    return (b"<f" in xml or b":f" in xml) and _BARE.search(xml) is not None


def _has_error(xml: bytes) -> bool:
    return (b'"e"' in xml or b"'e'" in xml) and _ERROR.search(xml) is not None


def pieces(body: bytes) -> Iterator[tuple[bytes, Extent]]:
    """Yield workbooks that together have the rows of one, and the extent of their largest sheet.

    Args:
        body: a workbook that was checked.
    """
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        size = max([PIECE, *(entry.file_size for entry in archive.infolist() if "sharedStrings" in entry.filename)])
        sheets = {entry.filename: _cut(archive, entry, size) for entry in archive.infolist() if _is_sheet(archive, entry)}
        others = {entry.filename: archive.read(entry) for entry in archive.infolist() if entry.filename not in sheets}
        while True:
            parts = {name: next(cut, None) for name, cut in sheets.items()}
            if all(part is None for part in parts.values()):
                return
            extents = [Extent.of(part) for part in parts.values() if part is not None]
            yield (
                _book({**others, **{name: part or _NO_ROWS for name, part in parts.items()}}),
                max(extents, key=lambda extent: extent.cells),
            )


def _is_sheet(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    with archive.open(entry) as stream:
        return _DATA.search(stream.read(CHUNK)) is not None


def _cut(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
    """Yield sheets with some of a sheet's rows each."""
    with archive.open(entry) as stream:
        start = stream.read(CHUNK)
        found = _DATA.search(start)
        if found is None:
            raise ValueError(Bilingual("một trang tính không bắt đầu đúng cách", "a sheet does not begin as sheets do"))
        head, rest = start[: found.end()], bytearray(start[found.end() :])
        end_of_row = b"</%srow>" % found[1]
        tail = b"</%ssheetData></%sworksheet>" % (found[1], found[1])
        while chunk := stream.read(CHUNK):
            rest += chunk
            place = rest.rfind(end_of_row) if len(rest) >= size else -1
            if place >= 0:
                place += len(end_of_row)
                yield _told(head + rest[:place] + tail)
                del rest[:place]
        yield _told(head + rest)  # with what stands behind the rows: which cells are merged


def _told(xml: bytes | bytearray) -> bytes:
    """Write the text of each error and of each formula without a value into its cell."""
    text = bytes(xml)
    text = _BARE.sub(_with_text, text) if _has_bare_formula(text) else text
    return _ERROR.sub(rb'\1"str"', text) if _has_error(text) else text


def _with_text(found: re.Match[bytes]) -> bytes:
    prefix, place = found[1] or b"", _PLACE.search(found[2])
    where = b' r="%s"' % place[1] if place else b""
    return b'<%bc%b t="str"><%bv>=%b</%bv></%bc>' % (prefix, where, prefix, found[3] or b"", prefix, prefix)


def _book(entries: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()
