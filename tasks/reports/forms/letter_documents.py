"""Letters of apology as one Word document, a page each, laid out as administrative documents are.

The layout is that of NĐ 30/2020: agency and number on the left, the name of the state and the day on the right.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from config.language import capitals
from tasks.reports.forms.apologies import Apology

APPLICANT, NEW_DAY = "nguoi_nop", "ngay_hen_lai"
"""Merge fields that the office fills: the applicant's name, and the new day."""
_MADE = datetime(2000, 1, 1)  # a document that is made again is the same file
_FONT, _MARGINS = "Times New Roman", {"top": 20, "bottom": 20, "left": 30, "right": 18}  # mm
_NATION, _MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"


def letters_document(letters: Sequence[Apology]) -> bytes:
    """Return the letters as a ``.docx`` file, in their order."""
    document, one = Document(), Document()
    for each in (document, one):
        _page(each)
    *_, end = document.element.body
    for place, letter in enumerate(letters):
        # The library looks through a whole document for its end whenever it adds to it: a letter is made in one of its own.
        last = _letter(one, letter)
        if place + 1 < len(letters):
            last.add_run().add_break(WD_BREAK.PAGE)
        for part in list(one.element.body)[:-1]:
            end.addprevious(part)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, width in _MARGINS.items():
        setattr(section, f"{side}_margin", Mm(width))
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    style.paragraph_format.space_after, style.paragraph_format.space_before = Pt(6), Pt(0)
    core = document.core_properties
    core.author, core.title, core.created, core.modified = "motcua", "Thư xin lỗi", _MADE, _MADE
    core.last_modified_by, core.comments = "motcua", ""


def _letter(document: Any, letter: Apology) -> Paragraph:
    _head(document, letter)
    title = "THƯ XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ" if letter.ended is None else "THƯ XIN LỖI"
    _line(document, title, bold=True, centred=True, before=12)
    to = _line(document, "Kính gửi: ", centred=True, before=6)
    _merge_field(to, APPLICANT)
    for text in _sentences(letter):
        _body(document, text)
    if letter.ended is None:
        again = _body(document, f"{letter.agency} hẹn lại ngày trả kết quả: ")
        again.alignment = WD_ALIGN_PARAGRAPH.LEFT
        _merge_field(again, NEW_DAY)
    _body(document, f"{letter.agency} chân thành xin lỗi vì sự chậm trễ này và mong nhận được sự thông cảm.")
    return _foot(document)


def _sentences(letter: Apology) -> list[str]:
    """Return what the verdict knows of the dossier, a paragraph each."""
    received = f"ngày {day_text(letter.received)}" if letter.received else "ngày ……/……/…………"
    due = f"chậm nhất ngày {day_text(letter.due)}" if letter.due else "đúng thời hạn quy định"
    over = f", quá hạn {_days(letter.days_over)} ngày làm việc" if letter.days_over else ""
    what = (
        f"Tuy nhiên, đến hết ngày {day_text(letter.until)} hồ sơ chưa giải quyết xong{over}."
        if letter.ended is None
        else f"Tuy nhiên, hồ sơ đến ngày {day_text(letter.ended)} mới {'có kết quả' if letter.finished else 'kết thúc'}{over}."
    )
    return [
        f"{letter.agency} đã tiếp nhận {received} hồ sơ mã số {letter.code} về thủ tục hành chính {letter.procedure}.",
        f"Theo quy định, hồ sơ phải được giải quyết xong {due}. {what}",
        f"Lý do: {letter.reason}.",
    ]


def _head(document: Any, letter: Apology) -> None:
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells
    for column, width in zip(table.columns, (64, 98), strict=True):  # programs go by the column, or by its cells
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    _fill(
        left, [(capitals(letter.above), 12, False, False)] * bool(letter.above) + [(capitals(letter.agency), 12, True, False)]
    )
    _fill(left, [("Số: ……/……", 13, False, False)])
    _fill(right, [(_NATION, 12, True, False), (_MOTTO, 13, True, False)])
    _fill(right, [("……, ngày …… tháng …… năm ……", 13, False, True)])
    for cell in (left, right):
        cell._tc.remove(cell.paragraphs[0]._p)


def _fill(cell: Any, lines: Sequence[tuple[str, int, bool, bool]]) -> None:
    for text, size, bold, italic in lines:
        paragraph = cell.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(2)
        run = paragraph.add_run(text)
        run.font.size, run.bold, run.italic = Pt(size), bold, italic
        run.underline = True if text == _MOTTO else None


def _line(document: Any, text: str, *, bold: bool = False, centred: bool = False, before: int = 0) -> Paragraph:
    paragraph: Paragraph = document.add_paragraph()
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.add_run(text).bold = bold
    return paragraph


def _body(document: Any, text: str) -> Paragraph:
    paragraph = _line(document, text)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(10)
    return paragraph


def _foot(document: Any) -> Paragraph:
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    _fill(right, [("THỦ TRƯỞNG CƠ QUAN", 13, True, False), ("(Chữ ký, họ tên, đóng dấu)", 13, False, True)])
    for text, bold in (("Nơi nhận:", True), ("- Như trên;", False), ("- Lưu: VT.", False)):
        run = left.add_paragraph().add_run(text)
        run.font.size, run.bold, run.italic = Pt(12 if bold else 11), bold, bold
        left.paragraphs[-1].paragraph_format.space_after = Pt(0)
    last: Paragraph = document.add_paragraph()
    return last


def _merge_field(paragraph: Paragraph, name: str) -> None:
    field, run, text = OxmlElement("w:fldSimple"), OxmlElement("w:r"), OxmlElement("w:t")
    field.set(qn("w:instr"), f" MERGEFIELD {name} ")
    text.text = f"«{name}»"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def day_text(day: date) -> str:
    """Return a day as the letter writes it."""
    return f"{day:%d/%m/%Y}"


def _days(over: float) -> str:
    return str(int(over)) if over >= 1 else "chưa đến 1"
