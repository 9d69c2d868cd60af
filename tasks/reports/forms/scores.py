"""Score sheet of QĐ 766 by agency: rates and points, and what data faults cost of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from config.calendar import OFFICE_ZONE_NAME
from config.codes import COUNTERS, WORKING_DAY_MINUTES
from config.formulas import Formula, FormulaCatalogue, load_formulas
from config.indicators import Indicator, indicators_in_force
from config.language import Bilingual
from schemas.fields import BASES
from tasks.reports.forms.bieu06a import AGENCY, told
from tasks.reports.forms.digital_formulas import digital_sheet
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet
from tasks.reports.forms.numbered import numbered_columns, numbered_rows, total_row
from tasks.reports.forms.published import ONLINE, PublishedCounters, parts_of, procedure_names
from tasks.rules.indicators.interval import percent
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.points import points_of
from tasks.rules.indicators.structure import Structure
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_DOCUMENT = "qd766"
_FULL = 100
_FIRST_OWN = 3  # number of the first column after those of number and name
_NOTES = (
    Bilingual(
        "Mất do dữ liệu = điểm sau làm sạch trừ điểm theo hệ thống; số âm: dữ liệu sai làm tăng điểm.",
        "Lost to data = points after cleaning less points as recorded; below zero: wrong data flattered.",
    ),
    Bilingual(
        "Nơi điểm tối đa của công thức chưa đọc được, điểm là % của điểm tối đa. `motcua report catalogue` liệt kê các công thức.",
        "Where the most points of a formula could not be read, points are % of them. `motcua report catalogue` lists the formulas.",
    ),
)
_Row = Mapping[str, int]


def scores(counters: PublishedCounters, period: Period, unit: str | None, structure: Structure) -> Form:
    """Return the score sheet of a period by agency.

    Two more sheets tell the average time by procedure (2.2), and what is online and digitised (3.3 to 4.5).
    """
    catalogue = load_formulas()[_DOCUMENT]
    sheets = [
        _score_sheet(counters, period, unit, structure, catalogue),
        _averages(counters, period, unit, structure),
        digital_sheet(counters, period, unit, structure, catalogue),
    ]
    title = Bilingual(f"Bảng điểm theo cơ quan: {catalogue.title.vi}", f"Scores by agency: {catalogue.title.en}")
    return Form("QĐ 766/QĐ-TTg", title, told(counters, period, unit), sheets, signed=True)


def _score_sheet(
    counters: PublishedCounters, period: Period, unit: str | None, structure: Structure, catalogue: FormulaCatalogue
) -> FormSheet:
    declared = indicators_in_force(counters.publication.as_of)
    answered = {
        number: (formula, declared[formula.indicator])
        for number, formula in catalogue.formulas.items()
        if formula.indicator in declared
    }
    rolled = counters.agencies(period, unit, structure)
    columns = [*COUNTERS, ONLINE]
    codes = sorted(set(rolled["unit_code"]))
    by_basis = {
        basis: rolled[(rolled["basis"] == basis).to_numpy(dtype=bool)]
        .set_index("unit_code")[columns]
        .reindex(codes, fill_value=0)
        for basis in BASES
    }
    cells = [
        (code, _cells(answered, {basis: frame.loc[code].to_dict() for basis, frame in by_basis.items()})) for code in codes
    ]
    whole = _cells(answered, {basis: frame.sum().to_dict() for basis, frame in by_basis.items()})
    columns_shown = numbered_columns(AGENCY, _columns(answered))
    rows = numbered_rows(cells, counters.unit_names)
    return FormSheet(Bilingual("Bảng điểm", "Scores"), columns_shown, rows, total_row(whole), _NOTES)


_Answered = dict[str, tuple[Formula, Indicator]]


def _columns(answered: _Answered) -> tuple[FormColumn, ...]:
    found: list[FormColumn] = []
    for number, (formula, _) in answered.items():
        most = f"{formula.points}" if formula.points else "100 %"
        group = Bilingual(f"{number} {formula.title.vi} (tối đa {most})", f"{number} {formula.title.en} (at most {most})")
        heads = (
            ("rate_recorded", Bilingual("Tỷ lệ theo hệ thống, %", "Rate as recorded, %")),
            ("rate_cleaned", Bilingual("Tỷ lệ sau làm sạch, %", "Rate after cleaning, %")),
            ("points_recorded", Bilingual("Điểm theo hệ thống", "Points as recorded")),
            ("points_cleaned", Bilingual("Điểm sau làm sạch", "Points after cleaning")),
            ("lost", Bilingual("Mất do dữ liệu", "Lost to data")),
        )
        key = number.replace(".", "_")
        found += [
            FormColumn(f"{name}_{key}", heading, group, f"({place})", 11, 2)
            for place, (name, heading) in enumerate(heads, start=_FIRST_OWN + len(found))
        ]
    return tuple(found)


def _cells(answered: _Answered, of: Mapping[str, _Row]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for formula, indicator in answered.values():
        parts = [parts_of(indicator, of[basis])[:2] for basis in BASES]
        points = [points_of(*part, formula.points or _FULL, formula.full_at) for part in parts]
        recorded, cleaned = points
        lost = None if recorded is None or cleaned is None else round(cleaned - recorded, 2)
        cells += [*(_rate(*part, formula.digits) for part in parts), *points, lost]
    return tuple(cells)


def _rate(numerator: int, denominator: int, digits: int) -> float | None:
    value = float(percent(np.array([numerator]), np.array([denominator]), digits)[0])
    return None if np.isnan(value) else value


def _averages(counters: PublishedCounters, period: Period, unit: str | None, structure: Structure) -> FormSheet:
    """Return 2.2, worked out from the verdicts of dossiers that were received in the period and are finished."""
    asked: dict[str, Any] = {
        "policy": counters.publication.policy,
        "since": _midnight(period.first),
        "before": _midnight(period.end + timedelta(days=1)),
        "units": None if unit is None else sorted(counters.agencies_of(unit, structure)),
        "day": WORKING_DAY_MINUTES,
    }
    found, names = fetch_all(_SQL["averages"], asked), procedure_names()
    columns = (
        FormColumn("number", Bilingual("STT", "No."), None, "(1)", 5),
        FormColumn("procedure_code", Bilingual("Mã TTHC", "Procedure"), None, "", 14, None),
        FormColumn("name", Bilingual("Thủ tục hành chính", "Name"), None, "(2)", 60, None),
        FormColumn("finished", Bilingual("Hồ sơ đã xong", "Finished"), None, "(3)", 11),
        FormColumn("working_days", Bilingual("Trung bình, ngày làm việc", "Average, working days"), None, "(4)", 13, 2),
        FormColumn("days_allowed", Bilingual("Thời hạn trung bình", "Average limit"), None, "(5)", 13, 2),
    )
    rows: list[tuple[Cell, ...]] = [
        (place, code or "?", names.get(code, code) or "?", finished, days, allowed)
        for place, (code, finished, days, allowed) in enumerate(found, start=1)
    ]
    note = Bilingual(
        "2.2, theo kết luận hiện tại: hồ sơ tiếp nhận trong kỳ và đã xong, trừ thời gian dừng, ngày làm việc 8 giờ.",
        "2.2, by the verdicts of now: dossiers received in the period and finished, pauses left out, working days of 8 hours.",
    )
    return FormSheet(Bilingual("2.2", "2.2"), columns, rows, (), (note,))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(OFFICE_ZONE_NAME))
