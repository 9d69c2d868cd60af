"""Records from any database that SQLAlchemy speaks, landed as JSON lines.

Tables are named in the source's file and read by a server-side cursor. The bytes of a database are what we write down
of its rows: one JSON object a line, columns by their own names, child rows (pauses, progress) inside their dossier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError

from config.connections import ChildTable, Sql
from config.errors import ConfigError, SourceError, Words
from config.language import Bilingual
from config.sources import Source
from schemas.rejects import RejectReason
from tasks.sources.databases.child_tables import Parents, unpadded
from tasks.sources.databases.connections import connected
from tasks.sources.databases.row_position import RowPosition
from tasks.sources.databases.row_values import AsText, OddValueError, Values, line_of, odd_values_told
from tasks.sources.day_totals import day_of
from tasks.sources.formats.profiles import columns_of
from tasks.sources.formats.records import REFUSED
from tasks.sources.http.transport import require_hours
from tasks.sources.protocol import JSON_LINES, DayTotal, Page, Window

_KEYS_AT_ONCE = 500  # parents named in one statement for their child rows, perhaps twice: Oracle takes 1000 values
_ROUNDED = timedelta(milliseconds=10)


class SqlAdapter:
    """Pull of one table and its child tables; see :class:`config.connections.Sql`."""

    def __init__(self, source: Source) -> None:
        if source.sql is None:
            raise ConfigError(source.name, Bilingual("kind là sql nhưng thiếu mục sql", "kind sql without a section sql"))
        self.source = source
        self.options: Sql = source.sql
        self.values = Values()
        self._tables: dict[str, sa.Table] = {}

    def pages(self, window: Window, after: str | None = None) -> Iterator[Page]:
        """Yield batches of rows in the order of modification and key; see the protocol.

        Rows that state no modification belong to no window; they come first in each that has no end. Where a value is
        none of its column's kind (a day before Christ, 0000-00-00, the year 20225), dates are read as text from there on.
        """
        place, number = RowPosition.read(after, self._what()), 0
        try:
            for page in self._pages(window, place, number):
                yield page
                place, number = RowPosition.read(page.mark, self._what()), number + 1
        except OddValueError:
            self.values = AsText()
            yield from self._pages(window, place, number)

    def _pages(self, window: Window, place: RowPosition, number: int) -> Iterator[Page]:
        # Child rows come over a second connection: some databases allow one open cursor a connection.
        with self._connection() as connection, self._connection() as beside:
            self.values.prepare(connection, beside)
            table = self._table(connection, self.options.table)
            streamed = connection.execution_options(stream_results=True, max_row_buffer=self.options.page_rows)
            for undated, statement in self._statements(connection, table, window, place):
                found = odd_values_told(streamed.execute(statement).mappings().partitions(self.options.page_rows))
                for batch in found:
                    require_hours(self.source, datetime.now(UTC))
                    yield self._page(beside, number, [self.values.row(row, table) for row in batch], undated)
                    number += 1
            if number == 0:
                yield self._page(beside, 0, [], False)

    def day_totals(self, first: date, last: date) -> list[DayTotal] | None:
        """Count the table's rows by agency and day of receipt, where ``sql.totals`` asks for it."""
        if not self.options.totals:
            return None
        with self._connection() as connection:
            table = self._table(connection, self.options.table)
            unit, received = self._unit(table), self._received(table)
            days = (
                datetime.combine(day, datetime.min.time(), self.source.timezone) for day in (first, last + timedelta(days=1))
            )
            since, until = (self._local(received, moment) for moment in days)
            day = day_of(received, connection.dialect.name, self.source.zone)
            counted = sa.select(unit.label("unit"), day.label("day"), sa.func.count().label("rows"))
            found = connection.execute(counted.where(received >= since, received < until).group_by(unit, day))
            return [DayTotal(str(name or ""), date.fromisoformat(str(on)[:10]), int(rows)) for name, on, rows in found]

    def _unit(self, table: sa.Table) -> sa.ColumnElement[Any]:
        named = [heading for field in ("unit", "unit_code") for heading in columns_of(self.source).get(field, ())]
        fixed = [self.source.constants[field] for field in ("unit", "unit_code") if field in self.source.constants]
        parts = [*(self._column(table, name) for name in named), *(sa.literal(value) for value in fixed)]
        return sa.func.coalesce(*parts, "") if parts else sa.literal("")

    def _received(self, table: sa.Table) -> sa.Column[Any]:
        named = columns_of(self.source).get("received_at", ())
        column = self._column(table, named[0]) if named else None
        if column is None or not isinstance(column.type, sa.DateTime | sa.Date):
            raise self._wrong(
                Bilingual(
                    "ngày tiếp nhận không phải là một cột kiểu ngày, nên sql.totals không đếm theo ngày được",
                    "its day of receipt is not one column of a kind of date, so sql.totals cannot count by it",
                )
            )
        return column

    def _statements(
        self, connection: sa.Connection, table: sa.Table, window: Window, place: RowPosition
    ) -> Iterator[tuple[bool, sa.Select[Any]]]:
        """Return what to ask for from a place on: rows that state no modification, then those of the window."""
        statement = sa.select(*(self.values.shown(column, connection) for column in self._columns(table)))
        if self.options.modified and window.until is None and place.undated:
            where = [*self._undated(table), *self._beyond(table, place)]
            yield True, statement.where(*where).order_by(*self._order(table, undated=True))
            place = RowPosition()
        beyond = [] if place.undated else self._beyond(table, place)
        yield False, statement.where(*self._windowed(table, window), *beyond).order_by(*self._order(table, undated=False))

    def control_total(self, window: Window) -> int | None:
        """Return the database's own count of the window's rows."""
        with self._connection() as connection:
            table = self._table(connection, self.options.table)
            counted = sa.select(sa.func.count()).select_from(table)
            total = int(connection.execute(counted.where(*self._windowed(table, window))).scalar_one())
            if self.options.modified and window.until is None:
                total += int(connection.execute(counted.where(*self._undated(table))).scalar_one())
            return total

    def count(self, window: Window) -> int | None:
        """Return the same as ``control_total``: a database is asked either way."""
        return self.control_total(window)

    def _page(self, connection: sa.Connection, number: int, rows: list[dict[str, Any]], undated: bool) -> Page:
        mark = self._mark(rows[-1], undated) if rows else None
        astray: list[dict[str, Any]] = []
        for name in ("pauses", "events"):
            child = getattr(self.options, name)
            if child is not None and rows:
                astray += [
                    {REFUSED: RejectReason.NO_PARENT, name: [row]} for row in self._attach(connection, name, child, rows)
                ]
        body = b"".join(map(line_of, [*rows, *astray]))
        return Page(number, f"{self.options.table} {number + 1}", JSON_LINES, body, len(rows), self._newest(rows), mark)

    def _attach(
        self, connection: sa.Connection, name: str, child: ChildTable, rows: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Put the child rows of each dossier into it, in a stable order; return those whose dossier is not certain."""
        table = self._table(connection, child.table)
        wanted = [self._column(table, column) for column in child.columns.values()]
        key = self._column(table, child.key)
        order = [key, self._column(table, child.order_by)] if child.order_by else [key, *wanted]
        parents = Parents([row[self.options.key] for row in rows])
        shown = [self.values.shown(column, connection) for column in wanted]
        for some in parents.parts(_KEYS_AT_ONCE):
            statement = sa.select(key.label("parent_key"), *shown).where(key.in_(unpadded(some))).order_by(*order)
            for found in odd_values_told(connection.execute(statement).mappings()):
                row = self.values.row(found, table)
                parents.give(row.pop("parent_key"), row, some)
        for row in rows:
            row[name] = parents.children_of(row[self.options.key])
        return parents.astray

    def _columns(self, table: sa.Table) -> list[sa.Column[Any]]:
        named = [heading for headings in columns_of(self.source).values() for heading in headings]
        names = dict.fromkeys([self.options.key, *([self.options.modified] if self.options.modified else []), *named])
        return [self._column(table, name) for name in names]

    def _windowed(self, table: sa.Table, window: Window) -> list[sa.ColumnElement[bool]]:
        if self.options.modified is None:
            return []
        column = self._column(table, self.options.modified)
        since = [] if window.since is None else [column >= self._local(column, window.since)]
        until = [] if window.until is None else [column < self._local(column, window.until)]
        return [column.is_not(None), *since, *until]

    def _undated(self, table: sa.Table) -> list[sa.ColumnElement[bool]]:
        """Rows that state no modification are asked for each time rather than lost."""
        return [self._column(table, self.options.modified).is_(None)] if self.options.modified else [sa.false()]

    def _order(self, table: sa.Table, undated: bool) -> list[sa.Column[Any]]:
        names = [self.options.key] if undated or not self.options.modified else [self.options.modified, self.options.key]
        return [self._column(table, name) for name in names]

    def _beyond(self, table: sa.Table, place: RowPosition) -> list[sa.ColumnElement[bool]]:
        """Keep what does not come before the last row that is finished; that row comes again, its equals too."""
        if place.key is None:
            return []
        key = self._column(table, self.options.key)
        onward = sa.or_(key >= place.key, key.is_(None))
        if place.modified is None or self.options.modified is None:
            return [onward]
        modified = self._column(table, self.options.modified)
        # Some databases round what a driver read to the next hundredth: equal means within that.
        near = place.modified - _ROUNDED if isinstance(place.modified, datetime) else place.modified
        return [sa.or_(modified > place.modified, sa.and_(modified >= near, onward))]

    def _mark(self, row: dict[str, Any], undated: bool) -> str | None:
        modified = row[self.options.modified] if self.options.modified and not undated else None
        return RowPosition(undated, modified, row[self.options.key]).mark(self._what())

    def _what(self) -> str:
        """Name what places are places in: under other names they mean nothing."""
        return f"{self.options.namespace}.{self.options.table} {self.options.modified} {self.options.key}"

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
        """Look up a table's columns: names of the source file become quoted identifiers only if the database has them.

        Once a pull, and no more than is asked for: keys, indexes and constraints take a dozen further statements.
        """
        if name not in self._tables:
            try:
                columns = sa.inspect(connection).get_columns(name, self.options.namespace)
            except NoSuchTableError:
                raise self._wrong(
                    Bilingual(f"cơ sở dữ liệu không có bảng hoặc view {name!r}", f"the database has no table or view {name!r}")
                ) from None
            own = [sa.Column(column["name"], column["type"]) for column in columns]
            self._tables[name] = sa.Table(name, sa.MetaData(), *own, schema=self.options.namespace)
        return self._tables[name]

    def _column(self, table: sa.Table, name: str) -> sa.Column[Any]:
        if name not in table.c:
            raise self._wrong(
                Bilingual(f"bảng {table.name!r} không có cột {name!r}", f"table {table.name!r} has no column {name!r}")
            )
        return table.c[name]

    def _wrong(self, fact: Words) -> SourceError:
        return SourceError(self.source.name, fact, Bilingual("Hãy sửa tệp của nguồn.", "Correct the source file."))

    def _connection(self) -> AbstractContextManager[sa.Connection]:
        return connected(self.source, self.options)


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
