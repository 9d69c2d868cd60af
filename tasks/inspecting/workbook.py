"""Workbook of an inspection: what was drawn and how, and a sheet for each thing to look at."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from config.language import decimal, language, translate
from tasks.inspecting.file import InspectionFile, ShareLine
from tasks.inspecting.rows import INSPECTION_SHEETS, MOST_ROWS, InspectionCell, InspectionSheet
from tasks.reports.translation import VERDICT_WORDS

_FONT = "Times New Roman"
_LINE = 14.0  # points of a line of that font at size 10
_TALLEST = 400.0  # points that a row may have: a spreadsheet takes no more than 409


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        book.formats[0].set_font_name(_FONT)
        plain = {"font_name": _FONT, "font_size": 10, "border": 1, "border_color": "#BFBFBF", "valign": "top"}
        self.title = book.add_format({"font_name": _FONT, "font_size": 14, "bold": True})
        self.label = book.add_format({"font_name": _FONT, "font_size": 11, "bold": True, "valign": "top"})
        self.told = book.add_format({"font_name": _FONT, "font_size": 11, "text_wrap": True, "valign": "top"})
        self.heading = book.add_format(
            {**plain, "bold": True, "text_wrap": True, "bg_color": "#DDEBF7", "align": "center", "valign": "vcenter"}
        )
        self.text = book.add_format({**plain, "text_wrap": True})
        self.number = book.add_format({**plain, "num_format": "#,##0"})
        self.fraction = book.add_format({**plain, "num_format": "#,##0.0#"})
        self.answer = book.add_format({**plain, "text_wrap": True, "bg_color": "#FFF9DB"})


def inspection_workbook(file: InspectionFile) -> bytes:
    """Return the workbook, in the language in force.

    No cell of it is a formula, and the same file is the same bytes.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        made = datetime.combine(file.moment.as_of, datetime.min.time())
        book.set_properties({"title": translate("Hồ sơ kiểm tra", "Inspection"), "comments": file.name, "created": made})
        formats = _Formats(book)
        _cover(book.add_worksheet(translate("Cách lấy mẫu", "How it was drawn")), file, formats)
        for sheet in INSPECTION_SHEETS:
            _table(book.add_worksheet(translate(*sheet.tab)), sheet, file, formats)
    return buffer.getvalue()


def _cover(page: Worksheet, file: InspectionFile, formats: _Formats) -> None:
    page.set_column(0, 0, 34)
    page.set_column(1, 5, 20)
    page.hide_gridlines(2)
    page.write_string(0, 0, translate("Hồ sơ kiểm tra thời hạn giải quyết", "Inspection of deadlines"), formats.title)
    row = 2
    for label, text in _told(file):
        page.write_string(row, 0, label, formats.label)
        page.merge_range(row, 1, row, 5, text, formats.told)
        page.set_row(row, 3 + 15 * _lines(text, 100))
        row += 1
    row = _block(page, row + 1, _share_headings(), [_share_cells(one) for one in file.shares()], formats)
    heads = (
        translate("hồ sơ sai tìm thấy trong mẫu", "wrong ones found in the sample"),
        translate("tỷ lệ sai trong toàn bộ, nhiều nhất, %", "share of all that is wrong, at most, %"),
    )
    _block(page, row + 1, heads, file.reach(), formats)
    _as_printed(page)


def _told(file: InspectionFile) -> list[tuple[str, str]]:
    moment, sample = file.moment, file.sample
    count, total, error = len(sample.rows), len(sample.counted), decimal(f"{100 * sample.error:.1f}")
    return [
        (translate("Lần công bố", "Publication"), moment.publication_id),
        (translate("Số liệu đến hết ngày", "To the end of"), f"{moment.as_of:%d/%m/%Y}"),
        (translate("Cách tính", "Policy"), file.policy.title.vi if language() == "vi" else file.policy.title.en),
        (translate("Căn cứ", "Law"), "; ".join(file.law)),
        (translate("Cơ quan", "Agency"), _agency(file)),
        (translate("Hồ sơ được tính", "Dossiers counted"), f"{total}"),
        (translate("Hồ sơ rút mẫu", "Dossiers drawn"), f"{count}"),
        (
            translate("Sai số", "Error"),
            translate(
                f"Tỷ lệ tìm thấy trong mẫu lệch tỷ lệ của toàn bộ không quá ±{error} điểm phần trăm, tin cậy 95 % "
                "(công thức Cochran cho tỷ lệ một nửa, có hiệu chỉnh tổng thể hữu hạn).",
                f"A share found in the sample lies within ±{error} points of the share of all, 95 % sure "
                "(Cochran's formula for a share of one half, corrected for a finite population).",
            ),
        ),
        (
            translate("Cách rút", "Drawing"),
            translate(
                f"Ngẫu nhiên đơn giản, không lặp: {count} hồ sơ có mã băm SHA-256 của số gieo, nguồn và mã hồ sơ nhỏ nhất. "
                f"Số gieo: {sample.seed}. Cùng lần công bố, cùng số gieo thì ra đúng các hồ sơ này.",
                f"Simple random, without repetition: the {count} dossiers with the smallest SHA-256 of seed, source and code. "
                f"Seed: {sample.seed}. The same publication and seed draw the same dossiers.",
            ),
        ),
        (
            translate("Đã khác sau công bố", "Changed since"),
            translate(
                f"{file.changed} hồ sơ trong mẫu nay có dữ kiện khác: cột thời hạn và tạm dừng của chúng để trống, các cột khác "
                "vẫn như lần công bố đã tính.",
                f"{file.changed} dossiers of the sample have other facts by now: their limit and pauses are left out, all else "
                "stands as the publication counted it.",
            ),
        ),
        (translate("Trễ ẩn", "Hidden lateness"), _listed(len(file.hidden))),
        (translate("Dấu hiệu tháng đẹp bất thường", "Signs of too-good months"), _listed(len(file.months))),
    ]


def _agency(file: InspectionFile) -> str:
    if file.unit is None:
        return translate("tất cả", "all")
    name = f"{file.unit} {file.agencies.get(file.unit, '')}".strip()
    if not file.below:
        return name
    return translate(f"{name} và {file.below} đơn vị trực thuộc", f"{name} and {file.below} below it")


def _listed(count: int) -> str:
    if count <= MOST_ROWS:
        return str(count)
    return translate(f"{count}, liệt kê {MOST_ROWS} đầu tiên", f"{count}, of which the first {MOST_ROWS} are listed")


def _share_headings() -> Sequence[str]:
    return (
        translate("kết luận", "verdict"),
        translate("trong mẫu", "in the sample"),
        translate("% của mẫu", "% of the sample"),
        translate("khoảng 95 %", "interval of 95 %"),
        translate("trong toàn bộ", "among all"),
        translate("% của toàn bộ", "% of all"),
    )


def _share_cells(one: ShareLine) -> Sequence[InspectionCell]:
    span = decimal(f"{one.low:.1f} – {one.high:.1f}")
    return translate(*VERDICT_WORDS[one.verdict]), one.in_sample, one.share, span, one.in_all, one.share_of_all


def _block(
    page: Worksheet, row: int, heads: Sequence[str], lines: Iterable[Sequence[InspectionCell]], formats: _Formats
) -> int:
    """Write a small table and return the row after it."""
    for place, head in enumerate(heads):
        page.write_string(row, place, head, formats.heading)
    page.set_row(row, 3 + _LINE * 2)
    for cells in lines:
        row += 1
        _cells(page, row, cells, formats)
    return row + 1


def _table(page: Worksheet, sheet: InspectionSheet, file: InspectionFile, formats: _Formats) -> None:
    widths = [width for _, _, width in sheet.columns]
    for place, (vi, en, width) in enumerate(sheet.columns):
        page.set_column(place, place, width)
        page.write_string(0, place, translate(vi, en), formats.heading)
    page.set_row(0, 3 + _LINE * max(_lines(translate(vi, en), width - 1) for vi, en, width in sheet.columns))
    row = 0
    for row, cells in enumerate(sheet.rows(file), start=1):
        page.set_row(row, _height(cells, widths))
        _cells(page, row, cells, formats, answers=sheet.answers)
    if not row:
        page.write_string(1, 0, translate("Không có.", "None."), formats.told)
    page.autofilter(0, 0, max(1, row), len(widths) - 1)
    page.freeze_panes(1, 3)
    page.repeat_rows(0)
    _as_printed(page)


def _cells(page: Worksheet, row: int, cells: Sequence[InspectionCell], formats: _Formats, answers: int = 0) -> None:
    first_answer = len(cells) - answers
    for place, cell in enumerate(cells):
        if cell is None:
            page.write_blank(row, place, None, formats.answer if place >= first_answer else formats.text)
        elif isinstance(cell, str):
            page.write_string(row, place, cell, formats.text)
        else:
            page.write_number(row, place, cell, formats.number if isinstance(cell, int) else formats.fraction)


def _height(cells: Sequence[InspectionCell], widths: Sequence[int]) -> float:
    """Return the height that the longest text needs; not every program finds it by itself."""
    lines = [_lines(cell, width - 1) for cell, width in zip(cells, widths, strict=True) if isinstance(cell, str)]
    return min(_TALLEST, 3 + _LINE * max([1, *lines]))


def _lines(text: str, width: int) -> int:
    return max(1, len(textwrap.wrap(text, max(4, width))))


def _as_printed(page: Worksheet) -> None:
    page.set_landscape()
    page.set_paper(8)  # A3: the ledger has twenty columns
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&L&8&F&R&8&P/&N")
