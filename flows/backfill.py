"""Backfill of a source's past, window by window; what was done stays done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from config.errors import ConfigError
from config.language import Bilingual, counted, translate
from config.sources import Source
from flows.refresh import choose, start_proofs, tell_proofs
from flows.runs.outcome import RunFailures
from flows.runs.progress import PartsProgress
from flows.runs.reporting_day import last_finished_day, require_ended
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.stages import keep_history, task_runner
from flows.runs.tags import tag_run
from flows.runtime.limits import sole_reader_of
from tasks.pull import fill, load
from tasks.pulling.filling import FillChoice, FillOrder, PlannedWindow, begin_order, end_order, fill_order, held_in
from tasks.reports.window_lists import show_planned, show_windows
from tasks.sources.protocol import Window

_WHY = {
    "missing": ("còn thiếu", "missing"),
    "cut_off": ("bị ngắt", "cut off"),
    "failed": ("bị lỗi", "failed"),
    "again": ("đọc lại", "again"),
}


def run_name() -> str:
    """Name the run by source and span."""
    given = flow_run.parameters
    return f"backfill-{given['source']}-{given['since']}..{given.get('until') or ''}"


@flow(name="backfill", flow_run_name=run_name, task_runner=task_runner(), persist_result=False, log_prints=False)
@ends_in_a_sentence
def backfill(
    source: str, since: date, until: date | None = None, what: FillChoice = "missing-and-failed", dry_run: bool = False
) -> State[Any]:
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
        what: missing: chỉ những khoảng chưa lấy được lần nào. missing-and-failed: cả những khoảng bị lỗi. all: đọc lại tất cả.
            missing: only what never landed. missing-and-failed: what failed, too. all: everything again.
        dry_run: Chỉ cho biết sẽ làm gì, không hỏi hệ thống và không ghi gì.
            Only say what would be done: nothing is asked and nothing written.
    """
    chosen, order = order_of(source, since, until, what)
    tag_run(None, since, until)
    windows = order.windows()
    show_planned(order.source, windows)
    if dry_run:
        return Completed(message=foreseen(order, windows))
    trouble = RunFailures()
    with sole_reader_of(chosen):
        order = begin_order(order)
        windows = order.windows()
        progress = PartsProgress(translate(f"{source}: khoảng đã đọc", f"{source}: windows read"), len(windows))
        for each in windows:
            since_instant = each.window.since or datetime.min.replace(tzinfo=UTC)
            trouble.of(fill.submit(source, since_instant, each.window.until, what == "all", order.begun))
            progress.part_done()
        if not trouble.notes:
            end_order(order)
        counts = trouble.of(load.submit(source))
        tell_proofs(start_proofs(chosen, last_finished_day()), trouble)
    keep_history(trouble)
    show_windows(order.source)
    changed = counts.inserted + counts.updated if counts is not None else 0
    return trouble.state(
        translate(
            f"{source}: {len(windows)} khoảng đã đọc, {changed} dòng mới hoặc đổi. Lần `motcua refresh` tới sẽ kết luận.",
            f"{source}: {counted(len(windows), 'window')} read, {counted(changed, 'row')} new or changed. The next `motcua refresh` judges them.",
        ),
        publishes=False,
    )


def order_of(source: str, since: date, until: date | None, what: FillChoice) -> tuple[dict[str, Source], FillOrder]:
    """Return the source and what is to be filled of it.

    Raises:
        ConfigError: there is no such source, a day has not ended, or the span ends before it begins.
    """
    require_ended(since, "since")
    require_ended(until, "until")
    chosen = choose([source])
    return chosen, fill_order(chosen[source], span_of(chosen[source], since, until), what)


def foreseen(order: FillOrder, windows: Sequence[PlannedWindow]) -> str:
    """Say what a back-fill would do: how much is asked for, why, and what would be judged again."""
    name, why = order.source.name, Counter(each.why for each in windows)
    if not windows:
        return translate(
            f"{name}: không thiếu khoảng nào, sẽ không hỏi gì.", f"{name}: no window is missing, nothing would be asked."
        )
    held = held_in(order.source, [each.window for each in windows])
    reasons = ", ".join(f"{count} {translate(*_WHY[one])}" for one, count in why.items())
    gone_on = "" if order.begun is None else translate(" Lượt đọc lại bị ngắt được làm tiếp.", " A cut-off reading goes on.")
    return translate(
        f"{name}: sẽ đọc {len(windows)} khoảng ({reasons}).{gone_on} Đang giữ {held.dossiers} hồ sơ sửa đổi trong đó; hồ sơ nào đổi thì lần "
        f"`motcua refresh` tới kết luận lại cả tháng tiếp nhận của nó ({held.months} tháng) và công bố lại. Chưa làm gì.",
        f"{name}: {counted(len(windows), 'window')} would be read ({reasons}).{gone_on} "
        f"{counted(held.dossiers, 'dossier modified in them is held', 'dossiers modified in them are held')}; of those "
        f"that change, the next `motcua refresh` judges the whole month of receipt again ({counted(held.months, 'month')}) and publishes. "
        "Nothing was done.",
    )


def span_of(source: Source, since: date, until: date | None) -> Window:
    """Return the span of whole days in the source's own time.

    Raises:
        ConfigError: it ends before it begins.
    """
    if until is not None and until < since:
        raise ConfigError(
            "backfill",
            Bilingual(f"{until:%d/%m/%Y} trước {since:%d/%m/%Y}", f"{until} is before {since}"),
            Bilingual("--from NGÀY --to NGÀY, đúng thứ tự", "--from DAY --to DAY, in order"),
        )
    first = datetime.combine(since, datetime.min.time(), source.timezone)
    if until is None:
        return Window(first, None)
    return Window(first, datetime.combine(until + timedelta(days=1), datetime.min.time(), source.timezone))
