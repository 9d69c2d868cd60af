"""Connections to the warehouse, and reading from it into Arrow-backed frames.

Arrow and pandas are imported by the first read of a frame: a command that shows a few rows answers without them.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import psycopg2
import sqlalchemy as sa
from psycopg2 import sql
from sqlalchemy.engine import make_url

from config.errors import ConfigError
from config.language import Bilingual
from config.settings import settings
from schemas.table import Table
from tasks.warehouse.cluster import WAREHOUSE, Cluster, ensure_cluster
from tasks.warehouse.statement_errors import failure, pooled, refusal, retried, unreachable

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Query: TypeAlias = "str | sql.Composable"
Dtypes: TypeAlias = "Mapping[str, pd.ArrowDtype] | Table"
_T = TypeVar("_T")

_PATIENCE = 30.0  # seconds: a crashed server replays its log before it lets anybody in
_SESSION = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "client_encoding": "UTF8",
    # Names are always written with their layer; nobody's public schema can put a function in between.
    "search_path": "pg_catalog",
    "statement_timeout": "30min",
    "lock_timeout": "5min",
    "idle_in_transaction_session_timeout": "30min",
}


def warehouse_url() -> str:
    """Return the address of the warehouse: the one of the settings, else the embedded cluster's.

    Raises:
        ConfigError: the address is not one of PostgreSQL.
    """
    given, home = _location()
    if not given:
        return ensure_cluster(Path(home)).url(WAREHOUSE)
    try:
        url = make_url(given)
    except sa.exc.ArgumentError:
        raise ConfigError(
            "MOTCUA_DATABASE_URL",
            Bilingual("không đọc được như một địa chỉ", "cannot be read as an address"),
            "postgresql://user:password@host/database",
        ) from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise ConfigError(
            "MOTCUA_DATABASE_URL",
            Bilingual(f"nêu {url.get_backend_name()}", f"names {url.get_backend_name()}"),
            Bilingual("PostgreSQL 15 trở lên", "PostgreSQL 15 or newer"),
        )
    return url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def _location() -> tuple[str, str]:
    """Where the warehouse is: its address, or none and the home of the embedded cluster."""
    chosen = settings()
    return chosen.database_url.get_secret_value(), str(chosen.home)


_engines: dict[tuple[str, str], sa.Engine] = {}
_engines_lock = threading.Lock()


def engine() -> sa.Engine:
    """Return this process's engine: a pool for its threads, UTC, bounded statements, no values in errors."""
    key = _location()
    with _engines_lock:
        if key not in _engines:
            made = sa.create_engine(
                "postgresql+psycopg2://",
                creator=_connect,
                pool_size=4,
                max_overflow=16,
                pool_pre_ping=True,
                hide_parameters=True,
            )
            if not key[0]:
                _refuse_orphans(made, Path(key[1]))
            _engines[key] = made
        return _engines[key]


def _refuse_orphans(made: sa.Engine, home: Path) -> None:
    """Lend no connection whose embedded server is dead: its backend answers for a moment more, and dies under a later read.

    The pool throws such a connection away and opens a fresh one, which starts the server again.
    """
    cluster = Cluster(home.expanduser().resolve())

    def check(*_lent: object) -> None:
        if not cluster.is_running:
            raise sa.exc.InvalidatePoolError

    sa.event.listen(made, "checkout", check)


def reset_engine() -> None:
    """Close all idle connections and forget the engines, as after a change of settings."""
    with _engines_lock:
        for made in _engines.values():
            made.dispose()
        _engines.clear()


def _connect() -> psycopg2.extensions.connection:
    """Open a connection, waiting for a server that is starting and starting an embedded one that died."""
    deadline = time.monotonic() + _PATIENCE
    wait = 0.05
    while True:
        address = make_url(warehouse_url()).set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            opened = psycopg2.connect(
                address,
                options=" ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
                application_name="motcua",
                connect_timeout=10,
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
            )
            _refuse_pooler(opened)
            return opened
        except psycopg2.Error as error:
            final = refusal(error, "open")
            if final is not None:
                raise final from None
            if time.monotonic() > deadline:
                raise unreachable("open") from None
        time.sleep(wait)
        wait = min(1.0, wait * 2)


def _refuse_pooler(opened: psycopg2.extensions.connection) -> None:
    """Refuse what is not a session of its own: our locks and settings are a session's.

    A pooler greets with a number of its own, and its servers' sessions have theirs.

    Raises:
        StatementError: a pooler stands between.
    """
    with opened.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found = cursor.fetchone()
    opened.rollback()
    if found is None or found[0] != opened.info.backend_pid:
        opened.close()
        raise pooled("open")


@contextmanager
def connection(purpose: str) -> Iterator[psycopg2.extensions.connection]:
    """Lend a driver's connection for one transaction: committed at the end, undone on any error.

    Args:
        purpose: what it is for, as in "the warehouse refused to …".

    Raises:
        WarehouseError: in place of the driver's errors, whose texts quote values.
    """
    pooled = _lend(purpose)
    try:
        yield pooled.driver_connection
        pooled.commit()
    except psycopg2.Error as error:
        pooled.invalidate()  # whatever state it is in, the next transaction gets a fresh one
        raise failure(error, purpose) from None
    finally:
        pooled.close()  # gives it back; the pool undoes what was not committed


def _lend(purpose: str) -> sa.pool.PoolProxiedConnection:
    try:
        return engine().raw_connection()
    except (psycopg2.Error, sa.exc.DBAPIError) as error:
        raise failure(error, purpose) from None
    except sa.exc.InvalidRequestError:  # the pool's own word for a server that died again under each fresh connection
        raise failure(psycopg2.OperationalError(), purpose) from None


def read_with(purpose: str, read: Callable[[psycopg2.extensions.connection], _T]) -> _T:
    """Read within one transaction; begun again on a fresh connection where the server died or was busy.

    Every read outside a load goes through here, so that none meets a dying server unprepared.

    Args:
        purpose: what it is for, as in "the warehouse refused to …".
        read: asks and returns the answer whole; must change nothing that a second call would not change alike.

    Raises:
        WarehouseError: in place of the driver's errors, whose texts quote values.
    """

    def once() -> _T:
        with connection(purpose) as driver:
            return read(driver)

    return retried(once)


def read_frame(query: Query, parameters: Mapping[str, Any] | None, dtypes: Dtypes) -> pd.DataFrame:
    """Run a query and return its rows as a frame with the given dtypes; repeated where the server died or was busy.

    Args:
        query: a SELECT, with ``%(name)s`` for parameters.
        parameters: their values.
        dtypes: dtype of each column that the query returns, in any order; a table gives its own.

    Returns:
        Arrow-backed frame; null and empty text stay apart. Columns in the query's order.

    Raises:
        WarehouseError: the query failed.
        KeyError: it returns a column without a dtype.
    """
    return read_with("read", lambda driver: copy_out(driver, query, parameters, dtypes))


def read_table(table: Table) -> pd.DataFrame:
    """Read a whole small table in the order of its key: nothing made from it depends on where its rows lie."""
    return read_frame(f"SELECT {', '.join(table.columns)} FROM {table.full_name} ORDER BY {', '.join(table.key)}", None, table)


def copy_out(
    driver: psycopg2.extensions.connection, query: Query, parameters: Mapping[str, Any] | None, dtypes: Dtypes
) -> pd.DataFrame:
    """Do what :func:`read_frame` does, inside a transaction that is already open."""
    import pyarrow as pa

    wanted = dtypes.dtypes if isinstance(dtypes, Table) else dtypes
    buffer = io.BytesIO()  # COPY calls its method once a row, so it is one without Python in between
    with driver.cursor() as cursor:
        plain = cursor.mogrify(query, parameters or None)
        cursor.copy_expert(b"COPY (" + plain + b") TO STDOUT (FORMAT csv, HEADER)", buffer, size=1 << 18)
    return _frame(pa.py_buffer(buffer.getbuffer()), wanted)


def fetch_all(query: Query, parameters: Mapping[str, Any] | None = None, purpose: str = "read") -> list[tuple[Any, ...]]:
    """Run a small query that only reads and return its rows; for many rows use :func:`read_frame`.

    Raises:
        WarehouseError: the query failed.
    """

    def read(driver: psycopg2.extensions.connection) -> list[tuple[Any, ...]]:
        with driver.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return list(cursor.fetchall())

    return read_with(purpose, read)


def _frame(content: pa.Buffer, dtypes: Mapping[str, pd.ArrowDtype]) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.csv

    header = content[: min(len(content), 1 << 16)].to_pybytes().split(b"\n", 1)[0].decode()
    names = header.split(",")
    unknown = [name for name in names if name not in dtypes]
    if unknown:
        raise KeyError(f"no dtype given for {', '.join(unknown)}")
    table = pyarrow.csv.read_csv(
        pa.BufferReader(content),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={name: dtypes[name].pyarrow_dtype for name in names},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    return table.combine_chunks().to_pandas(types_mapper=pd.ArrowDtype)
