"""Answer workbook of a returned work package: the file that came in, with a word for every row."""

from __future__ import annotations

import io
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import ConfigError
from config.text_bytes import what_is
from tasks.correcting.answer_table import open_workbook, work_sheet
from tasks.correcting.work_answers import RowOutcome
from tasks.correcting.workbooks import RESULT_HEADING
from tasks.reports.list_files import write_rows, write_whole
from tasks.rules.text.normal_form import fold

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_COLOURS = {"approved": "C6E0B4", "proposed": "E2F0D9", "rejected": "E2F0D9", "noted": "E2F0D9", "refused": "F8CBAD"}
_WIDTH = 44


@dataclass(frozen=True)
class AnswerPlace:
    """Where the answer to a file goes.

    Attributes:
        source: the file that came in; its name goes on in that of the answer.
        beside: folder that was asked for; None: a workbook's is its own, a list's is ``folder``.
        folder: where answers are kept.
        name: of the file as a package of corrections.
    """

    source: Path
    beside: Path | None
    folder: Path
    name: str

    @property
    def listed(self) -> Path:
        """File of an answer that is a list of lines."""
        return (
            self.folder / f"{self.name}.result.csv" if self.beside is None else self.beside / f"{self.source.stem}.ket-qua.csv"
        )

    @property
    def workbook(self) -> Path:
        """File of an answer that is a workbook."""
        return (self.beside or self.source.parent) / f"{self.source.stem}.ket-qua.xlsx"


def write_answers(place: AnswerPlace, body: bytes, told: Sequence[RowOutcome]) -> Path:
    """Write the answer beside the file that came in, or where answers are kept if it cannot be written there.

    A workbook comes back as it was with one column more; of a text file the answers are listed by line.

    Args:
        place: where it goes.
        body: what came in.
        told: what became of its rows.
    """
    if what_is(body) != "archive":
        rows = [
            ("dòng", "mã hồ sơ", RESULT_HEADING.lower()),
            *((one.row.given.number, one.row.given.code, one.says) for one in told),
        ]
        return write_rows(_private(place.listed), rows, private=True)
    content = _workbook(body, told)
    try:
        return write_whole(place.workbook, content, private=True)
    except ConfigError:
        return write_whole(_private(place.folder / f"{place.name}.ket-qua.xlsx"), content, private=True)


def _private(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return file


def _workbook(body: bytes, told: Sequence[RowOutcome]) -> bytes:
    book = open_workbook(body)
    found = work_sheet(book)
    if found is not None:
        _column(*found, told)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _column(sheet: Worksheet, heading: int, told: Sequence[RowOutcome]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    place = _place(sheet, heading)
    top = sheet.cell(heading, place, RESULT_HEADING)
    before = sheet.cell(heading, 1)
    top.font, top.fill, top.alignment, top.border = (
        copy(one) for one in (before.font, before.fill, before.alignment, before.border)
    )
    letter = get_column_letter(place)
    sheet.column_dimensions[letter].hidden = False
    sheet.column_dimensions[letter].width = _WIDTH
    for one in told:
        cell = sheet.cell(one.row.given.number, place, one.says)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(name="Arial", size=10)
        if one.state in _COLOURS:
            cell.fill = PatternFill("solid", fgColor=_COLOURS[one.state])


def _place(sheet: Worksheet, heading: int) -> int:
    """Return the column of an earlier answer, else the first one behind all headings."""
    last = 1
    for cell in sheet[heading]:
        if cell.value is not None:
            last = cell.column
            if fold(str(cell.value)) == fold(RESULT_HEADING):
                return int(cell.column)
    return int(last) + 1
