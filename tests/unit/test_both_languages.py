"""Workbooks in both languages: written once, each says cell for cell what a workbook of its own would say."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest

from config.language import Bilingual, Language, in_language
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet
from tasks.reports.forms.workbook import form_workbook
from tasks.reports.site.both_languages import workbooks

GROUP = Bilingual("Trong đó", "Of them")
COLUMNS = (
    FormColumn("unit", Bilingual("Cơ quan & đơn vị", "Agency"), None, "(1)", 20, None),
    FormColumn("late", Bilingual("Quá hạn", "Late"), GROUP, "(2)"),
    FormColumn("rate", Bilingual("Tỷ lệ (%)", "Rate (%)"), GROUP, "(3)", 9, 2),
    FormColumn("remark", Bilingual("Ghi chú", "Remark"), None, "", 30, None),
)
WORDS = {
    "vi": ("Tất cả", "Quá hạn", "<Sở> \"A\" & 'B'", "Cùng một chữ", "dài " * 30),
    "en": ("All", "All", "<Dept> \"A\" & 'B'", "Cùng một chữ", "long"),
}


def form(spoken: Language) -> Form:
    every, late, odd, same, long = WORDS[spoken]
    rows: list[tuple[Cell, ...]] = [
        (every, 3, 12.345, None),
        (late, 0, None, same),
        (odd, 1234567, 0.5, long),
        (same, None, 1, ""),
    ]
    sheets = [
        FormSheet(Bilingual("Từng kỳ", "By period"), COLUMNS, rows, (every, 4, None, None), (GROUP,), filtered=True),
        FormSheet(Bilingual("Cơ quan", "Agency's"), COLUMNS[:2], [(late, 1)], filtered=True),
    ]
    return Form(late, Bilingual("Bảng điểm theo QĐ 766/QĐ-TTg", "Score sheet"), [GROUP, COLUMNS[0].heading], sheets)


def content(workbook: bytes) -> dict[str, Any]:
    """Everything that a reader meets: words, numbers, formats, filters, places that are merged, and what is printed."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return {"title": book.properties.title} | {
        page.title: (
            [
                [(cell.value, cell.number_format, cell.font.b, cell.alignment.wrap_text) for cell in row]
                for row in page.iter_rows()
            ],
            sorted(map(str, page.merged_cells.ranges)),
            page.auto_filter.ref,
            page.print_title_rows,
            [page.column_dimensions[letter].width for letter in "ABCD"],
        )
        for page in book.worksheets
    }


def test_each_language_says_what_a_workbook_of_its_own_says() -> None:
    made = workbooks({"vi": form("vi"), "en": form("en")})
    for each in ("vi", "en"):
        spoken: Language = "vi" if each == "vi" else "en"
        with in_language(spoken):
            assert content(made[spoken]) == content(form_workbook(form(spoken)))
    with zipfile.ZipFile(io.BytesIO(made["en"])) as book:
        every = b"".join(book.read(part) for part in book.namelist()).decode()
    assert "Quá hạn" not in every, "no word of the other language stays"
    assert not {"\ue000", "\ue001"} & set(every)
    assert "dài" not in every


def test_tables_that_differ_are_not_put_together() -> None:
    other = form("en")
    other.sheets[1].rows[0] = ("All", 2)  # type: ignore[index]
    with pytest.raises(ValueError, match="1 in Vietnamese is 2 in English"):
        workbooks({"vi": form("vi"), "en": other})
