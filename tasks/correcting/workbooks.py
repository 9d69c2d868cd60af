"""Workbook of a work package: what is to be done, how to fill it in, and totals, for one agency.

Cells of dates are typed, and those of answers are text: what an officer types stays as typed, whatever the country that the
spreadsheet is set to, and is read here (decision 0022).
"""

from __future__ import annotations

import io
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from config.calendar import OFFICE_ZONE_NAME
from tasks.correcting.work_items import WorkItem, row_key

TODO_SHEET, HELP_SHEET, TOTALS_SHEET = "Việc cần làm", "Hướng dẫn", "Tổng hợp"
DECISION_WORDS = {
    "agree": "Đồng ý",
    "no": "Không",
    "other": "Giá trị khác",
    "fixed": "Đã sửa",
    "look_again": "Cần xem lại",
}
"""Decisions as the drop-down list offers them."""
ANSWERER, APPROVER = "Người trả lời (tài khoản)", "Người duyệt (tài khoản)"
_FONT = "Arial"
_LINE = 13.5  # points of a line of that font at size 10
_FITS = 1.1  # of its letters, in a width told in those of the spreadsheet's own font
_MOST_POINTS = 400.0
_NAME_CELL = 2  # column of the accounts at the top


@dataclass(frozen=True)
class WorkColumn:
    """One column of the sheet: its name here, heading and width; whether officers fill it in."""

    name: str
    heading: str
    width: float
    answer: bool = False


WORK_COLUMNS = (
    WorkColumn("number", "TT", 5),
    WorkColumn("code", "Mã hồ sơ", 22),
    WorkColumn("procedure", "Thủ tục", 26),
    WorkColumn("unit", "Cơ quan", 18),
    WorkColumn("received", "Ngày tiếp nhận", 16),
    WorkColumn("appointed", "Ngày hẹn trả", 16),
    WorkColumn("says", "Hệ thống ghi → Đề nghị sửa", 30),
    WorkColumn("why", "Vì sao", 40),
    WorkColumn("todo", "Cần làm gì", 28),
    WorkColumn("decision", "Quyết định", 14, answer=True),
    WorkColumn("value", "Giá trị khác", 17, answer=True),
    WorkColumn("document", "Số văn bản", 16, answer=True),
    WorkColumn("document_date", "Ngày văn bản", 13, answer=True),
    WorkColumn("note", "Ghi chú", 24, answer=True),
    WorkColumn("key", "Khóa (không sửa)", 34),
)
RESULT_HEADING = "Kết quả"
_PLACES = {column.name: place for place, column in enumerate(WORK_COLUMNS)}
_HEADING_ROW = 5  # from 0: title, package, two accounts and a hint stand above

_HELP = (
    ("Gói việc này để làm gì", ""),
    ("", "Mỗi dòng là một điểm trong dữ liệu của một hồ sơ mà hệ thống thấy có thể sai. Cơ quan cho biết điều nào đúng."),
    ("", "Không điều gì được sửa trong số liệu công bố trước khi có người duyệt, và người duyệt phải khác người trả lời."),
    ("Cách điền", ""),
    ("1.", f"Ở đầu trang {TODO_SHEET}, ghi tài khoản người trả lời; người duyệt ghi tài khoản của mình sau khi xem."),
    ("2.", "Ở mỗi dòng, chọn một quyết định trong danh sách. Dòng chưa chọn vẫn chờ, có thể gửi lại sau."),
    ("3.", "Chỉ điền các ô nền vàng. Được lọc và in. Trang có khóa, không mật khẩu, để tránh sửa nhầm các cột khác."),
    ("4.", "Lưu lại (Excel, LibreOffice hoặc WPS, dạng .xlsx hoặc .csv) và gửi về nơi đã gửi gói này."),
    ("Năm quyết định", ""),
    ("Đồng ý", "Đề nghị đúng. Nếu dòng không có đề nghị: đúng là sai, cơ quan sẽ sửa trên hệ thống nguồn."),
    ("Không", "Dữ liệu đang ghi là đúng; ghi lý do ở ghi chú."),
    ("Giá trị khác", "Cả hai đều sai: ghi giá trị đúng vào cột Giá trị khác, và số văn bản làm căn cứ."),
    ("Đã sửa", "Cơ quan đã sửa trên hệ thống nguồn. Dòng được đóng khi nguồn ghi đúng; nguồn ghi khác thì dòng mở lại."),
    ("Cần xem lại", "Chưa trả lời được, cần thêm thời gian."),
    ("Ngày và giá trị", ""),
    ("Ngày", "Ghi ngày/tháng/năm, ví dụ 24/01/2025 hoặc 24-1-2025; thêm giờ nếu biết: 24/01/2025 10:15."),
    ("Trạng thái", "Ghi tên như trong cột Hệ thống ghi, ví dụ Đã trả kết quả."),
    ("Để trống", "Muốn xóa một giá trị, ghi chữ trống vào cột Giá trị khác."),
    ("Không ghi", "Không ghi họ tên, số giấy tờ, điện thoại của người dân vào bất kỳ ô nào; ghi số văn bản thay vào."),
    ("Sau khi gửi", ""),
    ("", f"Tệp trả về có thêm cột {RESULT_HEADING}, nói rõ từng dòng đã nhận hay chưa, và vì sao."),
)


@dataclass(frozen=True)
class WorkPackage:
    """One package: what an agency is asked on a day.

    Attributes:
        name: day, agency and digest of what is asked.
        unit: name of the agency.
        others: findings about its dossiers that others settle, by their number; told on the sheet of totals.
        due_at: until when the agency is to answer; None: not said.
    """

    name: str
    unit_code: str | None
    unit: str
    as_of: date
    items: Sequence[WorkItem]
    others: int = 0
    due_at: datetime | None = None

    @property
    def dossiers(self) -> int:
        """How many dossiers the rows are about."""
        return len({(item.question.source, item.question.code) for item in self.items})


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        book.formats[0].set_font_name(_FONT)
        plain = {
            "font_name": _FONT,
            "valign": "top",
            "text_wrap": True,
            "border": 1,
            "border_color": "#BFBFBF",
            "font_size": 10,
        }
        self.title = book.add_format({"font_name": _FONT, "bold": True, "font_size": 14})
        self.label = book.add_format({"font_name": _FONT, "bold": True, "font_size": 11})
        self.told = book.add_format({"font_name": _FONT, "font_size": 10, "font_color": "#595959"})
        self.wrapped = book.add_format({"font_name": _FONT, "font_size": 11, "text_wrap": True, "valign": "top"})
        self.heading = book.add_format(
            {**plain, "bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF", "valign": "vcenter", "align": "center"}
        )
        self.text = book.add_format(plain)
        self.number = book.add_format({**plain, "align": "center"})
        self.moment = book.add_format({**plain, "num_format": "dd/mm/yyyy hh:mm", "align": "left"})
        self.day = book.add_format({**plain, "num_format": "dd/mm/yyyy", "align": "left"})
        self.answer = book.add_format({**plain, "num_format": "@", "locked": False, "bg_color": "#FFF9DB"})
        self.account = book.add_format(
            {
                "font_name": _FONT,
                "num_format": "@",
                "locked": False,
                "bg_color": "#FFF9DB",
                "border": 1,
                "border_color": "#BFBFBF",
                "font_size": 11,
            }
        )
        self.decided = book.add_format({"bg_color": "#E2F0D9"})


def write_workbook(package: WorkPackage) -> bytes:
    """Return the workbook of a package; no cell of it is a formula."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        # The same package is the same file, byte by byte, whenever it is made.
        made = datetime.combine(package.as_of, datetime.min.time())
        book.set_properties({"title": f"{TODO_SHEET}: {package.unit}", "comments": package.name, "created": made})
        formats = _Formats(book)
        _todo(book.add_worksheet(TODO_SHEET), package, formats)
        _help(book.add_worksheet(HELP_SHEET), formats)
        _totals(book.add_worksheet(TOTALS_SHEET), package, formats)
    return buffer.getvalue()


def _todo(sheet: Worksheet, package: WorkPackage, formats: _Formats) -> None:
    _top(sheet, package, formats)
    for place, column in enumerate(WORK_COLUMNS):
        sheet.set_column(place, place, column.width, None, {"hidden": column.name == "key"})
        sheet.write_string(_HEADING_ROW, place, column.heading, formats.heading)
    sheet.set_row(_HEADING_ROW, 32)
    first = _HEADING_ROW + 1
    for number, item in enumerate(package.items):
        _row(sheet, first + number, number + 1, item, package.name, formats)
    last = max(first, first + len(package.items) - 1)
    sheet.autofilter(_HEADING_ROW, 0, last, len(WORK_COLUMNS) - 2)
    sheet.freeze_panes(first, 2)
    decision = _PLACES["decision"]
    sheet.data_validation(first, decision, last, decision, _drop_down())
    letter = chr(ord("A") + decision)
    decided = {"type": "formula", "criteria": f'=${letter}{first + 1}<>""', "format": formats.decided}
    sheet.conditional_format(first, decision, last, _PLACES["note"], decided)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADING_ROW)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&8&F&R&8Trang &P/&N")


def _top(sheet: Worksheet, package: WorkPackage, formats: _Formats) -> None:
    sheet.write_string(0, 0, f"{TODO_SHEET}: {package.unit}", formats.title)
    told = f"{len(package.items)} dòng, {package.dossiers} hồ sơ. Số liệu đến hết ngày {package.as_of:%d/%m/%Y}. Gói {package.name}"
    if package.due_at is not None:
        told += f". Hạn trả lời: hết ngày {package.due_at.astimezone(ZoneInfo(OFFICE_ZONE_NAME)):%d/%m/%Y}"
    sheet.write_string(1, 0, told, formats.told)
    for row, label in ((2, ANSWERER), (3, APPROVER)):
        sheet.write_string(row, 0, f"{label}:", formats.label)
        sheet.write_blank(row, _NAME_CELL, None, formats.account)
    hint = f"Chỉ điền các ô nền vàng, ngày ghi ngày/tháng/năm. Xem trang {HELP_SHEET}."
    sheet.write_string(4, 0, hint, formats.told)
    sheet.set_row(0, 24)


def _row(sheet: Worksheet, row: int, number: int, item: WorkItem, package: str, formats: _Formats) -> None:
    cells = {
        "code": item.question.code,
        "procedure": item.procedure,
        "unit": item.unit,
        "says": item.says,
        "why": item.why,
        "todo": item.todo,
        "key": row_key(package, item.question, item.says),
    }
    sheet.set_row(row, _height({**cells, "key": ""}))
    sheet.write_number(row, _PLACES["number"], number, formats.number)
    for name, text in cells.items():
        sheet.write_string(row, _PLACES[name], text, formats.text)
    for name, moment in (("received", item.received), ("appointed", item.appointed)):
        if moment is None or moment.year < 1900:  # no spreadsheet has days before that
            sheet.write_string(row, _PLACES[name], "" if moment is None else f"{moment:%d/%m/%Y}", formats.text)
        else:
            midnight = moment.hour == moment.minute == 0
            sheet.write_datetime(row, _PLACES[name], moment, formats.day if midnight else formats.moment)
    for place, column in enumerate(WORK_COLUMNS):
        if column.answer:
            sheet.write_blank(row, place, None, formats.answer)


def _height(cells: Mapping[str, str]) -> float:
    """Return the height that the longest cell needs; not every program finds it by itself."""
    widths = {column.name: column.width for column in WORK_COLUMNS}
    lines = (_lines(text, int(widths[name] * _FITS)) for name, text in cells.items())
    return min(_MOST_POINTS, 3 + _LINE * max(2, *lines))


def _lines(text: str, width: int) -> int:
    """Count the lines of a text whose words are broken at a width in characters."""
    return sum(max(1, len(textwrap.wrap(part, width))) for part in text.split("\n"))


def _drop_down() -> dict[str, object]:
    return {
        "validate": "list",
        "source": list(DECISION_WORDS.values()),
        "input_title": "Quyết định",
        "input_message": "Chọn một mục; chưa rõ thì để trống.",
        "error_title": "Không có trong danh sách",
        "error_message": f"Hãy chọn: {', '.join(DECISION_WORDS.values())}.",
    }


def _help(sheet: Worksheet, formats: _Formats) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    for row, (label, text) in enumerate(_HELP):
        heading = not text
        sheet.write_string(row, 0, label, formats.title if heading else formats.label)
        sheet.write_string(row, 1, text, formats.wrapped)
        if heading:
            sheet.set_row(row, 28)
    sheet.protect()
    _on_one_page(sheet)


def _totals(sheet: Worksheet, package: WorkPackage, formats: _Formats) -> None:
    sheet.set_column(0, 0, 100)
    sheet.set_column(1, 1, 12)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, f"{TOTALS_SHEET}: {package.unit}", formats.title)
    counted = Counter(reason for item in package.items for reason in item.headline.split("; "))
    changes = sum(item.question.new_value is not None for item in package.items)
    lines = [("Hồ sơ", package.dossiers), ("Dòng", len(package.items)), ("Trong đó có đề nghị sửa", changes)]
    lines.append(("Phát hiện do nơi khác xử lý (nhà cung cấp phần mềm, danh mục), không có trong gói", package.others))
    for row, (label, count) in enumerate(lines, 2):
        sheet.write_string(row, 0, label, formats.text)
        sheet.write_number(row, 1, count, formats.number)
    at = len(lines) + 3
    sheet.write_string(at, 0, "Vì sao", formats.heading)
    sheet.write_string(at, 1, "Số dòng nêu", formats.heading)
    for row, (reason, count) in enumerate(counted.most_common(), at + 1):
        sheet.write_string(row, 0, reason, formats.text)
        sheet.write_number(row, 1, count, formats.number)
    sheet.protect()
    _on_one_page(sheet)


def _on_one_page(sheet: Worksheet) -> None:
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
