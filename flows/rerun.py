"""Run after corrections: check, judge, measure and publish again exactly what they touch."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from config.language import counted
from config.settings import settings
from flows.runs.outcome import RunFailures
from flows.runs.progress import RunProgress
from flows.runs.reporting_day import day_of_run, named_day
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.stages import (
    check_and_judge,
    check_and_judge_these,
    gates_shown,
    keep_history,
    match_and_look,
    measure_all,
    publish_own,
    task_runner,
)
from flows.runs.tags import tag_run
from tasks.publishing.current import published_day
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import Partition
from tasks.warehouse.rows import fetch_value


def run_name() -> str:
    """Name the run by its day and by what it is about."""
    given = flow_run.parameters
    about = given.get("package") or (counted(len(given["codes"]), "dossier") if given.get("codes") else "all that changed")
    return f"rerun-{named_day(given.get('as_of'), last_published_day())}-{about}"


@flow(name="rerun", flow_run_name=run_name, task_runner=task_runner(), persist_result=False, log_prints=False)
@ends_in_a_sentence
def rerun(package: str | None = None, codes: list[str] | None = None, as_of: date | None = None) -> State[Any]:
    """Kết luận lại đúng những hồ sơ mà bản đính chính chạm tới, rồi công bố.

    Judge again exactly what corrections touch, and publish. Nothing is pulled. The result equals a full run.

    Args:
        package: Gói đính chính gây ra lần chạy này (chỉ để ghi nhận).
            Package that asks for the run (for the record).
        codes: Kết luận lại cả tháng của các hồ sơ này.
            Judge the months of these dossiers again, whole.
        as_of: Để trống: ngày của lần công bố gần nhất, nên chỉ đính chính làm đổi số liệu.
            Empty: the day of the last publication, so that nothing but corrections moves a figure.
    """
    published = last_published_day()
    day = day_of_run(as_of, published)
    tag_run(day)
    trouble = RunFailures()
    if package:
        get_run_logger().info("package %s: %d approved corrections", package, approved_in(package))
    with gates_shown(day), RunProgress(f"rerun {day}") as progress:
        progress.at("match")
        match_and_look(day)
        progress.at("judge")
        months = partitions_of(codes or [])
        check_and_judge_these(months, months, day, full=True)
        check_and_judge(day)
        progress.at("measure")
        measure_all(day)
        progress.at("publish")
        publish_own(day, trouble)
        keep_history(trouble)
        # Nothing was pulled: what sources told of that day was told when it was published.
        return trouble.state(progress.report(day, trouble.notes, news=day != published))


def approved_in(package: str) -> int:
    """Return how many corrections of a package are approved."""
    query = "SELECT count(*) FROM quality.corrections WHERE package = %(package)s AND state = 'approved'"
    return int(fetch_value(query, {"package": package}))


def last_published_day() -> date | None:
    """Return the day that the newest publication of the office's policy speaks for."""
    return published_day(settings().policy)


def partitions_of(codes: list[str]) -> list[Partition]:
    """Return the partitions that hold the given primary dossiers."""
    query = "SELECT DISTINCT source, partition_month FROM core.dossiers WHERE role = 'primary' AND code = ANY(%(codes)s)"
    return sorted(Partition(source, month) for source, month in fetch_all(query, {"codes": codes}))
