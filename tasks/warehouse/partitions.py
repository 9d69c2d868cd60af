"""Which parts of the warehouse a step still has to work on, so that a run without changes costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tasks.warehouse.engine import connection
from tasks.warehouse.load import IN_FLIGHT

_CLOSED = (3, 7, 8, 9, 10)  # national statuses after which time no longer runs (domain 2.6)


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
            raise ValueError(f"{self.month} is not the first day of a month")

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
            raise ValueError(f"{key!r} is not a partition's name such as province/2026-03")
        return cls(source, date.fromisoformat(f"{month}-01"))


# Change numbers of everything that a partition's checks and verdicts are made from. A pause or an event
# that changes bumps its dossier, and so does a match that is removed.
_INPUTS = """
    SELECT source, partition_month AS month, max(changed_in) AS changed_in
    FROM core.dossiers WHERE role = 'primary' AND {only} GROUP BY 1, 2
  UNION ALL
    SELECT d.source, d.partition_month, max(greatest(m.changed_in, other.changed_in))
    FROM core.matches AS m
    JOIN core.dossiers AS d ON d.source = m.source AND d.code = m.code
    LEFT JOIN core.dossiers AS other ON other.source = m.other_source AND other.code = m.other_code
    WHERE d.role = 'primary' AND {only_d} GROUP BY 1, 2
  UNION ALL
    SELECT d.source, d.partition_month, max(c.changed_in)
    FROM quality.corrections AS c
    JOIN core.dossiers AS d ON d.source = c.source AND d.code = c.code
    WHERE d.role = 'primary' AND {only_d} GROUP BY 1, 2
"""
_REFERENCE = """
    greatest(
        (SELECT max(changed_in) FROM ref.procedures),
        (SELECT max(changed_in) FROM ref.units),
        0
    )
"""
# Open by its status; or ended without any time of it; or found open by the judge although its source ended it.
_OPEN = """
    SELECT source, partition_month AS month FROM core.dossiers
    WHERE role = 'primary' AND (
        status IS NULL OR status <> ALL(%(closed)s)
        OR (done_at IS NULL AND returned_at IS NULL AND refused_at IS NULL)
    ) GROUP BY 1, 2
  UNION
    SELECT d.source, d.partition_month FROM judged.verdicts AS v
    JOIN core.dossiers AS d ON d.source = v.source AND d.code = v.code
    WHERE v.state = 'in_progress' GROUP BY 1, 2
"""


def pending(step: str, as_of: date, rules_digest: str, sources: Sequence[str] | None = None) -> list[Partition]:
    """List the partitions whose rows of a step may be out of date, in order of source and month.

    One is pending if the step has never done it; if a dossier, a match, matched evidence, a correction or
    the reference data changed since; if the rules did; or if it has open dossiers and speaks for another day.

    Args:
        step: check, judge … as the step writes it in :meth:`tasks.warehouse.load.Load.progress`.
        as_of: day that the run speaks for.
        rules_digest: digest of the configuration and rules in force.
        sources: only these; all primary ones by default.
    """
    only = "source = ANY(%(sources)s)" if sources is not None else "true"
    query = f"""
        WITH inputs AS (
            SELECT source, month, greatest(max(changed_in), {_REFERENCE}) AS changed_in
            FROM ({_INPUTS.format(only=only, only_d=only.replace("source", "d.source", 1))}) AS every_input GROUP BY 1, 2
        ), still_open AS ({_OPEN})
        SELECT i.source, i.month FROM inputs AS i
        LEFT JOIN still_open AS o ON o.source = i.source AND o.month = i.month
        LEFT JOIN audit.progress AS p
            ON p.step = %(step)s AND p.partition = i.source || '/' || to_char(i.month, 'YYYY-MM')
        WHERE p.step IS NULL
            OR i.changed_in > p.through
            OR p.rules_digest <> %(rules_digest)s
            OR (p.as_of IS DISTINCT FROM %(as_of)s AND o.source IS NOT NULL)
        ORDER BY 1, 2
    """
    parameters = {
        "step": step,
        "as_of": as_of,
        "rules_digest": rules_digest,
        "sources": list(sources or ()),
        "closed": list(_CLOSED),
    }
    return [Partition(source, month) for source, month in _rows(query, parameters)]


def input_mark(partition: Partition) -> int:
    """Return the highest change number among a partition's inputs that is certain to hide no smaller one.

    Call it BEFORE reading the partition's rows, and store it as ``through``. Were it the plain maximum, a
    load that drew a smaller number and commits later would never be seen.
    """
    query = f"SELECT greatest(max(changed_in), {_REFERENCE}) FROM ({_INPUTS}) AS every_input"
    only = "source = %(source)s AND partition_month = %(month)s"
    only_d = "d.source = %(source)s AND d.partition_month = %(month)s"
    parameters = {"source": partition.source, "month": partition.month}
    limit = horizon()
    (highest,) = _rows(query.format(only=only, only_d=only_d), parameters)[0]
    return min(int(highest or 0), limit)


def horizon() -> int:
    """Return a change number below which every load is committed or undone.

    Each load announces, by an advisory lock, a lower bound of its number before it draws it. A load that
    announces after we looked draws a number higher than any that was drawn when we began.
    """
    (drawn,) = _rows("SELECT last_value * is_called::int FROM audit.change_seq", {})[0]
    query = """
        SELECT min(objid::bigint) - 1 FROM pg_locks
        WHERE locktype = 'advisory' AND classid = %(class)s AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    (in_flight,) = _rows(query, {"class": IN_FLIGHT})[0]
    return int(drawn) if in_flight is None else min(int(drawn), int(in_flight))


def _rows(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection("list partitions") as driver, driver.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
