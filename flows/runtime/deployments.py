"""Deployments of ``prefect.yaml`` at the server: work pool, schedules and triggers.

What is unchanged is left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyOptions
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.events.schemas.deployment_triggers import DeploymentTriggerTypes
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker
from pydantic import TypeAdapter

from config.errors import ConfigError
from config.language import Bilingual
from config.settings import ROOT
from flows.runtime.pool import POOL

PREFECT_YAML = ROOT / "prefect.yaml"


def read_deployments(path: Path = PREFECT_YAML) -> list[dict[str, Any]]:
    """Return the deployments that the file declares.

    Raises:
        ConfigError: the file is missing or declares none.
    """
    if not path.exists():
        raise ConfigError(
            str(path),
            Bilingual("không có", "is missing"),
            Bilingual(
                "chạy motcua từ bản sao mã nguồn, có prefect.yaml ở thư mục gốc",
                "run motcua from a clone, with prefect.yaml at its root",
            ),
        )
    declared = yaml.safe_load(path.read_text(encoding="utf-8")).get("deployments")
    if not declared:
        raise ConfigError(
            f"{path}, deployments",
            Bilingual("trống", "is empty"),
            Bilingual("ít nhất một deployment", "at least one deployment"),
        )
    return list(declared)


def apply(client: SyncPrefectClient, path: Path = PREFECT_YAML) -> list[str]:
    """Make the server's deployments equal to the file's.

    A deployment that has not changed is not written again: that would throw away its scheduled runs, and
    with them the knowledge that a slot was missed.

    Returns:
        Names of the deployments that were new or changed.
    """
    ensure_pool(client)
    return [entry["name"] for entry in read_deployments(path) if _apply_one(client, entry)]


def ensure_pool(client: SyncPrefectClient) -> None:
    """Create the work pool of local processes if there is none."""
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))


def _apply_one(client: SyncPrefectClient, entry: dict[str, Any]) -> bool:
    version = _digest(entry)
    flow_name = entry["entrypoint"].rsplit(".", 1)[1]
    try:
        if client.read_deployment_by_name(f"{flow_name}/{entry['name']}").version == version:
            return False
    except ObjectNotFound:
        pass
    identity = _write(client, entry, version)
    owner = f"prefect.deployment.{identity}"
    client.delete_resource_owned_automations(owner)
    for trigger in _triggers(entry, identity):
        client.create_automation(trigger)
    return True


def _write(client: SyncPrefectClient, entry: dict[str, Any], version: str) -> UUID:
    flow: Flow[..., Any] = load_flow_from_entrypoint(entry["entrypoint"])
    limit = entry["concurrency_limit"]
    return client.create_deployment(
        flow_id=client.create_flow(flow),
        name=entry["name"],
        version=version,
        schedules=list(_schedules(entry)),
        concurrency_limit=limit["limit"],
        concurrency_options=ConcurrencyOptions(collision_strategy=limit["collision_strategy"]),
        parameters=entry.get("parameters") or {},
        description=entry.get("description"),
        work_pool_name=entry["work_pool"]["name"],
        tags=entry.get("tags"),
        entrypoint=entry["entrypoint"],
        parameter_openapi_schema=parameter_schema(flow).model_dump(),
        enforce_parameter_schema=True,
        pull_steps=[],
    )


def _schedules(entry: dict[str, Any]) -> Iterator[DeploymentScheduleCreate]:
    for declared in entry.get("schedules") or ():
        schedule: CronSchedule | IntervalSchedule
        if "cron" in declared:
            schedule = CronSchedule(cron=declared["cron"], timezone=declared["timezone"])
        else:
            schedule = IntervalSchedule(interval=declared["interval"], timezone=declared.get("timezone", "UTC"))
        yield DeploymentScheduleCreate(schedule=schedule, active=declared["active"], slug=declared["slug"])


def _triggers(entry: dict[str, Any], deployment: UUID) -> Iterator[Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(DeploymentTriggerTypes)
    for declared in entry.get("triggers") or ():
        trigger = adapter.validate_python(declared)
        trigger.set_deployment_id(deployment)
        yield trigger.as_automation()


def _digest(entry: dict[str, Any]) -> str:
    """Digest the declaration and the flow's own file, whose signature is the parameter form."""
    spec = find_spec(entry["entrypoint"].rsplit(".", 1)[0])
    source = Path(spec.origin).read_bytes() if spec and spec.origin else b""
    declared = json.dumps(entry, sort_keys=True, default=str).encode()
    return hashlib.sha256(declared + source).hexdigest()[:16]
