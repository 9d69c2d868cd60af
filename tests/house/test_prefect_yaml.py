"""Every deployment can be applied: its flow loads, its form explains itself, its limits and triggers are valid."""

from __future__ import annotations

from typing import Any

import pytest
from prefect.cli.deploy._models import PrefectYamlModel
from prefect.client.schemas.schedules import CronSchedule
from prefect.events.schemas.deployment_triggers import DeploymentTriggerTypes
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema
from pydantic import TypeAdapter

from flows.runtime.correction_events import CORRECTIONS_RECEIVED
from flows.runtime.deployments import PREFECT_YAML, read_deployments
from flows.runtime.pool import POOL
from flows.runtime.state_names import PUBLISHED

DEPLOYMENTS = {entry["name"]: entry for entry in read_deployments()}


def flow_of(name: str) -> Flow[..., Any]:
    return load_flow_from_entrypoint(DEPLOYMENTS[name]["entrypoint"], use_placeholder_flow=False)


def test_prefect_itself_reads_the_file() -> None:
    import yaml

    assert PrefectYamlModel.model_validate(yaml.safe_load(PREFECT_YAML.read_text(encoding="utf-8")))


def test_the_five_deployments_are_there() -> None:
    assert set(DEPLOYMENTS) >= {"refresh", "rerun", "backfill", "publish", "maintain"}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_entrypoint_loads(name: str) -> None:
    assert flow_of(name).name == DEPLOYMENTS[name]["entrypoint"].rsplit(".", 1)[1]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_every_parameter_has_a_help_text(name: str) -> None:
    schema = parameter_schema(flow_of(name))
    silent = [parameter for parameter, facts in schema.properties.items() if not facts.get("description")]
    assert not silent, f"{name}: explain {silent} under Args: it is the form's help text."
    asked = set(schema.properties) - {"dry_run"}
    assert len(asked) <= 4, f"{name}: an operator fills in at most four fields, and says whether it is a dry run."


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_one_run_at_a_time_on_our_pool(name: str) -> None:
    entry = DEPLOYMENTS[name]
    # A form that waits for an answer holds up no other: each is about a package of its own.
    assert entry["concurrency_limit"]["limit"] == (20 if name == "approve" else 1)
    # CANCEL_NEW would turn a failed run that is retried beside another into a cancelled one (issue 15, 1 g).
    assert entry["concurrency_limit"]["collision_strategy"] == "ENQUEUE"
    assert entry["work_pool"]["name"] == POOL


@pytest.mark.parametrize("name", [name for name, entry in DEPLOYMENTS.items() if entry["schedules"]])
def test_schedules_are_in_office_time(name: str) -> None:
    for schedule in DEPLOYMENTS[name]["schedules"]:
        assert CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"]).timezone == "Asia/Ho_Chi_Minh"


def test_corrections_start_the_rerun_and_none_is_lost() -> None:
    (trigger,) = DEPLOYMENTS["rerun"]["triggers"]
    assert trigger["expect"] == [CORRECTIONS_RECEIVED]
    assert DEPLOYMENTS["rerun"]["concurrency_limit"]["collision_strategy"] == "ENQUEUE", "a second package waits"


@pytest.mark.parametrize("name", [name for name, entry in DEPLOYMENTS.items() if entry.get("triggers")])
def test_triggers_are_valid(name: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(DeploymentTriggerTypes)
    for trigger in DEPLOYMENTS[name]["triggers"]:
        assert adapter.validate_python(trigger).name == trigger["name"]


def test_a_missing_refresh_is_noticed_at_seven() -> None:
    (trigger,) = DEPLOYMENTS["refresh"]["triggers"]
    assert trigger["posture"] == "Proactive"
    assert trigger["within"] == 26 * 3600, "05:00 and two hours, counted from yesterday's run"
    assert set(trigger["expect"]) == {f"prefect.flow-run.{name}" for name in PUBLISHED}, (
        "events are named after states, ours too"
    )
