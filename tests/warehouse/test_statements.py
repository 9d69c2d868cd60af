"""Every statement of the product is one that the migrated, empty warehouse can explain."""

from __future__ import annotations

from functools import lru_cache

import psycopg2
import psycopg2.extensions
import pytest

from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection
from tests.house.tree import ROOT, name_of
from tests.warehouse.product_sql import Statement, statements

# Tables of a session that later statements ask.
MADE_FIRST = ("tasks/match.py _SCOPE", "tasks/preview/upgrade.py _KEEP")


@lru_cache
def all_statements() -> list[Statement]:
    """Every statement, looked for once and by the worker that asks."""
    return list(statements())


def refused(driver: psycopg2.extensions.connection) -> dict[str, str]:
    """Ask the database to explain every statement; return what it says of those that it cannot."""
    found: dict[str, str] = {}
    with driver.cursor() as cursor:
        cursor.execute("SAVEPOINT asked")
        for one in all_statements():
            for part in one.parts:
                if "pg_authid" in part:
                    continue  # for a superuser of the server alone; tests/faults/test_backup.py runs it
                try:
                    cursor.execute(f"EXPLAIN {part}")
                except psycopg2.Error as error:
                    found[one.place] = str(error).splitlines()[0]
                    cursor.execute("ROLLBACK TO asked")
            if one.place in MADE_FIRST and one.place not in found:
                cursor.execute(one.parts[0])
                cursor.execute("SAVEPOINT asked")
    return found


def test_the_warehouse_can_explain_every_statement(warehouse: Cluster) -> None:
    with connection("explain") as driver:
        found = refused(driver)
        driver.rollback()
    assert not found, "\n".join(f"{place}: {said}" for place, said in found.items())


@pytest.mark.parametrize(
    ("table", "column", "named_by"),
    [
        ("core.dossiers", "partition_month", "tasks/warehouse/partitions.py _PENDING"),
        ("judged.verdicts", "recorded_timeliness", "tasks/differences.py _LATE"),
        ("raw.pages", "met_in", "tasks/pulling/shrinkage.py _GONE"),
    ],
)
def test_a_renamed_column_is_noticed(warehouse: Cluster, table: str, column: str, named_by: str) -> None:
    with connection("rename") as driver:
        with driver.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO renamed")
        found = refused(driver)
        driver.rollback()
    assert column in found[named_by]


def test_every_statement_beside_a_module_is_used_by_it() -> None:
    unused = []
    for path in sorted(ROOT.glob("tasks/**/*.sql")):
        module = path.with_suffix(".py").read_text(encoding="utf-8")
        names = [
            line.removeprefix("-- name: ")
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("-- name: ")
        ]
        unused += [f"{name_of(path)} {name}" for name in names if f'_SQL["{name}"]' not in module]
    assert not unused


def test_the_statements_are_found() -> None:
    assert len(all_statements()) > 150
