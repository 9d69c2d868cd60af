"""Workbooks of a table in both languages, of which all but the words is written once.

Writing cells is what costs, and a table says the same numbers in both. So each text is written as both of them, and every file keeps one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from config.language import Bilingual, Language
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet
from tasks.reports.forms.workbook import BOTH, form_workbook
from tasks.reports.site.cell_places import is_sheet, lean_parts, zipped

_LANGUAGES: tuple[Language, Language] = ("vi", "en")
_TEXT = re.compile(f">([^<>{BOTH}]*){BOTH}([^<>{BOTH}]*)<")
_TAB = "\ue001 {}\ue001"  # stands for the name of a sheet, which has no room for both


def workbooks(forms: Mapping[Language, Form]) -> dict[Language, bytes]:
    """Return a table as an Excel workbook in each language.

    Its rows are as high as the longer of both texts needs.

    Args:
        forms: the table as each language says it: the same rows and numbers in the same order.

    Raises:
        ValueError: the two have other rows or numbers.
    """
    vi, en = (forms[each] for each in _LANGUAGES)
    sheets = [_joined_sheet(at, *pair) for at, pair in enumerate(zip(vi.sheets, en.sheets, strict=True))]
    joined = Form(_joined(vi.number, en.number), _both(vi.title), [_both(line) for line in vi.told], sheets)
    parts = list(lean_parts(form_workbook(joined)))
    return {
        each: zipped((part, content if is_sheet(part) else _said(content, each, vi.sheets)) for part, content in parts)
        for each in _LANGUAGES
    }


def _said(content: bytes, spoken: Language, sheets: Sequence[FormSheet]) -> bytes:
    """Return a part of the workbook with the texts of one language."""
    text = _TEXT.sub(r">\1<" if spoken == "vi" else r">\2<", content.decode())
    for at, sheet in enumerate(sheets):
        name = escape(sheet.tab.vi if spoken == "vi" else sheet.tab.en, quote=True)
        text = text.replace(f"'{_TAB.format(at)}'!", f"'{name.replace('&#x27;', '&#x27;&#x27;')}'!")
        text = text.replace(_TAB.format(at), name)
    return text.encode()


def _joined_sheet(at: int, vi: FormSheet, en: FormSheet) -> FormSheet:
    return replace(
        vi,
        tab=Bilingual(*(_TAB.format(at),) * 2),
        columns=[_column(one) for one in vi.columns],
        rows=[tuple(_cell(*cells) for cells in zip(*pair, strict=True)) for pair in zip(vi.rows, en.rows, strict=True)],
        total=tuple(_cell(*cells) for cells in zip(vi.total, en.total, strict=True)),
        notes=[_both(note) for note in vi.notes],
        told=[_both(line) for line in vi.told],
    )


def _column(one: FormColumn) -> FormColumn:
    return replace(one, heading=_both(one.heading), group=None if one.group is None else _both(one.group))


def _cell(vi: Cell, en: Cell) -> Cell:
    if isinstance(vi, str) and isinstance(en, str):
        return _joined(vi, en)
    if vi != en:
        raise ValueError(Bilingual(f"{vi} ở bản tiếng Việt là {en} ở bản tiếng Anh", f"{vi} in Vietnamese is {en} in English"))
    return vi


def _both(words: Bilingual) -> Bilingual:
    joined = _joined(words.vi, words.en)
    return Bilingual(joined, joined)


def _joined(vi: str, en: str) -> str:
    return vi if vi == en else f"{vi}{BOTH}{en}"
