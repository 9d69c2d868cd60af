"""Examples of the demonstration: a false alarm, and a doubtful dossier that a newcomer can settle.

They come from what was judged, so that the tour (docs/tour.md) is true of every made-up province.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tasks.judging.judged_sources import source_named
from tasks.warehouse.engine import fetch_all

# Of the commonest reason: what the first ticket is about. One that has a proposal, so that its agency's file names it.
_FALSE_ALARM = """
    SELECT v.code, v.unit_code FROM judged.verdicts AS v JOIN quality.proposals AS p USING (source, code)
    WHERE v.policy = %(policy)s AND v.verdict = 'phantom_late' AND v.counted AND v.unit_code IS NOT NULL AND v.source = %(source)s
    ORDER BY count(*) OVER (PARTITION BY split_part(v.reasons, ' ', 1)) DESC, v.code COLLATE "C" LIMIT 1
"""
_DOUBT = """
    SELECT code, recorded_due_at FROM judged.verdicts
    WHERE policy = %(policy)s AND verdict = 'undetermined' AND counted AND missing = 'end' AND source = %(source)s
        AND recorded_due_at > received_at + interval '2 days' ORDER BY code COLLATE "C" LIMIT 1
"""


@dataclass(frozen=True)
class Examples:
    """Dossiers worth a look; a small province may lack one kind.

    Attributes:
        false_alarm: code of a dossier that is phantom late for the commonest reason and has a proposal, and its agency.
        doubt: code of one that ended nobody knows when, and the office time at which it may have: nine o'clock of the due day.
    """

    false_alarm: tuple[str, str] | None
    doubt: tuple[str, datetime] | None


def read_examples(policy: str, source: str) -> Examples:
    """Choose the examples among the dossiers of a source, the same ones each time.

    Raises:
        WarehouseError: the database cannot be read.
    """
    asked = {"policy": policy, "source": source}
    alarms, doubts = fetch_all(_FALSE_ALARM, asked), fetch_all(_DOUBT, asked)
    zone = source_named(source).timezone
    return Examples(
        next(((str(code), str(unit)) for code, unit in alarms), None),
        next(
            ((str(code), due.astimezone(zone).replace(hour=9, minute=0, second=0, microsecond=0)) for code, due in doubts), None
        ),
    )
