"""Pending partitions: what a step still has to work on, so that an idle run costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.codes import ENDED_STATUSES
from config.errors import NothingYetError
from config.language import Bilingual
from schemas.dossiers import AGEING
from schemas.verdicts import MOVING
from tasks.warehouse.advisory_locks import IN_FLIGHT
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.freshness import NEWS, UNHEARD
from tasks.warehouse.statements import statements_of


@dataclass(frozen=True, order=True)
class Partition:
    """The dossiers that one source received in one month.

    Attributes:
        month: first day of the month of receipt, office time.
    """

    source: str
    month: date

    def __post_init__(self) -> None:
        if self.month.day != 1:
            raise ValueError(
                Bilingual(f"{self.month} không phải ngày đầu tháng", f"{self.month} is not the first day of a month")
            )

    @property
    def key(self) -> str:
        """Name of the partition: ``source/YYYY-MM``."""
        return f"{self.source}/{self.month:%Y-%m}"

    def __str__(self) -> str:
        return self.key

    @classmethod
    def parse(cls, key: str) -> Partition:
        """Read a partition's name; ValueError where it is none."""
        source, slash, month = key.rpartition("/")
        if not source or not slash:
            raise ValueError(
                Bilingual(
                    f"{key!r} không phải tên phân vùng như province/2026-03",
                    f"{key!r} is not a partition's name such as province/2026-03",
                )
            )
        return cls(source, date.fromisoformat(f"{month}-01"))


REFERENCE = "greatest((SELECT max(changed_in) FROM ref.procedures), (SELECT max(changed_in) FROM ref.units), 0)"

_SQL = statements_of(__file__)
PARTITIONS_SQL = _SQL["partitions_sql"]
_PRIMARY = """(%(every_source)s OR s.source = ANY(%(sources)s)) AND EXISTS (
            SELECT FROM core.dossiers AS d WHERE d.source = s.source AND d.partition_month = s.month AND d.role = 'primary')"""
_SOURCES = f"{PARTITIONS_SQL} SELECT DISTINCT source FROM slot ORDER BY 1"
_EVERY = f"{PARTITIONS_SQL} SELECT s.source, s.month FROM slot AS s WHERE {_PRIMARY} ORDER BY 1, 2"

LAST_DATE = "greatest(d.received_at, d.done_at, d.returned_at, d.refused_at, d.deleted_at)"
"""When the last of what a dossier (d) states has happened: a verdict for an earlier day may be another on a later one."""
_PENDING = _SQL["pending"].format(
    partitions_sql=PARTITIONS_SQL,
    primary=_PRIMARY,
    moving=MOVING,
    unheard=UNHEARD,
    reference=REFERENCE,
    news=NEWS.format(source="k.source"),
    last_date=LAST_DATE,
    unsettled=AGEING,
)
_LAST_DAY = """
    SELECT as_of FROM audit.progress WHERE step = ANY(%(steps)s) AND as_of IS NOT NULL
    ORDER BY through DESC, as_of DESC LIMIT 1
"""


def every_partition(sources: Sequence[str] | None = None) -> list[Partition]:
    """List all partitions of primary dossiers, in order of source and month.

    Args:
        sources: only these; all primary ones by default.
    """
    parameters = {"every_source": sources is None, "sources": list(sources or ())}
    return [Partition(source, month) for source, month in partition_rows(_EVERY, parameters)]


def every_source() -> list[str]:
    """List the sources of which there are dossiers, of whichever role, in order."""
    return [source for (source,) in partition_rows(_SOURCES, {})]


def pending(step: str, as_of: date, rules_digest: str, sources: Sequence[str] | None = None) -> list[Partition]:
    """List the partitions whose rows of a step may be out of date, in order of source and month.

    One is pending if the step has never done it; if a dossier, a match, matched evidence, a correction or
    the reference data changed since; if the rules did; if it has open dossiers and speaks for an earlier day, or speaks
    for a later one; or if verdicts waited for news of its source, and it was heard.

    Args:
        step: check, judge … as the step writes it in :meth:`tasks.warehouse.load.Load.progress`.
        as_of: day that the run speaks for.
        rules_digest: digest of the configuration and rules in force.
        sources: only these; all primary ones by default.
    """
    parameters = {
        "step": step,
        "as_of": as_of,
        "rules_digest": rules_digest,
        "every_source": sources is None,
        "sources": list(sources or ()),
        "closed": list(map(int, ENDED_STATUSES)),
    }
    return [Partition(source, month) for source, month in partition_rows(_PENDING, parameters)]


def last_day_of(step: str = "judge") -> date:
    """Return the day for which a step was done last.

    A run for a day of the past makes that the day that verdicts speak for.

    Where a new day left nothing to judge, the counters alone have moved to it.

    Raises:
        NothingYetError: it never was.
    """
    steps = [step, "measure"] if step == "judge" else [step]
    rows = partition_rows(_LAST_DAY, {"steps": steps})
    if not rows:
        raise NothingYetError(Bilingual(f"lượt chạy nào của bước {step}", f"run of the step {step}"))
    return rows[0][0]  # type: ignore[no-any-return]


def high_watermark() -> int:
    """Return a change number up to which every load is committed or undone.

    Call it BEFORE reading rows that a step is made from, and store it as ``through`` of each of its partitions. Were it
    the highest number among those rows, a load that drew a smaller one and commits later would never be seen.

    Each load announces, by an advisory lock, a lower bound of its number before it draws it. A load that
    announces after we looked draws a number higher than any that was drawn when we began.
    """
    (drawn,) = partition_rows("SELECT last_value * is_called::int FROM audit.change_seq", {})[0]
    query = """
        SELECT min(objid::bigint) - 1 FROM pg_locks
        WHERE locktype = 'advisory' AND classid = %(class)s AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    (in_flight,) = partition_rows(query, {"class": IN_FLIGHT})[0]
    return int(drawn) if in_flight is None else min(int(drawn), int(in_flight))


def partition_rows(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return what a question about partitions answers."""
    return fetch_all(query, parameters, purpose="list partitions")
