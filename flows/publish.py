"""Publication of what has been judged and measured, again and without a pull."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from config.errors import ConfigError
from config.language import Bilingual
from flows.rerun import last_published_day
from flows.runs.outcome import RunFailures
from flows.runs.progress import RunProgress
from flows.runs.reporting_day import day_of_run, named_day
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.stages import gates_shown, keep_history, measure_all, publish_all, task_runner
from flows.runs.tags import tag_run
from tasks.warehouse.partitions import last_day_of


def run_name() -> str:
    """Name the run by its day."""
    return f"publish-{named_day(flow_run.parameters.get('as_of'), last_published_day())}"


@flow(name="publish", flow_run_name=run_name, task_runner=task_runner(), persist_result=False, log_prints=False)
@ends_in_a_sentence
def publish(as_of: date | None = None) -> State[Any]:
    """Công bố lại số liệu đã có, không lấy dữ liệu mới.

    Publish what has been judged, without pulling; equal figures are the same publication.

    Args:
        as_of: Để trống: ngày của lần công bố gần nhất. Empty: the day of the last publication.
    """
    day = day_of_run(as_of, last_published_day())
    require_judged(day)
    tag_run(day)
    trouble = RunFailures()
    with gates_shown(day), RunProgress(f"publish {day}") as progress:
        progress.at("measure")
        measure_all(day)
        progress.at("publish")
        publish_all(day, trouble)
        keep_history(trouble)
        return trouble.state(progress.report(day, trouble.notes))


def require_judged(day: date) -> None:
    """Refuse a day that the verdicts do not speak for: its figures would be those of another.

    Raises:
        ConfigError: they speak for another day.
        NothingYetError: nothing was judged yet.
    """
    judged = last_day_of()
    if day != judged:
        fact = Bilingual(
            f"các kết luận tính đến hết {judged:%d/%m/%Y}, không phải {day:%d/%m/%Y}, nên không công bố gì",
            f"the verdicts speak for {judged}, not for {day}, so nothing was published",
        )
        raise ConfigError(
            "as_of",
            fact,
            Bilingual(
                f"{judged:%d/%m/%Y}, hoặc `motcua rerun --as-of {day}` để kết luận và công bố ngày đó",
                f"{judged}, or `motcua rerun --as-of {day}`, which judges that day and publishes it",
            ),
        )
