"""Row values of a database as JSON; no value, whatever it is, stops a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import DataError, OperationalError

_T = TypeVar("_T")
# Reflected names are a kind of text of their own, which JSON's writer takes for keys only when told to.
_LINES = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
_DEEPEST = 100  # objects inside one another in a value that is one itself
_LARGEST = 2**63


class OddValueError(Exception):
    """A value is none of its column's kind: the driver cannot hand it out."""


def odd_values_told(rows: Iterable[_T]) -> Iterator[_T]:
    """Yield rows; what a driver raises for a value that it cannot hand out is told as :class:`OddValueError`."""
    each = iter(rows)
    while True:
        try:
            row = next(each)
        except StopIteration:
            return
        except (ValueError, OverflowError, DataError) as error:
            raise OddValueError from error
        except OperationalError as error:
            if "decode to UTF-8" in str(error.orig):  # SQLite
                raise OddValueError from error
            raise
        yield row


class Values:
    """Values as the driver hands them out, which is quickest."""

    def prepare(self, *connections: sa.Connection) -> None:
        """Do what has to be done before rows are asked for."""

    def shown(self, column: sa.Column[Any], connection: sa.Connection) -> sa.ColumnElement[Any]:  # noqa: ARG002 - as the other's
        """Return what to ask for to get a column."""
        return column

    def row(self, found: Mapping[Any, Any], table: sa.Table) -> dict[str, Any]:  # noqa: ARG002 - as the other's
        """Return a row as it is written down."""
        return dict(found)


class AsText(Values):
    """Dates as text, which every value has; those that are dates come out as the driver would have handed them out."""

    def prepare(self, *connections: sa.Connection) -> None:
        """Take bytes that are no text as well as they can be taken, where it is the driver that is strict."""
        for connection in connections:
            if connection.dialect.name == "sqlite":
                driver: Any = connection.connection.driver_connection
                driver.text_factory = lambda content: content.decode("utf-8", "replace")

    def shown(self, column: sa.Column[Any], connection: sa.Connection) -> sa.ColumnElement[Any]:
        """Return a column, one of dates as text; see :meth:`Values.shown`."""
        if not isinstance(column.type, sa.DateTime | sa.Date | sa.Time):
            return column
        dialect = connection.dialect.name
        if dialect == "sqlite":
            return sa.type_coerce(column, sa.String).label(column.name)
        if dialect == "oracle":
            return sa.func.to_char(column, "SYYYY-MM-DD HH24:MI:SS").label(column.name)
        return sa.cast(column, sa.String(40) if dialect in ("mysql", "mariadb", "mssql") else sa.Text).label(column.name)

    def row(self, found: Mapping[Any, Any], table: sa.Table) -> dict[str, Any]:
        """Return a row in which each text that is a date of its column's kind is one; see :meth:`Values.row`."""
        return {name: _back(value, table.c[name].type) if name in table.c else value for name, value in dict(found).items()}


def _back(value: Any, kind: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        if isinstance(kind, sa.DateTime):
            return datetime.fromisoformat(value)
        return date.fromisoformat(value) if isinstance(kind, sa.Date) else value
    except ValueError:
        return value


def line_of(row: dict[str, Any]) -> bytes:
    """Return a row as a line of JSON."""
    try:
        return orjson.dumps(row, default=_plain, option=_LINES)
    except (TypeError, ValueError):
        return orjson.dumps(_storable(row, 0), default=_plain, option=_LINES)


def _storable(value: Any, depth: int) -> Any:
    """Return a value without what JSON in UTF-8 cannot hold: half characters, numbers of more than 64 bits, endless depth."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        return str(value)
    if isinstance(value, dict | list) and depth == _DEEPEST:
        return "nested too deeply"
    if isinstance(value, dict):
        return {_storable(str(key), depth): _storable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item, depth + 1) for item in value]
    return value


def _plain(value: Any) -> Any:
    """Write down what JSON has no kind for."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return str(value)
