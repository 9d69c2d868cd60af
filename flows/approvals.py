"""Forms for what waits for approval: one a package, and a kind end for those without an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Completed

from config.language import translate
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.tags import tag_run
from flows.runtime.state_names import NOT_DECIDED
from tasks.correcting.decisions import waiting_packages

_ALIVE = [StateType.PAUSED, StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING]


@flow(name="approvals", persist_result=False, log_prints=False)
@ends_in_a_sentence
def approvals(days: int = 7) -> State[Any]:
    """Mở biểu mẫu duyệt cho từng gói đang chờ; biểu mẫu quá hạn được đóng, các dòng vẫn chờ và được hỏi lại.

    Open a form for each package that waits. One that nobody answered in time is closed; its lines go on waiting and are
    asked again.

    Args:
        days: Biểu mẫu chờ trả lời bao nhiêu ngày. Days that a form waits for an answer.
    """
    tag_run(None)
    with get_client(sync_client=True) as client:
        forms = _open_forms(client)
        late = [run for run in forms if _since(run) <= datetime.now(UTC) - timedelta(days=days)]
        for run in late:
            client.set_flow_run_state(run.id, _unanswered(days), force=True)
        asked = {run.parameters.get("package") for run in forms if run not in late}
        new = [one.package for one in waiting_packages() if one.package not in asked]
        deployment = client.read_deployment_by_name("approve/approve")
        for package in new:
            client.create_flow_run_from_deployment(deployment.id, parameters={"package": package})
    return Completed(
        message=translate(
            f"{len(new)} biểu mẫu duyệt được mở, {len(late)} quá hạn được đóng, {len(asked)} đang chờ trả lời.",
            f"{len(new)} forms opened, {len(late)} closed as nobody answered, {len(asked)} wait for an answer.",
        )
    )


def _open_forms(client: SyncPrefectClient) -> list[FlowRun]:
    alive = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_ALIVE)))
    named = FlowFilter(name=FlowFilterName(any_=["approve"]))
    return client.read_flow_runs(flow_filter=named, flow_run_filter=alive, limit=200)


def _since(run: FlowRun) -> datetime:
    """Return when a run began to wait for an answer; one that does not yet begins now."""
    waits = run.state is not None and run.state.is_paused()
    return run.state.timestamp if run.state is not None and waits else datetime.now(UTC)


def _unanswered(days: int) -> State[None]:
    return Completed(
        name=NOT_DECIDED,
        message=translate(
            f"Không ai trả lời trong {days} ngày. Không đổi gì; các dòng vẫn chờ và được hỏi lại.",
            f"Nobody answered within {days} days. Nothing changed; the lines go on waiting and are asked again.",
        ),
    )
