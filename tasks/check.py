"""Checking: every quality check on a batch of partitions, and a record of what failed.

A finding keeps the days on which it was first and last seen.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.checks import load_checks
from schemas.quality import FINDINGS
from tasks.judging.offices import as_coded, clocks_of, source_named
from tasks.judging.rules_digest import rules_digest
from tasks.rules.arrays import keys
from tasks.rules.checks import Findings, run_checks
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_result import StepResult
from tasks.warehouse.batches import Batch
from tasks.warehouse.dossiers import read_batch
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import load
from tasks.warehouse.partitions import high_watermark

_KEPT = """
    SELECT f.source, f.code, f.check_id, f.severity, f.first_seen_on, f.last_seen_on, f.resolved_on
    FROM quality.findings AS f JOIN core.dossiers AS d ON d.source = f.source AND d.code = f.code
    WHERE d.source = %(source)s AND d.partition_month = ANY(%(months)s) AND d.role = 'primary'
"""
_DAYS = ("first_seen_on", "last_seen_on", "resolved_on")
_COLUMNS = ["source", "code", "check_id", "severity", *_DAYS]


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="check-{batch}")
@with_safe_errors
def check(batch: Batch, as_of: date) -> StepResult:
    """Check the dossiers of a batch; see :func:`check_batch`."""
    return check_batch(batch, as_of)


def check_batch(batch: Batch, as_of: date) -> StepResult:
    """Put every question to every dossier of a batch and write down what changed since the last time.

    Partitions are read whole: a batch, a repeat or a wrong setting shows only among the dossiers of the month.

    Args:
        batch: source and months of receipt.
        as_of: dossiers are looked at as at the end of this day.

    Raises:
        ConfigError: the source or its calendar is not configured, or checks.yaml does not fit the checks.
        WarehouseError: a statement failed; nothing of the batch was written.
    """
    digest, mark = rules_digest(), high_watermark()  # before reading: what changes meanwhile is done again
    findings = _find(batch, as_of)
    failpoint("checked")
    with load("check", batch.key) as current:
        parameters = {"source": batch.source, "months": list(batch.months)}
        kept = current.read(_KEPT, parameters, FINDINGS)
        changed = with_history(findings.rows(), kept, as_of)
        merged = current.merge(FINDINGS, changed)
        for partition in batch.partitions:
            current.progress("check", partition.key, through=mark, as_of=as_of, rules_digest=digest)
    failed = sum(findings.counts().values())
    return StepResult(
        "check",
        batch.key,
        len(findings),
        inserted=merged.inserted,
        updated=merged.updated,
        unchanged=failed - merged.inserted,
    )


def _find(batch: Batch, as_of: date) -> Findings:
    source, frames = source_named(batch.source), as_coded(read_batch(batch), batch.source)
    checks = load_checks().with_first_year(source.dates.first_year)
    return run_checks(frames, checks, as_of, source.zone, *clocks_of(frames.dossiers, batch.source))


def with_history(failed: pd.DataFrame, kept: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the rows of ``quality.findings`` that have to be written.

    What fails and failed before keeps the day it was first seen; ``last_seen_on`` only ever moves forward,
    and ``resolved_on`` is emptied when a resolved finding comes back. What no longer fails is resolved.

    Args:
        failed: ``source, code, check_id, severity`` of every failed check now.
        kept: rows of ``quality.findings`` for the same dossiers.
        as_of: day of this run.
    """
    place = pc.fill_null(pc.index_in(keys(failed, "check_id"), value_set=keys(kept, "check_id")), -1).to_numpy(
        zero_copy_only=False
    )
    seen, new = failed[place >= 0], failed[place < 0]
    history = kept.iloc[place[place >= 0]].reset_index(drop=True)
    still = seen.reset_index(drop=True).assign(
        first_seen_on=history["first_seen_on"],
        last_seen_on=_later(history["last_seen_on"], as_of),
        resolved_on=_day(None, len(seen)),
    )
    first = new.assign(
        first_seen_on=_day(as_of, len(new), new.index),
        last_seen_on=_day(as_of, len(new), new.index),
        resolved_on=_day(None, len(new), new.index),
    )
    gone = np.ones(len(kept), dtype=bool)
    gone[place[place >= 0]] = False
    over = kept[gone & kept["resolved_on"].isna().to_numpy(dtype=bool)]
    over = over.assign(resolved_on=_day(as_of, len(over), over.index))
    return pd.concat([still[_COLUMNS], first[_COLUMNS], over[_COLUMNS]], ignore_index=True)


def _later(days: pd.Series, as_of: date) -> pd.Series:
    values = pa.array(days).cast(pa.date32()).to_numpy(zero_copy_only=False).astype("datetime64[D]")
    later = np.maximum(values, np.datetime64(as_of, "D"))
    return pd.Series(pa.array(later, pa.date32()), dtype=days.dtype)


def _day(value: date | None, length: int, index: pd.Index | None = None) -> pd.Series:
    return pd.Series([value] * length, index=index, dtype=pd.ArrowDtype(pa.date32()))
