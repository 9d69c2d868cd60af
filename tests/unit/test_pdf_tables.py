"""Tables of a PDF: nothing is left out where a table is parted, letters stay readable, numbers are written as the language does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

import openpyxl
import pytest

from config.errors import ConfigError
from config.language import Bilingual, use_language
from tasks.reports.forms.files import write_form
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet
from tasks.reports.forms.pdf import form_pdf
from tasks.reports.forms.pdf_tables import sheet_tables, stands_upright
from tests.pdf_rows import pdf_lines, pdf_numbers

NAME = FormColumn("name", Bilingual("Cơ quan", "Agency"), None, "(2)", 44, None)


def words(text: str) -> Bilingual:
    return Bilingual(text, text)


def grouped(groups: int, rows: int = 3) -> FormSheet:
    columns = [FormColumn(f"c{n}", words(f"column c{n}"), words(f"group {n // 4}"), f"({n + 3})") for n in range(4 * groups)]
    cells: list[tuple[Cell, ...]] = [
        (f"Sở số {row}", *(100_000 * row + n for n in range(4 * groups))) for row in range(1, rows + 1)
    ]
    return FormSheet(words("tab"), [NAME, *columns], cells)


def as_form(sheet: FormSheet) -> Form:
    return Form("II.99", words("a form"), [words("period"), words("source")], [sheet])


@pytest.fixture(autouse=True)
def english() -> object:
    use_language("en")
    yield
    use_language(None)


def test_a_narrow_table_stands_upright_and_a_wide_one_lies() -> None:
    assert stands_upright(grouped(1))
    assert not stands_upright(grouped(4))


@pytest.mark.parametrize("groups", [2, 8, 12])
def test_a_table_that_is_too_wide_goes_on_with_the_names_repeated(groups: int, tmp_path: Path) -> None:
    sheet = grouped(groups)
    parts = sheet_tables(sheet)
    assert (len(parts) > 1) == (groups > 6)
    assert all(float(str(part["size"])) >= 6.99 for part in parts)
    path = tmp_path / "form.pdf"
    path.write_bytes(form_pdf(as_form(sheet)))
    shown = [number for line in pdf_numbers(path, least=4) for number in line]
    assert sorted(shown) == sorted(cell for row in sheet.rows for cell in row if isinstance(cell, int))
    assert sum("Sở số 2" in line for line in pdf_lines(path)) == len(parts)


def test_headings_stand_on_every_page(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    path.write_bytes(form_pdf(as_form(grouped(3, rows=200))))
    lines = pdf_lines(path)
    pages = sum(line[-1].startswith("Page ") for line in lines)
    assert pages > 2
    assert sum("(14)" in line for line in lines) == pages
    assert sum(line[0] == "II.99 · source" for line in lines) == pages


def test_numbers_are_written_as_the_language_does(tmp_path: Path) -> None:
    columns = (NAME, FormColumn("rate", words("rate"), None, "(3)", 11, 2))
    path = tmp_path / "form.pdf"
    use_language("vi")
    path.write_bytes(form_pdf(as_form(FormSheet(words("tab"), columns, [("Sở Ỷ Ẵ ệ", 1234.5), ("Sở B", None)]))))
    assert ["Sở Ỷ Ẵ ệ", "1.234,50"] in pdf_lines(path)
    assert ["Sở B"] in pdf_lines(path), "what is not known is empty"


@pytest.mark.parametrize(("language", "written"), [("vi", "01/02/2026 14:27"), ("en", "2026-02-01 14:27")])
def test_times_are_written_as_the_language_does(language: Literal["vi", "en"], written: str, tmp_path: Path) -> None:
    columns = (NAME, FormColumn("due_at", words("due"), None, "(3)", 17, None, is_time=True))
    rows: list[tuple[Cell, ...]] = [("Sở A", "2026-02-01 14:27"), ("Sở B", None)]
    form = as_form(FormSheet(words("tab"), columns, rows))
    use_language(language)
    for kind in ("pdf", "xlsx", "csv"):
        write_form(form, tmp_path / f"form.{kind}")
    assert ["Sở A", written] in pdf_lines(tmp_path / "form.pdf")
    page = openpyxl.load_workbook(tmp_path / "form.xlsx").active
    assert page is not None
    (cell,) = [cell for row in page.iter_rows() for cell in row if isinstance(cell.value, datetime)]
    assert cell.value == datetime(2026, 2, 1, 14, 27)
    assert cell.number_format.startswith("dd/mm/yyyy" if language == "vi" else "yyyy-mm-dd")
    assert "2026-02-01 14:27" in (tmp_path / "form.csv").read_text(encoding="utf-8-sig"), "machines read one form"


def test_what_nobody_could_print_is_refused() -> None:
    rows: list[tuple[Cell, ...]] = [("Sở", 1)] * 40_001
    with pytest.raises(ConfigError, match="80,002 cells"):
        form_pdf(as_form(FormSheet(words("tab"), (NAME, FormColumn("n", words("n"))), rows)))
