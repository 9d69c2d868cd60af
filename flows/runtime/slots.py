"""Missed runs: slots that were due and have no run, because a broken scheduler is silent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectNotFound
from prefect.server.schemas import schedules as calculator

from config.language import counted, translate
from flows.runtime.deployments import read_deployments
from flows.runtime.pool import worker_online

_BACK = timedelta(days=7)
# The scheduler looks at a new deployment once a minute.
_GRACE = timedelta(minutes=2)

Finding = tuple[bool, str, str, str]  # well, subject, fact, action


def examine_slots(now: datetime | None = None) -> Iterator[Finding]:
    """Look at every declared deployment and at the worker.

    Yields:
        Whether it is well, what was looked at, what was found, what to do.
    """
    moment = now or datetime.now(UTC)
    with get_client(sync_client=True) as client:
        for entry in read_deployments():
            name = f"{entry['entrypoint'].rsplit('.', 1)[1]}/{entry['name']}"
            yield _examine_one(client, name, moment)
        online = worker_online(client)
        yield (
            online,
            translate("tiến trình chạy", "worker"),
            translate("đang chạy", "running") if online else translate("không chạy", "not running"),
            "" if online else "motcua up",
        )


def _examine_one(client: SyncPrefectClient, name: str, now: datetime) -> Finding:
    subject = translate(f"lịch {name}", f"deployment {name}")
    try:
        deployment = client.read_deployment_by_name(name)
    except ObjectNotFound:
        return False, subject, translate("chưa có trên máy chủ", "not on the server"), "motcua up"
    missing = missing_slots(client, deployment, now)
    if missing:
        slots = ", ".join(f"{slot:%Y-%m-%d %H:%M}Z" for slot in missing[:5])
        return (
            False,
            subject,
            translate(
                f"{len(missing)} lượt không được tạo: {slots}", f"no run was made for {counted(len(missing), 'slot')}: {slots}"
            ),
            translate(
                "lúc đó máy chủ không chạy, hoặc bộ lập lịch hỏng: xem `motcua doctor` về gói phần mềm",
                "the server was down then, or its scheduler is broken: see the line on packages",
            ),
        )
    return True, subject, translate("mọi lượt đến hạn đều có", "a run for every due slot"), ""


def missing_slots(client: SyncPrefectClient, deployment: DeploymentResponse, now: datetime) -> list[datetime]:
    """Return the slots of the last week, and the next one, for which no run exists."""
    begin = max(now - _BACK, (deployment.updated or now) + _GRACE)
    wanted: list[datetime] = []
    for schedule in (declared.schedule for declared in deployment.schedules if declared.active):
        if isinstance(schedule, CronSchedule | IntervalSchedule):
            calculated = _calculator(schedule)
            # The last slot that counts is the next one to come: a broken scheduler shows before it is missed.
            due = asyncio.run(calculated.get_dates(n=1000, start=begin, end=now)) if begin < now else []
            wanted += [*due, *asyncio.run(calculated.get_dates(n=1, start=max(now, begin)))]
    made = _starts(client, deployment.id, begin) if wanted else set()
    return [slot for slot in (slot.astimezone(UTC).replace(microsecond=0) for slot in wanted) if slot not in made]


def _calculator(schedule: CronSchedule | IntervalSchedule) -> calculator.CronSchedule | calculator.IntervalSchedule:
    kind = calculator.CronSchedule if isinstance(schedule, CronSchedule) else calculator.IntervalSchedule
    return kind.model_validate(schedule.model_dump())


def _starts(client: SyncPrefectClient, deployment: UUID, begin: datetime) -> set[datetime]:
    runs = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
        flow_run_filter=FlowRunFilter(expected_start_time=FlowRunFilterExpectedStartTime(after_=begin - timedelta(minutes=1))),
        limit=200,
    )
    times = (run.expected_start_time for run in runs if run.auto_scheduled)
    return {time.astimezone(UTC).replace(microsecond=0) for time in times if time}
