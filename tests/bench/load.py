"""Loading: our staged merge against bare COPY of the same rows, and against ``DataFrame.to_sql``.

Bare COPY is the fastest that PostgreSQL has and gives nothing of what a load gives: no lock, no second
run without doubles, no versions, no ledger. All of them end with equal contents, which is asserted first.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from psycopg2 import sql

from config.read_once import forget
from schemas.dossiers import DOSSIERS
from tasks.warehouse.cluster import ensure_cluster
from tasks.warehouse.engine import connection, engine, fetch_all, reset_engine
from tasks.warehouse.load import load
from tasks.warehouse.merge import Merged
from tasks.warehouse.migrations import migrate
from tasks.warehouse.stage import copy_in
from tests.bench.line import Measured, line, timed

ROWS = 1_000_000
TO_SQL_ROWS = 100_000  # a million would take some eight minutes of the quarter of an hour that all lines have
_EQUAL_TABLE = "bench.dossiers"
_OF_THE_RUN = ("changed_in", "seen_at")


@contextmanager
def scratch_warehouse() -> Iterator[None]:
    """A migrated warehouse of its own, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="motcua-bench-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_HOME", str(home))
        patch.setenv("MOTCUA_DATABASE_URL", "")
        forget()
        cluster = ensure_cluster(home)
        try:
            migrate()
            yield
        finally:
            reset_engine()
            cluster.stop()
            forget()
            shutil.rmtree(home)


def made_up_dossiers(rows: int, seed: int = 1) -> pd.DataFrame:
    """Dossiers that look like a province's: codes, months, nulls and text lengths as served by one."""
    random = np.random.default_rng(seed)
    number = np.arange(rows)
    day = np.datetime64("2025-01-02", "us") + (number * 450 // rows).astype("timedelta64[D]")
    received = day + random.integers(0, 36_000, rows).astype("timedelta64[s]") + np.timedelta64(30, "m")
    columns: dict[str, pa.Array] = {
        "source": _pick(random, rows, ["province"]),
        "code": _texts("H99.12.21-", day.astype("datetime64[D]"), number),
        "partition_month": pa.array(received.astype("datetime64[M]").astype("datetime64[D]")),
        "role": _pick(random, rows, ["primary"]),
        "alias_code": _nulls(random, _texts("000.00.12.H99-", day.astype("datetime64[D]"), number), 0.7),
        "receipt_number": _nulls(random, _texts("BN", day.astype("datetime64[Y]"), number), 0.5),
        "procedure_code": _pick(random, rows, [f"1.{n:06d}" for n in range(4000, 4200)]),
        "field_code": _pick(random, rows, [f"G{n:02d}-GD{n:02d}" for n in range(30)]),
        "unit_code": _pick(random, rows, [f"H99.{n}" for n in range(120)]),
        "unit_as_given": _pick(random, rows, [f"Ủy ban nhân dân xã Tân Thành {n}" for n in range(120)]),
        "channel": _pick(random, rows, ["online", "counter", "postal"]),
        "person_kind": _pick(random, rows, ["person", "business", "household"]),
        "applicant_key": pa.array([f"{n:064x}" for n in random.integers(0, 2**62, rows)]),
        "status": pa.array(random.choice([2, 4, 5, 9, 9, 9, 10], rows)),
        "status_as_given": _pick(random, rows, ["Đã trả kết quả", "Đang xử lý", "Chờ bổ sung"]),
        "submitted_at": _instants(received - np.timedelta64(40, "m")),
        "received_at": _instants(received),
        "due_at": _nulls(random, _instants(received + np.timedelta64(10, "D")), 0.02),
        "done_at": _nulls(random, _instants(received + np.timedelta64(7, "D")), 0.2),
        "returned_at": _nulls(random, _instants(received + np.timedelta64(8, "D")), 0.3),
        "fee_amount": _nulls(random, pa.array(random.integers(0, 50, rows) * 10_000), 0.5),
        "has_result": pa.array(random.random(rows) < 0.8),
        "is_migrated": pa.array(np.zeros(rows, dtype=bool)),
        "modified_at": _instants(received + np.timedelta64(9, "D")),
        "page_digest": pa.array([f"{n:064x}" for n in number // 1000]),
        "page_position": pa.array(number % 1000),
    }
    empty = {name: pa.nulls(rows, DOSSIERS[name].kind.arrow) for name in DOSSIERS.given_columns if name not in columns}
    table = pa.table({**columns, **empty})
    return DOSSIERS.conform(table.to_pandas(types_mapper=pd.ArrowDtype))


@line("load-vs-copy", other="bare COPY into an equal table", at_most=3.0)
def bench_load(rows: int = ROWS) -> Measured:
    """A first load of a million dossiers, with versions, ledger and locks, against bare COPY."""
    frame = made_up_dossiers(rows)
    with scratch_warehouse():
        _make_equal_tables()
        other = timed(lambda: _copy(frame))
        ours = timed(lambda: _merge(frame))
        assert ours.result == Merged(inserted=rows)
        assert _fingerprint(DOSSIERS.full_name) == _fingerprint(_EQUAL_TABLE)
    return Measured(ours.seconds, other.seconds)


@line("load-again-vs-copy", other="bare COPY into an equal table", at_most=1.5)
def bench_unchanged(rows: int = ROWS) -> Measured:
    """A second run of the same load: nothing may change, and finding that out must be cheap."""
    frame = made_up_dossiers(rows)
    with scratch_warehouse():
        _make_equal_tables()
        other = timed(lambda: _copy(frame))
        _merge(frame)
        ours = timed(lambda: _merge(frame))
        assert ours.result == Merged(unchanged=rows)
        assert _fingerprint(DOSSIERS.full_name) == _fingerprint(_EQUAL_TABLE)
    return Measured(ours.seconds, other.seconds)


@line("load-vs-to-sql", other=f"to_sql of the dossiers, {TO_SQL_ROWS} scaled", times_faster=15.0)
def bench_to_sql(rows: int = ROWS) -> Measured:
    """The same dossiers by ``DataFrame.to_sql``, which keeps no version; fewer rows, multiplied, as its time grows with them."""
    frame = made_up_dossiers(rows)
    few = frame.head(TO_SQL_ROWS)
    with scratch_warehouse():
        _make_equal_tables()
        to_sql = timed(lambda: _to_sql(few))
        _merge(few)
        assert _fingerprint(DOSSIERS.full_name) == _fingerprint(_EQUAL_TABLE)
        _clear()
        ours = timed(lambda: _merge(frame))
        assert ours.result == Merged(inserted=rows)
    return Measured(ours.seconds, to_sql.seconds * rows / len(few))


def _to_sql(frame: pd.DataFrame) -> None:
    with engine().begin() as connected:
        frame.assign(changed_in=1).to_sql("dossiers", connected, schema="bench", if_exists="append", index=False)


def _merge(frame: pd.DataFrame) -> Merged:
    with load("load", "province") as current:
        return current.merge(DOSSIERS, frame)


def _copy(frame: pd.DataFrame) -> None:
    with connection("copy") as driver:
        copy_in(
            driver,
            sql.Identifier("bench", "dossiers"),
            DOSSIERS.columns,
            frame.assign(changed_in=1).astype({"changed_in": DOSSIERS.dtypes["changed_in"]}),
            DOSSIERS,
        )


def _make_equal_tables() -> None:
    with connection("prepare") as driver, driver.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bench")
        cursor.execute(f"CREATE TABLE {_EQUAL_TABLE} (LIKE {DOSSIERS.full_name} INCLUDING ALL)")


def _clear() -> None:
    with connection("clear") as driver, driver.cursor() as cursor:
        cursor.execute("TRUNCATE core.dossiers, core.dossier_versions")


def _fingerprint(name: str) -> list[tuple[int, str]]:
    """Count and order-free digest of all rows, without what tells of the run."""
    names = ", ".join(column for column in DOSSIERS.columns if column not in _OF_THE_RUN)
    query = f"SELECT count(*), sum(('x' || left(md5(ROW({names})::text), 15))::bit(60)::bigint)::text FROM {name}"
    return [(int(rows), str(digest)) for rows, digest in fetch_all(query)]


def _pick(random: np.random.Generator, rows: int, values: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(random.integers(0, len(values), rows)), pa.array(values)).dictionary_decode()


def _texts(prefix: str, day: np.ndarray, number: np.ndarray) -> pa.Array:
    plain = [str(d).replace("-", "")[2:] for d in np.unique(day)]
    middle = np.array(plain, dtype=object)[np.unique(day, return_inverse=True)[1]]
    return pa.array([f"{prefix}{m}-{n:07d}" for m, n in zip(middle, number.tolist(), strict=True)])


def _instants(values: np.ndarray) -> pa.Array:
    return pa.array(values.astype("datetime64[us]")).cast(pa.timestamp("us", tz="UTC"))


def _nulls(random: np.random.Generator, values: pa.Array, share: float) -> pa.Array:
    missing = pa.array(random.random(len(values)) < share)
    return pa.compute.if_else(missing, pa.scalar(None, values.type), values)
