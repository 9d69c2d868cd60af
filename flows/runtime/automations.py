"""Automation that no deployment owns: a run without a heartbeat is marked Crashed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture, TriggerTypes
from prefect.events.schemas.events import ResourceSpecification

from config.language import Bilingual
from flows.runtime.environment import HEARTBEAT_SECONDS
from flows.runtime.state_names import ENDED

CRASHED = Bilingual(
    "Tiến trình của lượt chạy này không còn dấu hiệu hoạt động: nó đã bị dừng đột ngột hoặc mất. Hãy chạy lại; không gì bị nạp hai lần.",
    "The process of this run gave no sign of life: it was killed or lost. Run it again; nothing is loaded twice.",
)
ZOMBIES = "motcua run without heartbeat"

# Three beats missed. Measured: a killed run is marked after 86 s.
_WITHIN = timedelta(seconds=3 * HEARTBEAT_SECONDS)

# Events are named after states, and ours have names of their own: left out, every run with a warning would look dead.
# A run that waits for an answer has no process: it is not dead, and may wait for days.
_SIGNS_OF_LIFE = ("heartbeat", "Suspended", "Paused", *ENDED)


def ensure_heartbeat_automation(client: SyncPrefectClient, within: timedelta = _WITHIN) -> UUID:
    """Create the automation that marks killed runs Crashed, or leave the one that is there.

    Without it a run that was killed stays Running for ever, as was measured, and so does its place in the queue.
    """
    wanted = heartbeat_automation(within)
    for known in client.read_automations_by_name(ZOMBIES):
        if _same(known.trigger, wanted.trigger) and known.actions == wanted.actions:
            return known.id
        client.delete_automation(known.id)
    return client.create_automation(wanted)


def _same(known: TriggerTypes, wanted: TriggerTypes) -> bool:
    """Tell whether an automation waits as long and for the same signs: one of an earlier edition may know fewer."""
    if not isinstance(known, EventTrigger) or not isinstance(wanted, EventTrigger):
        return False
    return known.within == wanted.within and known.expect == wanted.expect


def heartbeat_automation(within: timedelta = _WITHIN) -> AutomationCore:
    """Return the automation that marks a run Crashed which neither ends nor gives a sign of life."""
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
                message=CRASHED.shown(),
            )
        ],
    )
