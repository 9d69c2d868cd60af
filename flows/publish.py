"""Publishing again what has been judged and measured, without pulling."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows.days import last_finished_day
from flows.progress import Progress
from flows.rerun import last_published_day
from flows.stages import gates_shown, keep_history, measure_all, publish_all, task_runner
from flows.trouble import Trouble


def run_name() -> str:
    """Name the run by its day."""
    return f"publish-{flow_run.parameters.get('as_of') or last_finished_day()}"


@flow(name="publish", flow_run_name=run_name, task_runner=task_runner(), persist_result=False, log_prints=False)
def publish(as_of: date | None = None) -> State[Any]:
    """Công bố lại số liệu đã có, không lấy dữ liệu mới.

    Publish what has been judged, without pulling; equal figures are the same publication.

    Args:
        as_of: Để trống: ngày của lần công bố gần nhất. Empty: the day of the last publication.
    """
    day = as_of or last_published_day() or last_finished_day()
    trouble = Trouble()
    with gates_shown(day), Progress(f"publish {day}") as progress:
        progress.at("measure")
        measure_all(day)
        progress.at("publish")
        publish_all(day)
        keep_history(trouble)
        return trouble.state(progress.report(trouble.notes))
