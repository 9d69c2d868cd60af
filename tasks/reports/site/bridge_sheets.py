"""Bridge from recorded to cleaned as sheets: each class left out or added, by agency and month."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from config.language import Bilingual
from tasks.reports.forms.model import Cell, FormSheet
from tasks.reports.forms.published import BRIDGE_INDICATORS
from tasks.reports.site.sheet_words import EVERY_UNIT, SheetWords, count_column, filtered_sheet, page_word, text_column

_RECEIVED = "received"
_LEFT_AWAY = Bilingual(
    "Tháng của một cơ quan không có ở đây: số ghi nhận và số sau làm sạch là cùng những hồ sơ.",
    "A month of an agency that is not here: recorded and cleaned count the very same dossiers.",
)
_ADDED = ("bridge_not_shown",)
_MONTH = re.compile(r"\d{4}-\d\d")
_UNIT = (text_column("unit_code", Bilingual("Mã cơ quan", "Agency code"), 14), text_column("unit_name", "unit", 40))


def _signed(name: str) -> Bilingual:
    word, sign = page_word(name), "+" if name in _ADDED else "−"
    return Bilingual(f"{sign} {word.vi}", f"{sign} {word.en}")


_NUMBERS = (
    count_column("bridge_recorded", "bridge_recorded"),
    *(count_column(name, _signed(name), None, 14) for name in BRIDGE_INDICATORS),
    count_column("bridge_cleaned", "bridge_cleaned"),
)


def bridge_sheets(words: SheetWords) -> Iterator[FormSheet]:
    """Return the sheets of the bridge: over the whole span, and in each month; none where it was not published."""
    places = {one["name"]: place for place, one in enumerate(words.data["indicators"])}
    if not {_RECEIVED, *BRIDGE_INDICATORS} <= set(places):
        return
    added = [column.name for column in _NUMBERS]
    figures, spans = words.data["figures"], words.data["spans"]
    whole = ((code, words.unit(code), *_bridge(figures.get(code, {}), places)) for code in words.units())
    yield filtered_sheet(page_word("all_periods"), (*_UNIT, *_NUMBERS), whole, added)
    monthly = filtered_sheet(
        Bilingual("Từng tháng", "By month"),
        (text_column("period", "choose_period", 16), *_UNIT, *_NUMBERS),
        (
            (words.period(month), code, words.unit(code), *told)
            for month in spans["names"]
            if _MONTH.fullmatch(month)
            for code in (EVERY_UNIT, *words.units())
            for of_months in (spans["figures"].get(code, {}),)
            if month in of_months
            for told in (_bridge(of_months[month], places),)
            if code == EVERY_UNIT or any(told[1:-1])
        ),
    )
    yield replace(monthly, notes=(_LEFT_AWAY,))


def _bridge(of_bases: Mapping[str, list[Any]], places: Mapping[str, int]) -> tuple[Cell, ...]:
    """Return received as recorded, each class with its sign, and received after cleaning."""

    def told(basis: str, name: str) -> int:
        return int(of_bases[basis][places[name]] or 0) if basis in of_bases else 0

    classes = (told("cleaned", name) if name in _ADDED else -told("recorded", name) for name in BRIDGE_INDICATORS)
    return (told("recorded", _RECEIVED), *classes, told("cleaned", _RECEIVED))
