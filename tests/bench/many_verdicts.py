"""Indicators of 130 agencies and 24 months from six million verdicts: counted from the first to the last, and worked out.

    make bench-long ONLY=many_verdicts
    BENCH_VERDICTS=1000000 make bench-long ONLY=many_verdicts

Six million verdicts need some eight GB of disk, and several minutes to be made.
"""

from __future__ import annotations

import os
import resource
import time
from functools import cache

from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy
from tasks.publishing.figures import read_figures
from tasks.warehouse.cluster import ensure_cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tasks.warehouse.migrations import migrate
from tests.bench.agency_sheets import AGENCIES, DOSSIERS, MONTHS, publish_agencies
from tests.bench.line import Measured, line
from tests.bench.province import home
from tests.bench.second_engine import POLICY, settled_in
from tests.warehouse.verdict_rows import AS_OF

VERDICTS = int(os.environ.get("BENCH_VERDICTS", "6000000"))
SECONDS, GIGABYTES = 30.0, 1.5
_COPIES = "INSERT INTO judged.verdicts ({names}) SELECT {values} FROM judged.verdicts AS v, generate_series(2, %(copies)s) AS n"


@cache
def worked_out() -> tuple[float, float]:
    """Seconds of the clock from the verdicts to every indicator, and the gigabytes that this process held at most."""
    with home() as folder, settled_in(folder):
        ensure_cluster(folder)
        migrate()
        publish_agencies()
        _multiply(VERDICTS // DOSSIERS)
        started = time.perf_counter()
        read = measure_policy(POLICY, AS_OF, full=True).read
        with load("publish", "bench") as current:
            indicators = read_figures(current, POLICY, AS_OF).indicators
            current.abandon()
        seconds = time.perf_counter() - started
    assert read == VERDICTS // DOSSIERS * DOSSIERS, "a verdict was not counted"
    assert indicators["unit_code"].nunique() == AGENCIES + 1, "an agency or the province has no indicator"
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000_000


def _multiply(copies: int) -> None:
    names = [name for (name,) in fetch_all("SELECT attname FROM pg_attribute WHERE attrelid = 'judged.verdicts'::regclass "
                                           "AND attnum > 0 AND NOT attisdropped ORDER BY attnum")]  # fmt: skip
    assert set(VERDICTS_TABLE.given_columns) <= set(names)
    values = ", ".join("v.code || '~' || n" if name == "code" else f"v.{name}" for name in names)
    with load("judge", "bench") as current:
        current.execute(_COPIES.format(names=", ".join(names), values=values), {"copies": copies})
    with load("judge", "bench") as current:
        current.execute("ANALYZE judged.verdicts", {})


_WORLD = f"{AGENCIES} agencies, {MONTHS} months, at most"


@line("indicators-of-many-verdicts", other=_WORLD, at_most=1.0, long=True)
def seconds_of_many() -> Measured:
    """Seconds from so many verdicts to all indicators."""
    return Measured(worked_out()[0], SECONDS)


@line("memory-of-many-verdicts", other=_WORLD, at_most=1.0, long=True)
def memory_of_many() -> Measured:
    """Gigabytes while they are counted."""
    return Measured(worked_out()[1], GIGABYTES, unit="GB")
