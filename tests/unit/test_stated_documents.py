"""Figures of documents and workbooks: text and tables of real files, what each column counts, totals that rows do not make."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from PIL import Image

from config.errors import ConfigError
from flows.commands.stated_figures import check_figures
from tasks.reports.stated_documents import read_document
from tasks.rules.stated.consequences import consequences_of
from tasks.rules.stated.tables import StatedRow, broken_totals, read_table
from tasks.tracing.dispute_lists import listed_codes
from tests.house.tree import ROOT

# Saved by LibreOffice: a table that sets out the page's head, sentences, and a table with headings of three levels.
STATED = ROOT / "tests" / "data" / "stated"
REPORT = STATED / "bao-cao.docx"
HEADING = [
    "TT",
    "Cơ quan",
    "Tiếp nhận",
    "Đã giải quyết",
    "Trước hạn",
    "Đúng hạn",
    "Quá hạn",
    "Đang giải quyết",
    "Tỷ lệ đúng hạn",
]
ROWS = [
    ["1", "Sở A", "120", "100", "60", "35", "5", "20", "95%"],
    ["2", "Sở B", "240", "200", "120", "78", "2", "40", "99%"],
    ["", "Tổng cộng", "360", "300", "180", "113", "7", "60", "97,7%"],
]


def only_table(cells: list[list[str]]) -> list[StatedRow]:
    (found,) = read_table(cells)
    return found


def changed(row: int, column: int, text: str) -> list[list[str]]:
    """The table with another text in one cell."""
    cells = [list(HEADING), *map(list, ROWS)]
    cells[row][column] = text
    return cells


def breaks(cells: list[list[str]]) -> list[tuple[int, str]]:
    """Row and quantity of each thing that does not agree."""
    rows = only_table(cells)
    found = [
        (row.line, one.quantity)
        for row in rows
        for scope in row.scopes
        for one in consequences_of(scope)
        if one.standing == "breaks"
    ]
    return found + [(one.row.line, one.figure.quantity) for one in broken_totals(rows)]


@pytest.mark.parametrize("name", ["bao-cao.docx", "bao-cao.pdf"])
def test_a_document_is_its_text_and_its_tables(name: str) -> None:
    document = read_document(STATED / name)
    assert "đã giải quyết 900 hồ sơ, trong đó trước hạn 500 hồ sơ" in document.text
    *head, table = document.tables
    assert not any(map(read_table, head))
    rows = only_table(table)
    assert [(row.name, row.ordinal, row.is_total) for row in rows] == [
        ("Sở, ban, ngành", "I", False),
        ("Sở Nội vụ", "1", False),
        ("Sở Tài chính", "2", False),
        ("Cấp xã", "II", False),
        ("Tổng cộng", "", True),
    ]
    (total,) = rows[-1].scopes
    assert {one.quantity if one.of is None else f"{one.quantity}/{one.of}": one.number.written for one in total} == {
        "handled": "1.050",
        "received": "1.000",
        "carried_over": "50",
        "finished": "900",
        "finished_early": "500",
        "finished_on_time": "380",
        "finished_late": "20",
        "in_progress": "150",
        "in_progress_in_time": "143",
        "in_progress_overdue": "7",
        "finished_in_time/finished": "97,8%",
    }
    assert broken_totals(rows) == [], "its total is that of the groups, not of all rows"
    assert check_figures(str(STATED / name)) == 0


def test_a_table_over_the_pages_of_a_pdf_is_one() -> None:
    """Headings are repeated on each page, and some rows are cut by its end."""
    path = STATED / "danh-sach.pdf"
    document = read_document(path)
    assert document.text.splitlines() == [
        "Danh sách đơn vị kèm theo báo cáo. Toàn tỉnh đã giải quyết 7.260 hồ sơ.",
        "Nơi nhận: như trên.",
    ]
    (table,) = document.tables
    rows = only_table(table)
    assert [row.name for row in rows] == [*(f"Ủy ban nhân dân xã số {number}" for number in range(1, 61)), "Tổng cộng"]
    assert broken_totals(rows) == [], "nothing was lost at the end of a page, nothing told twice"
    assert breaks(table) == []
    assert listed_codes(path) == [f"000.08.24.H99-250602-{number:04d}" for number in range(1, 61)]


@pytest.mark.parametrize(
    ("row", "column", "text", "found"),
    [
        (1, 0, "1", []),
        (1, 4, "66", [(2, "finished"), (2, "finished_in_time"), (4, "finished_early")]),
        (3, 7, "66", [(4, "in_progress")]),
        (3, 3, "330", [(4, "finished"), (4, "finished_in_time"), (4, "finished")]),
        (2, 8, "98%", [(3, "finished_in_time")]),
        (2, 8, "99,0", []),
        (2, 2, "", []),
    ],
)
def test_a_slip_in_a_cell_is_found_where_it_is(row: int, column: int, text: str, found: list[tuple[int, str]]) -> None:
    assert breaks(changed(row, column, text)) == found


def test_undecided_ones_are_no_slip() -> None:
    """Our own forms tell in a column of its own what evidence leaves open."""
    cells = [[*HEADING, "Chưa đủ căn cứ"], *([*row, "0"] for row in ROWS)]
    assert breaks(cells) == []
    open_ones = [list(row) for row in cells]
    open_ones[1][6], open_ones[1][9] = "3", "2"
    open_ones[3][6], open_ones[3][9] = "5", "2"
    assert breaks(open_ones) == []


def in_workbook(path: Path) -> Path:
    """The same report as a workbook: a title over all columns, merged headings, numbers and a share as a part of one."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.merge_range(0, 0, 0, 8, "BÁO CÁO KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH")
        for place, text in enumerate(HEADING):
            if place in range(4, 7):
                page.write_string(3, place, text)
            else:
                page.merge_range(2, place, 3, place, text)
        page.merge_range(2, 4, 2, 6, "Trong đó đã giải quyết")
        for number, row in enumerate(ROWS, start=4):
            for place, text in enumerate(row):
                if place < 2:
                    page.write_string(number, place, text)
                elif place == 8:
                    page.write_number(number, place, int(row[4]) / int(row[3]) + int(row[5]) / int(row[3]))
                else:
                    page.write_number(number, place, int(text))
    return path


def test_a_workbook_is_read_with_its_merged_headings(tmp_path: Path) -> None:
    path = in_workbook(tmp_path / "b.xlsx")
    rows = only_table(read_document(path).tables[0])
    assert [(row.line, row.name, len(row.counts)) for row in rows] == [(5, "Sở A", 6), (6, "Sở B", 6), (7, "Tổng cộng", 6)]
    assert [one.number.written for scope in rows[-1].scopes for one in scope if one.of] == ["97,667%"]
    assert check_figures(str(path)) == 0


def test_a_workbook_keeps_all_of_them_as_one() -> None:
    cells = changed(1, 8, "1")
    cells[1][4:7] = ["60", "40", "0"]
    cells[3][4:9] = ["180", "118", "2", "60", "99,333%"]
    assert breaks(cells) == []
    cells[2][8] = "99"
    assert breaks(cells) == [(2, "finished_in_time")], "beside whole percents 1 is one"


def nothing(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 nothing")


def entities(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>')


def cut_off(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w:document")


def old_form(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)


def cut_pdf(path: Path) -> None:
    path.write_bytes((STATED / "bao-cao.pdf").read_bytes()[:9000])


def scanned(path: Path) -> None:
    Image.new("L", (800, 1100), 255).save(path, "PDF")


@pytest.mark.parametrize("made", [nothing, entities, cut_off, old_form, cut_pdf, scanned])
def test_what_is_no_report_is_refused(made: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    made(path)
    with pytest.raises(ConfigError, match=r"report\.docx"):
        check_figures(str(path))
