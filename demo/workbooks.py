"""Workbooks of the communes' desks, one a commune, with all their habits (law 6.2; law 8).

Heading rows at varying places below titles, a row of column numbers, sections, totals, empty rows; dates
as dates, as bare serial numbers or as text; some end dates with the month first; names in decomposed
Unicode; agencies with and without "UBND", in capitals or without diacritics; statuses in words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from demo.calendar import moment_of
from demo.model import Dossier, Shown
from demo.procedures import Catalogue
from demo.units import Directory, Unit

STATUS_WORDS = {
    "1": "Mới đăng ký",
    "2": "Mới tiếp nhận",
    "3": "Từ chối tiếp nhận",
    "4": "Đang giải quyết",
    "5": "Chờ bổ sung",
    "7": "Công dân rút hồ sơ",
    "8": "Dừng giải quyết",
    "9": "Đã giải quyết, chờ trả",
    "10": "Đã trả kết quả",
    "": "",
}
CHANNEL_WORDS = {"counter": "Trực tiếp", "online": "Trực tuyến", "postal": "Bưu chính"}
# Two spellings of the headings: every office has its own.
HEADINGS = (
    ("STT", "Mã hồ sơ", "Số biên nhận", "Mã thủ tục", "Tên thủ tục hành chính", "Đơn vị tiếp nhận", "Hình thức nộp", "Họ tên người nộp", "Số CCCD", "Số điện thoại", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày giải quyết xong", "Ngày trả kết quả", "Trạng thái"),
    ("TT", "Mã số hồ sơ", "Số BN", "Mã TTHC", "Thủ tục", "Cơ quan tiếp nhận", "Kênh nộp", "Người nộp", "CCCD/CMND", "Điện thoại", "Tiếp nhận", "Hẹn trả", "Ngày xong", "Ngày trả", "Tình trạng"),
)  # fmt: skip
_SPREADSHEET_EPOCH = datetime(1899, 12, 30)
_EPOCHS_APART = 1462  # days from the spreadsheet's epoch to that of 1904
_MADE = datetime(2026, 1, 1)
_NO_DATE = "01/01/1900 00:00"  # what an empty date becomes on its way through a spreadsheet
DATE_STYLES = ("text", "date", "serial")

Cell = str | int | float | datetime | None


def write_workbooks(
    dossiers: Sequence[Dossier],
    directory: Directory,
    catalogue: Catalogue,
    folder: Path,
    habits: Mapping[str, str] | None = None,
) -> int:
    """Write one workbook for each commune of today, with a habit more where given.

    Return the number of rows with a dossier.
    """
    folder.mkdir(parents=True, exist_ok=True)
    books: dict[str, list[Dossier]] = {}
    for dossier in dossiers:
        if dossier.source == "communes":
            books.setdefault(directory.heir(dossier.unit), []).append(dossier)
    by_code = {unit.code: unit for unit in directory.all if not unit.valid_to}
    for place, code in enumerate(sorted(books)):
        _Book(folder / f"{code}.xlsx", place, by_code[code], catalogue, (habits or {}).get(code, "")).write(books[code])
    return sum(map(len, books.values()))


class _Book:
    """One workbook; its place in the list decides its habits."""

    def __init__(self, path: Path, place: int, unit: Unit, catalogue: Catalogue, habit: str = "") -> None:
        self.place, self.unit, self.catalogue, self.habit = place, unit, catalogue, habit
        plain = {"strings_to_numbers": False, "strings_to_formulas": False, "date_1904": habit == "workbook_1904"}
        self.book = xlsxwriter.Workbook(str(path), plain)
        self.book.set_properties({"created": _MADE, "title": "Sổ theo dõi hồ sơ"})
        self.sheet = self.book.add_worksheet("Sổ theo dõi" if place % 3 else "Sheet1")
        self.day_format = self.book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        self.row = 0

    def write(self, dossiers: Sequence[Dossier]) -> None:
        """Write titles, headings, dossiers by year with totals, and close the file."""
        mixed = any("done_order" in dossier.view.raw for dossier in dossiers)
        style = "date" if mixed else DATE_STYLES[self.place % 3]
        if self.habit == "workbook_1904":
            style = "date" if self.place % 2 else "serial"
        first = [None] if self.place % 4 == 1 else []  # form 07a has an empty first column
        self._titles(first)
        ordered = sorted(dossiers, key=lambda each: (each.received, each.code))
        month = moment_of(ordered[0].received).strftime("%m-%Y")
        for number, dossier in enumerate(ordered, start=1):
            if self.habit == "workbook_by_month" and (own := moment_of(dossier.received).strftime("%m-%Y")) != month:
                month, self.row = own, 0
                self.sheet = self.book.add_worksheet(f"Tháng {month}")
                self._titles(first)
            if number % 120 == 0:
                self._line([*first, f"Trong đó: tháng {number // 120}"])
            self._line([*first, number, *self._cells(dossier, style)])
        self._line([])
        total = f"{len(ordered):,}".replace(",", ".")
        self._line([*first, "Tổng cộng", f"{total} hồ sơ"])
        self.book.close()

    def _titles(self, first: list[None]) -> None:
        names: tuple[str, ...] = HEADINGS[self.place % 2]
        for _ in range(self.place % 3):
            self._line([])
        self._line([*first, self.unit.name.upper()])
        self._line([*first, "SỔ THEO DÕI HỒ SƠ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"])
        if self.place % 5 == 2:
            names = tuple(unicodedata.normalize("NFD", name) for name in names)
        self._line([*first, *names])
        self._line([*first, *(f"({number})" for number in range(1, len(names) + 1))])

    def _line(self, cells: Sequence[Cell]) -> None:
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime):
                self.sheet.write_datetime(self.row, column, cell, self.day_format)
            elif isinstance(cell, str) and cell:
                self.sheet.write_string(self.row, column, cell)
            elif isinstance(cell, int | float):
                self.sheet.write_number(self.row, column, cell)
        self.row += 1

    def _cells(self, dossier: Dossier, style: str) -> list[Cell]:
        shown, person, raw = dossier.view, dossier.person, dossier.view.raw
        known = self.catalogue.by_code.get(shown.procedure)
        own_style = "text" if "row_text" in raw else style
        later = _EPOCHS_APART if self.habit == "workbook_1904" else 0
        when: Callable[[int | None], Cell] = lambda minute: _moment(minute, own_style, later)  # noqa: E731
        procedure = raw.get("MaTTHC", shown.procedure)
        identity: Any = raw.get("SoGiayToChuHoSo", person.identity)
        if self.place % 6 == 3 and identity.isdigit():
            identity = int(identity)  # typed as a number: leading zeros are gone
        return [
            raw.get("MaHoSo", dossier.code),
            dossier.receipt_number,
            float(procedure) if self.habit == "codes_as_numbers" and procedure[1:].lstrip(".").isdigit() else procedure,
            known[0].name if known else "Thủ tục nội bộ",
            self._agency(dossier, shown),
            "" if raw.get("KenhThucHien") == "" else CHANNEL_WORDS[shown.channel],
            raw.get("ChuHoSo", person.name),
            identity,
            raw.get("SoDienThoai", person.phone),
            when(shown.received) if "received_order" not in raw else _text(shown.received, raw["received_order"]),
            _NO_DATE if "NgayHenTra" in raw else when(shown.due),
            when(shown.done) if "done_order" not in raw else _text(shown.done, raw["done_order"]),
            when(shown.returned),
            self._status(shown),
        ]

    @staticmethod
    def _status(shown: Shown) -> str:
        word = shown.raw.get("TrangThai", STATUS_WORDS[shown.status])
        return word.replace("Đ", "\u00d0") if "eth" in shown.raw else word

    def _agency(self, dossier: Dossier, shown: Shown) -> str:
        name = shown.unit_name
        forms = (name, name.replace("Ủy ban nhân dân", "UBND"), name.replace("Ủy ban nhân dân ", ""), name.upper(), _bare(name))
        return forms[dossier.number % len(forms)]


def _bare(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _moment(minute: int | None, style: str, later: int = 0) -> Cell:
    if minute is None:
        return None
    moment = moment_of(minute)
    if style == "date":
        return moment
    if style == "serial":
        return round((moment - _SPREADSHEET_EPOCH).total_seconds() / 86400 - later, 6)
    return f"{moment:%d/%m/%Y %H:%M}"


def _text(minute: int | None, order: str) -> str:
    if minute is None:
        return ""
    return f"{moment_of(minute):{'%m/%d/%Y %H:%M' if order == 'mdy' else '%d/%m/%Y %H:%M'}}"
