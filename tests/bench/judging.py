"""Judging very many dossiers: against COPY of the same rows, and a day on which nothing changed but the date.

    make bench ONLY=judge-vs-copy
    BENCH_DOSSIERS=1000000 make bench ONLY=judge-vs-copy
    BENCH_DOSSIERS=2050000 make bench ONLY=judge-next-day    (two million closed ones and fifty thousand open ones)

A hundred thousand dossiers by default, for the bench to end within minutes; both ratios are of things that grow with the
dossiers. Memory does not: rows that are only copied go through files; of disk a million dossiers need some fifteen GB.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from tempfile import TemporaryFile
from typing import Any

import pandas as pd
import pytest

from config.policies import policies_of_a_run
from config.read_once import forget
from config.settings import ROOT
from schemas.dossiers import DOSSIERS, EVENTS, MATCHES, PAUSES
from schemas.verdicts import VERDICTS_TABLE
from tasks.judge import judge_all, judge_batch
from tasks.judging.rules_digest import rules_digest
from tasks.runtime.step_result import StepResult
from tasks.warehouse.batches import Batch, batched
from tasks.warehouse.dossiers import Selection, read_batch
from tasks.warehouse.engine import connection, fetch_all, reset_engine
from tasks.warehouse.migrations import migrate
from tasks.warehouse.partitions import pending
from tests.bench.line import Measured, Timed, line, timed
from tests.bench.many_rows import SOURCE, multiply
from tests.bench.province import home, run_demo

TEMPLATE = 2_000  # dossiers of the province that is copied
DOSSIERS_WANTED = int(os.environ.get("BENCH_DOSSIERS", "100000"))
DAY = date(2026, 3, 31)
_READ = (
    f"SELECT * FROM {DOSSIERS.full_name}",
    f"SELECT * FROM {EVENTS.full_name}",
    f"SELECT * FROM {PAUSES.full_name}",
    f"SELECT * FROM {MATCHES.full_name}",
)


@contextmanager
def many_dossiers() -> Iterator[None]:
    """A warehouse with the wanted number of dossiers, gone afterwards."""
    with home() as folder, pytest.MonkeyPatch.context() as patch:
        run_demo(folder, seed=1, dossiers=TEMPLATE)
        patch.setenv("MOTCUA_HOME", str(folder))
        patch.setenv("MOTCUA_SOURCES_DIR", str(ROOT / "demo" / "sources"))
        patch.setenv("MOTCUA_DATABASE_URL", "")
        _forget()
        try:
            migrate()
            dossiers, entries = multiply(DOSSIERS_WANTED)
            assert abs(entries / dossiers - 6) < 0.5, "six entries of the log a dossier"
            yield
        finally:
            reset_engine()
            _forget()


def _forget() -> None:
    forget()


@cache
def _measured() -> tuple[float, float, float]:
    """Return the seconds of judging all, of COPY of the same rows, and of judging the day after."""
    with many_dossiers():
        judged = timed(lambda: _judge(DAY))
        ((dossiers,),) = fetch_all("SELECT count(*) FROM core.dossiers WHERE role = 'primary'")
        assert judged.result.read == dossiers, "a dossier was not judged"
        copied = _copy()
        next_day = timed(lambda: _judge(DAY + timedelta(days=1)))
        assert 0 < next_day.result.read < 0.05 * dossiers, "another day touches open dossiers, and no closed one"
        _assert_as_judged_alone(DAY + timedelta(days=1))
    return judged.seconds, copied.seconds, next_day.seconds


def _judge(day: date) -> StepResult:
    """Judge what is pending, as a run does but one batch after the other."""
    digest = rules_digest()
    batches = batched("judge", pending("judge", day, digest, [SOURCE]), digest)
    return sum((judge_batch(batch, day) for batch in batches), StepResult("judge", "*"))


def _copy() -> Timed:
    """Read the same rows by COPY, as they lie, and write the same verdicts by COPY into an equal table."""
    with TemporaryFile() as verdicts, connection("bench") as driver, driver.cursor() as cursor:
        cursor.copy_expert(f"COPY {VERDICTS_TABLE.full_name} TO STDOUT (FORMAT binary)", verdicts, size=1 << 20)
        cursor.execute(f"CREATE SCHEMA bench; CREATE TABLE bench.verdicts (LIKE {VERDICTS_TABLE.full_name} INCLUDING ALL)")
        driver.commit()
        verdicts.seek(0)

        def copy() -> None:
            for query in _READ:
                cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv)", _OneBuffer(), size=1 << 20)
            cursor.copy_expert("COPY bench.verdicts FROM STDIN (FORMAT binary)", verdicts, size=1 << 20)
            driver.commit()

        copied = timed(copy)
        cursor.execute("DROP SCHEMA bench CASCADE")
    return copied


class _OneBuffer(io.BytesIO):
    """Memory that holds what was read last, so that any number of rows can be read into it."""

    def write(self, data: Any) -> int:
        """Take the next piece in place of the one before."""
        if self.tell() > 1 << 26:
            self.seek(0)
        return super().write(data)


def _assert_as_judged_alone(day: date) -> None:
    """The verdicts that stand are those that judging some dossiers by themselves gives, closed and open ones."""
    query = f"SELECT {{}} FROM {VERDICTS_TABLE.full_name} WHERE code LIKE '%%00011%%' ORDER BY source, code, policy"
    rows = fetch_all(query.format("DISTINCT ON (source, code) source, code"))
    assert rows, "no dossier to compare"
    months = fetch_all(
        "SELECT DISTINCT partition_month FROM core.dossiers WHERE source = %(source)s ORDER BY 1", {"source": SOURCE}
    )
    frames = read_batch(Batch(SOURCE, tuple(m for (m,) in months)), Selection(codes=tuple(code for _, code in rows)))
    alone = judge_all(frames, list(policies_of_a_run().values()), SOURCE, day).sort_values(["code", "policy"])
    columns = ["code", "policy", "verdict", "state", "timeliness"]
    stands = fetch_all(query.format(", ".join(columns)))
    assert [tuple(row) for row in alone[columns].astype(object).itertuples(index=False)] == stands
    assert isinstance(alone, pd.DataFrame)


@line("judge-vs-copy", other=f"COPY of {DOSSIERS_WANTED:,}", at_most=3.0)
def judge_vs_copy() -> Measured:
    """Judging dossiers with six log entries each under every policy against reading and writing the same rows by COPY."""
    judged, copied, _ = _measured()
    return Measured(judged, copied)


@line("judge-next-day", other=f"judging all {DOSSIERS_WANTED:,}", at_most=0.05)
def judge_next_day() -> Measured:
    """A day on which nothing changed but the date, with one open dossier among forty closed ones."""
    judged, _, next_day = _measured()
    return Measured(next_day, judged)
