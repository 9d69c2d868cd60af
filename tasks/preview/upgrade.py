"""Upgrade in preview: verdicts before another release judges, held against those after.

The verdicts before are kept in a table of the session alone, so that nothing of a rehearsal is part of the schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import psycopg2.extensions

from tasks.warehouse.engine import connection

_KEEP = """
    CREATE TEMP TABLE verdicts_before AS
    SELECT policy, source, code, unit_code, verdict, timeliness, due_at, end_at FROM judged.verdicts
"""
_CHANGED = """
    SELECT coalesce(a.policy, b.policy) AS policy, coalesce(a.source, b.source) AS source, coalesce(a.code, b.code) AS code,
        coalesce(a.unit_code, b.unit_code) AS unit_code, b.verdict AS verdict_before, a.verdict, b.timeliness AS timeliness_before,
        a.timeliness, b.due_at AS due_at_before, a.due_at, b.end_at AS end_at_before, a.end_at, a.reasons
    FROM verdicts_before AS b FULL JOIN judged.verdicts AS a USING (policy, source, code)
    WHERE (a.verdict, a.timeliness, a.due_at, a.end_at) IS DISTINCT FROM (b.verdict, b.timeliness, b.due_at, b.end_at)
    ORDER BY 1, 2, 3
"""
_JUDGED = "SELECT policy, count(*) FROM judged.verdicts GROUP BY 1 ORDER BY 1"


class UpgradedVerdict(NamedTuple):
    """A dossier that comes out otherwise under a policy; None stands where one of the releases judges it not at all."""

    policy: str
    source: str
    code: str
    unit_code: str | None
    verdict_before: str | None
    verdict: str | None
    timeliness_before: str | None
    timeliness: str | None
    due_at_before: datetime | None
    due_at: datetime | None
    end_at_before: datetime | None
    end_at: datetime | None
    reasons: str | None


class VerdictsBefore:
    """Verdicts as they stood; made by :func:`verdicts_before` and asked inside its ``with`` block only."""

    def __init__(self, driver: psycopg2.extensions.connection) -> None:
        self._driver = driver
        self._ask(_KEEP)

    def changed(self) -> list[UpgradedVerdict]:
        """Return what comes out otherwise since, in order of policy, source and code."""
        return [UpgradedVerdict(*row) for row in self._ask(_CHANGED)]

    def judged(self) -> dict[str, int]:
        """Return how many dossiers are judged now, by policy."""
        return dict(self._ask(_JUDGED))

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        with self._driver.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
        self._driver.commit()  # what is judged meanwhile may take longer than a transaction should stay open
        return rows


@contextmanager
def verdicts_before() -> Iterator[VerdictsBefore]:
    """Keep the verdicts as they stand for as long as the block lasts.

    Raises:
        WarehouseError: the warehouse refused.
    """
    with connection("rehearse") as driver:
        kept = VerdictsBefore(driver)
        yield kept
        with driver.cursor() as cursor:
            cursor.execute("DROP TABLE verdicts_before")
