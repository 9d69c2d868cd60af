"""Workbook of a form: title block, numbered headings, rows and totals."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Sequence
from datetime import datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from config.language import capitals, translate
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet

_FONT = "Times New Roman"
_LINE = 15.0  # points of a line of that font at size 11
_GREY = "#7F7F7F"
BOTH = "\ue000"
"""Stands between a text in two languages where one workbook is written for both."""


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        book.formats[0].set_font_name(_FONT)
        book.formats[0].set_font_size(11)
        plain = {"font_name": _FONT, "font_size": 11, "border": 1, "border_color": _GREY, "valign": "vcenter"}
        middle = {**plain, "align": "center", "text_wrap": True}
        self.number = book.add_format({"font_name": _FONT, "font_size": 11, "italic": True})
        self.title = book.add_format({"font_name": _FONT, "font_size": 14, "bold": True, "align": "center"})
        self.told = book.add_format({"font_name": _FONT, "font_size": 11, "align": "center"})
        self.note = book.add_format({"font_name": _FONT, "font_size": 10, "italic": True})
        self.heading = book.add_format({**middle, "bold": True, "bg_color": "#DDEBF7"})
        self.place = book.add_format({**middle, "italic": True, "font_size": 9})
        self.text = book.add_format({**plain, "text_wrap": True})
        time = translate("dd/mm/yyyy hh:mm", "yyyy-mm-dd hh:mm")
        self.time = book.add_format({**plain, "num_format": time, "align": "left"})
        self.sum = book.add_format({**plain, "bold": True, "bg_color": "#F2F2F2"})
        self._book, self._plain = book, plain
        self._made: dict[tuple[int, bool], object] = {}

    def figure(self, digits: int, *, total: bool) -> object:
        """Return the format of numbers with so many decimals, the same one each time."""
        shape = {"num_format": "#,##0" + ("." + "0" * digits if digits else "")}
        marked = {"bold": True, "bg_color": "#F2F2F2"} if total else {}
        key = (digits, total)
        if key not in self._made:
            self._made[key] = self._book.add_format({**self._plain, **shape, **marked})
        return self._made[key]


def form_workbook(form: Form) -> bytes:
    """Return a form as an Excel workbook, its words in the language in force; no cell of it is a formula."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": _of_both(": ".join, form.number, form.title.shown())})
        formats = _Formats(book)
        for sheet in form.sheets:
            _write_sheet(book.add_worksheet(sheet.tab.shown()), form, sheet, formats)
    return buffer.getvalue()


def _write_sheet(page: Worksheet, form: Form, sheet: FormSheet, formats: _Formats) -> None:
    last = len(sheet.columns) - 1
    page.write_string(0, 0, form.number, formats.number)
    page.merge_range(1, 0, 1, last, _of_both(lambda title: capitals(*title), form.title.shown()), formats.title)
    told = sheet.told or form.told
    for row, line in enumerate(told, start=2):
        page.merge_range(row, 0, row, last, line.shown(), formats.told)
    first = 3 + len(told)
    _headings(page, first, sheet.columns, formats)
    body = first + 3
    for number, cells in enumerate(sheet.rows):
        _row(page, body + number, sheet.columns, cells, formats, total=False)
    end = body + len(sheet.rows)
    if sheet.total:
        _row(page, end, sheet.columns, sheet.total, formats, total=True)
    for number, note in enumerate(sheet.notes, start=end + 2):
        page.write_string(number, 0, note.shown(), formats.note)
    page.freeze_panes(body, 0 if sheet.filtered else 3)
    if sheet.filtered:
        page.autofilter(body - 1, 0, end - 1, last)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(first, body - 1)
    page.set_footer("&L&8&F&R&8&P/&N")


def _of_both(made: Callable[[list[str]], str], *texts: str) -> str:
    """Make one text of some, in each language where one of them is in both."""
    parts = [text.split(BOTH) for text in texts]
    return BOTH.join(made([part[at % len(part)] for part in parts]) for at in range(max(map(len, parts))))


def _headings(page: Worksheet, first: int, columns: Sequence[FormColumn], formats: _Formats) -> None:
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width)
        page.write_string(first + 2, place, column.number, formats.place)
        if column.group is None:
            page.merge_range(first, place, first + 1, place, column.heading.shown(), formats.heading)
        else:
            page.write_string(first + 1, place, column.heading.shown(), formats.heading)
    lines = 1
    for group in dict.fromkeys(column.group for column in columns if column.group is not None):
        places = [place for place, column in enumerate(columns) if column.group == group]
        lines = max(lines, _lines(group.shown(), sum(columns[place].width for place in places)))
        if len(places) > 1:
            page.merge_range(first, places[0], first, places[-1], group.shown(), formats.heading)
        else:
            page.write_string(first, places[0], group.shown(), formats.heading)
    page.set_row(first, 2 + _LINE * lines)
    page.set_row(first + 1, 2 + _LINE * max(_lines(column.heading.shown(), column.width) for column in columns))


def _row(
    page: Worksheet, row: int, columns: Sequence[FormColumn], cells: tuple[Cell, ...], formats: _Formats, *, total: bool
) -> None:
    text = formats.sum if total else formats.text
    for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        if cell is None:
            page.write_blank(row, place, None, text)
        elif isinstance(cell, str) and column.is_time:
            page.write_datetime(row, place, datetime.fromisoformat(cell), formats.time)
        elif isinstance(cell, str):
            page.write_string(row, place, cell, text)
        else:
            page.write_number(row, place, cell, formats.figure(column.digits or 0, total=total))
    texts = [(cell, column.width) for column, cell in zip(columns, cells, strict=True) if isinstance(cell, str)]
    page.set_row(row, 2 + _LINE * max([1, *(_lines(cell, width) for cell, width in texts)]))


def _lines(text: str, width: float) -> int:
    if BOTH in text:
        return max(_lines(part, width) for part in text.split(BOTH))
    room = max(4, int(width))
    return 1 if len(text) <= room and "\n" not in text else max(1, len(textwrap.wrap(text, room)))
