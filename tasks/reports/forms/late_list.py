"""List of late dossiers of a period: due and end, days over, and who held each since."""

from __future__ import annotations

import pandas as pd

from config.language import Bilingual, translate
from tasks.reports.explanation.words import HOLDER
from tasks.reports.forms.bieu06a import told
from tasks.reports.forms.late_dossiers import late_dossiers
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet
from tasks.reports.forms.numbered import cell_name
from tasks.reports.forms.published import PublishedCounters
from tasks.reports.lists import in_office_time
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.structure import Structure

_TITLE = Bilingual("Danh sách hồ sơ quá hạn", "List of late dossiers")
_STANDS = {
    "finished_late": ("đã giải quyết", "finished"),
    "in_progress_overdue": ("đang giải quyết", "in progress"),
    "otherwise_late": ("rút, từ chối, dừng", "withdrawn, refused, stopped"),
}
_COLUMNS = (
    FormColumn("number", Bilingual("STT", "No."), None, "(1)", 5),
    FormColumn("code", Bilingual("Mã hồ sơ", "Code"), None, "(2)", 24, None),
    FormColumn("agency", Bilingual("Cơ quan", "Agency"), None, "(3)", 36, None),
    FormColumn("procedure_code", Bilingual("Thủ tục", "Procedure"), None, "(4)", 14, None),
    FormColumn("received_at", Bilingual("Tiếp nhận", "Received"), None, "(5)", 17, None, is_time=True),
    FormColumn("due_at", Bilingual("Hạn", "Due"), None, "(6)", 17, None, is_time=True),
    FormColumn("end_at", Bilingual("Kết thúc", "Ended"), None, "(7)", 17, None, is_time=True),
    FormColumn("days_over", Bilingual("Quá hạn, ngày làm việc", "Working days over"), None, "(8)", 11, 2),
    FormColumn("counter", Bilingual("Tình trạng", "State"), None, "(9)", 18, None),
    FormColumn("holder", Bilingual("Ai giữ lâu nhất từ khi quá hạn", "Who held it longest since"), None, "(10)", 26, None),
)


def late_list(counters: PublishedCounters, period: Period, unit: str | None, structure: Structure) -> Form:
    """Return the list of a period, the longest over first; arguments and errors as of ``late_dossiers``."""
    rows = in_office_time(late_dossiers(counters, period, unit, structure))
    listed = [_row(place, row, counters) for place, row in enumerate(rows.to_dict("records"), start=1)]
    note = Bilingual(
        f"{len(listed)} hồ sơ, bằng cột (3) của biểu II.07 cùng kỳ.", f"{len(listed)}, which is column (3) of form II.07."
    )
    sheet = FormSheet(Bilingual("Quá hạn", "Late"), _COLUMNS, listed, (), (note,))
    return Form(_TITLE.shown(), _TITLE, told(counters, period, unit), [sheet], signed=True)


def _row(place: int, row: dict[str, object], counters: PublishedCounters) -> tuple[Cell, ...]:
    agency, over = str(row["agency"]), row["days_over"]
    return (
        place,
        str(row["code"]),
        cell_name(agency, counters.unit_names),
        _text(row["procedure_code"]),
        *(_text(row[name]) for name in ("received_at", "due_at", "end_at")),
        None if pd.isna(over) else float(str(over)),
        translate(*_STANDS[str(row["counter"])]),
        translate(*HOLDER[str(row["holder"])]),
    )


def _text(value: object) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
