"""Windows asked of a source, and the gaps between them, as tables for an operator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.language import translate as _
from config.sources import Source
from tasks.pulling.filling import PlannedWindow
from tasks.pulling.pull_log import requested_of
from tasks.pulling.windows import BEGINNING, gaps
from tasks.reports.run_artifacts import show_table
from tasks.rules.dates.instant_texts import instant_text
from tasks.warehouse.rows import fetch_as

_ROWS = """
    SELECT window_from, window_to, state, pages, records, control_total, complete_to FROM raw.windows
    WHERE source = %(source)s ORDER BY window_from NULLS FIRST, started_at
"""
_STATES = {
    "running": ("đang đọc hoặc bị ngắt", "running or cut off"),
    "failed": ("lỗi, sẽ đọc tiếp", "failed, to be gone on with"),
    "refused": ("không được chấp nhận", "refused"),
    "done": ("xong", "done"),
    "gap": ("còn thiếu", "gap"),
    "missing": ("sẽ đọc: còn thiếu", "to be read: missing"),
    "cut_off": ("sẽ đọc tiếp: bị ngắt", "to be gone on with: cut off"),
    "again": ("sẽ đọc lại", "to be read again"),
}


def window_rows(source: Source) -> list[dict[str, Any]]:
    """Return a row a window that was asked, then a row a gap; counts and times only."""
    zone = source.timezone
    rows = [
        _row(row["window_from"], row["window_to"] or row["complete_to"], row["state"], zone)
        | {_("trang", "pages"): row["pages"], _("bản ghi", "records"): row["records"]}
        | {_("nguồn tự đếm", "source's count"): "-" if row["control_total"] is None else row["control_total"]}
        for row in fetch_as(dict[str, Any], _ROWS, {"source": source.name})
    ]
    missing = gaps(requested_of(source.name), source.beginning)
    return rows + [_row(None if g.since == BEGINNING else g.since, g.until, "gap", zone) for g in missing]


def planned_rows(source: Source, windows: Sequence[PlannedWindow]) -> list[dict[str, Any]]:
    """Return a row a window that a back-fill asks for, with the reason."""
    return [_row(each.window.since, each.window.until, each.why, source.timezone) for each in windows]


def show_planned(source: Source, windows: Sequence[PlannedWindow]) -> None:
    """Write the windows that a run is about to ask for as an artifact of the run."""
    words = _("Các khoảng sẽ đọc", "Windows to read")
    show_table(planned_rows(source, windows), key="windows-planned", description=words)


def show_windows(source: Source) -> None:
    """Write the windows and gaps of a source as an artifact of the run."""
    show_table(window_rows(source), key="windows", description=_("Các khoảng đã đọc", "Windows and gaps"))


def _row(since: datetime | None, until: datetime | None, state: str, zone: ZoneInfo) -> dict[str, Any]:
    return {
        _("từ", "from"): _("từ đầu", "the beginning") if since is None else instant_text(since, zone.key),
        _("đến", "to"): _("mới nhất", "the newest") if until is None else instant_text(until, zone.key),
        _("trạng thái", "state"): _(*_STATES[state]),
    }
