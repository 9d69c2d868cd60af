"""Single cells of sealed tables, edited as somebody with the password would, and whether a look at the seals names them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg2.extensions

from schemas.table import Kind, Table
from schemas.verdicts import VERDICTS_TABLE
from tasks.auditing.seals import SEALED, SealReport, verify_seals
from tasks.warehouse.engine import Query
from tasks.warehouse.seals import Fetch

# What a cell of each kind is edited into: another value, whatever it was.
_EDITS = {
    Kind.TEXT: "coalesce({0}, '') || 'x'",
    Kind.INTEGER: "coalesce({0}, 0) + 1",
    Kind.NUMBER: "coalesce({0}, 0) + 0.01",
    Kind.BOOLEAN: "NOT coalesce({0}, false)",
    Kind.DATE: "coalesce({0}, DATE '2026-01-01') + 1",
    Kind.INSTANT: "coalesce({0}, TIMESTAMPTZ '2026-01-01') + interval '1 microsecond'",
    Kind.JSON: "jsonb_build_object('was', {0})",
}


@dataclass(frozen=True)
class EditedCell:
    """A cell that was edited; key: that of its row before."""

    table: Table
    key: str
    column: str

    def is_named(self, report: SealReport) -> bool:
        """Whether the row is named, and the column; of a row whose key was edited, that the old key is gone."""
        rows = [one for one in report.edited if (one.table, one.key) == (self.table.full_name, self.key)]
        if self.column in self.table.key:
            return [one.what for one in rows] == ["gone"]
        return any(self.column in one.columns for one in rows)


def edit(driver: psycopg2.extensions.connection, table: Table, column: str, row: str) -> EditedCell:
    """Edit a cell of the row at a place (``ctid``)."""
    key = ", ".join(f"{name}::text" for name in table.key)
    with driver.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws('|', {key}) FROM {table.full_name} WHERE ctid = %s", (row,))
        ((before,),) = cursor.fetchall()
        cursor.execute(
            f"UPDATE {table.full_name} SET {column} = {_EDITS[table[column].kind].format(column)} WHERE ctid = %s", (row,)
        )
    return EditedCell(table, str(before), column)


def asked_in(driver: psycopg2.extensions.connection) -> Fetch:
    """Ask within an open transaction."""

    def fetch(query: Query, parameters: Mapping[str, Any] | None) -> list[tuple[Any, ...]]:
        with driver.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return list(cursor.fetchall())

    return fetch


def unnamed(driver: psycopg2.extensions.connection, chosen: Iterable[tuple[Table, str, str]]) -> list[EditedCell]:
    """Edit cells of different rows (table, column, place), look at the seals, and undo; return those that are not named."""
    edited = [edit(driver, *one) for one in chosen]
    report = verify_seals(asked_in(driver))
    driver.rollback()
    return [one for one in edited if not one.is_named(report)]


def places(driver: psycopg2.extensions.connection) -> dict[Table, list[str]]:
    """Return the places of the rows of every sealed table; of verdicts those of the policies that are published."""
    found = {}
    with driver.cursor() as cursor:
        for table in SEALED:
            where = "WHERE policy IN (SELECT part FROM audit.seal_sums)" if table is VERDICTS_TABLE else ""
            cursor.execute(f"SELECT ctid::text FROM {table.full_name} {where} ORDER BY 1")
            found[table] = [place for (place,) in cursor.fetchall()]
    driver.rollback()
    return found


def every_column(driver: psycopg2.extensions.connection, dice: random.Random) -> list[list[tuple[Table, str, str]]]:
    """Choose a row for every column of every sealed table, in groups of which none holds a row twice."""
    groups: list[list[tuple[Table, str, str]]] = []
    for table, rows in places(driver).items():
        columns = list(table.columns)
        size = min(len(rows), len(columns))
        for number, start in enumerate(range(0, len(columns), size)):
            if number == len(groups):
                groups.append([])
            some = columns[start : start + size]
            groups[number] += [(table, *pair) for pair in zip(some, dice.sample(rows, len(some)), strict=True)]
    return groups
