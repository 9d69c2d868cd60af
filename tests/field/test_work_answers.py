"""Rows of a returned work package: what an office does to a workbook, and what may be taken from it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from config.read_once import forget
from tasks.correcting.answer_table import answer_table
from tasks.correcting.answers import AnswerReader, AskedRow, RowAnswer
from tasks.correcting.work_items import Question, WorkItem, row_key
from tasks.correcting.work_words import NameBook
from tasks.correcting.workbooks import WORK_COLUMNS, WorkPackage, write_workbook
from tasks.judging.judged_sources import office_today
from tasks.rules.corrections.refusals import REFUSAL_REASONS

BOOK = NameBook({"H99.12": "Sở Mẫu", "H99.13": "Sở Thử"}, {}, {})
STATUS = Question("desk", "H99.12-250124-0001", "proposal", "ended_elsewhere", "status", "4", "10", "seq 1")
DUE = Question("desk", "H99.12-250124-0002", "proposal", "no_due_date", "due_at", None, "2025-02-07T17:00:00+07:00", "limit")
FINDING = Question("desk", "H99.12-250124-0003", "finding", "received_missing", "received_at")
OTHER = Question("desk", "H99.12-250124-0004", "finding", "open_very_long silent_while_open")
ASKED = (STATUS, DUE, FINDING, OTHER)
FIRST = 7  # row of the first question
COLUMN = {column.name: place for place, column in enumerate(WORK_COLUMNS, 1)}
TODAY = date(2025, 3, 1)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_PSEUDONYM_KEY", "k" * 40)
    monkeypatch.setenv("MOTCUA_LANGUAGE", "vi")
    forget()


def item(asked: Question) -> WorkItem:
    says = BOOK.change(asked.field or "status", asked.old_value, asked.new_value)
    received = datetime(2025, 1, 24, 8, 30)
    return WorkItem(asked, "H99.12", "Thủ tục", "Sở Mẫu", received, None, says, "Vì sao.", "Sửa.", "Vì sao")


def package() -> WorkPackage:
    return WorkPackage("20250228-H99.12-00000000", "H99.12", "Sở Mẫu", date(2025, 2, 28), [item(one) for one in ASKED])


def sheet_of(body: bytes) -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    return book, book.worksheets[0]


def filled(change: Callable[[Worksheet], None], *, answerer: str = "can.bo", approver: str = "") -> bytes:
    book, sheet = sheet_of(write_workbook(package()))
    sheet["C3"], sheet["C4"] = answerer or None, approver or None
    change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(body: bytes, today: date = TODAY) -> list[RowAnswer]:
    known = {row_key(package().name, one.question, one.says): AskedRow(package().name, one.question) for one in package().items}
    table = answer_table(body)
    assert table is not None
    return AnswerReader(known, BOOK, today).read(table)


def put(row: int, **cells: object) -> Callable[[Worksheet], None]:
    """Fill in cells of the row of a question, from 0."""

    def change(sheet: Worksheet) -> None:
        for name, value in cells.items():
            sheet.cell(FIRST + row, COLUMN[name]).value = value

    return change


def both(*changes: Callable[[Worksheet], None]) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        for one in changes:
            one(sheet)

    return change


def copied(row: int, to: int) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        for place in COLUMN.values():
            sheet.cell(FIRST + to, place).value = sheet.cell(FIRST + row, place).value

    return change


OTHER_DUE = {"decision": "Giá trị khác", "document": "12/UBND-VP"}

TAKEN = {
    "đồng ý": (put(0, decision="Đồng ý"), STATUS, "10"),
    "đồng ý, chữ hoa, tổ hợp khác": (put(0, decision="ĐỒNG Ý "), STATUS, "10"),
    "ngày kiểu ngày": (put(1, value=datetime(2025, 2, 14), **OTHER_DUE), DUE, "2025-02-14"),
    "ngày kiểu ngày có giờ": (put(1, value=datetime(2025, 2, 14, 10, 15), **OTHER_DUE), DUE, "2025-02-14T10:15"),
    "số thứ tự ngày của bảng tính": (put(1, value=45702, **OTHER_DUE), DUE, "2025-02-14"),
    "dd/mm/yyyy": (put(1, value="14/02/2025", **OTHER_DUE), DUE, "2025-02-14"),
    "hai cách đọc: ngày trước": (put(1, value="03/02/2025", **OTHER_DUE), DUE, "2025-02-03"),
    "d-m-yyyy": (put(1, value="3-2-2025", **OTHER_DUE), DUE, "2025-02-03"),
    "d.m.yyyy và giờ": (put(1, value="3.2.2025 10:15", **OTHER_DUE), DUE, "2025-02-03T10:15"),
    "kiểu Mỹ, tệp tự chứng tỏ": (put(1, value="02/03/2025", document_date="02/14/2025", **OTHER_DUE), DUE, "2025-02-03"),
    "trạng thái bằng tên": (put(0, decision="Giá trị khác", value="đã xử lý xong", document="1/BC"), STATUS, "9"),
    "trạng thái bằng số": (put(0, decision="Giá trị khác", value=9, document="1/BC"), STATUS, "9"),
    "xóa một giá trị": (put(1, value="trống", **OTHER_DUE), DUE, "empty"),
    "giá trị cho một phát hiện": (put(2, value="24/01/2025", **OTHER_DUE), FINDING, "2025-01-24"),
    "dòng sao chép y nguyên": (both(put(0, decision="Đồng ý"), copied(0, 6)), STATUS, "10"),
}

REFUSED = {
    "khóa bị sửa": (put(0, decision="Đồng ý", key="0" * 32), "unknown_row"),
    "khóa bị xóa": (put(0, decision="Đồng ý", key=None), "no_key"),
    "dòng tự thêm": (put(5, code="H99.12-250124-0009", decision="Đồng ý"), "no_key"),
    "mã hồ sơ bị sửa": (put(0, decision="Đồng ý", code="H99.12-250124-0009"), "row_changed"),
    "đề nghị bị sửa": (put(0, decision="Đồng ý", says="Trạng thái: Đang xử lý → Đã xử lý xong"), "row_changed"),
    "khóa của dòng khác": (both(put(1, decision="Đồng ý"), lambda s: copy_key(s, 0, 1)), "row_changed"),
    "công thức": (put(0, decision='=IF(1=1,"Đồng ý","")'), "formula"),
    "công thức ở giá trị": (put(1, value="=TODAY()", **OTHER_DUE), "formula"),
    "chữ không có trong danh sách": (put(0, decision="OK rồi"), "unclear_answer"),
    "có giá trị, chưa quyết định": (put(1, value="14/02/2025"), "no_decision"),
    "đồng ý mà lại ghi giá trị": (put(1, decision="Đồng ý", value="14/02/2025"), "decision_and_value"),
    "giá trị khác mà không ghi": (put(1, **OTHER_DUE), "no_value"),
    "giá trị khác không văn bản": (put(1, decision="Giá trị khác", value="14/02/2025"), "no_evidence"),
    "ngày không có thật": (put(1, value="31/02/2025", **OTHER_DUE), "unreadable_date"),
    "năm hai chữ số": (put(1, value="14/02/25", **OTHER_DUE), "unreadable_date"),
    "chữ ở chỗ ngày": (put(1, value="hôm qua", **OTHER_DUE), "unreadable_date"),
    "văn bản ngày mai": (put(0, decision="Đồng ý", document="1/BC", document_date="02/03/2025"), "bad_document_date"),
    "văn bản không rõ ngày": (put(0, decision="Đồng ý", document="1/BC", document_date="tháng 3"), "bad_document_date"),
    "giá trị cho dòng không có trường": (put(3, value="x", **OTHER_DUE), "no_field"),
    "một dòng trả lời hai cách": (
        both(put(0, decision="Đồng ý"), copied(0, 6), lambda s: put(6, decision="Không")(s)),
        "answered_twice",
    ),
}

NOTED = {
    "đồng ý với một phát hiện": (put(3, decision="Đồng ý"), "agree"),
    "không, chưa có người duyệt": (put(0, decision="Không", note="Sổ giấy ghi vậy"), "no"),
    "cần xem lại": (put(1, decision="Cần xem lại"), "look_again"),
}


def copy_key(sheet: Worksheet, source: int, to: int) -> None:
    sheet.cell(FIRST + to, COLUMN["key"]).value = sheet.cell(FIRST + source, COLUMN["key"]).value


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken(name: str) -> None:
    change, asked, value = TAKEN[name]
    answers = read(filled(change, approver="lanh.dao"))
    lines = [answer.line for answer in answers if answer.line is not None]
    assert not [answer.reason for answer in answers if answer.reason]
    (line,) = lines
    assert (line.code, line.field, line.new_value) == (asked.code, asked.field, value)
    assert (line.proposed_by, line.approved_by, line.source) == ("can.bo", "lanh.dao", "desk")


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_and_why(name: str) -> None:
    change, reason = REFUSED[name]
    answers = read(filled(change))
    assert reason in {answer.reason for answer in answers}
    assert all(REFUSAL_REASONS[answer.reason] for answer in answers if answer.reason)
    assert not [answer for answer in answers if answer.line is not None], "and nothing of it is taken"


@pytest.mark.parametrize("name", NOTED)
def test_what_is_noted_without_a_correction(name: str) -> None:
    change, decision = NOTED[name]
    answers = read(filled(change))
    assert [answer.decision for answer in answers if answer.decision] == [decision]
    assert all(answer.line is None and not answer.reason for answer in answers)


def test_dates_that_the_file_writes_in_both_orders_are_asked_for_again() -> None:
    change = both(
        put(1, value="02/03/2025", **OTHER_DUE),
        put(2, value="24/01/2025", **OTHER_DUE),
        put(0, decision="Đồng ý", document_date="01/27/2025"),
    )
    reasons = {answer.given.number - FIRST: answer.reason for answer in read(filled(change)) if answer.decision}
    assert reasons[1] == "date_two_ways"


def test_nobody_named_nothing_taken() -> None:
    for answerer in ("", "motcua"):
        answers = read(filled(put(0, decision="Đồng ý"), answerer=answerer))
        assert [answer.reason for answer in answers if answer.given.decision] == ["no_answerer"]


def test_an_untouched_package_is_all_open() -> None:
    answers = read(write_workbook(package()))
    assert len(answers) == len(ASKED)
    assert all(answer.is_open for answer in answers)


def as_text(body: bytes, delimiter: str) -> str:
    """The first sheet as a spreadsheet saves it."""
    _, sheet = sheet_of(body)
    lines = []
    for row in sheet.iter_rows(values_only=True):
        cells = [f"{cell:%d/%m/%Y %H:%M}" if isinstance(cell, datetime) else "" if cell is None else str(cell) for cell in row]
        lines.append(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in cells))
    return "\r\n".join(lines) + "\r\n"


def windows_1258(text: str) -> bytes:
    """As Vietnamese Windows saves it: a tone behind its letter, and a question mark for what the code page lacks."""
    import unicodedata

    out = bytearray()
    for letter in text:
        try:
            out += letter.encode("cp1258")
            continue
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
        tone = [part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323"]
        rest = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tone))
        out += (rest + "".join(tone)).encode("cp1258", "replace")
    return bytes(out)


TEXTS: dict[str, Callable[[bytes], bytes]] = {
    "UTF-8": lambda body: as_text(body, ",").encode(),
    "UTF-8 có BOM, chấm phẩy": lambda body: as_text(body, ";").encode("utf-8-sig"),
    "UTF-16, tab": lambda body: as_text(body, "\t").encode("utf-16"),
    "Windows-1258, chấm phẩy": lambda body: windows_1258(as_text(body, ";")),
    "sep=": lambda body: f"sep=;\r\n{as_text(body, ';')}".encode("utf-8-sig"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_package_saved_as_text(name: str) -> None:
    change = both(put(0, decision="Đồng ý"), put(1, value="14/02/2025", **OTHER_DUE), put(3, decision="Cần xem lại"))
    answers = read(TEXTS[name](filled(change)))
    assert [answer.reason for answer in answers if answer.reason] == []
    assert [answer.line.new_value for answer in answers if answer.line is not None] == ["10", "2025-02-14"]
    assert [answer.decision for answer in answers] == ["agree", "other", "", "look_again"]


def test_other_files_are_none() -> None:
    for body in (b"", b"code,field\n1,2\n", b"\xff\xfe\xfa", "mã hồ sơ,quyết định\n1,x\n".encode()):
        assert answer_table(body) is None


@pytest.mark.parametrize(("hour", "taken"), [(16, False), (17, True), (20, True), (23, True)])
def test_a_document_of_today_is_taken_in_the_first_hours_of_the_office_day(hour: int, taken: bool) -> None:
    """In Greenwich it is still the ninth until seven o'clock in Vietnam."""
    today = office_today(datetime(2026, 3, 9, hour, 30, tzinfo=UTC))
    answer = read(filled(put(0, decision="Đồng ý", document="12/BB-MC", document_date="10/03/2026")), today)[0]
    assert (answer.reason == "") is taken, answer.reason
