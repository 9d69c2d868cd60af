"""From HTTP to merged rows, against the least that could be done: decoding the same JSON and a bare COPY of the same rows."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pandas as pd
import pytest
from psycopg2 import sql

from config.read_once import forget
from config.settings import ROOT, settings
from config.sources import Source, load_sources
from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.table import Table
from tasks.gates import engine
from tasks.gates.contracts import GateKeeper
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.sources import landing
from tasks.warehouse.engine import connection, fetch_all, read_frame
from tasks.warehouse.stage import copy_in
from tests.bench.line import Measured, line, timed
from tests.bench.load import scratch_warehouse
from tests.patience import wait_for
from tests.ports import free_port
from tests.warehouse.emptying import empty_warehouse

DOSSIERS_MADE = 40_000
ROUNDS = 5
AS_OF = date(2026, 3, 31)
_TABLES = (DOSSIERS, EVENTS, PAUSES)


@contextmanager
def one_stop_system(dossiers: int, session_calls: int = 20, copies: int = 1) -> Iterator[dict[str, Source]]:
    """The made-up province's systems, served, each dossier so many times, with a warehouse of their own."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-bench-"))
    demo = [sys.executable, "-m", "demo"]
    subprocess.run([*demo, "--dossiers", str(dossiers), "--out", str(folder)], cwd=ROOT, check=True, capture_output=True)
    port = free_port()
    asked = {"port": port, "out": folder, "session-calls": session_calls, "copies": copies}
    serve = [*demo, "serve", *(part for name, value in asked.items() for part in (f"--{name}", str(value)))]
    serving = subprocess.Popen(serve, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: httpx.get(address, timeout=2.0).status_code > 0)
        with scratch_warehouse(), pytest.MonkeyPatch.context() as patch:
            settings_of = {"MOTCUA_SOURCES_DIR": str(ROOT / "demo" / "sources"), "DEMO_HTTP": address}
            for name, value in {**settings_of, "DEMO_USER": "motcua", "DEMO_PASSWORD": "province-H99"}.items():
                patch.setenv(name, value)
            forget()
            yield load_sources(settings().sources_dir)
    finally:
        serving.terminate()
        serving.wait(20)
        shutil.rmtree(folder)


@line("http-to-merged", other="decoding the JSON and bare COPY", at_most=4.0)
def bench_http_to_merged() -> Measured:
    """A first pull of a one-stop system: landed, through its gates, cleaned and merged, with log and pauses.

    The quickest of some rounds, of ours and of the other: what a neighbour takes of the machine in one is nobody's.
    """
    engine.warm_up()
    with one_stop_system(DOSSIERS_MADE) as sources:
        rounds = [_round(sources) for _ in range(ROUNDS)]
    return Measured(*(min(seconds) for seconds in zip(*rounds, strict=True)))


def _round(sources: dict[str, Source]) -> tuple[float, float]:
    """Return the seconds of a first pull into an empty warehouse, and of decoding the JSON and bare COPY."""
    empty_warehouse()
    for name in ("units", "catalogue"):
        pull_and_load(sources[name])
    ours = timed(lambda: pull_and_load(sources["province"]))
    pages = [digest for (digest,) in fetch_all("SELECT page_digest FROM raw.pages WHERE source = 'province'")]
    frames = {table: _rows(table) for table in _TABLES}
    _make_equal_tables()
    other = timed(lambda: _least(pages, frames))
    assert len(frames[DOSSIERS]) > DOSSIERS_MADE / 2
    for table in _TABLES:
        assert _difference(table) == [(0,)]
    return ours.seconds, other.seconds


def pull_and_load(source: Source) -> None:
    """Land what is new at a source, and load it through its gates."""
    pull_source(source)
    load_source(source, gates=GateKeeper(AS_OF))


def _rows(table: Table) -> pd.DataFrame:
    return read_frame(f"SELECT {', '.join(table.columns)} FROM {table.full_name} WHERE source = 'province'", None, table)


def _least(pages: list[str], frames: dict[Table, pd.DataFrame]) -> None:
    for digest in pages:
        json.loads(landing.fetch(digest, "province"))
    with connection("copy") as driver:
        for table, frame in frames.items():
            copy_in(driver, sql.Identifier("bench", table.name), table.columns, frame, table)


def _make_equal_tables() -> None:
    with connection("prepare") as driver, driver.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench")
        for table in _TABLES:
            cursor.execute(f"CREATE TABLE bench.{table.name} (LIKE {table.full_name} INCLUDING ALL)")


def _difference(table: Table) -> list[tuple[int]]:
    ours, theirs = (f"SELECT * FROM {name} WHERE source = 'province'" for name in (table.full_name, f"bench.{table.name}"))
    either = f"(({ours}) EXCEPT ({theirs})) UNION ALL (({theirs}) EXCEPT ({ours}))"
    return [(int(rows),) for (rows,) in fetch_all(f"SELECT count(*) FROM ({either}) AS either")]
