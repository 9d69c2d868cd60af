"""Batches of partitions that are worked on together, and how far their inputs are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from config.language import Bilingual
from tasks.warehouse.partitions import Partition, every_partition, partition_rows

# From about here on, time follows the dossiers; below it, statements and fixed costs (measured, 600 to 60,000 dossiers).
MAX_BATCH_ROWS = 50_000
# Of dossiers that were judged under the rules in force, a day touches one in forty or fewer; the others are not read.
KNOWN_FOR_ONE_TOUCHED = 20
# A run has at most about 200 task runs (decision 0005): checks and judgements together stay below this.
MOST_TASKS = 160


@dataclass(frozen=True, order=True)
class Batch:
    """Partitions of one source that are read, asked and written together.

    A partition of a hundred dossiers costs nearly what one of ten thousand does: statements, and pandas' fixed costs.

    Attributes:
        months: first days of the months of receipt, ascending.
    """

    source: str
    months: tuple[date, ...]

    @classmethod
    def of(cls, *partitions: Partition) -> Batch:
        """Bundle partitions; ValueError where they are of several sources, or none."""
        sources = {partition.source for partition in partitions}
        if len(sources) != 1:
            raise ValueError(
                Bilingual(
                    f"một lô chỉ của một nguồn, không phải {sorted(sources)}", f"a batch has one source, not {sorted(sources)}"
                )
            )
        return cls(sources.pop(), tuple(sorted(partition.month for partition in partitions)))

    @property
    def partitions(self) -> list[Partition]:
        """The partitions, oldest first."""
        return [Partition(self.source, month) for month in self.months]

    @property
    def key(self) -> str:
        """Name of the batch: that of its only partition, or ``source/2025-01…2025-09``."""
        first, last = self.months[0], self.months[-1]
        return f"{self.source}/{first:%Y-%m}" + (f"…{last:%Y-%m}" if last != first else "")

    def __str__(self) -> str:
        return self.key


# For each partition: dossiers, counted no further than matters, and whether the step has done it under these rules.
_SIZES = """
    SELECT (
        SELECT count(*) FROM (
            SELECT FROM core.dossiers AS d WHERE d.source = w.source AND d.partition_month = w.month LIMIT %(most)s) AS counted
    ), EXISTS (
        SELECT FROM audit.progress AS p WHERE p.step = %(step)s AND p.rules_digest = %(rules_digest)s
        AND p.partition = w.source || '/' || to_char(w.month, 'YYYY-MM')
    )
    FROM unnest(%(sources)s::text[], %(months)s::date[]) WITH ORDINALITY AS w (source, month, place) ORDER BY place
"""


def batched(step: str, partitions: Sequence[Partition], rules_digest: str) -> list[Batch]:
    """Bundle small partitions of a source.

    Those that the step has never done under these rules are bundled apart from the others.

    Apart, because a batch is worked on whole as soon as one of its partitions has to be.

    Args:
        step: as in :func:`tasks.warehouse.partitions.pending`.
        partitions: in order of source and month.
        rules_digest: digest of the configuration and rules in force.
    """
    parameters = {
        "step": step,
        "rules_digest": rules_digest,
        "most": MAX_BATCH_ROWS,
        "sources": [one.source for one in partitions],
        "months": [one.month for one in partitions],
    }
    sizes = partition_rows(_SIZES, parameters) if partitions else []
    # Where there are very many partitions, batches grow until they are few enough.
    most = max(MAX_BATCH_ROWS, sum(rows for rows, _ in sizes) * 2 // MOST_TASKS)
    known = sorted((done, one, rows) for one, (rows, done) in zip(partitions, sizes, strict=True))
    batches: list[Batch] = []
    for _, group in groupby(known, key=lambda each: (each[0], each[1].source)):
        some = list(group)
        touched_only = step in ("check", "judge") and some[0][0]
        batches += _packed([(one, rows) for _, one, rows in some], most * (KNOWN_FOR_ONE_TOUCHED if touched_only else 1))
    return sorted(batches)


def narrowed(batch: Batch) -> list[Batch]:
    """Split a batch so that each part can be read whole."""
    return batched("", batch.partitions, "")


def every_batch(sources: Sequence[str] | None = None) -> list[Batch]:
    """Bundle every partition of primary dossiers, for whoever only reads them.

    Args:
        sources: only these; all primary ones by default.
    """
    return batched("", every_partition(sources), "")


def _packed(partitions: Iterable[tuple[Partition, int]], most: int) -> list[Batch]:
    """Put partitions of one source together in order until there are too many dossiers."""
    batches: list[Batch] = []
    some: list[Partition] = []
    total = 0
    for one, rows in partitions:
        if some and total + rows > most:
            batches.append(Batch.of(*some))
            some, total = [], 0
        some.append(one)
        total += rows
    return [*batches, Batch.of(*some)] if some else batches
