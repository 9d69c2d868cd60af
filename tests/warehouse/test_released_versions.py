"""Warehouses of released versions, with data: each comes to this release, keeps what stood in it, and judges on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import zstandard
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from config.read_once import forget
from config.settings import ROOT
from schemas.migrations.comparison import OPTIONS, declared
from tasks.check import check_batch
from tasks.judge import judge_batch
from tasks.judging.rules_digest import rules_digest
from tasks.match import match_all
from tasks.warehouse.batches import batched
from tasks.warehouse.cluster import Cluster, shipped_program
from tasks.warehouse.engine import engine, fetch_all, reset_engine
from tasks.warehouse.ledger import verify
from tasks.warehouse.migrations import migrate, newest_revision
from tasks.warehouse.partitions import every_partition

RELEASES = sorted((ROOT / "tests" / "data" / "releases").glob("*.sql.zst"))
"""Dumps that each release's own pg_dump wrote of its demonstration: a made-up province of 300 dossiers, no person in it."""

DAY = date(2026, 3, 31)
# What a reader of the figures would miss, and what evidence rests on.
KEPT = {
    "core.dossiers": "source, code, status, received_at, due_at, done_at, unit_code, procedure_code, changed_in",
    "core.events": "source, code, seq, at, status",
    "core.matches": "source, code, other_source, other_code, kind, rule",
    "mart.publications": "publication_id, policy, as_of, published_at, counts_digest, dossiers",
    "mart.indicators": "publication_id, indicator, basis, unit_code, field_code, channel, period, numerator, denominator, value",
    "raw.rejected": "source, page_digest, page_position, code, reason",
    "audit.ledger": "entry, at, action, subject, digest, previous_hash, hash",
}
_ONE = "SELECT source, code, verdict, due_at, end_at FROM judged.verdicts WHERE policy = 'qd766'"


@dataclass
class Released:
    """A warehouse as a release left it.

    Attributes:
        address: of the database.
        rows: what stood in the tables of :data:`KEPT`.
        verdicts: source and code, to verdict, due time and end.
    """

    address: str
    rows: dict[str, set[tuple[Any, ...]]]
    verdicts: dict[tuple[str, str], tuple[Any, ...]]


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def released(request: pytest.FixtureRequest, warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Released]:
    # The worker's own warehouse first: a test before may have killed its server, and emptying it waits until it answers again.
    warehouse.create_database("released")
    address = warehouse.url("released", "")
    _restore(request.param, address)
    monkeypatch.setenv("MOTCUA_DATABASE_URL", warehouse.url("released"))
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(ROOT / "demo" / "sources"))
    forget()
    reset_engine()
    yield Released(address, _kept(address), {row[:2]: row[2:] for row in _asked(address, _ONE)})
    reset_engine()
    with closing(warehouse._connect("postgres")) as admin, admin.cursor() as cursor:
        admin.autocommit = True
        cursor.execute("DROP DATABASE released WITH (FORCE)")


def _restore(dump: Path, address: str) -> None:
    program = shipped_program("psql")
    assert program is not None
    written = zstandard.decompress(dump.read_bytes()).replace(b" FOR ROLE motcua ", b" ")  # the owner has another name here
    command = [str(program), "-qX", "-v", "ON_ERROR_STOP=1", "-d", address]
    said = subprocess.run(command, input=written, capture_output=True, check=False)
    assert said.returncode == 0, said.stderr.decode()


def _asked(address: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(address)) as driver, driver.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _kept(address: str) -> dict[str, set[tuple[Any, ...]]]:
    return {table: set(_asked(address, f"SELECT {columns} FROM {table}")) for table, columns in KEPT.items()}


def test_a_released_warehouse_comes_to_this_release_and_keeps_what_stood_in_it(released: Released) -> None:
    assert len(released.rows["core.dossiers"]) > 300
    steps = migrate()
    assert steps[-1] == newest_revision()
    assert migrate() == []
    with engine().connect() as opened:
        assert compare_metadata(MigrationContext.configure(opened, opts=OPTIONS), declared()) == []
    now = _kept(released.address)
    assert {table: len(rows - now[table]) for table, rows in released.rows.items()} == dict.fromkeys(KEPT, 0)
    assert verify() is None, "the chain that the release wrote stands"


def test_a_released_warehouse_is_judged_on(released: Released) -> None:
    migrate()
    digest = rules_digest()
    match_all(DAY)
    for step, one in (("check", check_batch), ("judge", judge_batch)):
        for batch in batched(step, every_partition(), digest):
            one(batch, DAY, full=True)
    now = {(source, code): rest for source, code, *rest in fetch_all(_ONE)}
    assert set(now) == set(released.verdicts)
    moved = {key: (was[0], now[key][0]) for key, was in released.verdicts.items() if was[0] != now[key][0]}
    assert not moved
