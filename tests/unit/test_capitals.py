"""Capitals of headings: words are set in capitals, numbers of documents stay as they are written."""

from __future__ import annotations

import io
import zipfile

import pypdf
import pytest

from config.language import Bilingual, capitals
from tasks.reports.forms.model import Form, FormColumn, FormSheet
from tasks.reports.forms.pdf import form_pdf
from tasks.reports.forms.workbook import form_workbook
from tests.house.tree import ROOT

TITLE = Bilingual("Bảng điểm theo Quyết định 766/QĐ-TTg, biểu II.06a/VPCP/KSTT", "Score sheet by Decision 766/QD-TTg")
HEADING = "BẢNG ĐIỂM THEO QUYẾT ĐỊNH 766/QĐ-TTg, BIỂU II.06a/VPCP/KSTT"


@pytest.mark.parametrize(
    ("written", "heading"),
    [
        (TITLE.vi, HEADING),
        (TITLE.en, "SCORE SHEET BY DECISION 766/QD-TTg"),
        ("Thư xin lỗi (TT 03/2025/TT-VPCP)", "THƯ XIN LỖI (TT 03/2025/TT-VPCP)"),
        ("Nghị định 118/2025/NĐ-CP", "NGHỊ ĐỊNH 118/2025/NĐ-CP"),
        ("Ủy ban nhân dân xã Đông Á", "ỦY BAN NHÂN DÂN XÃ ĐÔNG Á"),
        ("", ""),
    ],
)
def test_words_are_set_in_capitals_and_numbers_are_not(written: str, heading: str) -> None:
    assert capitals(written) == heading


def test_workbook_and_pdf_write_the_number_of_a_document_as_it_is() -> None:
    column = FormColumn("received", Bilingual("Tiếp nhận", "Received"), None, "(1)")
    form = Form("QĐ 766", TITLE, [TITLE], [FormSheet(Bilingual("Bảng", "Table"), [column, column], [(1, 2)])])
    with zipfile.ZipFile(io.BytesIO(form_workbook(form))) as book:
        assert f">{HEADING}<" in book.read("xl/sharedStrings.xml").decode()
    text = " ".join(pypdf.PdfReader(io.BytesIO(form_pdf(form))).pages[0].extract_text().split())
    assert HEADING in text
    assert "TTG" not in text


def test_no_form_sets_capitals_by_itself() -> None:
    forms = ROOT / "tasks" / "reports" / "forms"
    found = [path.name for path in (*forms.glob("*.py"), *forms.glob("*.typ")) if "upper(" in path.read_text(encoding="utf-8")]
    assert found == [], "config.language.capitals keeps numbers of documents as they are written"
