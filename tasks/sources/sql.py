"""Records from a database that SQLAlchemy speaks: named tables, server-side cursor, JSON lines as landing files.

The bytes of a database are what we write down of its rows: one JSON object a line, columns by their own
names, child rows (pauses, progress) inside their dossier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, DisconnectionError, NoSuchTableError, OperationalError, SQLAlchemyError

from config.connections import ChildTable, Sql
from config.errors import ConfigError, SourceError, TransientError
from config.sources import Source
from tasks.sources.profiles import columns_of
from tasks.sources.protocol import JSON_LINES, Page, Window

_KEYS_AT_ONCE = 1000  # parents named in one statement for their child rows
_CONNECT_SECONDS = 15
# Reflected names are a kind of text of their own, which JSON's writer takes for keys only when told to.
_LINES = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS


class SqlAdapter:
    """Pull of one table and its child tables; see :class:`config.connections.Sql`."""

    def __init__(self, source: Source) -> None:
        if source.sql is None:
            raise ConfigError(source.name, "kind sql without a section sql")
        self.source = source
        self.options: Sql = source.sql

    def pages(self, window: Window) -> Iterator[Page]:
        """Yield batches of rows in the order of modification and key; see the protocol."""
        # Child rows come over a second connection: some databases allow one open cursor a connection.
        with self._connection() as connection, self._connection() as beside:
            table = self._table(connection, self.options.table)
            columns = self._columns(table)
            statement = self._windowed(sa.select(*columns), table, window)
            order = [table.c[name] for name in (self.options.modified, self.options.key) if name]
            rows = connection.execution_options(stream_results=True, max_row_buffer=self.options.page_rows).execute(
                statement.order_by(*order)
            )
            number = -1
            for number, batch in enumerate(rows.mappings().partitions(self.options.page_rows)):
                yield self._page(beside, number, [dict(row) for row in batch])
            if number < 0:
                yield self._page(beside, 0, [])

    def control_total(self, window: Window) -> int | None:
        """Return the database's own count of the window's rows."""
        with self._connection() as connection:
            table = self._table(connection, self.options.table)
            found = connection.execute(self._windowed(sa.select(sa.func.count()).select_from(table), table, window))
            return int(found.scalar_one())

    def _page(self, connection: sa.Connection, number: int, rows: list[dict[str, Any]]) -> Page:
        for name in ("pauses", "events"):
            child = getattr(self.options, name)
            if child is not None and rows:
                self._attach(connection, name, child, rows)
        try:
            body = b"".join(orjson.dumps(row, default=_plain, option=_LINES) for row in rows)
        except (TypeError, ValueError):
            raise self._wrong(f"a row of {self.options.table!r} holds a value that cannot be written down") from None
        return Page(number, f"{self.options.table} {number + 1}", JSON_LINES, body, len(rows), self._newest(rows))

    def _attach(self, connection: sa.Connection, name: str, child: ChildTable, rows: list[dict[str, Any]]) -> None:
        """Put the child rows of each dossier into it, in a stable order."""
        table = self._table(connection, child.table)
        wanted = [self._column(table, column) for column in child.columns.values()]
        key = self._column(table, child.key)
        order = [key, self._column(table, child.order_by)] if child.order_by else [key, *wanted]
        by_key: dict[Any, list[dict[str, Any]]] = {row[self.options.key]: [] for row in rows}
        keys = [value for value in by_key if value is not None]
        for first in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[first : first + _KEYS_AT_ONCE]
            statement = sa.select(key.label("parent_key"), *wanted).where(key.in_(some)).order_by(*order)
            for found in connection.execute(statement).mappings():
                row = dict(found)
                by_key[row.pop("parent_key")].append(row)
        for row in rows:
            row[name] = by_key[row[self.options.key]]

    def _columns(self, table: sa.Table) -> list[sa.Column[Any]]:
        named = [heading for headings in columns_of(self.source).values() for heading in headings]
        names = dict.fromkeys([self.options.key, *([self.options.modified] if self.options.modified else []), *named])
        return [self._column(table, name) for name in names]

    def _windowed(self, statement: sa.Select[Any], table: sa.Table, window: Window) -> sa.Select[Any]:
        if self.options.modified is None:
            return statement
        column = self._column(table, self.options.modified)
        if window.since is not None:
            # A row that states no modification is asked for each time rather than lost.
            statement = statement.where(sa.or_(column >= self._local(column, window.since), column.is_(None)))
        if window.until is not None:
            statement = statement.where(sa.or_(column < self._local(column, window.until), column.is_(None)))
        return statement

    def _local(self, column: sa.Column[Any], moment: datetime) -> Any:
        """Return an instant as the column holds times: with a zone, or as office time without one."""
        if getattr(column.type, "timezone", False):
            return moment
        local = moment.astimezone(self.source.timezone).replace(tzinfo=None)
        if isinstance(column.type, sa.DateTime):
            return local
        if isinstance(column.type, sa.Date):
            return local.date()
        return local.isoformat(sep=" ", timespec="seconds")

    def _newest(self, rows: Sequence[dict[str, Any]]) -> datetime | None:
        name = self.options.modified
        moments = [_moment(row[name]) for row in rows] if name else []
        aware = [m if m.tzinfo else m.replace(tzinfo=self.source.timezone) for m in moments if m is not None]
        return max(aware, default=None)

    def _table(self, connection: sa.Connection, name: str) -> sa.Table:
        """Reflect a table: names of the source file become quoted identifiers only if the database has them."""
        try:
            return sa.Table(name, sa.MetaData(), schema=self.options.namespace, autoload_with=connection)
        except NoSuchTableError:
            raise self._wrong(f"the database has no table or view {name!r}") from None

    def _column(self, table: sa.Table, name: str) -> sa.Column[Any]:
        if name not in table.c:
            raise self._wrong(f"table {table.name!r} has no column {name!r}")
        return table.c[name]

    def _wrong(self, fact: str) -> SourceError:
        return SourceError(self.source.name, fact, "Correct the source file.")

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        """Open a connection for reading; errors become ours and hold no statement, value or password."""
        try:
            url = sa.make_url(self.options.address.value())
        except sa.exc.ArgumentError:
            raise ConfigError(
                f"environment variable {self.options.address.env}", "is no database address", "dialect://…"
            ) from None
        try:
            engine = sa.create_engine(url, hide_parameters=True, poolclass=sa.pool.NullPool, connect_args=_limits(url))
        except (SQLAlchemyError, ImportError):
            raise ConfigError(f"environment variable {self.options.address.env}", "names no dialect installed here") from None
        try:
            with engine.connect() as connection:
                yield connection
        except (OperationalError, DisconnectionError) as error:
            raise TransientError(self.source.name, f"the database could not be read ({_state(error)})") from None
        except SQLAlchemyError as error:
            raise SourceError(self.source.name, f"the database refused to be read ({_state(error)})") from None
        finally:
            engine.dispose()


def _limits(url: sa.URL) -> dict[str, Any]:
    return {"connect_timeout": _CONNECT_SECONDS} if url.get_backend_name() in ("postgresql", "mysql", "mariadb") else {}


def _state(error: SQLAlchemyError) -> str:
    """Return what of an error is safe to show: its class and SQLSTATE."""
    original = getattr(error, "orig", None) if isinstance(error, DBAPIError) else None
    state = getattr(original, "pgcode", None) or getattr(original, "sqlstate", None)
    return " ".join(part for part in (type(error).__name__, state) if part)


def _plain(value: Any) -> Any:
    """Write down what JSON has no kind for."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return str(value)


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return None
    return None
