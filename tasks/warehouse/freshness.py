"""Freshness of a source: when it was last heard; of later changes nothing is known."""

from __future__ import annotations

from datetime import datetime

from tasks.warehouse.engine import fetch_all
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_HEARD = _SQL["heard"]
NEWS = """SELECT p.through FROM audit.progress AS p
    WHERE (p.step, p.partition) IN (('pull', {source}), ('receipt', 'sources/' || {source}))
        AND p.through <= (SELECT last_value FROM audit.change_seq)"""
"""Query for the change numbers of the last pull and the last load of a source, whose name is put in: they may be news of it."""
UNHEARD = """(v.missing LIKE '%%no_news%%' OR v.recorded_state = 'in_progress' AND v.recorded_timeliness = 'undetermined')"""
"""Condition of the verdicts (v) that may be another when the source is heard again, on the same day too."""


def heard_until(source: str) -> datetime | None:
    """Return when a source was last heard; None where no pull tells (rows that came some other way are not doubted)."""
    return all_heard(source).get(source)


def all_heard(source: str | None = None) -> dict[str, datetime]:
    """Return when each source was last heard; those that never were are left out.

    Args:
        source: only this one.
    """
    return dict(fetch_all(_HEARD, {"source": source}))
