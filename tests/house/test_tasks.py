"""What Prefect must never do with our data: keep a result, take one from a cache, hide a step."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest
from prefect import Flow, Task
from prefect.cache_policies import NO_CACHE

import flows
import tasks


def modules_of(package: ModuleType) -> list[ModuleType]:
    names = [info.name for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return [importlib.import_module(name) for name in names if not name.endswith("__main__")]


EVERYTHING = {
    f"{value.fn.__module__}.{value.fn.__name__}": value
    for package in (tasks, flows)
    for module in modules_of(package)
    for value in vars(module).values()
    if isinstance(value, (Task, Flow))
}
TASKS = [name for name, value in EVERYTHING.items() if isinstance(value, Task)]
FLOWS = [name for name, value in EVERYTHING.items() if isinstance(value, Flow)]


def test_there_are_tasks_and_flows() -> None:
    assert len(TASKS) >= 6, f"The steps of the design are tasks; found {TASKS}."
    assert {"flows.refresh.refresh", "flows.rerun.rerun"} <= set(FLOWS), f"found {FLOWS}"


@pytest.mark.parametrize("name", TASKS)
def test_task_is_never_cached_nor_kept(name: str) -> None:
    task = EVERYTHING[name]
    assert task.cache_policy == NO_CACHE, f"{name}: give it cache_policy=NO_CACHE; a cached step would skip corrected data."
    assert task.persist_result is not True, f"{name}: a persisted result is a pickle with personal data on disk."
    assert task.task_run_name, f"{name}: give it a task_run_name, so that an operator finds its partition."


@pytest.mark.parametrize("name", TASKS)
def test_an_error_that_is_not_ours_leaves_a_task_without_its_text(name: str) -> None:
    function = EVERYTHING[name].fn
    assert getattr(function, "__shielded__", False), (
        f"{name}: put @shielded right under @task; the orchestrator keeps the message of a failed run, and it may quote a record."
    )


@pytest.mark.parametrize("name", FLOWS)
def test_flow_keeps_no_result(name: str) -> None:
    flow = EVERYTHING[name]
    assert flow.persist_result is not True, f"{name}: a persisted result is a pickle with personal data on disk."


@pytest.mark.parametrize("name", FLOWS)
def test_an_error_ends_a_flow_in_a_sentence(name: str) -> None:
    assert getattr(EVERYTHING[name].fn, "__ends_in_a_sentence__", False), (
        f"{name}: put @ends_in_a_sentence right under @flow; an operator would read Prefect's own words and a traceback."
    )


@pytest.mark.parametrize("name", TASKS)
def test_only_network_steps_retry(name: str) -> None:
    task = EVERYTHING[name]
    if task.retries:
        assert task.retry_condition_fn is not None, f"{name}: retry by class of error (TransientError), not whatever happened."
