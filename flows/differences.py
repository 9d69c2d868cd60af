"""Comparison of two systems: why their totals, or their numbers of late dossiers, differ."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from config.language import counted, translate
from config.settings import settings
from flows.rerun import last_published_day
from flows.runs.reporting_day import day_of_run
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.stages import match_and_look
from flows.runs.tags import tag_run
from tasks.differences import differences as find
from tasks.reports.bridge import read_bridge, show_bridge, write_files


def run_name() -> str:
    """Name the run by the systems."""
    return f"differences-{flow_run.parameters.get('left')}-{flow_run.parameters.get('right')}"


@flow(name="differences", flow_run_name=run_name, persist_result=False, log_prints=False)
@ends_in_a_sentence
def differences(left: str, right: str, shared: bool = False, as_of: date | None = None) -> State[Any]:
    """So từng hồ sơ của hai hệ thống; tổng các loại chênh lệch bằng chênh lệch giữa hai tổng số.

    Compare two systems dossier by dossier. The sums over the classes are the gaps between the totals.

    Args:
        left: Hệ thống được so. The system that is compared.
        right: Hệ thống để so với. The system that it is compared with.
        shared: Chỉ những thủ tục mà cả hai hệ thống đều có. Only procedures that both systems have.
        as_of: Để trống: ngày của lần công bố gần nhất. Empty: the day of the last publication.
    """
    day = day_of_run(as_of, last_published_day())
    tag_run(day)
    match_and_look(day)
    find(left, right, day, shared)
    show_bridge(left, right)
    files = ", ".join(str(path) for path in write_files(left, right, settings().home / "differences"))
    total = read_bridge(left, right)[-1]
    counts = total.left - total.right, total.left_late - total.right_late
    return Completed(
        message=translate(
            f"{left} hơn {right} {counts[0]} hồ sơ, {counts[1]} hồ sơ trễ. Từng hồ sơ khác nhau: {files}",
            f"{left} has {counted(counts[0], 'dossier')} more than {right}, {counts[1]} late ones. Every dossier that differs: {files}",
        )
    )
