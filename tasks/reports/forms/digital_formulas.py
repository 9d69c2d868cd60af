"""Formulas of QĐ 766 about online services and digitisation (3.3 to 4.5), by agency.

A dossier of which its system does not say enough stands in the denominator, as the formulas want it, and is counted beside: a rate
that is low because nobody told is not a rate that is low.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from config.calendar import OFFICE_ZONE_NAME
from config.formulas import Formula, FormulaCatalogue
from config.language import Bilingual
from tasks.reports.forms.bieu06a import AGENCY
from tasks.reports.forms.model import Cell, FormColumn, FormSheet
from tasks.reports.forms.numbered import numbered_columns, numbered_rows, total_row
from tasks.reports.forms.published import PublishedCounters
from tasks.rules.indicators.interval import percent
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.points import points_of
from tasks.rules.indicators.structure import Structure
from tasks.warehouse.rows import fetch_as
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_FULL = 100
_OF_DOSSIERS = ("3.3", "3.6", "4.1", "4.2", "4.3", "4.4", "4.5")
_PARTS = ("of", "in", "unsaid")
_FIRST_OWN = 3  # number of the first column after those of number and name
_HEADS = (
    ("denominator", Bilingual("Mẫu số", "Denominator"), 0),
    ("numerator", Bilingual("Tử số", "Numerator"), 0),
    ("unsaid", Bilingual("Hệ thống không nêu", "Not stated"), 0),
    ("rate", Bilingual("Tỷ lệ, %", "Rate, %"), 2),
    ("points", Bilingual("Điểm, % tối đa", "Points, % of most"), 2),
)
_NOTES = (
    Bilingual(
        "Theo kết luận hiện tại: hồ sơ tiếp nhận trong kỳ, không tính hồ sơ trùng, hồ sơ thử. Công thức của từng cột: `motcua report catalogue`.",
        "By the verdicts of now: dossiers received in the period, without second entries and tests. `motcua report catalogue` has the formulas.",
    ),
    Bilingual(
        "“Hệ thống không nêu”: hồ sơ không mang trường cần thiết, hoặc danh mục không nêu thủ tục; vẫn ở mẫu số. Không hồ sơ nào nêu thì không có tỷ lệ.",
        "Not stated: the dossier lacks the field, or the catalogue the procedure; they stay in the denominator. Where none states it there is no rate.",
    ),
)
_FEES_NOTE = Bilingual(
    "3.5, toàn tỉnh: {charged} trong {bearing} thủ tục có phí, lệ phí theo danh mục có hồ sơ mang lệ phí khác 0; {points} % điểm tối đa.",
    "3.5, whole province: {charged} of {bearing} procedures with fees by the catalogue have dossiers that bear one; {points} % of the points.",
)
_SERVICES_NOTE = Bilingual(
    "3.2, chỉ có tử số: {online} thủ tục có hồ sơ trực tuyến; hồ sơ nêu mức độ toàn trình ở {whole} thủ tục, một phần ở {partial}; {no_level} trong {dossiers} hồ sơ không nêu mức độ.",
    "3.2, numerator alone: {online} procedures with online dossiers; dossiers state the level full of {whole} procedures, partial of {partial}; {no_level} of {dossiers} dossiers state none.",
)
_POST_NOTE = Bilingual(
    "Trả kết quả qua bưu chính: {by_post} trong {told_return} hồ sơ mà hệ thống nêu cách trả ({dossiers} hồ sơ trong kỳ).",
    "Returned by post: {by_post} of {told_return} dossiers whose systems say how ({dossiers} dossiers of the period).",
)
_Counts = Mapping[str, int]


def digital_sheet(
    counters: PublishedCounters, period: Period, unit: str | None, structure: Structure, catalogue: FormulaCatalogue
) -> FormSheet:
    """Return the formulas of a period by agency; of the whole province the note says 3.5, which is about procedures.

    Args:
        counters: of the publication whose agencies they are.
        period: its months.
        unit: this agency and those below it; None: all.
        structure: as of :meth:`PublishedCounters.agencies`.
        catalogue: threshold and decimals of each formula.
    """
    standing = counters.agencies_of(unit, structure)
    asked = _asked(counters.publication.policy, period) | {"units": None if unit is None else sorted(standing)}
    by_agency: dict[str, dict[str, int]] = {}
    for row in fetch_as(dict[str, Any], _SQL["by_agency"], asked):
        code = str(row.pop("unit"))
        sums = by_agency.setdefault(standing.get(code, code), dict.fromkeys(row, 0))
        for name, number in row.items():
            sums[name] += number
    formulas = {number: catalogue.formulas[number] for number in _OF_DOSSIERS if number in catalogue.formulas}
    rows = [(code, _cells(formulas, by_agency[code])) for code in sorted(by_agency)]
    whole = {f"{part}_{_key(number)}": 0 for number in formulas for part in _PARTS}
    for name in whole:
        whole[name] = sum(sums[name] for sums in by_agency.values())
    notes = (*_NOTES, *_of_services(asked))
    if unit is None:
        notes = (*notes, *_of_procedures(asked, catalogue.formulas.get("3.5")))
    columns = numbered_columns(AGENCY, _columns(formulas))
    shown = numbered_rows(rows, counters.unit_names)
    return FormSheet(
        Bilingual("Trực tuyến, số hóa", "Online, digitised"), columns, shown, total_row(_cells(formulas, whole)), notes
    )


def _columns(formulas: Mapping[str, Formula]) -> tuple[FormColumn, ...]:
    found: list[FormColumn] = []
    for number, formula in formulas.items():
        full = Bilingual(f"đủ điểm từ {formula.full_at} %", f"all points from {formula.full_at} %")
        group = Bilingual(f"{number} {formula.title.vi} ({full.vi})", f"{number} {formula.title.en} ({full.en})")
        found += [
            FormColumn(f"{name}_{_key(number)}", heading, group, f"({place})", 11, digits)
            for place, (name, heading, digits) in enumerate(_HEADS, start=_FIRST_OWN + len(found))
        ]
    return tuple(found)


def _cells(formulas: Mapping[str, Formula], sums: _Counts) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for number, formula in formulas.items():
        of, counted, unsaid = (sums[f"{part}_{_key(number)}"] for part in _PARTS)
        known = of if unsaid < of else 0
        cells += [of, counted, unsaid, _rate(counted, known, formula.digits), points_of(counted, known, _FULL, formula.full_at)]
    return tuple(cells)


def _rate(numerator: int, denominator: int, digits: int) -> float | None:
    return float(percent(np.array([numerator]), np.array([denominator]), digits)[0]) if denominator else None


def _of_services(asked: Mapping[str, Any]) -> tuple[Bilingual, ...]:
    """Return what dossiers tell of services, levels and results by post.

    That is no rate of 3.2, which would need the services without a dossier.
    """
    (found,) = fetch_as(dict[str, Any], _SQL["services_seen"], asked)
    return tuple(Bilingual(note.vi.format(**found), note.en.format(**found)) for note in (_SERVICES_NOTE, _POST_NOTE))


def _of_procedures(asked: Mapping[str, Any], formula: Formula | None) -> tuple[Bilingual, ...]:
    (found,) = fetch_as(dict[str, Any], _SQL["procedures_with_fees"], asked)
    points = formula and points_of(found["charged"], found["bearing"], _FULL, formula.full_at)
    if points is None:
        return (Bilingual("3.5: danh mục không nêu thủ tục nào có phí.", "3.5: the catalogue names no procedure with a fee."),)
    given = {**found, "points": f"{points:.2f}"}
    return (
        Bilingual(_FEES_NOTE.vi.format(**given | {"points": given["points"].replace(".", ",")}), _FEES_NOTE.en.format(**given)),
    )


def _asked(policy: str, period: Period) -> dict[str, Any]:
    since, before = (_midnight(day) for day in (period.first, period.end + timedelta(days=1)))
    return {"policy": policy, "since": since, "before": before, "first": period.first, "last": period.end}


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(OFFICE_ZONE_NAME))


def _key(number: str) -> str:
    return number.replace(".", "_")
