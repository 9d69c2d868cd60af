"""Rebuilding run: everything from the landing zone again, then judged, measured and published."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from config.language import counted, translate
from flows.refresh import choose
from flows.rerun import last_published_day
from flows.runs.outcome import RunFailures
from flows.runs.progress import RunProgress
from flows.runs.reporting_day import day_of_run, named_day
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.stages import (
    check_and_judge,
    gates_shown,
    keep_history,
    match_and_look,
    measure_all,
    publish_own,
    task_runner,
)
from flows.runs.tags import tag_run
from flows.runtime.limits import sole_reader_of
from tasks.replay import findings_as_seen, purged_pages
from tasks.replay import replay as rebuild


def run_name() -> str:
    """Name the run by its day."""
    return f"replay-{named_day(flow_run.parameters.get('as_of'), last_published_day())}"


@flow(name="replay", flow_run_name=run_name, task_runner=task_runner(), persist_result=False, log_prints=False)
@ends_in_a_sentence
def replay(as_of: date | None = None, overwrite: bool = False, without_purged: bool = False) -> State[Any]:
    """Dựng lại kho từ vùng lưu bản gốc, không hỏi hệ thống nào, rồi kết luận và công bố.

    Rebuild the warehouse from the landing zone without asking any source, then judge and publish. Under the
    same rules and for the same day the publication is the same one.

    Args:
        as_of: Để trống: ngày của lần công bố gần nhất; kho trống: hôm qua.
            Empty: the day of the last publication; in an empty warehouse, yesterday.
        overwrite: Xoá phần suy ra được trong kho đang có rồi dựng lại.
            Empty what is derived in a warehouse that is not empty, and build it again.
        without_purged: Dựng lại phần còn lại dù có bản gốc đã xóa theo thời hạn lưu.
            Rebuild what is left although landing files were purged by rule.
    """
    day = day_of_run(as_of, last_published_day())
    tag_run(day)
    trouble = RunFailures()
    with gates_shown(day), RunProgress(f"replay {day}") as progress:
        with sole_reader_of(choose(None)):
            progress.at("load")
            rebuild(overwrite, without_purged)
        if purged := purged_pages():
            trouble.warnings.append(
                translate(
                    f"{purged} bản gốc đã xóa theo thời hạn lưu: hồ sơ chỉ có trong đó không được dựng lại, số liệu các kỳ trước thiếu chúng.",
                    f"{counted(purged, 'landing file')} had been purged by rule: dossiers that rest on them alone were not rebuilt, and figures of earlier periods lack them.",
                )
            )
        progress.at("match")
        match_and_look(day)
        progress.at("judge")
        check_and_judge(day)
        findings_as_seen(day)
        progress.at("measure")
        measure_all(day, full=True)
        progress.at("publish")
        publish_own(day, trouble)
        keep_history(trouble)
        return trouble.state(progress.report(day, trouble.notes))
