"""Answers of agencies: files of the landing folder taken in, and what they touch run again."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from config.language import translate
from flows.runs.outcome import RunFailures
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.tags import tag_run
from flows.runtime.correction_events import announce
from tasks.correcting.landing_folder import TakenFile
from tasks.package import take_all_answers


def run_name() -> str:
    """Name the run by the minute for which it was planned."""
    return f"answers-{flow_run.scheduled_start_time:%Y-%m-%d-%H%M}"


@flow(name="answers", flow_run_name=run_name, persist_result=False, log_prints=False)
@ends_in_a_sentence
def answers() -> State[Any]:
    """Nhận các tệp trả lời mà cơ quan đặt vào thư mục packages/in.

    Take in the files that agencies put into packages/in. Where corrections were approved, a rerun starts by itself.
    """
    tag_run(None)
    trouble = RunFailures()
    taken = take_all_answers()
    for one in taken:
        if one.package is None:
            trouble.warn(one.error)
            continue
        _tell(one, trouble)
        if one.package.approved and one.package.new:
            announce(one.package.name, one.package.approved, one.package.proposed)
    return trouble.state(_said(taken), publishes=False)


def _tell(one: TakenFile, trouble: RunFailures) -> None:
    if one.package is not None and one.package.refused:
        refused = len(one.package.refused)
        trouble.warn(
            translate(
                f"{one.name}: {refused} dòng không nhận, lý do ở tệp trả lời trong {one.place}.",
                f"{one.name}: {refused} rows refused, for reasons that the answer in {one.place} gives.",
            )
        )


def _said(taken: list[TakenFile]) -> str:
    if not taken:
        return translate("Không có tệp nào chờ.", "No file waits.")
    packages = [one.package for one in taken if one.package is not None]
    approved, proposed, noted, undecided = (
        sum(getattr(one, name) for one in packages) for name in ("approved", "proposed", "noted", "undecided")
    )
    return translate(
        f"{len(taken)} tệp: {approved} dòng được duyệt, {proposed} chờ duyệt, {noted} ghi nhận, {undecided} chưa quyết định.",
        f"{len(taken)} files: {approved} rows approved, {proposed} waiting for approval, {noted} noted, {undecided} undecided.",
    )
