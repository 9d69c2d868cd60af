"""Prefect server that the tests of a process share: started by the first that asks, gone while files run that ask for none.

One that nobody asks for costs three per cent of a core, and a worker has hours of other files before it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.runtime.server import PrefectServer, ensure_server
from tasks.warehouse.cluster import Cluster
from tests.ports import free_port

SERVER = "server"
"""The fixture by which a test asks for it."""
_PORT = free_port()  # the same again after a stop: what this process knows of its server stays true
_running: list[PrefectServer] = []


def shared_server(cluster: Cluster) -> PrefectServer:
    """Return the running server of this process, started on a cluster's database where none runs."""
    if not _running:
        cluster.ensure_running()  # as whoever starts a server does: tests before this one kill it
        _running.append(ensure_server(cluster.home, _PORT, cluster.url("prefect", "asyncpg")))
    return _running[0]


def stop_shared_server() -> None:
    """Stop it; nothing where it does not run."""
    while _running:
        _running.pop().stop()


def asks_for_it(item: Any) -> bool:
    """Tell whether a collected test asks for the server."""
    return SERVER in getattr(item, "fixturenames", ())


def stop_before(next_item: pytest.Item | None, files: set[Path]) -> None:
    """Stop it where the next test is in a file none of whose tests asks for it.

    Args:
        next_item: the next test of this process; None at the end, where a fixture stops it before its database.
        files: those with a test that asks for it.
    """
    if next_item is not None and next_item.path not in files:
        stop_shared_server()
