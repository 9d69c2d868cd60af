"""Stage: rows copied into a temporary table that ends with the transaction.

A temporary table writes no log, so copying into it costs about half of copying into a lasting one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import pandas as pd
import psycopg2
import pyarrow as pa
import pyarrow.compute as pc
from psycopg2 import errors, sql

from config.errors import DataError
from config.language import Bilingual
from schemas.table import Kind, Table
from tasks.warehouse.binary import binary_rows
from tasks.warehouse.identifiers import names, qualified


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
    copy_in(driver, name, columns, conformed, table)
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
    table: Table,
) -> None:
    """Copy a conformed frame into a table, in binary, with null and empty text kept apart.

    Args:
        driver: connection with a transaction open.
        target: name of the table copied into; its columns have the types of ``table``.
        columns: which columns, all in the frame.
        frame: columns of the declared dtypes.
        table: declares the columns.

    Raises:
        DataError: a text holds what no text in PostgreSQL may hold.
    """
    content = pa.Table.from_pandas(frame[list(columns)], preserve_index=False)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(target, names(columns))
    rows = binary_rows(content, [table[name].kind for name in columns])
    try:
        with driver.cursor() as cursor, ThreadPoolExecutor(1) as ahead:
            cursor.copy_expert(statement, _Ahead(rows, ahead), size=1 << 20)
    except (errors.CharacterNotInRepertoire, errors.UntranslatableCharacter):
        raise _unkept(table.full_name, content) from None


class _Ahead(io.RawIOBase):
    """What COPY reads from: while the server takes one chunk, the next is being encoded."""

    def __init__(self, chunks: Iterator[bytes], pool: Executor) -> None:
        self._chunks, self._pool = chunks, pool
        self._next = pool.submit(next, chunks, b"")

    def read(self, _size: int = -1) -> bytes:
        chunk = self._next.result()
        if chunk:
            self._next = self._pool.submit(next, self._chunks, b"")
        return chunk


def _unfit(table: Table, frame: pd.DataFrame) -> DataError:
    """Find the column whose values are not of its kind; the driver's own message would quote one."""
    for name in table.columns:
        if name not in frame.columns:
            continue
        try:
            frame[name].astype(table.dtypes[name])
        except (ValueError, TypeError, pa.ArrowException):
            return DataError(
                table.full_name,
                Bilingual(
                    f"về cột {name}: có giá trị không phải {table[name].kind.value}",
                    f"column {name} holds values that are no {table[name].kind.value}",
                ),
                len(frame),
            )
    return DataError(
        table.full_name,
        Bilingual("đọc được theo khai báo của bảng", "the frame cannot be read as the table declares it"),
        len(frame),
    )


def _unkept(subject: str, content: pa.Table) -> DataError:
    """Find the text column with a NUL character or broken UTF-8, which no text in PostgreSQL may hold."""
    for field in content.schema:
        if field.type != Kind.TEXT.arrow:
            continue
        column = content[field.name].cast(pa.binary())
        failed = pc.sum(pc.match_substring(column, b"\x00")).as_py() or 0
        failed += sum(not _is_text(value) for value in column.to_pylist()) if failed == 0 else 0
        if failed:
            return DataError(
                subject,
                Bilingual(
                    f"về cột {field.name}: có ký tự NUL hoặc UTF-8 hỏng",
                    f"column {field.name}: a NUL character or broken UTF-8",
                ),
                failed,
            )
    return DataError(subject, Bilingual("về văn bản mã UTF-8", "a text that is not UTF-8"), content.num_rows)


def _is_text(value: bytes | None) -> bool:
    try:
        return value is None or bool(value.decode()) or True
    except UnicodeDecodeError:
        return False
