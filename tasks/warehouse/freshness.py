"""Freshness of a source: when it was last heard; of later changes nothing is known."""

from __future__ import annotations

from datetime import datetime

from tasks.warehouse.engine import fetch_all

# A pull speaks for a source if it asked up to the newest, all that it asked for came, and all that came is loaded. Where
# one was gone on with, its end was asked for afresh, and that counts. A back-fill with an end says nothing of today.
_HEARD = """
    WITH waiting AS (
        SELECT g.source, min(o.started_at) AS since FROM raw.pages AS g JOIN raw.pulls AS o ON o.pull_id = g.pull_id
        LEFT JOIN raw.windows AS w ON w.window_id = g.window_id
        WHERE (%(source)s::text IS NULL OR g.source = %(source)s) AND g.loaded_at IS NULL
            AND (g.window_id IS NULL OR w.state = 'done')
        GROUP BY 1
    )
    SELECT w.source, max(w.started_at) FROM raw.windows AS w JOIN raw.pulls AS p ON p.pull_id = w.pull_id
    LEFT JOIN waiting ON waiting.source = w.source
    WHERE (%(source)s::text IS NULL OR w.source = %(source)s)
        AND w.state = 'done' AND w.window_to IS NULL AND p.state IN ('landed', 'loaded', 'unchanged')
        AND (waiting.since IS NULL OR p.started_at < waiting.since)
    GROUP BY 1
"""
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
