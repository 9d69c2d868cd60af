"""Run of an approval: suspended it holds no process, and goes on in another with what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow
from prefect.flow_runs import resume_flow_run

from config.read_once import forget
from config.settings import settings
from flows.approve import approve
from flows.runtime.server import PrefectServer
from tasks.correcting.decisions import waiting_packages
from tasks.correcting.packages import Package, receive_corrections
from tasks.judge import judge_batch
from tasks.warehouse.engine import fetch_all
from tests.flow.installation import joined
from tests.warehouse.test_judge import DAY_ONE, MONTH, desk

__all__ = ["desk"]


@pytest.fixture
def waits(desk: object, server: PrefectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """A correction that waits for a second person, and this process joined to the server."""
    monkeypatch.setenv("MOTCUA_PREFECT_PORT", str(server.port))
    forget()
    judge_batch(MONTH, DAY_ONE)
    ((code,),) = fetch_all("SELECT min(code) FROM judged.verdicts WHERE policy = 'qd766' AND verdict = 'on_time'")
    file = tmp_path / "a.csv"
    file.write_text(f"dossier,field,new value,evidence,who\n{code},receipt_number,BN 12,sổ 4,can.bo\n", encoding="utf-8")
    with joined(server):
        yield receive_corrections(file, settings().home / "corrections")


def asked_about(client: SyncPrefectClient, package: str) -> FlowRun:
    identity = client.create_deployment(client.create_flow(approve), "approval-under-test", entrypoint="flows.approve.approve")
    return client.create_flow_run_from_deployment(identity, parameters={"package": package})


def worked(client: SyncPrefectClient, run: FlowRun) -> State[object]:
    """Do what the process of a worker does, with what the server knows of the run."""
    known = client.read_flow_run(run.id)
    with suppress(Pause):  # by which the process of a suspended run ends
        run_flow(approve, flow_run=known, parameters=known.parameters, return_type="state")
    state = client.read_flow_run(run.id).state
    assert state is not None
    return state


@pytest.mark.parametrize(("answer", "state"), [("Duyệt", "approved"), ("Để xem lại", "proposed")])
def test_a_form_outlives_its_process(waits: Package, answer: str, state: str) -> None:
    with get_client(sync_client=True) as client:
        run = asked_about(client, waits.name)
        asked = worked(client, run)
        assert (asked.type, asked.name) == (StateType.PAUSED, "Suspended")
        assert fetch_all("SELECT state FROM quality.corrections") == [("proposed",)], "asking decides nothing"
        resume_flow_run(run.id, run_input={"quyet_dinh": answer, "nguoi_duyet": "lanh.dao"})
        ended = worked(client, run)
        client.delete_deployment(client.read_flow_run(run.id).deployment_id)  # type: ignore[arg-type]
    assert ended.type is StateType.COMPLETED, ended.message
    newest = "SELECT state FROM quality.corrections ORDER BY received_at DESC LIMIT 1"
    assert fetch_all(newest) == [(state,)], "what was proposed stays, and what was decided stands after it"
    assert bool(waiting_packages()) is (state == "proposed")
