"""Affected dossiers: those whose time, from receipt to the last date that counts, spans a day.

A change of those days can touch no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from tasks.warehouse.batches import Batch
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import Partition
from tasks.warehouse.rows import fetch_column

# A due date is worked out from the receipt on, and never looks beyond itself; time used runs to the end, or to the day
# judged, which is that of the run while the verdict moves with it. A day is left on both sides, for the zones.
_SPANS = """EXISTS (
        SELECT FROM unnest(%(days)s::date[]) AS day WHERE day BETWEEN v.received_at::date - 1
        AND greatest(v.due_at, v.end_at, v.recorded_due_at, v.recorded_end_at, v.as_of,
            CASE WHEN v.moving THEN (SELECT max(as_of) FROM audit.progress WHERE step = 'judge') END)::date + 1)"""
# A dossier that was filed again may run by the clock of the first filing.
_TOUCHED = f"""
    SELECT v.code FROM judged.verdicts AS v
    JOIN core.dossiers AS d ON d.source = v.source AND d.code = v.code
    WHERE v.source = %(source)s AND d.partition_month = ANY(%(months)s) AND {_SPANS}
    UNION
    SELECT m.code FROM core.matches AS m
    JOIN core.dossiers AS d ON d.source = m.source AND d.code = m.code
    JOIN judged.verdicts AS v ON v.source = m.other_source AND v.code = m.other_code
    WHERE m.kind = 'refiled' AND m.source = %(source)s AND d.partition_month = ANY(%(months)s) AND {_SPANS}
    ORDER BY 1
"""
_JUDGED = """
    SELECT partition, through, as_of FROM audit.progress
    WHERE step = 'judge' AND rules_digest = %(digest)s AND as_of IS NOT NULL ORDER BY 1
"""


@dataclass(frozen=True, order=True)
class JudgedPartition:
    """A partition, and how far it was judged."""

    partition: Partition
    through: int
    as_of: date


def judged_under(digest: str) -> list[JudgedPartition]:
    """List the partitions that were judged last under these rules, in order."""
    rows = fetch_all(_JUDGED, {"digest": digest})
    return sorted(JudgedPartition(Partition.parse(key), int(through), as_of) for key, through, as_of in rows)


def by_day(batch: Batch, judged: Sequence[JudgedPartition]) -> list[tuple[Batch, date, dict[str, int]]]:
    """Split a batch by the day that its partitions were judged for; with each, how far every partition was."""
    mine = [one for one in judged if one.partition in batch.partitions]
    found = []
    for as_of, group in groupby(sorted(mine, key=lambda one: (one.as_of, one.partition)), key=lambda one: one.as_of):
        some = list(group)
        through = {one.partition.key: one.through for one in some}
        found.append((Batch.of(*(one.partition for one in some)), as_of, through))
    return found


def affected_codes(batch: Batch, days: Sequence[date]) -> list[str]:
    """Return the judged dossiers of a batch whose time spans one of the days, by code."""
    parameters = {"source": batch.source, "months": list(batch.months), "days": list(days)}
    return fetch_column(_TOUCHED, parameters)
