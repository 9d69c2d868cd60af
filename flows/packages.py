"""Weekly work packages: one workbook for each agency, of what it is to check and correct."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from config.errors import NothingYetError
from config.language import shown, translate
from config.settings import settings
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.tags import tag_run
from tasks.package import OUT, make_all_packages


def run_name() -> str:
    """Name the run by the day on which it was started."""
    return f"packages-{flow_run.scheduled_start_time:%Y-%m-%d}"


@flow(name="packages", flow_run_name=run_name, persist_result=False, log_prints=False)
@ends_in_a_sentence
def packages() -> State[Any]:
    """Tạo gói việc: mỗi cơ quan một tệp Excel ghi những điểm cần kiểm tra, sửa.

    Make the work packages: an Excel workbook for each agency. Nothing is pulled and nothing is published.
    """
    tag_run(None)
    made = make_all_packages(return_state=True).result(raise_on_failure=False)
    if isinstance(made, NothingYetError):  # an installation that has not run yet
        return Completed(message=shown(made))
    if isinstance(made, BaseException):
        raise made
    rows, folder = sum(len(one.package.items) for one in made), settings().packages_folder / OUT
    return Completed(
        message=translate(
            f"{len(made)} gói việc với {rows} dòng trong {folder}. Gửi mỗi tệp cho cơ quan của nó.",
            f"{len(made)} work packages with {rows} rows in {folder}. Send each file to its agency.",
        )
    )
