"""*Retry* in the UI: a red run that is retried beside another waits for it, and stays red or turns green, never "Cancelled"."""

from __future__ import annotations

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Completed, Failed, Pending, Running, Scheduled

from flows.runtime.deployments import apply, read_deployments
from tests.flow.installation import Installation

# Forms of approval wait beside one another and work on packages of their own; all others run alone.
BESIDE_ONE_ANOTHER = ("approve",)
DEPLOYMENTS = [
    f"{entry['entrypoint'].rsplit('.', 1)[1]}/{entry['name']}"
    for entry in read_deployments()
    if entry["name"] not in BESIDE_ONE_ANOTHER
]

# What a form has to be given; all else has a default.
GIVEN = {
    "backfill": {"source": "province", "since": "2025-01-01"},
    "restate": {"since": "2025-01-01"},
    "differences": {"left": "province", "right": "land"},
}


def propose(client: SyncPrefectClient, run: FlowRun, *states: State[None]) -> str:
    """Propose states as a worker does; return the name of the one that the server decided on last."""
    for state in states:
        answer = client.set_flow_run_state(run.id, state)
    return str(answer.state.name) if answer.state else ""


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_red_run_that_is_retried_beside_another_waits(installation: Installation, name: str) -> None:
    with get_client(sync_client=True) as client:
        apply(client)
        deployment = client.read_deployment_by_name(name)
        given = GIVEN.get(deployment.name, {})
        red, other = (client.create_flow_run_from_deployment(deployment.id, parameters=given) for _ in range(2))
        client.set_flow_run_state(red.id, Failed(message="a gate failed"), force=True)
        assert propose(client, other, Pending(), Running()) == "Running"
        # What the button does, then what the worker does with it.
        assert propose(client, red, Scheduled(name="AwaitingRetry"), Pending()) == "AwaitingConcurrencySlot"
        state = client.read_flow_run(red.id).state
        assert state is not None
        assert state.type is StateType.SCHEDULED
        assert propose(client, other, Completed()) == "Completed"
        assert propose(client, red, Pending()) == "Pending"
        client.set_flow_run_state(red.id, Failed(), force=True)
        client.delete_deployment(deployment.id)
