"""Sheets of all agencies: form II.06a of the province and of each agency, in one workbook.

All are cut from one reading of the publication. What the sheets of agencies add up to is held against the province before anything is
written.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from config.errors import UnreadableDataError
from config.language import Bilingual
from tasks.reports.forms.bieu06a import bieu06a, told, units_sheet
from tasks.reports.forms.model import Cell, Form, FormSheet
from tasks.reports.forms.published import PublishedCounters
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.structure import Structure


def agency_sheets(counters: PublishedCounters, period: Period, structure: Structure) -> Form:
    """Return the form of the province, and behind it a sheet of each agency with its branches.

    Args:
        counters: what is published.
        period: its months.
        structure: agencies as they counted the dossiers, or as they stand today.

    Raises:
        UnreadableDataError: an identity does not hold, or the sheets do not add up to the province.
    """
    form = bieu06a(counters, period, None, structure)
    apart = counters.agencies(period, None, structure, together=False)
    head = pd.Series([counters.structure.with_branches(str(code)) for code in apart["unit_code"]], dtype=object)
    sheets = [_sheet(code, rows, counters, period) for code, rows in apart.groupby(head.to_numpy(), sort=True)]
    _require_whole(form.sheets[0].total, sheets)
    return replace(form, sheets=[*form.sheets, *sheets])


def _sheet(code: str, rows: pd.DataFrame, counters: PublishedCounters, period: Period) -> FormSheet:
    # A sheet's name has 31 characters at most, and none of those that Excel keeps for itself.
    tab = "".join("_" if one in "[]:*?/\\'" else one for one in code)[:31]
    return replace(units_sheet(Bilingual(tab, tab), rows, counters), told=told(counters, period, code))


def _require_whole(whole: tuple[Cell, ...], sheets: list[FormSheet]) -> None:
    numbers = [[cell for cell in row if isinstance(cell, int)] for row in (whole, *(sheet.total for sheet in sheets))]
    if sheets and numbers[0] != [sum(column) for column in zip(*numbers[1:], strict=True)]:
        raise UnreadableDataError(
            "mart.indicators",
            Bilingual("tổng các cơ quan khác tổng toàn tỉnh", "the sheets of agencies do not add up to the province"),
            Bilingual("Không lập biểu nào. Hãy chạy `motcua refresh --full`.", "No form is made. Run `motcua refresh --full`."),
        )
