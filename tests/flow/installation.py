"""A whole installation under test: warehouse, a real Prefect server, and the made-up province served beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest

from config.read_once import forget
from config.settings import ROOT
from flows.runtime.children import end_with_parent
from flows.runtime.environment import client_environment, enter
from flows.runtime.keys import auth_string
from flows.runtime.server import PrefectServer
from tasks.warehouse.cluster import Cluster
from tests.forked import run_module
from tests.patience import HANGS, wait_for
from tests.ports import free_port
from tests.shared_server import shared_server

AS_OF = date(2026, 3, 31)
SOURCES = ROOT / "demo" / "sources"
DOSSIERS = 600


@dataclass(frozen=True)
class Province:
    """The made-up province, served.

    Attributes:
        folder: what it wrote; ``truth/`` below it is for tests only.
        environment: what its source files ask for, but the land software's address.
    """

    folder: Path
    environment: dict[str, str]

    def demo(self, *arguments: str) -> str:
        return run("demo", *arguments, "--out", str(self.folder)).stdout


def run(module: str, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a module as a program at the root of the clone and keep what it says."""
    done = run_module(module, *arguments, environment={**os.environ, **environment})
    assert not check or done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="session")
def province() -> Iterator[Province]:
    folder = Path(tempfile.mkdtemp(prefix="motcua-province-"))
    run("demo", "--dossiers", str(DOSSIERS), "--out", str(folder))
    port = free_port()
    command = [sys.executable, "-m", "demo", "serve", "--port", str(port), "--out", str(folder)]
    serving = subprocess.Popen(command, cwd=ROOT, preexec_fn=end_with_parent)
    try:
        wait_for(lambda: httpx.get(f"http://127.0.0.1:{port}/", timeout=2.0).status_code > 0)
        yield Province(
            folder,
            {
                "DEMO_HTTP": f"http://127.0.0.1:{port}",
                "DEMO_COMMUNES": str(folder / "files" / "communes"),
                "DEMO_POSTAL": str(folder / "files" / "postal"),
                "DEMO_USER": "motcua",
                "DEMO_PASSWORD": "province-H99",
            },
        )
    finally:
        serving.terminate()
        serving.wait(HANGS)
        shutil.rmtree(folder)


@pytest.fixture
def server(_cluster: Cluster) -> PrefectServer:
    """The Prefect server of this worker, on its cluster."""
    return shared_server(_cluster)


@dataclass
class Installation:
    """What a test works with.

    Attributes:
        home: MOTCUA_HOME.
        environment: settings and addresses, for processes started by a test.
    """

    cluster: Cluster
    server: PrefectServer
    province: Province
    environment: dict[str, str]

    @property
    def home(self) -> Path:
        return self.cluster.home

    def motcua(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return motcua(self.environment, *arguments, **environment)

    def query(self, statement: str, database: str = "motcua") -> list[tuple[Any, ...]]:
        return query(self.cluster, statement, database)

    def figures(self) -> dict[str, list[tuple[Any, ...]]]:
        return figures(self.cluster)


def motcua(given: dict[str, str], *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as an operator does."""
    return run("flows.commands.cli", *arguments, check=check, **{**given, **environment})


def figures(cluster: Cluster) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a run decides, without when it was decided."""
    statements = {
        "verdicts": "SELECT source, code, policy, verdict, reasons, missing, due_at, end_at, counted, worked_minutes "
        "FROM judged.verdicts ORDER BY 1, 2, 3",
        "counts": "SELECT (to_jsonb(c) - 'changed_in')::text FROM mart.counts AS c ORDER BY 1",
        "findings": "SELECT source, code, check_id FROM quality.findings WHERE resolved_on IS NULL ORDER BY 1, 2, 3",
        "published": "SELECT policy, as_of, publication_id FROM mart.current_publications ORDER BY 1",
    }
    return {name: query(cluster, statement) for name, statement in statements.items()}


def query(cluster: Cluster, statement: str, database: str = "motcua") -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(cluster.url(database, ""))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


@pytest.fixture
def installation(
    warehouse: Cluster, server: PrefectServer, province: Province, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """An empty, migrated warehouse beside a running server, with the province as its sources; this process joined to it."""
    warehouse.create_database("demo_land")
    land = warehouse.url("demo_land", "")
    province.demo("load-land", "--url", land)
    environment = {
        **province.environment,
        "DEMO_LAND_URL": land,
        "MOTCUA_HOME": str(warehouse.home),
        "MOTCUA_PREFECT_PORT": str(server.port),
        "MOTCUA_SOURCES_DIR": str(SOURCES),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    forget()
    with joined(server):
        yield Installation(warehouse, server, province, environment)


@contextmanager
def joined(server: PrefectServer) -> Iterator[None]:
    """Join this process to a server, and leave it again."""
    before = {name: value for name, value in os.environ.items() if name.startswith("PREFECT_")}
    enter(client_environment(server.home, server.port, auth_string(server.home)))
    yield
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(before)


def moved(before: dict[str, list[tuple[Any, ...]]], after: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[Any]]:
    """Rows that only one of two sets of figures has, a few of each kind; empty where they are equal."""
    rows = {name: sorted(set(before[name]) ^ set(after[name]), key=repr)[:6] for name in before}
    return {name: found for name, found in rows.items() if found}
