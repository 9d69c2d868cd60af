"""Checking: the quality checks on a batch of partitions, and a record of what failed.

A finding keeps the days on which it was first and last seen; that it still holds is not written again each day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.checks import load_checks
from schemas.quality import FINDINGS
from tasks.checking.crowds import crowds_of
from tasks.checking.selection import EVERYTHING, Asked, asked_of
from tasks.judging.judged_sources import source_named
from tasks.judging.offices import as_coded, clocks_of
from tasks.judging.rules_digest import rules_digest
from tasks.rules.arrays import arrow, keys
from tasks.rules.checks import AMONG, BY_END, run_checks
from tasks.rules.frames import DossierFrames
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_result import StepResult
from tasks.warehouse.batches import MAX_BATCH_ROWS, Batch, narrowed
from tasks.warehouse.dossiers import Selection, read_batch, read_months
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import load
from tasks.warehouse.partitions import high_watermark

_KEPT = """
    SELECT f.source, f.code, f.check_id, f.severity, f.first_seen_on, f.last_seen_on, f.resolved_on
    FROM quality.findings AS f JOIN core.dossiers AS d ON d.source = f.source AND d.code = f.code
    WHERE d.source = %(source)s AND d.role = 'primary' AND {whose}
"""
_KEPT_OF_MONTHS = _KEPT.format(whose="d.partition_month = ANY(%(months)s)")
_KEPT_OF_CODES = _KEPT.format(whose="d.code = ANY(%(codes)s) AND NOT f.check_id = ANY(%(among)s)")
_KEPT_AMONG_CODES = _KEPT.format(whose="d.code = ANY(%(codes)s) AND f.check_id = ANY(%(among)s)")
_KEPT_AMONG = _KEPT.format(whose="d.partition_month = ANY(%(months)s) AND f.check_id = ANY(%(among)s)")
_DAYS = ("first_seen_on", "last_seen_on", "resolved_on")
_COLUMNS = ["source", "code", "check_id", "severity", *_DAYS]


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="check-{batch}")
@with_safe_errors
def check(batch: Batch, as_of: date, full: bool = False) -> StepResult:
    """Check the dossiers of a batch that changed or grew older; see :func:`check_batch`."""
    return check_batch(batch, as_of, full=full)


def check_batch(batch: Batch, as_of: date, *, full: bool = False) -> StepResult:
    """Put the questions to the dossiers of a batch whose answers may be others by now, and write down what changed.

    What nothing touched is not asked again: of a dossier, everything that depends on it alone when it changes; what depends
    on the day, while it is open; what holds it against the others of its month (a batch, a repeat, a wrong setting), when any
    of these changes, and where a correction moved an end alone, what ended together with it. The findings equal those of asking
    everything (``full``).

    Args:
        batch: source and months of receipt.
        as_of: dossiers are looked at as at the end of this day.
        full: ask everything.

    Raises:
        ConfigError: the source or its calendar is not configured, or checks.yaml does not fit the checks.
        WarehouseError: a statement failed; nothing of the batch was written.
    """
    digest, mark = rules_digest(), high_watermark()  # before reading: what changes meanwhile is done again
    asked = EVERYTHING if full else asked_of(batch, digest, as_of, source_named(batch.source).zone)
    if asked.codes is None or len(asked.codes) > MAX_BATCH_ROWS:
        parts = narrowed(batch)
        if len(parts) > 1:
            return sum((check_batch(part, as_of, full=full) for part in parts), StepResult("check", batch.key))
    found = list(_find(batch, asked, as_of))
    failpoint("checked")
    with load("check", batch.key) as current:
        failed = sum(len(one.rows) for one in found)
        if found:
            known = pd.concat([current.read(one.query, one.given, FINDINGS) for one in found], ignore_index=True)
            rows = pd.concat([one.rows for one in found], ignore_index=True)
            current.merge(FINDINGS, with_history(rows, known, as_of, asked.seen_until))
        merged = current.merged
        for partition in batch.partitions:
            current.progress("check", partition.key, through=mark, as_of=as_of, rules_digest=digest)
    return StepResult(
        "check",
        batch.key,
        max((one.read for one in found), default=0),
        inserted=merged.inserted,
        updated=merged.updated,
        unchanged=failed - merged.inserted,
    )


@dataclass(frozen=True)
class _Found:
    """What failed, the query for what is known of the same dossiers and checks, and its parameters."""

    rows: pd.DataFrame
    read: int
    query: str
    given: dict[str, Any]


def _find(batch: Batch, asked: Asked, as_of: date) -> Iterator[_Found]:
    """Ask everything, or what concerns a dossier alone, whole months and crowds of ends apart from each other."""
    source, among = batch.source, sorted(AMONG)
    every = {check.id for check in load_checks().each()}
    if asked.codes is None:
        given: dict[str, Any] = {"source": source, "months": list(batch.months)}
        yield _answers(read_batch(batch), source, as_of, every, _KEPT_OF_MONTHS, given)
    elif asked.codes:
        frames = read_batch(batch, Selection(codes=asked.codes))
        given = {"source": source, "codes": list(asked.codes), "among": among}
        yield _answers(frames, source, as_of, every - AMONG, _KEPT_OF_CODES, given)
    for part in narrowed(Batch(source, asked.months)) if asked.months else ():
        given = {"source": source, "months": list(part.months), "among": among}
        yield _answers(read_months(part), source, as_of, AMONG, _KEPT_AMONG, given)
    if asked.moved:
        frames, codes = crowds_of(source, list(asked.moved), asked.moved.values())
        given = {"source": source, "codes": codes, "among": sorted(BY_END)}
        found = _answers(frames, source, as_of, BY_END, _KEPT_AMONG_CODES, given)
        told = pc.is_in(arrow(found.rows["code"]), value_set=pa.array(codes, pa.string()))
        yield replace(found, rows=found.rows[told.to_numpy(zero_copy_only=False)])


def _answers(
    frames: DossierFrames, name: str, as_of: date, asked: Collection[str], query: str, given: dict[str, Any]
) -> _Found:
    """Run the checks that are asked."""
    source, frames = source_named(name), as_coded(frames, name)
    checks = load_checks().with_first_year(source.dates.first_year)
    chosen = checks.model_copy(update={"checks": tuple(check for check in checks.each() if check.id in asked)})
    findings = run_checks(frames, chosen, as_of, source.zone, *clocks_of(frames.dossiers, name))
    return _Found(findings.rows(), len(findings), query, given)


def with_history(failed: pd.DataFrame, kept: pd.DataFrame, as_of: date, seen_until: date | None = None) -> pd.DataFrame:
    """Return the rows of ``quality.findings`` that have to be written.

    What fails and failed before keeps the day it was first seen, and where nothing else about it changed its row is not
    written at all: that it still holds needs no word. ``resolved_on`` is emptied when a resolved finding comes back. What no
    longer fails is resolved, and was last seen when it was last asked; ``last_seen_on`` only ever moves forward.

    Args:
        failed: ``source, code, check_id, severity`` of every failed check now.
        kept: rows of ``quality.findings`` for the same dossiers.
        as_of: day of this run.
        seen_until: day of the run before, which still saw what was open; None where there was none.
    """
    place = pc.fill_null(pc.index_in(keys(failed, "check_id"), value_set=keys(kept, "check_id")), -1).to_numpy(
        zero_copy_only=False
    )
    seen, new = failed[place >= 0], failed[place < 0]
    history = kept.iloc[place[place >= 0]].reset_index(drop=True)
    seen = seen.reset_index(drop=True)
    news = history["resolved_on"].notna().to_numpy(dtype=bool) | (history["severity"] != seen["severity"]).to_numpy(dtype=bool)
    seen, history = (frame[news].reset_index(drop=True) for frame in (seen, history))
    still = seen.assign(
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
    last = _later(over["last_seen_on"], min(seen_until, as_of)) if seen_until else over["last_seen_on"]
    over = over.assign(last_seen_on=last, resolved_on=_day(as_of, len(over), over.index))
    return pd.concat([still[_COLUMNS], first[_COLUMNS], over[_COLUMNS]], ignore_index=True)


def _later(days: pd.Series, as_of: date) -> pd.Series:
    values = pa.array(days).cast(pa.date32()).to_numpy(zero_copy_only=False).astype("datetime64[D]")
    later = np.maximum(values, np.datetime64(as_of, "D"))
    return pd.Series(pa.array(later, pa.date32()), index=days.index, dtype=days.dtype)


def _day(value: date | None, length: int, index: pd.Index | None = None) -> pd.Series:
    return pd.Series([value] * length, index=index, dtype=pd.ArrowDtype(pa.date32()))
