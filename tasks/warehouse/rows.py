"""Answers of small queries, read by the names of their columns, never by position."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import psycopg2

from tasks.warehouse.engine import Query, read_with

_T = TypeVar("_T")


def fetch_as(
    made: Callable[..., _T], query: Query, parameters: Mapping[str, Any] | None = None, purpose: str = "read"
) -> list[_T]:
    """Run a small query that only reads and make an object of each row, as a NamedTuple or a dataclass is made.

    Args:
        made: takes the query's columns by their names.
        query: a SELECT of which every column has a name, with ``%(name)s`` for parameters.
        parameters: their values.
        purpose: what it is for, as in "the warehouse refused to …".

    Raises:
        WarehouseError: the query failed.
        TypeError: its columns are not those that ``made`` takes.
    """

    def read(driver: psycopg2.extensions.connection) -> list[_T]:
        with driver.cursor() as cursor:
            cursor.execute(query, parameters or None)
            names = [column.name for column in cursor.description]
            return [made(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]

    return read_with(purpose, read)


def fetch_column(query: Query, parameters: Mapping[str, Any] | None = None, purpose: str = "read") -> list[Any]:
    """Run a small query of one column and return its values in order.

    Raises:
        WarehouseError: the query failed.
        ValueError: it has another number of columns.
    """

    def read(driver: psycopg2.extensions.connection) -> list[Any]:
        with driver.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return [value for (value,) in cursor.fetchall()]

    return read_with(purpose, read)


def fetch_value(query: Query, parameters: Mapping[str, Any] | None = None, purpose: str = "read") -> Any:
    """Run a query of one column and return the value of its first row, None where it has no row."""
    return next(iter(fetch_column(query, parameters, purpose)), None)
