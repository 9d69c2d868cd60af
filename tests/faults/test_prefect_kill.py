"""A run whose process is killed: marked Crashed though nobody is left to say so, and made good by the next run."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from prefect.client.orchestration import get_client

from flows.runtime.automations import ensure_heartbeat_automation
from flows.runtime.limits import limit_name
from tests.flow.installation import Installation, installation, motcua, moved, province, server
from tests.patience import wait_for

__all__ = ["installation", "province", "server"]

RECONCILED_WITHIN = 120.0


def killed_at(one: Installation, point: str) -> None:
    done = motcua(one.environment, "refresh", "--as-of", "2026-03-31", check=False, MOTCUA_KILL_AT=point)
    assert done.returncode == -signal.SIGKILL, f"{done.returncode}\n{done.stdout}\n{done.stderr}"


def newest_run(one: Installation) -> tuple[Any, ...]:
    return one.query("SELECT id, state_name FROM flow_run ORDER BY start_time DESC NULLS LAST LIMIT 1", "prefect")[0]


def test_killed_runs_are_marked_and_made_good(installation: Installation) -> None:
    with get_client(sync_client=True) as client:
        made = ensure_heartbeat_automation(client)
        assert ensure_heartbeat_automation(client) == made, "twice is once"
        names = [automation.name for automation in client.read_automations()]
        assert names.count("motcua run without heartbeat") == 1
    # Killed while it pulls, in a place that is limited, and while it judges; the place of the dead is free at once.
    began = time.monotonic()
    dead = []
    for point in ("page_landed:2", "judged:2"):
        killed_at(installation, point)
        identity, state = newest_run(installation)
        assert state == "Running", "nobody was left to say that it ended"
        dead.append(identity)
    assert time.monotonic() - began < timedelta(minutes=6).total_seconds(), "the second waited for the place of the first"
    began = time.monotonic()
    statement = f"SELECT state_name FROM flow_run WHERE id IN ('{dead[0]}', '{dead[1]}')"
    with ThreadPoolExecutor(1) as beside:
        marked = beside.submit(
            lambda: (
                wait_for(lambda: installation.query(statement, "prefect") == [("Crashed",)] * 2, RECONCILED_WITHIN + 5)
                and time.monotonic() - began
            )
        )
        # Meanwhile the work goes on: no lock and no place is held by the dead.
        motcua(installation.environment, "refresh", "--as-of", "2026-03-31")
    once = installation.figures()
    assert installation.query("SELECT count(*) FROM judged.verdicts GROUP BY source, code, policy HAVING count(*) > 1") == []
    seen = "SELECT count(*) FROM core.dossier_versions GROUP BY source, code HAVING count(*) > 1"
    assert installation.query(seen) == [], "nothing was loaded twice"
    assert len(once["published"]) == 1

    assert marked.result() <= RECONCILED_WITHIN + 5
    with get_client(sync_client=True) as client:
        wait_for(lambda: not client.read_global_concurrency_limit_by_name(limit_name("province")).active_slots)

    motcua(installation.environment, "refresh", "--as-of", "2026-03-31", "--full")
    assert not moved(once, installation.figures()), "a run that was never killed says the same"
    assert installation.query("SELECT count(*) FROM mart.publications") == [(1,)]
