"""Merge statements that bring a table to what a stage says, touching only changed rows.

Every statement is composed from declared names. Columns are compared one by one with IS DISTINCT
FROM, so a null is a value like any other, and a row that says the same keeps its change number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg2
import psycopg2.errors
from psycopg2 import sql

from config.language import Bilingual
from schemas.dossiers import DOSSIER_VERSIONS, DOSSIERS
from schemas.table import Table
from schemas.verdicts import VERDICTS_TABLE
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.identifiers import names, qualified
from tasks.warehouse.recounts import note_changed, note_removed
from tasks.warehouse.stage import Stage

_CHANGED_IN = "changed_in"
# Where a record was read does not change what it says: a dossier that an overlapping pull brings again in
# another landing file stays untouched, and goes on naming the file that first said so.
_NOT_COMPARED = ("pull_id", "page_digest", "page_position")
_EVERY = sql.SQL("")  # no condition: every staged row is inserted
_SAMPLED = 100  # staged rows, by which is told whether all may be new
_COLLISIONS = 3  # with loads of other subjects, before the server's refusal is passed on


@dataclass(frozen=True)
class Merged:
    """What became of the rows of one merge."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0

    def __add__(self, other: Merged) -> Merged:
        """Add up two merges."""
        return Merged(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.deleted + other.deleted,
        )


class Merge:
    """One table, one stage, one transaction.

    Args:
        number: change number given to rows that are inserted or updated.
        touched: temporary table that notes (source, code) of every row changed or deleted; None to note none.
        repeated: the table was merged in this transaction before, so a version may exist already.
        unless: condition on a row that is there (``t``) and the staged one of its key (``s``): the staged one is held back.
        told: what is told of a row that is held back, likewise.

    Attributes:
        held_back: keys of the staged rows that were held back, and what is told of each.
    """

    def __init__(
        self,
        driver: psycopg2.extensions.connection,
        table: Table,
        stage: Stage,
        number: int,
        touched: sql.Composable | None = None,
        repeated: bool = False,
        unless: sql.Composable | None = None,
        told: sql.Composable | None = None,
    ) -> None:
        self.held_back: list[tuple[Any, ...]] = []
        self._unless, self._told = unless, told or sql.SQL("NULL")
        self._driver, self._table, self._stage, self._number = driver, table, stage, number
        self._touched, self._repeated = touched, repeated
        self._target = qualified(table)
        self._values = tuple(c for c in stage.columns if c not in table.key and c != _CHANGED_IN)
        self._counts_changes = _CHANGED_IN in table.managed
        self._since = dict(table.since)

    def upsert(self) -> Merged:
        """Update rows whose key is there and whose columns differ, insert those whose key is not.

        A load of another subject may insert one of our keys between our look and our insert. Then the
        server refuses ours, and looking again finds the row that is to be updated.
        """
        if self._stage.rows == 0:
            return Merged()
        for _ in range(_COLLISIONS):
            try:
                return self._undoable(self._look_and_write)
            except psycopg2.errors.UniqueViolation:
                continue
        return self._look_and_write()

    def _look_and_write(self) -> Merged:
        is_empty = self._is_empty()
        if not is_empty:
            self._analyze()
        if self._table is VERDICTS_TABLE:
            note_changed(self._driver, self._stage.name, self._same_key())
        if is_empty:
            return Merged(self._fill())
        if self._seems_new():
            inserted = self._insert(sql.SQL("ON CONFLICT ({}) DO NOTHING").format(names(self._table.key)))
            updated = self._update_known() if inserted < self._stage.rows else 0
            return Merged(inserted, updated, self._stage.rows - inserted - updated)
        new = self._count_new()
        updated = self._update_known() if new < self._stage.rows else 0
        failpoint("updated")
        inserted = self._insert(self._absent() if new < self._stage.rows else _EVERY) if new else 0
        return Merged(inserted, updated, self._stage.rows - inserted - updated)

    def _undoable(self, write: Callable[[], Merged]) -> Merged:
        with self._driver.cursor() as cursor:
            cursor.execute("SAVEPOINT before_writing")
            try:
                merged = write()
            except psycopg2.errors.UniqueViolation:
                cursor.execute("ROLLBACK TO SAVEPOINT before_writing")
                raise
            cursor.execute("RELEASE SAVEPOINT before_writing")
        return merged

    def delete_gone(self, within: sql.Composable, using: sql.Composable | None = None) -> int:
        """Delete rows that lie within a condition on ``t`` and that the stage does not name."""
        if self._table is VERDICTS_TABLE:
            note_removed(self._driver, self._stage.name, self._same_key(), within)
        statement = sql.SQL(
            "DELETE FROM {target} AS t {using} WHERE {within} AND NOT EXISTS (SELECT FROM {stage} AS s WHERE {same})"
        )
        deleted = self._run(
            statement.format(
                target=self._target,
                using=sql.SQL("USING {}").format(using) if using else sql.SQL(""),
                within=within,
                stage=self._stage.name,
                same=self._same_key(),
            )
        )
        failpoint("gone_deleted")
        return deleted

    def _is_empty(self) -> bool:
        with self._driver.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(self._target))
            return bool(cursor.fetchone()[0])

    def _analyze(self) -> None:
        with self._driver.cursor() as cursor:
            cursor.execute(sql.SQL("ANALYZE {} ({})").format(self._stage.name, names(self._table.key)))

    def _seems_new(self) -> bool:
        """Tell whether none of some staged rows is there: then no others are looked for, and the index refuses those that are."""
        statement = sql.SQL(
            "SELECT NOT EXISTS (SELECT FROM (SELECT * FROM {stage} LIMIT {some}) AS s, LATERAL "
            "(SELECT FROM {target} AS t WHERE {same} LIMIT 1) AS t)"
        )
        question = statement.format(
            stage=self._stage.name, some=sql.Literal(_SAMPLED), target=self._target, same=self._same_key()
        )
        with self._driver.cursor() as cursor:
            cursor.execute(question)
            return bool(cursor.fetchone()[0])

    def _count_new(self) -> int:
        """Count staged rows without a counterpart, by their keys alone: whole rows are compared once, by the update."""
        with self._driver.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT count(*) FROM {} AS s {}").format(self._stage.name, self._absent()))
            return int(cursor.fetchone()[0])

    def _update_known(self) -> int:
        """Update rows that are there, but for those that are held back: they leave the stage."""
        if self._unless is not None:
            statement = sql.SQL(
                "DELETE FROM {stage} AS s USING {target} AS t WHERE {same} AND {unless} RETURNING {key}, {told}"
            )
            with self._driver.cursor() as cursor:
                cursor.execute(
                    statement.format(
                        stage=self._stage.name,
                        target=self._target,
                        same=self._same_key(),
                        unless=self._unless,
                        key=names(self._table.key, "s"),
                        told=self._told,
                    )
                )
                self.held_back = list(cursor.fetchall())
        return self._update()

    def _update(self) -> int:
        if not self._values:  # a key says all there is: nothing can differ
            return 0
        assignments = [sql.SQL("{} = {}").format(sql.Identifier(c), self._new(c)) for c in self._values]
        assignments += self._change_number("{} = {}")
        statement = sql.SQL("UPDATE {target} AS t SET {assignments} FROM {stage} AS s WHERE {same} AND {differs}")
        return self._run(
            statement.format(
                target=self._target,
                assignments=sql.SQL(", ").join(assignments),
                stage=self._stage.name,
                same=self._same_key(),
                differs=self._differs(),
            )
        )

    def _fill(self) -> int:
        """Insert the whole stage into an empty table; versions are then the stage's rows, without a detour."""
        if self._table is not DOSSIERS or self._repeated:
            return self._insert(_EVERY)
        with self._driver.cursor() as cursor:
            cursor.execute(self._insertion(_EVERY))
            rows = int(cursor.rowcount)
            given = tuple(c for c in DOSSIER_VERSIONS.columns if c not in ("seen_at", _CHANGED_IN))
            cursor.execute(
                sql.SQL(
                    "INSERT INTO {versions} ({given}, changed_in, seen_at) SELECT {given}, {number}, now() FROM {stage}"
                ).format(
                    versions=qualified(DOSSIER_VERSIONS),
                    given=names(given),
                    number=sql.Literal(self._number),
                    stage=self._stage.name,
                )
            )
        return rows

    def _insert(self, which: sql.Composable) -> int:
        return self._run(self._insertion(which))

    def _absent(self) -> sql.Composable:
        """Return the condition that a staged row has no counterpart."""
        return sql.SQL("WHERE NOT EXISTS (SELECT FROM {} AS t WHERE {})").format(self._target, self._same_key())

    def _insertion(self, which: sql.Composable) -> sql.Composable:
        columns = self._stage.columns
        number = [sql.Literal(self._number)] if self._counts_changes else []
        return sql.SQL("INSERT INTO {target} AS t ({columns}) SELECT {values} FROM {stage} AS s {which}").format(
            target=self._target,
            columns=names((*columns, _CHANGED_IN) if self._counts_changes else columns),
            values=sql.SQL(", ").join([names(columns, "s"), *number]),
            stage=self._stage.name,
            which=which,
        )

    def _run(self, change: sql.Composable) -> int:
        """Run a changing statement, and note what it changed where somebody needs to know."""
        if self._table is DOSSIERS:
            change = self._noting(change, qualified(DOSSIER_VERSIONS), DOSSIER_VERSIONS.columns)
        elif self._touched is not None:
            change = self._noting(change, self._touched, ("source", "code"))
        with self._driver.cursor() as cursor:
            cursor.execute(change)
            return int(cursor.rowcount)

    def _noting(self, change: sql.Composable, where: sql.Composable, columns: tuple[str, ...]) -> sql.Composable:
        returned = tuple(c for c in columns if c != "seen_at")
        seen = [sql.SQL("now()")] if "seen_at" in columns else []
        again = sql.SQL("")
        if self._repeated and self._table is DOSSIERS:
            settings = [
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(c)) for c in columns if c not in DOSSIER_VERSIONS.key
            ]
            again = sql.SQL("ON CONFLICT ({}) DO UPDATE SET {}").format(
                names(DOSSIER_VERSIONS.key), sql.SQL(", ").join(settings)
            )
        return sql.SQL(
            "WITH changed AS ({change} RETURNING {returned}) INSERT INTO {where} ({columns}) SELECT {values} FROM changed {again}"
        ).format(
            change=change,
            returned=names(returned, "t"),
            where=where,
            columns=names((*returned, *(("seen_at",) if seen else ()))),
            values=sql.SQL(", ").join([names(returned), *seen]),
            again=again,
        )

    def _same_key(self) -> sql.Composable:
        return equal_columns(self._table.key)

    def _new(self, column: str) -> sql.Composable:
        """Return what a column of an updated row will say."""
        if column not in self._since:
            return sql.Identifier("s", column)
        other = self._since[column]
        return sql.SQL("CASE WHEN {} IS DISTINCT FROM {} THEN {} ELSE {} END").format(
            *(sql.Identifier(*name) for name in (("t", other), ("s", other), ("s", column), ("t", column)))
        )

    def _differs(self) -> sql.Composable:
        compared = tuple(c for c in self._values if c not in _NOT_COMPARED and c not in self._since)
        if not compared:
            return sql.SQL("false")
        return sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(names(compared, "t"), names(compared, "s"))

    def _change_number(self, pattern: str) -> list[sql.Composable]:
        if not self._counts_changes:
            return []
        return [sql.SQL(pattern).format(sql.Identifier(_CHANGED_IN), sql.Literal(self._number))]


def equal_columns(columns: tuple[str, ...], left: str = "t", right: str = "s") -> sql.Composable:
    """Return the condition that two aliases agree in columns that are never null."""
    return sql.SQL(" AND ").join(sql.SQL("{} = {}").format(sql.Identifier(left, c), sql.Identifier(right, c)) for c in columns)


def condition(where: Mapping[str, Any], alias: str = "t") -> sql.Composable:
    """Return a condition on columns: equal to a value, one of a list, or null for None.

    Raises:
        ValueError: no column at all, which would mean the whole table.
    """
    if not where:
        raise ValueError(Bilingual("điều kiện trống sẽ là cả bảng", "an empty condition would mean the whole table"))
    parts: list[sql.Composable] = []
    for column, value in where.items():
        name = sql.Identifier(alias, column)
        if value is None:
            parts.append(sql.SQL("{} IS NULL").format(name))
        elif isinstance(value, (list, tuple, set, frozenset)):
            parts.append(sql.SQL("{} = ANY({})").format(name, sql.Literal(sorted(value))))
        else:
            parts.append(sql.SQL("{} = {}").format(name, sql.Literal(value)))
    return sql.SQL(" AND ").join(parts)
