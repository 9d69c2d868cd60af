"""The made-up province through the whole product, as `make demo` runs it: in processes of its own, then gone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from tasks.warehouse.cluster import ensure_cluster
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PORT = str(free_port())


@contextmanager
def home() -> Iterator[Path]:
    """A home of its own, removed at the end with the cluster in it."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-bench-"))
    try:
        yield folder
    finally:
        ensure_cluster(folder).stop()
        shutil.rmtree(folder)


def run_demo(folder: Path, seed: int, dossiers: int, *options: str) -> None:
    """Make the province, serve it and refresh once; a second time in the same home nothing has changed at the sources.

    Raises:
        RuntimeError: it ended badly; with the last lines of what it said.
    """
    command = [sys.executable, "-m", "flows.commands.demo", "--seed", str(seed), "--dossiers", str(dossiers), *options]
    done = subprocess.run(command, cwd=ROOT, env=environment_of(folder), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the demonstration ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")


def score(folder: Path) -> dict[str, Any]:
    """Hold the verdicts of that home against the truth of its province."""
    url = ensure_cluster(folder).url("motcua", "")
    command = [sys.executable, "-m", "demo", "score", "--out", str(folder / "province"), "--url", url, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment_of(folder), capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def tickets(folder: Path) -> list[dict[str, Any]]:
    """Return the tickets of that home in order: kind, cause, how many dossiers are where it strikes, and which it holds."""
    command = [sys.executable, "-m", "tests.bench.tickets_program"]
    done = subprocess.run(command, cwd=ROOT, env=environment_of(folder), capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def fetch(folder: Path, database: str, query: str) -> list[tuple[Any, ...]]:
    """Read from a database of that home."""
    with closing(psycopg2.connect(ensure_cluster(folder).url(database, ""))) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def environment_of(folder: Path) -> dict[str, str]:
    """This process's environment without its settings of motcua, and with the home."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    return inherited | {"MOTCUA_HOME": str(folder), "MOTCUA_PREFECT_PORT": PORT}
