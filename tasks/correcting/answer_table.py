"""Table of answers: the rows of a returned work package as written, from a workbook or a text file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from config.language import Bilingual
from config.small_tables import SEARCHED_ROWS, SmallTable, TableRow
from config.text_bytes import what_is
from tasks.correcting.workbooks import ANSWERER, APPROVER, WORK_COLUMNS
from tasks.rules.corrections.lines import UnreadableFileError
from tasks.rules.text.codes import fold_codes
from tasks.rules.text.normal_form import fold
from tasks.sources.privacy_guard import code_as_kept
from tasks.sources.tables.small_tables import small_table
from tasks.sources.tables.workbooks import dated_from_1904

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_HEADING_OF = {fold(column.heading): column.name for column in WORK_COLUMNS}
_NEEDED = frozenset({"code", "decision", "value", "document"})
_ANSWERS = ("decision", "value", "document", "document_date")
_READ = ("key", "code", "says", *_ANSWERS)
_KEY = re.compile(r"[0-9a-f]{32}")
_DAYS_1904 = 1462
_DAMAGED = "\ufffd"


@dataclass(frozen=True)
class GivenAnswer:
    """One row as returned.

    Attributes:
        number: line of the file, from 1.
        key: of the row; empty where there is none that could be one.
        code: dossier code, folded.
        formula: a cell that counts is a formula.
        damaged: a cell that counts holds letters that were damaged.
    """

    number: int
    key: str
    code: str
    says: str
    decision: str
    value: str
    document: str
    document_date: str
    formula: bool = False
    damaged: bool = False

    @property
    def said(self) -> tuple[str, ...]:
        """What the officer filled in, so that two rows can be held against each other."""
        return (fold(self.decision), self.value, self.document, self.document_date)


@dataclass(frozen=True)
class AnswerTable:
    """A returned work package.

    Attributes:
        rows: those that are not blank.
        answerer, approver: accounts at its top; empty where nobody is named.
        serial_shift: days to be added to a date that stands as a number.
    """

    rows: tuple[GivenAnswer, ...]
    answerer: str = ""
    approver: str = ""
    serial_shift: int = 0


def is_work_heading(cells: Sequence[str]) -> bool:
    """Tell whether cells are the headings of a work package."""
    return set(_NEEDED) <= {_HEADING_OF.get(fold(cell), "") for cell in cells}


def answer_table(body: bytes) -> AnswerTable | None:
    """Read a returned work package; None where the file is none.

    Raises:
        UnreadableFileError: it is one, in a form in which formulas cannot be told from what was typed.
    """
    try:
        table = small_table(body, is_work_heading, code_pages=True)
    except ValueError:
        return None
    if not table.found:
        return None
    kind = what_is(body)
    if kind == "old_workbook":
        raise UnreadableFileError(
            Bilingual(
                "gói việc ở dạng .xls cũ; hãy lưu lại dạng .xlsx", "a work package in the old form .xls; save it as .xlsx"
            )
        )
    formulas = _formulas(body) if kind == "archive" else frozenset()
    places = _places(table.headings)
    codes = fold_codes(pa.array([_cell(row, places, "code") for row in table.rows], pa.string())).to_pylist()
    rows = (
        _given(row, places, code_as_kept(code or ""), formulas)
        for row, code in zip(table.rows, codes, strict=True)
        if not _only_number(row, places)
    )
    shift = _DAYS_1904 if kind == "archive" and dated_from_1904(body) else 0
    return AnswerTable(tuple(rows), _named_above(table, ANSWERER), _named_above(table, APPROVER), shift)


def _places(headings: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if name := _HEADING_OF.get(fold(heading)):
            places.setdefault(name, place)
    return places


def _cell(row: TableRow, places: Mapping[str, int], name: str) -> str:
    place = places.get(name)
    return row.cells[place].strip() if place is not None and place < len(row.cells) else ""


def _only_number(row: TableRow, places: Mapping[str, int]) -> bool:
    """Tell whether a row holds nothing but its running number, as one does that was emptied."""
    return not any(cell.strip() for place, cell in enumerate(row.cells) if place != places.get("number"))


def _given(row: TableRow, places: Mapping[str, int], code: str, formulas: frozenset[tuple[int, int]]) -> GivenAnswer:
    cells = {name: _cell(row, places, name) for name in (*_READ, "note")}
    key = cells["key"].lower()
    counted = [cells[name] for name in _READ]
    return GivenAnswer(
        number=row.line,
        key=key if _KEY.fullmatch(key) else "",
        code=code,
        says=cells["says"],
        **{name: cells[name] for name in _ANSWERS},
        formula=any((row.line, places[name]) in formulas for name in _READ if name in places)
        or any(cells[name].startswith("=") for name in _ANSWERS),
        damaged=any(_DAMAGED in cell for cell in counted),
    )


def _named_above(table: SmallTable, label: str) -> str:
    """Return the account behind a label above the headings."""
    for row in table.above:
        cells = [cell.strip() for cell in row.cells if cell.strip()]
        for place, cell in enumerate(cells):
            if fold(cell) == fold(label):
                return cells[place + 1] if place + 1 < len(cells) else ""
    return ""


def work_sheet(book: Workbook) -> tuple[Worksheet, int] | None:
    """Find the sheet of a work package, with the row of its headings, from 1."""
    for sheet in book.worksheets:
        for number, cells in enumerate(sheet.iter_rows(max_row=SEARCHED_ROWS, values_only=True), 1):
            if is_work_heading([str(cell) for cell in cells if cell is not None]):
                return sheet, number
    return None


def open_workbook(body: bytes) -> Workbook:
    """Open a workbook with all that is in it.

    Raises:
        UnreadableFileError: it is damaged.
    """
    from openpyxl import load_workbook  # lists of corrections, the daily case, are none

    try:
        return load_workbook(io.BytesIO(body))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, zipfile.BadZipFile):
        raise UnreadableFileError(
            Bilingual("sổ tính bị hỏng; hãy mở ra và lưu lại dạng .xlsx", "a damaged workbook; open it and save it as .xlsx")
        ) from None


def _formulas(body: bytes) -> frozenset[tuple[int, int]]:
    """Return line, from 1, and column, from 0, of every cell that is a formula on the sheet of answers."""
    found = work_sheet(open_workbook(body))
    return frozenset(_formula_cells(found[0])) if found else frozenset()


def _formula_cells(sheet: Worksheet) -> Iterator[tuple[int, int]]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                yield cell.row, cell.column - 1
