"""Instants as texts in office time.

For lists and sentences; arrays of them are in :mod:`tasks.rules.dates.times`.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def instant_text(at: datetime | None, zone: str) -> str | None:
    """Write an instant as office time to the minute, ``2026-03-31 17:00``; None where unknown."""
    return None if at is None else at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(" ", "minutes")
