"""Worker that runs what is due, and warnings about slots that nobody ran."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled

from flows.runtime import children
from flows.runtime.environment import child_environment
from flows.runtime.pool import POOL


def start_worker(home: Path, block: Mapping[str, str], limit: int = 2) -> subprocess.Popen[bytes]:
    """Start the worker as a child; it runs each flow in a process of its own.

    Args:
        home: folder of the installation, for the log.
        block: settings of Prefect for whoever talks to the server.
        limit: runs at the same time.
    """
    command = [
        sys.executable,
        "-P",
        "-m",
        "flows.runtime.masked_prefect",
        "worker",
        "start",
        "--pool",
        POOL,
        "--type",
        "process",
    ]
    return children.start(
        [*command, "--name", "motcua", "--limit", str(limit)], child_environment(block), home / "log" / "prefect-worker.log"
    )


def coalesce_missed(client: SyncPrefectClient, now: datetime | None = None) -> int:
    """Cancel all scheduled runs of the past but the newest of each deployment; call it before the worker starts.

    Left alone, every slot missed while nothing ran starts at once and in no order (measured: five in two seconds).
    One run does the work of all, because a run takes everything that has changed since the last.

    Returns:
        How many runs were cancelled.
    """
    cancelled = 0
    for runs in _missed(client, now or datetime.now(UTC)).values():
        newest = runs[-1]
        for run in runs[:-1]:
            state: State[None] = Cancelled(
                name="Missed", message=f"Slot missed while nothing ran; run {newest.name} catches up for it."
            )
            client.set_flow_run_state(run.id, state, force=True)
            cancelled += 1
    return cancelled


def _missed(client: SyncPrefectClient, now: datetime) -> dict[UUID, list[FlowRun]]:
    """Return the due and not started runs that a schedule made, by deployment, the oldest first."""
    due = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=now),
    )
    missed: dict[UUID, list[FlowRun]] = defaultdict(list)
    while True:
        page = client.read_flow_runs(
            flow_run_filter=due, sort=FlowRunSort.EXPECTED_START_TIME_ASC, limit=200, offset=sum(map(len, missed.values()))
        )
        for run in page:
            missed[run.deployment_id or run.flow_id].append(run)
        if len(page) < 200:
            return {key: [run for run in runs if run.auto_scheduled] for key, runs in missed.items() if _any_slot(runs)}


def _any_slot(runs: list[FlowRun]) -> bool:
    return any(run.auto_scheduled for run in runs)
