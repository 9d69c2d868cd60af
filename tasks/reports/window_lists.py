"""Windows asked of a source, and the gaps between them, as tables for an operator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from prefect.artifacts import create_table_artifact

from config.language import translate as _
from config.sources import Source
from tasks.pulling.pull_log import requested_of
from tasks.pulling.windows import BEGINNING, gaps
from tasks.rules.dates.times import instant_text
from tasks.sources.protocol import Window
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
    "planned": ("sẽ đọc", "planned"),
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


def show_planned(source: Source, windows: Sequence[Window]) -> None:
    """Write the windows that a run is about to ask for as an artifact of the run."""
    table = [_row(window.since, window.until, "planned", source.timezone) for window in windows]
    create_table_artifact(table=table, key="windows-planned", description=_("Các khoảng sẽ đọc", "Windows to read"))


def show_windows(source: Source) -> None:
    """Write the windows and gaps of a source as an artifact of the run."""
    create_table_artifact(table=window_rows(source), key="windows", description=_("Các khoảng đã đọc", "Windows and gaps"))


def _row(since: datetime | None, until: datetime | None, state: str, zone: ZoneInfo) -> dict[str, Any]:
    return {
        _("từ", "from"): _("từ đầu", "the beginning") if since is None else instant_text(since, zone.key),
        _("đến", "to"): _("mới nhất", "the newest") if until is None else instant_text(until, zone.key),
        _("trạng thái", "state"): _(*_STATES[state]),
    }
