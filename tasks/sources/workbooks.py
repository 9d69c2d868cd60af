"""Workbooks are untrusted archives: how large they would become is known before they are opened.

Limits are those of reliability.md section 4, but for the bytes: half a million rows with their texts inline take 240 MB. A sheet is held by the reader as a full rectangle, so one
cell far out would ask for gigabytes: the rectangle is measured first.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import python_calamine

from tasks.sources.protocol import OLD_WORKBOOK

MOST_BYTES = 500_000_000
MOST_RATIO = 100
MOST_ENTRIES = 1_000
MOST_ROWS = 1_000_000
MOST_COLUMNS = 200
MOST_CELLS = 40_000_000
_SMALL = 10_000_000  # a ratio says nothing about a file that is small anyway
_CHUNK = 1 << 20
_CELL = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,8})"')


def open_sheets(body: bytes, media_type: str, wanted: str | None) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    """Yield name and rows of each sheet, or of the wanted one.

    Raises:
        ValueError: it is no workbook, or one that would grow beyond the limits.
    """
    if media_type != OLD_WORKBOOK:
        _check_archive(body)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
        names = [name for name in workbook.sheet_names if wanted in (None, name)]
        for name in names:
            # Held by whoever reads it and by nobody else: the reader keeps the whole sheet as long as its rows are.
            yield name, _rows(workbook, name)
    except python_calamine.CalamineError as error:
        raise ValueError(f"not a workbook ({type(error).__name__})") from None
    if not names:
        raise ValueError(f"there is no sheet {wanted!r}")


def _rows(workbook: Any, name: str) -> Iterator[list[Any]]:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
        raise ValueError(f"a sheet has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns")
    rows: Iterator[list[Any]] = sheet.iter_rows()
    return rows


def _check_archive(body: bytes) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise ValueError("not a workbook (no archive)") from None
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or total > MOST_BYTES:
        raise ValueError(f"the archive holds {len(entries)} entries and {total} bytes, more than allowed")
    if total > _SMALL and total > MOST_RATIO * max(1, len(body)):
        raise ValueError(f"the archive would grow more than {MOST_RATIO} times")
    for entry in entries:
        _check_entry(archive, entry)


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack one entry piece by piece: its stated size may be a lie, and a sheet's rectangle is measured."""
    sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
    size, rows, columns, rest = 0, 0, 0, b""
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(_CHUNK):
                size += len(piece)
                if size > MOST_BYTES:
                    raise ValueError("the archive grows beyond what it states")
                if sheet:
                    found = set(_CELL.findall(rest + piece))
                    rows = max([rows, *(int(row) for _, row in found)])
                    columns = max([columns, *(_column(name) for name in {name for name, _ in found})])
                    rest = piece[-32:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error):
        raise ValueError("the archive is damaged or encrypted") from None
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise ValueError(f"a sheet spans {rows} rows and {columns} columns, more than allowed")


def _column(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - ord("A") + 1
    return number
