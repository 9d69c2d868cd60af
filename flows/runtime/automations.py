"""Automation that no deployment owns: a run without a heartbeat is marked Crashed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from flows.runtime.environment import HEARTBEAT_SECONDS

ZOMBIES = "motcua run without heartbeat"

# Three beats missed. Measured: a killed run is marked after 86 s.
_WITHIN = timedelta(seconds=3 * HEARTBEAT_SECONDS)

# Events are named after states, and ours has a name of its own: left out, every run with a warning would look dead.
_SIGNS_OF_LIFE = ("heartbeat", "Completed", "CompletedWithWarnings", "Failed", "Cancelled", "Crashed")


def ensure_heartbeat_automation(client: SyncPrefectClient, within: timedelta = _WITHIN) -> UUID:
    """Create the automation that marks killed runs Crashed, or leave the one that is there.

    Without it a run that was killed stays Running for ever, as was measured, and so does its place in the queue.
    """
    for known in client.read_automations_by_name(ZOMBIES):
        if isinstance(known.trigger, EventTrigger) and known.trigger.within == within:
            return known.id
        client.delete_automation(known.id)
    return client.create_automation(_heartbeat_automation(within))


def _heartbeat_automation(within: timedelta) -> AutomationCore:
    return AutomationCore(
        name=ZOMBIES,
        description="A run that neither ends nor gives a sign of life was killed: it is marked Crashed.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={"prefect.flow-run.heartbeat"},
            expect={f"prefect.flow-run.{sign}" for sign in _SIGNS_OF_LIFE},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            threshold=1,
            within=within,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                message="The process of this run gave no sign of life: it was killed or lost. Run it again; nothing is loaded twice.",
            )
        ],
    )
