"""Dossiers withdrawn and filed again: same person, same procedure, a new limit.

Whoever looks at one of them alone sees nothing late. Nobody can tell from the data whether the citizen wished it. What
a policy's own, narrower window makes of it stands in the verdict (reason ``refiled``); the list shows all of them to
the inspector.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from config.watch import load_watch
from tasks.judging.judged_sources import zones
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import last_day_of

# Of the pairs that matching found, the doubtful ones too: the first receipt after each withdrawal.
_PAIRS = """
    SELECT DISTINCT ON (v.source, v.code)
        v.source, v.code, v.unit_code, v.procedure_code, v.received_at, v.due_at, v.end_at,
        w.code, w.received_at, w.end_at, coalesce(w.reasons ~ '\\mrefiled\\M', false)
    FROM core.matches AS m
    JOIN judged.verdicts AS v ON v.source = m.other_source AND v.code = m.other_code
    JOIN judged.verdicts AS w ON w.source = m.source AND w.code = m.code AND w.policy = v.policy AND w.counted
    WHERE m.kind = 'refiled' AND v.policy = %(policy)s AND v.state = 'withdrawn' AND v.counted
        AND w.received_at BETWEEN v.end_at AND v.end_at + make_interval(days => %(days)s)
    ORDER BY v.source, v.code, w.received_at, w.source, w.code
"""


@dataclass(frozen=True)
class Resubmission:
    """A withdrawn dossier and the one that took its place.

    Attributes:
        due_at: of the first by the law; withdrawn_at: its end.
        next_code: dossier of the same applicant and procedure that was received within the days of ``config/watch.yaml``.
        ended_at: end of the second; None while it is in progress.
        refiled: it is hidden late for it.
        would_be_late: counted from the first receipt on, the end, or the day judged, lies on a later day than the first due date.
    """

    source: str
    code: str
    unit_code: str | None
    procedure_code: str
    received_at: datetime
    due_at: datetime | None
    withdrawn_at: datetime
    next_code: str
    next_received_at: datetime
    ended_at: datetime | None
    refiled: bool
    would_be_late: bool


def read_resubmitted(policy: str) -> list[Resubmission]:
    """Return the pairs of dossiers, those first that are hidden late because of it.

    Then come those whose first limit would not have been kept.

    Raises:
        NothingYetError: nothing was judged yet.
    """
    as_of, known = last_day_of(), zones()
    rows = fetch_all(_PAIRS, {"policy": policy, "days": load_watch().resubmitted.within_days})
    found = [Resubmission(*(*row, _late(row[5], row[9], as_of, ZoneInfo(known[row[0]])))) for row in rows]
    return sorted(found, key=lambda one: (not one.refiled, not one.would_be_late, one.withdrawn_at, one.source, one.code))


def _late(due: datetime | None, ended: datetime | None, as_of: date, zone: ZoneInfo) -> bool:
    """Compare by days, whatever the limit: the list is a hint, and a hint does not hang on an hour."""
    until = ended.astimezone(zone).date() if ended else as_of
    return due is not None and until > due.astimezone(zone).date()
