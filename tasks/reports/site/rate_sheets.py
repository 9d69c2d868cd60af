"""Sheets of rates: agencies over the whole span and by month, quarter and year, and every indicator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.language import Bilingual, language
from schemas.fields import BASES
from tasks.reports.forms.model import Cell, FormColumn, FormSheet
from tasks.reports.site.sheet_words import (
    EVERY_UNIT,
    SheetWords,
    count_column,
    filtered_sheet,
    page_word,
    share_column,
    text_column,
)

_WHOLE = page_word("all_periods")
_BY_PERIOD = Bilingual("Từng kỳ", "By period")
_NUMERATOR, _DENOMINATOR = Bilingual("Tử số", "Numerator"), Bilingual("Mẫu số", "Denominator")
_SHARE = Bilingual("Tỷ lệ (%)", "Rate (%)")
_NOTHING = [0, 0, 0, None, None, None]
_UNIT = (
    text_column("unit_code", Bilingual("Mã cơ quan", "Agency code"), 14),
    text_column("unit_name", "unit", 40),
)
_RATE = (
    count_column("recorded_numerator", _NUMERATOR, "col_recorded"),
    count_column("recorded_denominator", _DENOMINATOR, "col_recorded"),
    share_column("recorded_rate", _SHARE, "col_recorded"),
    count_column("cleaned_numerator", _NUMERATOR, "col_cleaned"),
    count_column("cleaned_denominator", _DENOMINATOR, "col_cleaned"),
    share_column("cleaned_rate", _SHARE, "col_cleaned"),
    count_column("undetermined", "undetermined", "interval"),
    share_column("lower", Bilingual("Từ (%)", "From (%)"), "interval"),
    share_column("upper", Bilingual("Đến (%)", "To (%)"), "interval"),
)
_VERDICTS = {
    "phantom_late": count_column("phantom", "col_phantom"),
    "hidden_late": count_column("hidden", "col_hidden"),
    "undetermined": count_column("open", "col_undetermined"),
}
_RANK = (
    count_column("band", Bilingual("Nhóm", "Band"), "col_rank"),
    count_column("best", Bilingual("Từ thứ", "From place"), "col_rank"),
    count_column("worst", Bilingual("Đến thứ", "To place"), "col_rank"),
    count_column("ranked", Bilingual("Trong số", "Of"), "col_rank"),
)
_SUMS = ("recorded_numerator", "recorded_denominator", "cleaned_numerator", "cleaned_denominator", "undetermined")


def unit_sheets(words: SheetWords) -> Iterator[FormSheet]:
    """Return the sheets of the agencies: over the whole span, and in each period, with all of them together."""
    data = words.data
    found = _verdicts_by_unit(data)
    columns = (*_UNIT, *_RATE, *_VERDICTS.values(), count_column("correct", "col_correct"), *_RANK)
    rows = (
        (code, words.unit(code), *_rate(data["rates"].get(code, {}).get("*")), *found[code], *_rank(data["ranks"].get(code)))
        for code in words.units()
    )
    summed = (*_SUMS, "phantom", "hidden", "open", "correct")
    yield filtered_sheet(_WHOLE, (*columns, text_column("standing", "col_standing", 14)), _with_standing(rows, data), summed)
    by_period = (text_column("period", "choose_period", 16), *_UNIT, *_RATE, *_RANK)
    spans = data["spans"]
    yield filtered_sheet(
        _BY_PERIOD,
        by_period,
        (
            (
                words.period(period),
                code,
                words.unit(code),
                *_rate(spans["rates"][code][period]),
                *_rank(spans["ranks"].get(code, {}).get(period)),
            )
            for period in spans["names"]
            for code in (EVERY_UNIT, *words.units())
            if period in spans["rates"].get(code, {})
        ),
    )


def indicator_sheets(words: SheetWords) -> Iterator[FormSheet]:
    """Return the sheets of every indicator: of each agency over the whole span, and of all together in each period."""
    figures, spans = words.data["figures"], words.data["spans"]
    title, law = text_column("indicator", "indicator", 60), text_column("law", "basis", 40)
    shown = (
        FormColumn("recorded", page_word("col_recorded"), None, "", 13, 2),
        FormColumn("cleaned", page_word("col_cleaned"), None, "", 13, 2),
    )
    yield filtered_sheet(
        _WHOLE,
        (*_UNIT, title, *shown, law),
        (
            (code, words.unit(code), *cells)
            for code in (EVERY_UNIT, *words.units())
            for cells in _indicators(words.data["indicators"], figures.get(code, {}))
        ),
    )
    yield filtered_sheet(
        _BY_PERIOD,
        (text_column("period", "choose_period", 16), title, *shown, law),
        (
            (words.period(period), *cells)
            for period in spans["names"]
            for cells in _indicators(words.data["indicators"], spans["figures"].get(EVERY_UNIT, {}).get(period, {}))
        ),
    )


def _indicators(declared: list[dict[str, Any]], figures: dict[str, list[Any]]) -> Iterator[tuple[Cell, ...]]:
    for place, one in enumerate(declared):
        values = [figures[basis][place] if basis in figures else None for basis in BASES]
        yield (one["title"][language()], *values, one["reference"][language()])


def _rate(of_bases: dict[str, list[Any]] | None) -> tuple[Cell, ...]:
    recorded, cleaned = ((of_bases or {}).get(basis, _NOTHING) for basis in BASES)
    return (recorded[0], recorded[1], recorded[3], cleaned[0], cleaned[1], cleaned[3], cleaned[2], cleaned[4], cleaned[5])


def _rank(places: list[int] | None) -> tuple[Cell, ...]:
    return tuple(places or (None,) * len(_RANK))


def _verdicts_by_unit(data: dict[str, Any]) -> dict[str, list[int]]:
    units = list(data["units"])
    found = {code: [0] * (len(_VERDICTS) + 1) for code in units}
    place = {verdict: at for at, verdict in enumerate(_VERDICTS)}
    for _, unit, verdict, _, dossiers, _, correct in data["verdicts"]:
        cells = found[units[unit]]
        cells[-1] += correct
        if verdict in place:
            cells[place[verdict]] += dossiers
    return found


def _with_standing(rows: Iterator[tuple[Cell, ...]], data: dict[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        yield (*row, page_word(data["standing"].get(row[0], "few")).shown())
