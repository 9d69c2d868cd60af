"""Identifiers in statements: names of tables and columns, quoted."""

from __future__ import annotations

from psycopg2 import sql

from schemas.table import Table


def qualified(table: Table) -> sql.Composable:
    """Return a table's name with its layer, quoted."""
    return sql.Identifier(table.schema, table.name)


def names(columns: tuple[str, ...], of: str | None = None) -> sql.Composable:
    """Return column names as a list for a statement, quoted, each after its table's alias if one is given."""
    return sql.SQL(", ").join(sql.Identifier(of, c) if of else sql.Identifier(c) for c in columns)
