"""Values of a dossier's fields as text, as corrections hold them, and their comparison."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from schemas.dossiers import DOSSIERS
from schemas.table import Kind

# A register gives a due day without an hour: the office closes at five.
CLOSING = time(17, 0)
_MIDNIGHT = time(0, 0)


def is_instant(field: str) -> bool:
    """Tell whether a field of ``core.dossiers`` is a time."""
    return DOSSIERS[field].kind is Kind.INSTANT


def value_text(value: Any, zone: str) -> str | None:
    """Write a value of ``core.dossiers`` as a correction does: ISO 8601 in office time for instants; None for none."""
    if value is None or value != value:  # NaT is not itself
        return None
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).isoformat()
    return str(value)


def same_value(field: str, one: str | None, other: str | None, zone: str) -> bool:
    """Tell whether two texts say the same of a field.

    Times are the same to the minute. One without an hour (midnight, or closing for a due date) names a day and
    is the same as any time of that day: registers give days where systems give minutes.
    """
    if one is None or other is None or not is_instant(field):
        return one == other
    first, second = (datetime.fromisoformat(text).astimezone(ZoneInfo(zone)) for text in (one, other))
    if first.replace(second=0, microsecond=0) == second.replace(second=0, microsecond=0):
        return True
    return first.date() == second.date() and (_day_only(field, first) or _day_only(field, second))


def _day_only(field: str, moment: datetime) -> bool:
    return moment.time() == (CLOSING if field == "due_at" else _MIDNIGHT)
