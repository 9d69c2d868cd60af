"""Backfill of a source's past, window by window; what was done stays done."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from config.errors import ConfigError
from config.language import Bilingual, translate
from config.sources import Source
from flows.refresh import choose, start_proofs, tell_proofs
from flows.runs.outcome import RunFailures
from flows.runs.reporting_day import last_finished_day, require_ended
from flows.runs.stages import keep_history, task_runner
from flows.runtime.limits import sole_reader_of
from tasks.pull import fill, load, windows_to_fill
from tasks.reports.window_lists import show_planned, show_windows
from tasks.sources.protocol import Window


def run_name() -> str:
    """Name the run by source and span."""
    given = flow_run.parameters
    return f"backfill-{given['source']}-{given['since']}..{given.get('until') or ''}"


@flow(name="backfill", flow_run_name=run_name, task_runner=task_runner(), persist_result=False, log_prints=False)
def backfill(source: str, since: date, until: date | None = None, again: bool = False) -> State[Any]:
    """Lấy bù dữ liệu của một hệ thống trong một khoảng thời gian đã qua.

    Pull what a source modified in a span of the past and load it. Windows that are done are passed over; a run
    that is cut off is gone on with by the next. The next refresh judges what came.

    Args:
        source: Tên tệp của hệ thống trong config/sources.
            File name of the system in config/sources.
        since: Ngày đầu, theo lần sửa đổi cuối của hồ sơ.
            First day, by the records' last modification.
        until: Ngày cuối, tính cả ngày đó; để trống: đến mới nhất.
            Last day, included; empty: up to the newest.
        again: Đọc lại cả những khoảng đã xong.
            Also read again what is done.
    """
    require_ended(since, "since")
    require_ended(until, "until")
    chosen = choose([source])
    system = chosen[source]
    trouble = RunFailures()
    with sole_reader_of(chosen):
        windows = windows_to_fill(system, span_of(system, since, until), again)
        show_planned(system, windows)
        for window in windows:
            trouble.of(fill.submit(source, window.since or datetime.min.replace(tzinfo=UTC), window.until, again))
        counts = trouble.of(load.submit(source))
        tell_proofs(start_proofs(chosen, last_finished_day()), trouble)
    keep_history(trouble)
    show_windows(system)
    changed = counts.inserted + counts.updated if counts is not None else 0
    return trouble.state(
        translate(
            f"{source}: {len(windows)} khoảng đã đọc, {changed} dòng mới hoặc đổi. Lần `motcua refresh` tới sẽ kết luận.",
            f"{source}: {len(windows)} windows read, {changed} rows new or changed. The next `motcua refresh` judges them.",
        )
    )


def span_of(source: Source, since: date, until: date | None) -> Window:
    """Return the span of whole days in the source's own time.

    Raises:
        ConfigError: it ends before it begins.
    """
    if until is not None and until < since:
        raise ConfigError(
            "backfill",
            Bilingual(f"{until} trước {since}", f"{until} is before {since}"),
            Bilingual("--from NGÀY --to NGÀY, đúng thứ tự", "--from DAY --to DAY, in order"),
        )
    first = datetime.combine(since, datetime.min.time(), source.timezone)
    if until is None:
        return Window(first, None)
    return Window(first, datetime.combine(until + timedelta(days=1), datetime.min.time(), source.timezone))
