"""Workbooks as untrusted archives: their full size is known before they are opened.

The limits let through what offices send and stop what an attack sends: half a million rows with their texts inline take 240 MB.
The reader holds a sheet as a full rectangle of cells, so one cell far out would ask for gigabytes: the rectangle is
measured first, and a large sheet is read in pieces (:mod:`tasks.sources.tables.workbook_chunks`).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import python_calamine

from config.language import Bilingual, counted
from tasks.sources.tables.workbook_chunks import CHUNK, Extent, has_unread_cell, pieces

MOST_BYTES = 500_000_000
MOST_RATIO = 100
MOST_ENTRIES = 1_000
MAX_SHEET_ROWS = 1_000_000
MOST_COLUMNS = 200
MOST_CELLS = 8_000_000  # held at once; 32 bytes each
_CELLS_AS_ONE = 1_000_000  # a sheet of more is read in pieces
_SMALL = 10_000_000  # a ratio says nothing about a file that is small anyway
_ARCHIVE, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # first bytes: a name tells little
_FROM_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true|on)["']""")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # how a workbook in the form .xlsx lies in its locked container
_OLD_BEGINNING = b"\x09\x08\x10\x00\x00\x06\x05\x00"  # of the first record of an old workbook
_OLD_DATES, _OLD_END = 0x22, 0x0A
_MOST_RECORDS = 500


@dataclass(frozen=True)
class OpenSheet:
    """A sheet that is being read.

    Attributes:
        rows: its rows, to be read once.
        merged: cells of a column that were made one: first and last row, column; known once the rows are read.
        spans: all cells that were made one: first and last row, first and last column; known then, too.
    """

    name: str
    rows: Iterator[list[Any]]
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    spans: list[tuple[int, int, int, int]] = field(default_factory=list)


def open_sheets(body: bytes, wanted: str | None) -> Iterator[OpenSheet]:
    """Yield each sheet, or the wanted one.

    Raises:
        ValueError: it is no workbook, or one that would grow beyond the limits.
    """
    books: Callable[[], Iterator[bytes]] = lambda: iter((body,))  # noqa: E731 - one of two
    if not body.startswith(_OLD):
        extent, unread = _checked(body)
        if unread or extent.cells > _CELLS_AS_ONE:
            books = lambda: _in_pieces(body)  # noqa: E731 - the other
    try:
        names = _opened(next(books())).sheet_names
        for name in names:
            if wanted in (None, name):
                # Held by whoever reads it and by nobody else: the reader keeps the whole sheet as long as its rows are.
                merged: list[tuple[int, int, int]] = []
                spans: list[tuple[int, int, int, int]] = []
                yield OpenSheet(name, _rows(books, name, merged, spans), merged, spans)
    except python_calamine.CalamineError as error:
        raise _unopened(body, error) from None
    if wanted is not None and wanted not in names:
        raise ValueError(Bilingual(f"không có trang tính {wanted!r}", f"there is no sheet {wanted!r}"))


def _unopened(body: bytes, error: python_calamine.CalamineError) -> ValueError:
    if isinstance(error, python_calamine.PasswordError) or (body.startswith(_OLD) and _ENCRYPTED in body):
        return ValueError(
            Bilingual(
                "sổ tính có mật khẩu; hãy lưu lại bản không đặt mật khẩu",
                "the workbook is protected by a password; save it without one",
            )
        )
    name = type(error).__name__
    return ValueError(Bilingual(f"không phải sổ tính ({name})", f"not a workbook ({name})"))


def _opened(book: bytes) -> Any:
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book))


def dated_from_1904(body: bytes) -> bool:
    """Tell whether a workbook counts its days from 1904, as those first made on a Macintosh do."""
    if body.startswith(_OLD):
        return _old_dated_from_1904(body)
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entry = next((entry for entry in archive.infolist() if entry.filename.lower() == "xl/workbook.xml"), None)
            if entry is None:
                return False
            with archive.open(entry) as stream:
                return _FROM_1904.search(stream.read(CHUNK)) is not None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        return False  # whoever opens it says what is wrong


def _old_dated_from_1904(body: bytes) -> bool:
    """Walk the first records of an old workbook to the one that says from which year its days count."""
    at = body.find(_OLD_BEGINNING)
    for _ in range(_MOST_RECORDS if at >= 0 else 0):
        kind, length = int.from_bytes(body[at : at + 2], "little"), int.from_bytes(body[at + 2 : at + 4], "little")
        if kind == _OLD_DATES:
            return body[at + 4 : at + 6] == b"\x01\x00"
        if kind == _OLD_END or at + 4 > len(body):
            return False
        at += 4 + length
    return False


def _rows(
    books: Callable[[], Iterator[bytes]],
    name: str,
    merged: list[tuple[int, int, int]],
    spans: list[tuple[int, int, int, int]],
) -> Iterator[list[Any]]:
    """Yield the rows of a sheet, from its first column on, empty ones too: a row's place in the file is its number."""
    given = 0
    for book in books():
        try:
            sheet = _opened(book).get_sheet_by_name(name)
        except python_calamine.CalamineError as error:
            raise _unopened(book, error) from None
        ranges = sheet.merged_cell_ranges or ()
        merged += [(first, last, column) for (first, column), (last, _) in ranges if last > first]
        spans += [(first, last, left, right) for (first, left), (last, right) in ranges]
        if sheet.start is None:
            continue
        if sheet.end[0] >= MAX_SHEET_ROWS or sheet.end[1] >= MOST_COLUMNS:
            raise ValueError(
                Bilingual(
                    f"một trang tính có hơn {MAX_SHEET_ROWS} dòng hoặc {MOST_COLUMNS} cột",
                    f"a sheet has more than {MAX_SHEET_ROWS} rows or {MOST_COLUMNS} columns",
                )
            )
        before = [""] * sheet.start[1]
        # Rows that state no number begin anew in every piece.
        for row in islice(sheet.iter_rows(), min(given, sheet.start[0]), None):
            yield before + row
            given += 1


def _in_pieces(body: bytes) -> Iterator[bytes]:
    for book, extent in pieces(body):
        _require_fit(extent)
        yield book


def _checked(body: bytes) -> tuple[Extent, bool]:
    """Return the extent of the largest sheet, and whether errors, or formulas that were never computed, stand in the book."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise ValueError(Bilingual("không phải sổ tính (không phải tệp nén)", "not a workbook (no archive)")) from None
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or total > MOST_BYTES:
        raise ValueError(
            Bilingual(
                f"tệp nén có {len(entries)} mục và {total} byte, vượt mức cho phép",
                f"the archive holds {counted(len(entries), 'entry')} and {total} bytes, more than allowed",
            )
        )
    if total > _SMALL and total > MOST_RATIO * max(1, len(body)):
        raise ValueError(
            Bilingual(f"tệp nén sẽ nở ra hơn {MOST_RATIO} lần", f"the archive would grow more than {MOST_RATIO} times")
        )
    if not any(entry.filename.lower() == "xl/workbook.xml" for entry in entries):
        raise ValueError(
            Bilingual(
                "không phải sổ tính dạng .xlsx; hãy lưu lại dạng .xlsx", "not a workbook in the form .xlsx; save it as .xlsx"
            )
        )
    found = [_checked_entry(archive, entry) for entry in entries]
    return max((extent for extent, _ in found), key=lambda extent: extent.cells), any(unread for _, unread in found)


def _checked_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[Extent, bool]:
    """Unpack one entry piece by piece: its stated size may be a lie, and any entry may be a sheet."""
    size, rest, extent, unread = 0, b"", Extent(), False
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(CHUNK):
                size += len(piece)
                if size > MOST_BYTES:
                    raise ValueError(Bilingual("tệp nén nở ra nhiều hơn mức nó ghi", "the archive grows beyond what it states"))
                window = rest + piece
                extent, unread = extent.grown(window), unread or has_unread_cell(window)
                rest = window[-2000:]  # longer than a formula may be cut in two
    # NotImplementedError: packed in a way that Python does not know.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error):
        raise ValueError(Bilingual("tệp nén bị hỏng hoặc có mật khẩu", "the archive is damaged or encrypted")) from None
    if extent.rows > MAX_SHEET_ROWS or extent.columns > MOST_COLUMNS:
        raise ValueError(
            Bilingual(
                f"một trang tính trải {extent.rows} dòng và {extent.columns} cột, vượt mức cho phép",
                f"a sheet spans {counted(extent.rows, 'row')} and {extent.columns} columns, more than allowed",
            )
        )
    return extent, unread


def _require_fit(extent: Extent) -> None:
    if extent.cells > MOST_CELLS:
        raise ValueError(
            Bilingual(
                f"một phần trang tính trải {extent.cells} ô, phần lớn trống, vượt mức cho phép",
                f"a part of a sheet spans {counted(extent.cells, 'cell')}, most of them empty, more than allowed",
            )
        )
