"""Daily checks: their answer depends on the day; of which dossiers a later day can change it.

All others answer the same on every day for as long as nothing about the dossier changes.
"""

from __future__ import annotations

from config.checks import Checks
from config.codes import OPEN_STATUSES

OVERTAKEN = frozenset(
    (
        *("code_date_in_future", "log_in_future", "pause_in_future"),
        *("submitted_in_future", "received_in_future", "done_in_future", "returned_in_future", "refused_in_future"),
    )
)
"""Checks that a later day can only end: a time lies after the day. What they never found they do not find later."""
WHILE_OPEN = frozenset(("agency_abolished_still_open", "open_very_long", "silent_while_open", "waiting_for_supplement_long"))
"""Checks that fail open dossiers alone, by their status."""
UNCOLLECTED, LONG_PAUSE = "waiting_for_collection", "pause_very_long"
"""Checks that fail a dossier on the day on which so many days have passed since its end, or since a pause without end began."""
DAILY = OVERTAKEN | WHILE_OPEN | {UNCOLLECTED, LONG_PAUSE}
OPEN_NOW = tuple(map(int, OPEN_STATUSES))


def days_of(checks: Checks, check_id: str) -> int | None:
    """Return after how many days a check fails; None where it is not declared."""
    found = [check.parameters.get("days") for check in checks.each() if check.id == check_id]
    return next((days for days in found if isinstance(days, int)), None)
