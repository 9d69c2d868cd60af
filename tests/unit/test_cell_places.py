"""Workbooks without the places of their cells: other programs read the same cells from far fewer bytes."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook

from tasks.reports.site.cell_places import without_places

WIDE = 30  # beyond column Z
ROWS: list[list[Any]] = [[f"Sở {row}", *(row * place / 7 for place in range(1, WIDE))] for row in range(1, 400)]


def workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet("Tờ")
        edge = book.add_format({"border": 1})
        page.write_string(0, 3, "a title in the middle")
        page.set_row(1, 40)  # a row without a cell
        for number, row in enumerate(ROWS, start=2):
            for place, cell in enumerate(row):
                if place == 2:
                    page.write_blank(number, place, None, edge)
                else:
                    page.write(number, place, cell)
        page.write(len(ROWS) + 2, 0, "total")
        page.write(len(ROWS) + 2, 5, 1.5)  # cells are missing in between
    return buffer.getvalue()


def read(content: bytes) -> tuple[Any, Any]:
    by_openpyxl = [list(row) for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]
    return by_openpyxl, CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def sheet(content: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()


def test_two_programs_read_the_same_from_half_of_the_bytes() -> None:
    whole = workbook()
    lean = without_places(whole)
    assert read(lean) == read(whole)
    assert read(lean)[0][2][0] == "Sở 1"
    assert len(lean) < 0.6 * len(whole)


def test_a_place_that_does_not_follow_from_the_order_is_kept() -> None:
    places = re.findall(r'<c r="(\w+)"', sheet(without_places(workbook())))
    assert places == ["D1", f"A{len(ROWS) + 3}", f"F{len(ROWS) + 3}"]
