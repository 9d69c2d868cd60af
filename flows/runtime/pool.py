"""Work pool of the deployments, and whether a worker has lately asked it for work.

Apart from what makes deployments: a command that only asks needs none of the libraries of workers.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound

POOL = "motcua"


def worker_online(client: SyncPrefectClient) -> bool:
    """Tell whether a worker has lately asked for work."""
    try:
        client.read_work_pool(POOL)  # the next question answers what is not there with an error of HTTP
        workers = client.read_workers_for_work_pool(POOL)
    except ObjectNotFound:
        return False
    recent = datetime.now(UTC) - timedelta(seconds=90)
    return any(worker.last_heartbeat_time and worker.last_heartbeat_time > recent for worker in workers)
