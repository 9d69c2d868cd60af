"""Load: the one way in which anything is written to the warehouse.

    with load("load", "province", digest=digest) as current:
        current.merge(DOSSIERS, dossiers)
        current.merge_children(EVENTS, events, parents=dossiers)
        current.progress("load", "province", through=current.change_number, rules_digest=rules)

A lock on the subject, rows copied to a stage, merged by key with unchanged ones untouched, the ledger
row, one commit. Killed at any point, it leaves everything or nothing, and running it again ends in the
same state: nothing is lost and nothing is there twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import pandas as pd
import psycopg2
import pyarrow as pa
from psycopg2 import sql

from config.errors import DataError
from config.language import Bilingual
from schemas.audit import PROGRESS
from schemas.dossiers import DOSSIERS, MATCHES
from schemas.table import Table
from tasks.rules.arrays import arrow
from tasks.warehouse.advisory_locks import IN_FLIGHT, SUBJECT_SEED
from tasks.warehouse.engine import Dtypes, Query, connection, copy_out
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.identifiers import names, qualified
from tasks.warehouse.ledger import append
from tasks.warehouse.merge import Merge, Merged, condition, equal_columns
from tasks.warehouse.net import Net
from tasks.warehouse.stage import Stage, conform, copy_in, stage

_PARENT = ("source", "code")


class Load:
    """One open load; made by :func:`load` and used inside its ``with`` block only.

    Attributes:
        change_number: number given to every row that this load inserts or updates.
        merged: what became of all rows so far.
        net: keeps personal values out of what is written; :meth:`execute` alone writes what its caller had looked at.
        abandoned: whether nothing of this load is to stay; see :meth:`abandon`.
        action: what the ledger says was done, where it turned out to be something else.
        digest: SHA-256 of what is written, for the ledger, where it is known only at the end.
    """

    def __init__(self, driver: psycopg2.extensions.connection, change_number: int) -> None:
        self._driver = driver
        self._stages = 0
        self._seen: set[str] = set()
        self._family: tuple[pd.DataFrame, sql.Composable] | None = None
        self.change_number = change_number
        self.merged = Merged()
        self.net = Net()
        self.abandoned = False
        self.action: str | None = None
        self.digest: str | None = None

    def merge(self, table: Table, frame: pd.DataFrame, *, retire_within: Mapping[str, Any] | None = None) -> Merged:
        """Insert rows with new keys, update rows of which any column differs, leave the others untouched.

        Where a record was read (``pull_id``, ``page_digest``, ``page_position``) is written with a new or
        changed row but is no difference in itself.

        Rows of ``core.dossiers`` that are inserted or updated are also kept in ``core.dossier_versions``.

        Args:
            table: where to.
            frame: all given columns of the table; keys unique.
            retire_within: columns and values of the rows that the frame tells *all* of: those that it
                does not name are deleted. Without it nothing is ever deleted.

        Raises:
            DataError: the frame does not fit the table, or names a key twice.
        """
        staged = self._stage(table, frame)
        deleted = self._delete_gone(table, staged, retire_within) if retire_within else 0
        merged = self._merge_of(table, staged).upsert() + Merged(deleted=deleted)
        failpoint("merged")
        return self._note(merged)

    def merge_unless(
        self, table: Table, frame: pd.DataFrame, unless: sql.Composable, told: sql.Composable | None = None
    ) -> list[tuple[Any, ...]]:
        """Merge rows as :meth:`merge` does, but for those that what is there forbids.

        Args:
            table: where to.
            frame: all given columns of the table; keys unique.
            unless: condition on a row that is there (``t``) and the given one of its key (``s``).
            told: what to tell of a row that is held back, in the same terms.

        Returns:
            Keys of the rows that were held back, in the order of the table's key, each with what is told of it; what is
            there stays as it is.
        """
        merge = self._merge_of(table, self._stage(table, frame), unless=unless, told=told)
        merged = merge.upsert()
        failpoint("merged")
        self._note(merged)
        given = {token: code for code, token in self.net.codes.items()}
        return [tuple(given.get(value, value) for value in row) for row in merge.held_back]

    def replace(self, table: Table, frame: pd.DataFrame, where: Mapping[str, Any]) -> Merged:
        """Make the frame's rows the only ones of the table that fulfil a condition; equal rows stay untouched.

        Args:
            table: where to.
            frame: all given columns; keys unique; every row fulfils the condition. Empty: all are deleted.
            where: columns and values: equal, one of a list, or None for null.

        Raises:
            DataError: a row lies outside the condition, or the frame does not fit the table.
            ValueError: the condition is empty.
        """
        staged = self._stage(table, frame)
        self._refuse_outside(
            table, staged, sql.SQL("({}) IS NOT TRUE").format(condition(where, "s")), "a row outside the condition"
        )
        deleted = self._delete_gone(table, staged, where)
        merged = self._merge_of(table, staged).upsert() + Merged(deleted=deleted)
        failpoint("replaced")
        return self._note(merged)

    def merge_children(self, table: Table, frame: pd.DataFrame, parents: pd.DataFrame, *, tell: bool = True) -> Merged:
        """Make the frame's rows the only children of the given dossiers; equal rows stay untouched.

        A dossier of which any child is new, changed or gone gets this load's change number in
        ``core.dossiers``, because what is known about it changed. Merge the dossiers first.

        Args:
            table: ``core.events``, ``core.pauses`` or ``quality.changes``: its key begins with source and code.
            frame: all given columns; keys unique; source and code of every row are among the parents.
            parents: columns source and code; other columns are not looked at.
            tell: without it the dossiers keep their change numbers: the children decide nothing about them.

        Raises:
            DataError: a child without its parent, or the frame does not fit the table.
        """
        staged = self._stage(table, frame, children=True)
        family = self._stage_parents(table, parents)
        orphaned = sql.SQL("NOT EXISTS (SELECT FROM {} AS p WHERE {})").format(family, equal_columns(_PARENT, "p", "s"))
        self._refuse_outside(table, staged, orphaned, "a row whose dossier is not among the parents")
        touched = self._make_touched() if tell else None
        merge = self._merge_of(table, staged, touched)
        using = sql.SQL("{} AS p").format(family)
        deleted = merge.delete_gone(equal_columns(_PARENT, "t", "p"), using)
        merged = merge.upsert() + Merged(deleted=deleted)
        if touched is not None and (merged.inserted or merged.updated or merged.deleted):
            self._bump_parents(touched)
        failpoint("children_merged")
        return self._note(merged)

    def read(self, query: Query, parameters: Mapping[str, Any] | None, dtypes: Dtypes) -> pd.DataFrame:
        """Read a frame as :func:`tasks.warehouse.engine.read_frame` does, seeing what this load has written."""
        return copy_out(self._driver, query, parameters, dtypes)

    def fetch(self, query: Query, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return a few rows as plain values, seeing what this load has written."""
        with self._driver.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return list(cursor.fetchall())

    def execute(self, query: Query, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement in this load's transaction and return how many rows it touched."""
        with self._driver.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return int(cursor.rowcount)

    def read_one(self, query: Query, parameters: Mapping[str, Any] | None = None) -> Any:
        """Run a statement in this load's transaction and return the first value of its first row.

        None where it has none.
        """
        with self._driver.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return (cursor.fetchone() or (None,))[0]

    def put(self, table: Table, row: Mapping[str, Any]) -> Merged:
        """Write one row as :meth:`merge` would, by one statement: a receipt is not worth a stage.

        Args:
            table: where to; not ``core.dossiers``, whose versions are kept.
            row: given columns and their values; one that is missing is null.
        """
        given = self.net.row(table, {column: row.get(column) for column in table.given_columns})
        if "changed_in" in table.managed:
            given["changed_in"] = self.change_number
        rest = tuple(c for c in given if c not in table.key)
        compared = tuple(c for c in rest if c != "changed_in")
        statement = sql.SQL(
            "INSERT INTO {table} AS t ({columns}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {settings} "
            "WHERE ROW({old}) IS DISTINCT FROM ROW({new}) RETURNING xmax = 0"
        ).format(
            table=qualified(table),
            columns=names(tuple(given)),
            values=sql.SQL(", ").join(sql.Literal(value) for value in given.values()),
            key=names(table.key),
            settings=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(c)) for c in rest),
            old=names(compared, "t"),
            new=names(compared, "excluded"),
        )
        written = self.fetch(statement)
        inserted = sum(bool(new) for (new,) in written)
        return self._note(Merged(inserted=inserted, updated=len(written) - inserted, unchanged=1 - len(written)))

    def progress(
        self,
        step: str,
        partition: str,
        *,
        through: int,
        as_of: date | None = None,
        rules_digest: str,
        cursor: str | None = None,
    ) -> None:
        """Record how far a step has come with a partition; takes effect with the load's commit."""
        before = self.merged
        values = (step, partition, through, as_of, rules_digest, cursor)
        self.put(PROGRESS, dict(zip(PROGRESS.given_columns, values, strict=True)))
        self.merged = before  # where a step stands is no row that it loaded
        failpoint("progressed")

    def abandon(self) -> None:
        """Let nothing of this load stay once its block ends, ledger row included.

        There turned out to be nothing to write.
        """
        self.abandoned = True

    def _note(self, merged: Merged) -> Merged:
        self.merged += merged
        return merged

    def _stage(self, table: Table, frame: pd.DataFrame, *, children: bool = False) -> Stage:
        _refuse_repeated_keys(table, frame)
        self._stages += 1
        guarded = self.net.guarded(table, conform(table, frame), children=children)
        staged = stage(self._driver, table, guarded, self._stages)
        failpoint("staged")
        return staged

    def _merge_of(
        self,
        table: Table,
        staged: Stage,
        touched: sql.Composable | None = None,
        unless: sql.Composable | None = None,
        told: sql.Composable | None = None,
    ) -> Merge:
        repeated = table.full_name in self._seen
        self._seen.add(table.full_name)
        return Merge(self._driver, table, staged, self.change_number, touched, repeated, unless, told)

    def _delete_gone(self, table: Table, staged: Stage, where: Mapping[str, Any]) -> int:
        """Delete rows within a condition that the stage does not name; a match that goes bumps its dossier."""
        touched = self._make_touched() if table is MATCHES else None
        merge = Merge(self._driver, table, staged, self.change_number, touched)
        deleted = merge.delete_gone(condition(where))
        if touched is not None and deleted:
            self._bump_parents(touched)
        return deleted

    def _stage_parents(self, table: Table, parents: pd.DataFrame) -> sql.Composable:
        """Stage parents; children of several tables that are merged one after the other share them."""
        if self._family is not None and self._family[0] is parents:
            return self._family[1]
        name = sql.Identifier(f"parents_{self._stages}")
        self.execute(sql.SQL("CREATE TEMP TABLE {} (source text, code text) ON COMMIT DROP").format(name))
        text = DOSSIERS.dtypes["code"]
        keys = parents[list(_PARENT)].astype(dict.fromkeys(_PARENT, text)).drop_duplicates()
        if self.net.codes:
            keys = keys.assign(code=pd.array(self.net.followed(arrow(keys["code"])), dtype=text))
        copy_in(self._driver, name, _PARENT, keys, table)
        self.execute(sql.SQL("ANALYZE {}").format(name))
        self._family = (parents, name)
        return name

    def _make_touched(self) -> sql.Identifier:
        name = sql.Identifier(f"touched_{self._stages}")
        self.execute(sql.SQL("CREATE TEMP TABLE {} (source text, code text) ON COMMIT DROP").format(name))
        return name

    def _bump_parents(self, touched: sql.Composable) -> None:
        statement = sql.SQL(
            "UPDATE {dossiers} AS t SET changed_in = {number} FROM (SELECT DISTINCT source, code FROM {touched}) AS s "
            "WHERE {same} AND t.changed_in <> {number}"
        )
        self.execute(
            statement.format(
                dossiers=qualified(DOSSIERS),
                number=sql.Literal(self.change_number),
                touched=touched,
                same=equal_columns(_PARENT),
            )
        )
        failpoint("parents_told")

    def _refuse_outside(self, table: Table, staged: Stage, outside: sql.Composable, fault: str) -> None:
        if staged.rows == 0:
            return
        with self._driver.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT count(*) FROM {} AS s WHERE {}").format(staged.name, outside))
            failed = int(cursor.fetchone()[0])
        if failed:
            raise DataError(table.full_name, fault, failed)


@contextmanager
def load(action: str, subject: str, *, digest: str | None = None) -> Iterator[Load]:
    """Open a load.

    One transaction under a lock on its subject, committed with its ledger row at the end unless abandoned.

    Args:
        action: step that writes, one of :data:`schemas.audit.LEDGER_ACTIONS`.
        subject: source, partition or publication that it is about; loads of one subject wait for each other.
        digest: SHA-256 of what is loaded, where there is one, for the ledger.

    Raises:
        WarehouseError: a statement failed; everything is undone. ``retryable`` tells whether to repeat.
        DataError: a frame does not fit its table; everything is undone.
    """
    with connection(f"{action} {subject}") as driver:
        current = Load(driver, _begin(driver, subject))
        failpoint("locked")
        yield current
        if current.abandoned:
            driver.rollback()
            return
        append(
            driver,
            action=current.action or action,
            subject=subject,
            change_number=current.change_number,
            inserted=current.merged.inserted,
            updated=current.merged.updated,
            unchanged=current.merged.unchanged,
            deleted=current.merged.deleted,
            digest=current.digest or digest,
        )
        failpoint("ledger_written")
        failpoint("before_commit")
    failpoint("after_commit")


def _begin(driver: psycopg2.extensions.connection, subject: str) -> int:
    """Lock the subject, announce a lower bound of the change number, then draw it.

    The bound is visible before the number exists, so whoever reads it sees either the bound or numbers
    that are all smaller: see :func:`tasks.warehouse.partitions.high_watermark`.
    """
    with driver.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", (subject, SUBJECT_SEED))
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, (last_value + is_called::int)::int) FROM audit.change_seq", (IN_FLIGHT,)
        )
        failpoint("announced")
        cursor.execute("SELECT nextval('audit.change_seq')")
        return int(cursor.fetchone()[0])


def _refuse_repeated_keys(table: Table, frame: pd.DataFrame) -> None:
    """Refuse a frame that names a key twice: which of the two rows would win is chance.

    Raises:
        DataError: with the number of rows too many.
    """
    key = list(table.key)
    if not set(key) <= set(frame.columns) or frame.empty:
        return
    distinct = pa.Table.from_pandas(frame[key], preserve_index=False).group_by(key).aggregate([]).num_rows
    if distinct < len(frame):
        raise DataError(
            table.full_name,
            Bilingual(f"không trùng lặp ({', '.join(key)})", f"unique ({', '.join(key)})"),
            len(frame) - distinct,
        )
