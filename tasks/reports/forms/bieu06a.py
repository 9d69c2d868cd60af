"""Form II.06a: dossiers received, finished and in progress in a period, by agency and by field.

The form's own identities hold with the columns that it lacks beside it: (3) = (4) + (5) + (6) = (7) + (11) + (14) + (15),
(7) = (8) + (9) + (10) + (16), (11) = (12) + (13) + (17).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from config.language import Bilingual
from schemas.fields import BASES, TIMELINESS
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet
from tasks.reports.forms.numbered import cell_name, counted_sheet, numbered_columns, part_columns, total_row
from tasks.reports.forms.published import ONLINE, PublishedCounters, field_names
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.structure import Structure

BIEU06A_NUMBER = "II.06a/VPCP/KSTT"
TITLE = Bilingual(
    "Tình hình, kết quả giải quyết thủ tục hành chính", "State and results of the settlement of administrative procedures"
)
_RECEIVED = Bilingual("Số hồ sơ tiếp nhận", "Dossiers received")
_FINISHED = Bilingual("Số hồ sơ đã giải quyết", "Dossiers finished")
_OPEN = Bilingual("Số hồ sơ đang giải quyết", "Dossiers in progress")
_BESIDE = Bilingual("Ngoài biểu", "Beside the form")
_TOTAL = Bilingual("Tổng số", "Total")
_COLUMNS = (
    FormColumn("handled", _TOTAL, _RECEIVED, "(3)"),
    FormColumn("received_online", Bilingual("Trong kỳ: trực tuyến", "In the period: online"), _RECEIVED, "(4)"),
    FormColumn("received_otherwise", Bilingual("Trong kỳ: trực tiếp, BCCI", "In the period: counter, post"), _RECEIVED, "(5)"),
    FormColumn("carried_over", Bilingual("Từ kỳ trước", "From before"), _RECEIVED, "(6)"),
    FormColumn("finished", _TOTAL, _FINISHED, "(7)"),
    FormColumn("finished_early", Bilingual("Trước hạn", "Early"), _FINISHED, "(8)"),
    FormColumn("finished_on_time", Bilingual("Đúng hạn", "On time"), _FINISHED, "(9)"),
    FormColumn("finished_late", Bilingual("Quá hạn", "Late"), _FINISHED, "(10)"),
    FormColumn("in_progress", _TOTAL, _OPEN, "(11)"),
    FormColumn("in_progress_in_time", Bilingual("Trong hạn", "Within time"), _OPEN, "(12)"),
    FormColumn("in_progress_overdue", Bilingual("Quá hạn", "Overdue"), _OPEN, "(13)"),
    FormColumn("withdrawn", Bilingual("Công dân rút", "Withdrawn"), _BESIDE, "(14)"),
    FormColumn("refused", Bilingual("Từ chối, dừng", "Refused, stopped"), _BESIDE, "(15)"),
    FormColumn("finished_undetermined", Bilingual("Trong (7): chưa đủ căn cứ", "Of (7): undetermined"), _BESIDE, "(16)"),
    FormColumn("in_progress_undetermined", Bilingual("Trong (11): chưa đủ căn cứ", "Of (11): undetermined"), _BESIDE, "(17)"),
)
COLUMNS = {column.name: column for column in _COLUMNS}
"""Columns of the form by name."""
_NOTES = (
    Bilingual(
        "(3) = (4) + (5) + (6) = (7) + (11) + (14) + (15); (7) = (8) + (9) + (10) + (16); (11) = (12) + (13) + (17).",
        "(3) = (4) + (5) + (6) = (7) + (11) + (14) + (15); (7) = (8) + (9) + (10) + (16); (11) = (12) + (13) + (17).",
    ),
    Bilingual(
        "(6) là số đang giải quyết cuối kỳ trước; (11) là số đang giải quyết cuối kỳ này.",
        "(6) is what was in progress at the end of the period before; (11) at the end of this one.",
    ),
)
AGENCY = Bilingual("Cơ quan", "Agency")
"""Heading of the names of a form by agency."""
_UNIT = Bilingual("Đơn vị", "Unit")
_Rows = list[tuple[str, tuple[int, ...]]]
BASIS_TABS = {
    "cleaned": Bilingual("Theo cơ quan", "By agency"),
    "recorded": Bilingual("Theo hệ thống ghi", "As recorded"),
}
"""Names of the sheets by agency, one a basis."""


def bieu06a(counters: PublishedCounters, period: Period, unit: str | None, structure: Structure) -> Form:
    """Return the form of a period.

    Args:
        counters: what is published.
        period: its months.
        unit: this agency and those below it; None: all.
        structure: agencies as they counted the dossiers, or as they stand today.
    """
    rolled = counters.agencies(period, unit, structure)
    sheets = [_by_agency(BASIS_TABS[basis], rolled, basis, counters) for basis in reversed(BASES)]
    if unit is None:
        tab, heading = Bilingual("Theo lĩnh vực", "By field"), Bilingual("Lĩnh vực", "Field")
        sheets.append(_sheet(tab, heading, _rows(counters.fields(period), "cleaned", "field_code"), field_names()))
    apart = counters.agencies(period, unit, structure, together=False)
    sheets.append(units_sheet(Bilingual("Từng đơn vị, chi nhánh", "Branches apart"), apart, counters))
    return Form(BIEU06A_NUMBER, TITLE, told(counters, period, unit), sheets, signed=True)


def totals(counters: PublishedCounters, period: Period, unit: str | None) -> dict[str, dict[str, int]]:
    """Return the last row of the form by basis: column -> count; arguments as of :func:`bieu06a`."""
    rolled = counters.agencies(period, unit)
    names = [column.name for column in _COLUMNS]
    rows = {basis: [cells for _, cells in _rows(rolled, basis, "unit_code")] for basis in BASES}
    return {
        basis: {name: sum(cells[place] for cells in some) for place, name in enumerate(names)} for basis, some in rows.items()
    }


def told(counters: PublishedCounters, period: Period, unit: str | None) -> tuple[Bilingual, ...]:
    """Return the lines under the title of every form: period, agency, day of the figures and their publication."""
    of, day = counters.publication, counters.publication.as_of
    name = None if unit is None else f"{counters.unit_names.get(unit, unit)} ({unit})"
    whose = Bilingual("Toàn tỉnh", "Whole province") if name is None else Bilingual(f"Cơ quan: {name}", f"Agency: {name}")
    return (
        Bilingual(f"Kỳ báo cáo: {period.words.vi}", f"Period: {period.words.en}"),
        whose,
        Bilingual(
            f"Số liệu đến hết ngày {day:%d/%m/%Y}, cách tính {of.policy}, bản công bố {of.publication_id}",
            f"Figures up to the end of {day}, policy {of.policy}, publication {of.publication_id}",
        ),
    )


def units_sheet(tab: Bilingual, rolled: pd.DataFrame, counters: PublishedCounters) -> FormSheet:
    """Return a sheet of some units after cleaning, each apart: rows of ``PublishedCounters.agencies``."""
    return _by_agency(tab, rolled, "cleaned", counters, _UNIT)


def within_sheet(
    basis: str, heading: Bilingual, parts: pd.DataFrame, names: Mapping[str, str], counters: PublishedCounters
) -> FormSheet:
    """Return a sheet of one basis whose rows are parts of agencies.

    Args:
        basis: ``recorded`` or ``cleaned``.
        heading: what a part is.
        parts: ``basis``, ``unit_code``, ``part`` and counters.
        names: of the parts by code.
        counters: for the names of agencies.
    """
    rows = parts[(parts["basis"] == basis).to_numpy(dtype=bool)].to_dict("records")
    cells = [(str(row["unit_code"]), str(row["part"]), _cells(row)) for row in rows]
    columns = (*numbered_columns(AGENCY, ()), *part_columns(heading), *_COLUMNS)
    listed: list[tuple[Cell, ...]] = [
        (place, code, cell_name(code, counters.unit_names), part, cell_name(part, names), *own)
        for place, (code, part, own) in enumerate(cells, start=1)
    ]
    total = tuple(sum(column) for column in zip(*(own for _, _, own in cells), strict=True)) or (0,) * len(_COLUMNS)
    return FormSheet(BASIS_TABS[basis], columns, listed, (*total_row((None, None)), *total), _NOTES)


def counts_of_form(row: Mapping[str, int]) -> dict[str, int]:
    """Return published counters of one row with the sums that the form's columns need."""
    return {
        **row,
        "handled": row["received"] + row["carried_over"],
        "received_otherwise": row["received"] - row[ONLINE],
        "finished": sum(row[f"finished_{name}"] for name in TIMELINESS),
        "in_progress": sum(row[f"in_progress_{name}"] for name in ("in_time", "overdue", "undetermined")),
    }


def _by_agency(
    tab: Bilingual, rolled: pd.DataFrame, basis: str, counters: PublishedCounters, heading: Bilingual = AGENCY
) -> FormSheet:
    return _sheet(tab, heading, _rows(rolled, basis, "unit_code"), counters.unit_names)


def _sheet(tab: Bilingual, heading: Bilingual, rows: _Rows, names: Mapping[str, str]) -> FormSheet:
    return counted_sheet(tab, heading, _COLUMNS, rows, names, _NOTES)


def _rows(rolled: pd.DataFrame, basis: str, key: str) -> _Rows:
    """Return the code of each row of one basis, and the counts of the form's columns."""
    rows = rolled[(rolled["basis"] == basis).to_numpy(dtype=bool)]
    return [(str(one[key]), _cells(one)) for one in rows.to_dict("records")]


def _cells(row: Mapping[str, int]) -> tuple[int, ...]:
    of = counts_of_form(row)
    return tuple(int(of[column.name]) for column in _COLUMNS)
