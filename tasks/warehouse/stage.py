"""Rows on their way in: a frame copied into a temporary table that ends with the transaction.

A temporary table writes no log, so copying into it costs about half of copying into a lasting one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import psycopg2
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from psycopg2 import errors, sql

from config.errors import DataError
from schemas.table import Kind, Table

_ROWS_A_CHUNK = 16_384  # keeps the encoder's memory flat: about 8 MB of text
_WRITE = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed", batch_size=_ROWS_A_CHUNK)


@dataclass(frozen=True)
class Stage:
    """A temporary table holding a frame's rows.

    Attributes:
        name: its name, quoted.
        columns: columns it has, in order.
        rows: how many rows were copied.
    """

    name: sql.Identifier
    columns: tuple[str, ...]
    rows: int


def qualified(table: Table) -> sql.Composable:
    """Return a table's name with its layer, quoted."""
    return sql.Identifier(table.schema, table.name)


def names(columns: tuple[str, ...], of: str | None = None) -> sql.Composable:
    """Return column names as a list for a statement, quoted, each after its table's alias if one is given."""
    return sql.SQL(", ").join(sql.Identifier(of, c) if of else sql.Identifier(c) for c in columns)


def stage(driver: psycopg2.extensions.connection, table: Table, frame: pd.DataFrame, number: int) -> Stage:
    """Copy a frame into a new temporary table with the columns of a lasting one, and none of its promises.

    Args:
        driver: connection with the load's transaction open.
        table: whose columns; all given ones must be in the frame.
        frame: any frame that :meth:`schemas.table.Table.conform` accepts.
        number: makes the temporary table's name unique within the transaction.

    Raises:
        DataError: a column is missing, holds another kind of value, or text that the warehouse cannot keep.
    """
    conformed = conform(table, frame)
    name = sql.Identifier(f"stage_{number}_{table.name}")
    columns = tuple(str(c) for c in conformed.columns)
    with driver.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                name, names(columns), qualified(table)
            )
        )
    copy_in(driver, name, columns, conformed, table.full_name)
    return Stage(name, columns, len(conformed))


def conform(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame's given columns as the table declares them; managed ones are the load's to fill in.

    Raises:
        DataError: naming the table and the column, never a value.
    """
    try:
        return table.conform(frame)[list(table.given_columns)]
    except KeyError as error:
        raise DataError(table.full_name, str(error.args[0]), len(frame)) from None
    except (ValueError, TypeError, pa.ArrowException):
        raise _unfit(table, frame) from None


def copy_in(
    driver: psycopg2.extensions.connection,
    target: sql.Composable,
    columns: tuple[str, ...],
    frame: pd.DataFrame,
    subject: str,
) -> None:
    """Copy a conformed frame into a table, in chunks, with null and empty text kept apart."""
    content = pa.Table.from_pandas(frame[list(columns)], preserve_index=False)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(target, names(columns))
    try:
        with driver.cursor() as cursor:
            cursor.copy_expert(statement, _Chunks(content), size=1 << 20)
    except (errors.CharacterNotInRepertoire, errors.UntranslatableCharacter):
        raise _unkept(subject, content) from None


class _Chunks(io.RawIOBase):
    """What COPY reads from: a table encoded chunk by chunk."""

    def __init__(self, content: pa.Table) -> None:
        self._chunks = _encoded(content)

    def read(self, _size: int = -1) -> bytes:
        return next(self._chunks, b"")


def _encoded(content: pa.Table) -> Iterator[bytes]:
    for start in range(0, content.num_rows, _ROWS_A_CHUNK):
        buffer = pa.BufferOutputStream()
        pyarrow.csv.write_csv(content.slice(start, _ROWS_A_CHUNK), buffer, _WRITE)
        yield buffer.getvalue().to_pybytes()


def _unfit(table: Table, frame: pd.DataFrame) -> DataError:
    """Find the column whose values are not of its kind; the driver's own message would quote one."""
    for name in table.columns:
        if name not in frame.columns:
            continue
        try:
            frame[name].astype(table.dtypes[name])
        except (ValueError, TypeError, pa.ArrowException):
            return DataError(table.full_name, f"column {name} holds values that are no {table[name].kind.value}", len(frame))
    return DataError(table.full_name, "the frame cannot be read as the table declares it", len(frame))


def _unkept(subject: str, content: pa.Table) -> DataError:
    """Find the text column with a NUL character or broken UTF-8, which no text in PostgreSQL may hold."""
    for field in content.schema:
        if field.type != Kind.TEXT.arrow:
            continue
        column = content[field.name].cast(pa.binary())
        failed = pc.sum(pc.match_substring(column, b"\x00")).as_py() or 0
        failed += sum(not _is_text(value) for value in column.to_pylist()) if failed == 0 else 0
        if failed:
            return DataError(subject, f"column {field.name}: a NUL character or broken UTF-8", failed)
    return DataError(subject, "a text that is not UTF-8", content.num_rows)


def _is_text(value: bytes | None) -> bool:
    try:
        return value is None or bool(value.decode()) or True
    except UnicodeDecodeError:
        return False
