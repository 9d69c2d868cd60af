"""Fixtures of all tests: one embedded cluster a session (a worker of pytest-xdist is a session), emptied for each test."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from config.read_once import forget
from tasks.warehouse.cluster import Cluster, ensure_cluster
from tasks.warehouse.engine import reset_engine
from tasks.warehouse.migrations import migrate
from tests.accounts import PEOPLE
from tests.order import longest_first
from tests.prepared_home import forget_prepared, new_home
from tests.scratch import use_memory
from tests.shared_server import asks_for_it, stop_before, stop_shared_server
from tests.warehouse.emptying import empty_warehouse

use_memory()
_served: set[Path] = set()  # files with a test that asks for the shared server

# How long an example takes says how busy the machine is, not whether the example holds.
hypothesis.settings.register_profile("motcua", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("motcua")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Of pytest-xdist, in the process that starts the workers: what they share goes when it ends."""
    atexit.register(forget_prepared, node.workerinput["testrunuid"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)
    _served.update(item.path for item in items if asks_for_it(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Generator[None, None, None]:
    yield
    stop_before(nextitem, _served)


@pytest.fixture(autouse=True)
def _own_settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reads the operator's settings, and none leaves its own to the next."""
    if "warehouse" not in request.fixturenames:
        for name in [name for name in os.environ if name.startswith("MOTCUA_")]:
            monkeypatch.delenv(name)
    forget()
    mask = os.umask(0o022)
    yield
    os.umask(mask)
    forget()


@pytest.fixture(scope="session")
def _cluster() -> Iterator[Cluster]:
    # Not pytest's own temporary folder: the server's account could not pass through it.
    home = new_home("motcua-test-")
    cluster = ensure_cluster(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_HOME", str(home))
        forget()
        migrate()
    yield cluster
    stop_shared_server()
    reset_engine()
    cluster.stop()
    shutil.rmtree(home)


@pytest.fixture
def warehouse(_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A migrated, empty warehouse, and settings whose home is its own.

    Returns:
        The cluster; ``warehouse.home`` is MOTCUA_HOME, ``warehouse.url("motcua")`` the address.
    """
    for name in [name for name in os.environ if name.startswith("MOTCUA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MOTCUA_HOME", str(_cluster.home))
    monkeypatch.setenv("MOTCUA_PEOPLE_FILE", str(PEOPLE))
    forget()
    shutil.rmtree(_cluster.home / "sources-as-read", ignore_errors=True)  # a source of an earlier test is none of this one's
    empty_warehouse()
    return _cluster
