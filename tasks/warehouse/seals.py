"""Seals: what each row of a sealed table said when it was sealed, summed up for the ledger.

A seal holds the digest of the whole row, which tells that a cell was edited, and three hexadecimal digits of the digest of each
cell, which tell which one. All seals of a part of a table are summed up, so that sealing costs what changed; the sums are in the
ledger, which is chained: whoever edits a cell would have to edit its seal, the sums and every later entry of the ledger.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg2 import sql

from schemas.table import Field, Kind, OneOf, Table
from tasks.warehouse.engine import Query
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.identifiers import names, qualified

if TYPE_CHECKING:
    from tasks.warehouse.load import Load

Fetch = Callable[[Query, Mapping[str, Any] | None], list[tuple[Any, ...]]]
"""How a query is asked: within an open load or by itself."""
SEALING_ACTIONS = ("publish", "draft", "withdraw")
"""Actions of the ledger whose loads seal what they write; their digest is that of all seals."""
_DIGITS = 3  # of each cell's digest
_NULL = "~"  # what is digested where a cell is null
_WORD = 60  # bits of a seal's own digest in each of the two sums
_ANY_SEALS = "SELECT EXISTS (SELECT FROM audit.seals AS s WHERE s.sealed_table = %(table)s AND s.part = %(part)s)"
# Where nothing of a part is sealed, there is nothing to look for and nothing to collide with: a million rows take half the time.
_FIRST = sql.SQL(
    "WITH fresh AS (INSERT INTO audit.seals (sealed_table, part, row_key, digest, cells) "
    "SELECT %(table)s, %(part)s, {key}, {digest}, {cells} FROM {table} AS t WHERE {where} RETURNING row_key, digest, cells) {new}"
)
_AGAIN = sql.SQL(
    "WITH fresh AS MATERIALIZED (SELECT {key} AS row_key, {digest} AS digest, {cells} AS cells FROM {table} AS t WHERE {where}), "
    "old AS (SELECT s.row_key, s.digest, s.cells FROM fresh AS f CROSS JOIN LATERAL (SELECT * FROM audit.seals AS s WHERE "
    "s.sealed_table = %(table)s AND s.part = %(part)s AND s.row_key = f.row_key LIMIT 1) AS s), put AS (INSERT INTO audit.seals AS s (sealed_table, part, row_key, digest, cells) "
    "SELECT %(table)s, %(part)s, row_key, digest, cells FROM fresh ON CONFLICT (sealed_table, part, row_key) DO UPDATE "
    "SET digest = excluded.digest, cells = excluded.cells WHERE s.digest <> excluded.digest OR s.cells <> excluded.cells) "
    "SELECT n.seals - o.seals, n.first_sum - o.first_sum, n.second_sum - o.second_sum FROM ({new}) AS n CROSS JOIN ({old}) AS o"
)
_NEW, _OLD = "fresh", "old"
_SUMS = "SELECT sealed_table, part, through, seals, first_sum, second_sum FROM audit.seal_sums ORDER BY 1, 2"
_PUT_SUMS = """
    INSERT INTO audit.seal_sums AS s (sealed_table, part, through, seals, first_sum, second_sum)
    VALUES (%(table)s, %(part)s, %(through)s, %(seals)s, %(first)s, %(second)s) ON CONFLICT (sealed_table, part) DO UPDATE
    SET through = excluded.through, seals = excluded.seals, first_sum = excluded.first_sum, second_sum = excluded.second_sum
"""


@dataclass(frozen=True)
class SealedPart:
    """A part of a table that is sealed together.

    Attributes:
        table: sealed table.
        part: name of the part.
        where: condition on its rows (``t``), with parameters.
        given: their values.
        between: whether loads that seal nothing write its rows too, which then wait for the next seal.
    """

    table: Table
    part: str
    where: str = "true"
    given: Mapping[str, Any] = field(default_factory=dict)
    between: bool = False


@dataclass(frozen=True)
class EditedRow:
    """A row that is not what was sealed.

    Attributes:
        table: its table.
        key: values of its key, with | between them.
        what: edited, gone (sealed and no longer there), or unsealed (there and never sealed).
        columns: cells that were edited, as far as they can be told.
    """

    table: str
    key: str
    what: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sums:
    """Sums over the seals of a part, and the change number up to which it is sealed."""

    sealed_table: str
    part: str
    through: int
    seals: int
    first_sum: int
    second_sum: int


def sums_of(fetch: Fetch) -> list[Sums]:
    """Return the sums of every part, in order."""
    return [Sums(*row) for row in fetch(_SUMS, None)]


def head_of(sums: list[Sums]) -> str:
    """Return the SHA-256 over all sums: what the ledger keeps of the seals."""
    rows = [[one.sealed_table, one.part, one.through, one.seals, one.first_sum, one.second_sum] for one in sums]
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def seal(current: Load, of: SealedPart, fresh: str, through: int) -> None:
    """Seal the rows of a part that are new or changed, and bring its sums up to date.

    Args:
        current: the open load that wrote them.
        of: the part.
        fresh: condition on the rows to seal (``t``); of a part that was never sealed all are.
        through: change number up to which the part is sealed then.
    """
    current.execute("SELECT pg_advisory_xact_lock(hashtextextended('audit.seals', 0))")
    key = {"table": of.table.full_name, "part": of.part}
    before = {one.part: one for one in sums_of(current.fetch) if one.sealed_table == of.table.full_name}.get(of.part)
    parts = _parts(of, of.where if before is None else f"({of.where}) AND ({fresh})")
    given = {**of.given, **key, "after": -1 if before is None else before.through}
    is_first = before is None and not current.read_one(_ANY_SEALS, key)
    statement = (_FIRST if is_first else _AGAIN).format(**parts, new=_sums(_NEW), old=_sums(_OLD))
    ((added, first, second),) = current.fetch(statement, given)
    modulus = 1 << _WORD
    current.execute(
        _PUT_SUMS,
        {
            **key,
            "through": through,
            "seals": int(added) + (before.seals if before else 0),
            "first": (int(first) + (before.first_sum if before else 0)) % modulus,
            "second": (int(second) + (before.second_sum if before else 0)) % modulus,
        },
    )
    failpoint("part_sealed")


def sealed_head(current: Load) -> str:
    """Return what the ledger is to keep of all seals, as an open load leaves them."""
    return head_of(sums_of(current.fetch))


def edited_rows(
    fetch: Fetch, of: SealedPart, through: int, *, only: str = "true", blank: tuple[str, ...] = ()
) -> list[EditedRow]:
    """Name the rows of a part that are not what was sealed.

    Of a part that is written between seals, a row whose change number is later was written by a load since, if the ledger knows
    that load.

    Args:
        fetch: asks the warehouse.
        of: the part.
        through: change number up to which it is sealed.
        only: condition on the rows (``t``) to look at; sealed rows that are gone are told only where it is every one.
        blank: columns to be looked at as if they were still null.
    """
    parts = _parts(of, of.where, blank)
    # Whatever the planner thinks of fresh tables: of some rows each is looked up, of all both sides are hashed.
    some = "LEFT JOIN LATERAL (SELECT * FROM audit.seals AS s WHERE {one} AND s.row_key = {key} LIMIT 1) AS s ON true"
    every = "FULL JOIN (SELECT * FROM audit.seals AS s WHERE {one}) AS s ON s.row_key = {key}"
    one = sql.SQL("s.sealed_table = %(table)s AND s.part = %(part)s")
    # The cells are asked of rows alone whose digest is another one: to digest a row is a third of the work.
    statement = sql.SQL(
        "SELECT coalesce(CASE WHEN t.is_there THEN {key} END, s.row_key), t.is_there IS NULL, s.row_key IS NULL, {cells}, s.cells "
        "FROM (SELECT t.*, true AS is_there FROM {table} AS t WHERE ({where}) AND ({only})) AS t {join} "
        "WHERE (t.is_there IS NULL OR {digest} IS DISTINCT FROM s.digest) AND NOT coalesce({written} > %(through)s AND "
        "EXISTS (SELECT FROM audit.ledger AS l WHERE l.change_number = {written} AND l.action <> ALL({sealing})), false) ORDER BY 1"
    ).format(
        **parts,
        only=sql.SQL(only),
        written=sql.SQL("t.changed_in" if of.between else "NULL::bigint"),
        sealing=sql.Literal(list(SEALING_ACTIONS)),
        join=sql.SQL(every if only == "true" else some).format(one=one, key=parts["key"]),
    )
    given = {**of.given, "table": of.table.full_name, "part": of.part, "through": through}
    return [_edited(of.table, *row) for row in fetch(statement, given)]


def misfits_of_sums(fetch: Fetch, sums: list[Sums]) -> list[Sums]:
    """Return the sums that are not those of the seals that are there."""
    query = sql.SQL("SELECT w.sealed_table, w.part, count(*), {first}, {second} FROM ({words}) AS w GROUP BY 1, 2")
    words = _words("audit.seals", "s.sealed_table, s.part, ")
    modulus = 1 << _WORD
    found = {
        (table, part): (count, int(first) % modulus, int(second) % modulus)
        for table, part, count, first, second in fetch(query.format(first=_sum(1), second=_sum(16), words=words), None)
    }
    told = {(one.sealed_table, one.part): one for one in sums}
    untold = [Sums(*key, 0, *values) for key, values in found.items() if key not in told]
    wrong = [one for key, one in told.items() if found.get(key, (0, 0, 0)) != (one.seals, one.first_sum, one.second_sum)]
    return wrong + untold


def _parts(of: SealedPart, where: str, blank: tuple[str, ...] = ()) -> dict[str, sql.Composable]:
    table = of.table
    values = [sql.SQL("NULL") if name in blank else sql.Identifier("t", name) for name in table.columns]
    cells = [_cell(table[name], value) for name, value in zip(table.columns, values, strict=True)]
    return {
        "table": qualified(table),
        "key": sql.SQL("concat_ws('|', {})").format(names(table.key, "t")),
        "digest": sql.SQL("left(encode(sha256(convert_to(ROW({})::text, 'UTF8')), 'hex'), 32)").format(
            sql.SQL(", ").join(values)
        ),
        "cells": sql.SQL("concat({})").format(sql.SQL(", ").join(cells)),
        "where": sql.SQL(where),
    }


def _cell(column: Field, value: sql.Composable) -> sql.Composable:
    """Return the digits of a cell; those of null, and of values that are declared, are worked out once and not in each row."""
    digits = sql.SQL("left(md5({}::text), {})").format(value, sql.Literal(_DIGITS))
    known = [text for one in column.constraints if isinstance(one, OneOf) for text in one.values if isinstance(text, str)]
    if column.kind is Kind.BOOLEAN:
        known = ["true", "false"]
    cases = [sql.SQL("WHEN {} IS NULL THEN {}").format(value, sql.Literal(_digits_of(_NULL)))]
    cases += [sql.SQL("WHEN {} = {} THEN {}").format(value, sql.Literal(text), sql.Literal(_digits_of(text))) for text in known]
    return sql.SQL("CASE {} ELSE {} END").format(sql.SQL(" ").join(cases), digits)


def _digits_of(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:_DIGITS]


def _sums(rows: str) -> sql.Composable:
    """Count the seals of a set of rows and sum up two words of the digest of each, which is made once (OFFSET 0)."""
    return sql.SQL("SELECT count(*) AS seals, {first} AS first_sum, {second} AS second_sum FROM ({words}) AS w").format(
        first=_sum(1), second=_sum(16), words=_words(rows)
    )


def _words(rows: str, more: str = "") -> sql.Composable:
    """Return the digest of each seal of some rows (``s``) as ``word``, after ``more`` columns of it."""
    return sql.SQL(
        "SELECT {more}encode(sha256(convert_to(s.row_key || '|' || s.digest || '|' || s.cells, 'UTF8')), 'hex') AS word "
        "FROM {rows} AS s OFFSET 0"
    ).format(more=sql.SQL(more), rows=sql.SQL(rows))


def _sum(first: int) -> sql.Composable:
    """Sum up fifteen hexadecimal digits of each digest (``w.word``), from one on."""
    return sql.SQL("coalesce(sum(('x' || substr(w.word, {}, 15))::bit(60)::bigint), 0)").format(sql.Literal(first))


def _edited(table: Table, key: str, gone: bool, unsealed: bool, cells: str | None, sealed: str | None) -> EditedRow:
    if gone or unsealed or cells is None or sealed is None:
        return EditedRow(table.full_name, key, "gone" if gone else "unsealed")
    places = range(0, len(cells), _DIGITS)
    edited = (cells[place : place + _DIGITS] != sealed[place : place + _DIGITS] for place in places)
    columns = tuple(name for name, differs in zip(table.columns, edited, strict=True) if differs)
    return EditedRow(table.full_name, key, "edited", columns)
