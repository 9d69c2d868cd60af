"""PDF of a form: its tables on A4, to print and sign, with the words and numbers of the workbook.

Typst sets the pages from the template beside this module. It knows one typeface of its own, fetches nothing and writes no time, so the
same form is the same bytes on every machine.
"""

from __future__ import annotations

import json
from pathlib import Path

from config.errors import ConfigError
from config.language import Bilingual, capitals, grouped, language
from tasks.reports.forms.model import Form, FormSheet
from tasks.reports.forms.pdf_tables import sheet_tables, stands_upright

_TEMPLATE = Path(__file__).with_name("form.typ")
_MOST_CELLS = 80_000  # 1.1 GB and half a minute while it is made; some 200 pages, which nobody reads
_PAGE = Bilingual("Trang", "Page")
_SIGN = {
    "day": Bilingual("……, ngày …… tháng …… năm ……", "……, day …… month …… year ……"),
    "maker": Bilingual("NGƯỜI LẬP BIỂU", "MADE BY"),
    "maker_signs": Bilingual("(Ký, ghi rõ họ tên)", "(Signature, full name)"),
    "head": Bilingual("THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ", "HEAD OF THE AGENCY"),
    "head_signs": Bilingual("(Ký, ghi rõ họ tên, đóng dấu)", "(Signature, full name, seal)"),
}


def can_be_printed(form: Form) -> bool:
    """Tell whether a form is short enough for a PDF."""
    return _cells(form) <= _MOST_CELLS


def form_pdf(form: Form) -> bytes:
    """Return all sheets of a form as a PDF, its words and numbers as the language in force writes them.

    Each sheet begins a page; one that is too wide for a page across goes on with the columns that name its rows repeated.

    Raises:
        ConfigError: it has too many cells to be printed.
    """
    if not can_be_printed(form):
        cells = _cells(form)
        raise ConfigError(
            ".pdf",
            Bilingual(f"có {grouped(cells)} ô, không ai in hết", f"has {cells:,} cells, more than anybody prints"),
            Bilingual(
                f"không quá {grouped(_MOST_CELLS)} ô: một cơ quan, một kỳ ngắn hơn, hoặc .xlsx",
                f"at most {_MOST_CELLS:,}: one agency, a shorter period, or .xlsx",
            ),
        )
    import typst  # with its library only where it is asked for

    data = json.dumps(_told(form), ensure_ascii=False, allow_nan=False)
    made: bytes = typst.compile(_TEMPLATE.read_bytes(), sys_inputs={"data": data}, ignore_system_fonts=True)
    return made


def _cells(form: Form) -> int:
    return sum(len(sheet.columns) * len(sheet.rows) for sheet in form.sheets)


def _told(form: Form) -> dict[str, object]:
    sign = {name: words.shown() for name, words in _SIGN.items()} if form.signed else None
    source = " · ".join((form.number, form.told[-1].shown()) if form.told else (form.number,))
    return {
        "lang": language(),
        "number": form.number,
        "title": form.title.shown(),
        "heading": capitals(form.title.shown()),
        "page": _PAGE.shown(),
        "source": source,
        "sign": sign,
        "sheets": [_sheet(form, sheet) for sheet in form.sheets],
    }


def _sheet(form: Form, sheet: FormSheet) -> dict[str, object]:
    return {
        "tab": sheet.tab.shown(),
        "told": [line.shown() for line in sheet.told or form.told],
        "landscape": not stands_upright(sheet),
        "parts": sheet_tables(sheet),
        "notes": [note.shown() for note in sheet.notes],
    }
