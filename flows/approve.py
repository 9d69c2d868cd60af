"""Approval of a package in Prefect's UI: the run shows the impact, asks, and outlives restarts."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.flow_runs import suspend_flow_run
from prefect.runtime import flow_run
from prefect.states import Completed

from config.language import translate
from config.settings import settings
from flows.runs.approval_form import APPROVED, LOOK_AGAIN, ApprovalForm, approval_form
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.tags import tag_run
from flows.runtime.correction_events import announce
from flows.runtime.state_names import NOT_DECIDED
from tasks.correcting.decisions import Decision, approvers_of, decide, waiting_lines, waiting_packages
from tasks.correcting.impact_text import impact_markdown
from tasks.correcting.preview import preview_lines


def run_name() -> str:
    """Name the run by its package."""
    return f"approve-{flow_run.parameters.get('package')}"


# Suspended, not paused: no process waits meanwhile, so that a restart takes nothing away. No time limit of the server's:
# that would end in red; `approvals` ends a form that nobody answered.
@flow(name="approve", flow_run_name=run_name, persist_result=False, log_prints=False)
@ends_in_a_sentence
def approve(package: str) -> State[Any]:
    """Xem các đính chính đang chờ của một gói sẽ làm đổi những gì, rồi duyệt hoặc bác.

    Look at what the waiting corrections of a package would move, then decide in the form of the run.

    Args:
        package: Gói đang chờ duyệt (`motcua corrections waiting`). Package of which lines wait.
    """
    tag_run(None)
    if package not in {one.package for one in waiting_packages()}:
        return Completed(
            message=translate(f"{package}: không còn dòng nào chờ duyệt.", f"{package}: no line waits any more."),
        )
    found = preview_lines(package, waiting_lines([package]))
    accounts = approvers_of(found.examined)
    if not accounts:
        return _undecided(
            "people.yaml không nêu ai được duyệt cho các cơ quan này; các dòng vẫn chờ.",
            "people.yaml names nobody who may approve for these agencies; the lines go on waiting.",
        )
    form = approval_form(accounts).with_initial_data(description=impact_markdown(found))
    given = suspend_flow_run(wait_for_input=form, key="decision")
    return _decided(package, given) if given is not None else _undecided("Chưa quyết định.", "Not decided.")


def _decided(package: str, given: ApprovalForm) -> State[Any]:
    if given.quyet_dinh == LOOK_AGAIN:
        return _undecided("Để xem lại; các dòng vẫn chờ.", "To be looked at again; the lines go on waiting.")
    decision = Decision(given.nguoi_duyet, given.quyet_dinh == APPROVED, given.so_van_ban, given.ngay_van_ban)
    done = decide([package], decision, settings().home / "corrections")
    if done.approved:
        announce(done.name, done.approved, done.proposed)  # an automation starts rerun
    return Completed(
        message=translate(
            f"{done.approved} dòng được duyệt, {done.rejected} bị bác, {len(done.waits)} vẫn chờ, {len(done.refused)} bị từ chối.",
            f"{done.approved} lines approved, {done.rejected} turned down, {len(done.waits)} go on waiting, "
            f"{len(done.refused)} refused.",
        )
    )


def _undecided(vietnamese: str, english: str) -> State[Any]:
    return Completed(name=NOT_DECIDED, message=translate(vietnamese, english))
