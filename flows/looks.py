"""What the commands show that only look: status, rejected records."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from config.settings import settings
from flows.runtime.words import say
from flows.screen import print_summary
from tasks.warehouse.engine import fetch_all

_OUT = Console()

_PULLS = """
    SELECT DISTINCT ON (source) source, state, started_at, records, rejected, error FROM raw.pulls
    ORDER BY source, started_at DESC
"""
_REJECTED = """
    SELECT source, code, reason, fields, page_digest, page_position FROM raw.rejected
    WHERE %(source)s::text IS NULL OR source = %(source)s ORDER BY rejected_at DESC, source, page_position LIMIT %(limit)s
"""


def status() -> None:
    """Print what was pulled, judged and published last."""
    from tasks.reports.summary import read_summary

    table = Table(title=say("Lần lấy dữ liệu gần nhất", "Last pulls"))
    for heading in (
        say("hệ thống", "source"),
        say("kết quả", "state"),
        say("lúc", "at"),
        say("bản ghi", "records"),
        say("bị loại", "rejected"),
    ):
        table.add_column(heading)
    failed = []
    for source, state, started, records, rejected, error in fetch_all(_PULLS):
        table.add_row(source, state, f"{started.astimezone():%Y-%m-%d %H:%M}", str(records), str(rejected))
        failed += [error] if error else []
    _OUT.print(table)
    for error in failed:
        _OUT.print(error, style="yellow", markup=False, highlight=False)
    print_summary(read_summary(settings().policy), _OUT)


def rejected(source: str | None, limit: int) -> None:
    """Print records that could not be used, newest first, with the reason; never their values."""
    table = Table(title=say("Bản ghi bị loại", "Rejected records"))
    for heading in (
        say("hệ thống", "source"),
        say("mã hồ sơ", "code"),
        say("lý do", "reason"),
        say("trường", "fields"),
        say("tệp gốc, vị trí", "landing file, position"),
    ):
        table.add_column(heading, overflow="fold")
    for name, code, reason, fields, digest, position in fetch_all(_REJECTED, {"source": source, "limit": limit}):
        table.add_row(name, code or "-", reason, fields or "", f"{digest[:12]} #{position}")
    _OUT.print(table)
