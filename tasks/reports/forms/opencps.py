"""OpenCPS counters: the published figures under the words that OpenCPS' own statistics use for them.

For an office whose people know their figures by those words. The counts are those of form II.06a; what OpenCPS would itself have
counted, by its own formula, is the policy ``opencps``.
"""

from __future__ import annotations

import pandas as pd

from config.language import Bilingual
from tasks.reports.forms.bieu06a import AGENCY, BASIS_TABS, counts_of_form, told
from tasks.reports.forms.model import Cell, Form, FormColumn, FormSheet
from tasks.reports.forms.numbered import numbered_columns, numbered_rows, total_row
from tasks.reports.forms.published import ONLINE, PublishedCounters
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.structure import Structure

OPENCPS_NAME = "OpenCPS"
_TITLE = Bilingual("Thống kê hồ sơ theo cách gọi của OpenCPS", "Statistics of dossiers in the words of OpenCPS")
_ALL = Bilingual("Hồ sơ trong kỳ", "Dossiers of the period")
_RELEASED = Bilingual("Đã giải quyết", "Released")
_PROCESSING = Bilingual("Đang xử lý", "In process")
_OTHERWISE = Bilingual("Kết thúc cách khác", "Ended otherwise")
_OF_FORM = {
    "totalCount": "handled",
    "remainingCount": "carried_over",
    "receivedCount": "received",
    "onlineCount": ONLINE,
    "onegateCount": "received_otherwise",
    "releaseCount": "finished",
    "betimesCount": "finished_early",
    "ontimeCount": "finished_on_time",
    "overtimeCount": "finished_late",
    "processingCount": "in_progress",
    "undueCount": "in_progress_in_time",
    "overdueCount": "in_progress_overdue",
    "cancelledCount": "withdrawn",
    "deniedCount": "refused",
}
_COLUMNS = (
    FormColumn("totalCount", Bilingual("Tổng số", "Total"), _ALL, "(3)"),
    FormColumn("remainingCount", Bilingual("Tồn kỳ trước", "From before"), _ALL, "(4)"),
    FormColumn("receivedCount", Bilingual("Tiếp nhận", "Received"), _ALL, "(5)"),
    FormColumn("onlineCount", Bilingual("Trực tuyến", "Online"), _ALL, "(6)"),
    FormColumn("onegateCount", Bilingual("Một cửa, BCCI", "Counter, post"), _ALL, "(7)"),
    FormColumn("releaseCount", Bilingual("Tổng số", "Total"), _RELEASED, "(8)"),
    FormColumn("betimesCount", Bilingual("Sớm hạn", "Early"), _RELEASED, "(9)"),
    FormColumn("ontimeCount", Bilingual("Đúng hạn", "On time"), _RELEASED, "(10)"),
    FormColumn("overtimeCount", Bilingual("Trễ hạn", "Late"), _RELEASED, "(11)"),
    FormColumn("processingCount", Bilingual("Tổng số", "Total"), _PROCESSING, "(12)"),
    FormColumn("undueCount", Bilingual("Còn hạn", "Within time"), _PROCESSING, "(13)"),
    FormColumn("overdueCount", Bilingual("Quá hạn", "Overdue"), _PROCESSING, "(14)"),
    FormColumn("cancelledCount", Bilingual("Đã hủy, rút", "Cancelled"), _OTHERWISE, "(15)"),
    FormColumn("deniedCount", Bilingual("Từ chối, dừng", "Denied, stopped"), _OTHERWISE, "(16)"),
    FormColumn("ontimePercentage", Bilingual("Tỷ lệ đúng hạn (%)", "On time (%)"), None, "(17)", digits=2),
)
_NOTES = (
    Bilingual(
        "(3) = (4) + (5) = (8) + (12) + (15) + (16); (5) = (6) + (7). Trong (8) và (12) có cả hồ sơ chưa đủ căn cứ, không thuộc cột nào bên cạnh.",
        "(3) = (4) + (5) = (8) + (12) + (15) + (16); (5) = (6) + (7). (8) and (12) also hold undetermined dossiers, which stand in no column beside.",
    ),
    Bilingual(
        "(17) = ((9) + (10)) / ((9) + (10) + (11)), hai chữ số thập phân, để trống khi không có hồ sơ nào; OpenCPS bỏ phần thập phân và ghi 100.",
        "(17) = ((9) + (10)) / ((9) + (10) + (11)), two decimals, empty where there is none; OpenCPS cuts decimals off and says 100.",
    ),
    Bilingual(
        "(12) gồm cả hồ sơ chờ bổ sung, mà OpenCPS để riêng (waitingCount).",
        "(12) holds those waiting for a supplement too, which OpenCPS keeps apart (waitingCount).",
    ),
)


def opencps(counters: PublishedCounters, period: Period, unit: str | None, structure: Structure) -> Form:
    """Return the counters of a period by agency, after cleaning and as recorded; arguments as of ``bieu06a``."""
    rolled = counters.agencies(period, unit, structure)
    return Form(
        OPENCPS_NAME, _TITLE, told(counters, period, unit), [_sheet(basis, rolled, counters.unit_names) for basis in BASIS_TABS]
    )


def _sheet(basis: str, rolled: pd.DataFrame, names: dict[str, str]) -> FormSheet:
    rows = rolled[(rolled["basis"] == basis).to_numpy(dtype=bool)].to_dict("records")
    counts = [[counts_of_form(row)[name] for name in _OF_FORM.values()] for row in rows]
    total = [sum(column) for column in zip(*counts, strict=True)] or [0] * len(_OF_FORM)
    listed = numbered_rows([(str(row["unit_code"]), _cells(own)) for row, own in zip(rows, counts, strict=True)], names)
    return FormSheet(BASIS_TABS[basis], numbered_columns(AGENCY, _COLUMNS), listed, total_row(_cells(total)), _NOTES)


def _cells(counts: list[int]) -> tuple[Cell, ...]:
    of = dict(zip(_OF_FORM, counts, strict=True))
    in_time = of["betimesCount"] + of["ontimeCount"]
    decided = in_time + of["overtimeCount"]
    return (*counts, round(100 * in_time / decided, 2) if decided else None)
