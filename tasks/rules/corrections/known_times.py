"""Plausibility of a corrected time: not in the future, not before the receipt or the source.

No work is logged after the end either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

ENDS = ("done_at", "returned_at", "refused_at")
_HAPPENED = ("received_at", *ENDS)
_FIRST_YEAR = 1990  # where nothing is known of a source

Key = tuple[str, str]
ApprovedValues = Mapping[tuple[str, str, str], str | None]

IMPOSSIBLE_REASONS = {
    "before_first_year": ("trước năm hệ thống bắt đầu hoạt động", "lies before the first year of the source"),
    "in_future": ("thời điểm này chưa đến", "lies in the future"),
    "end_before_receipt": ("kết thúc trước ngày tiếp nhận", "ends before the day of receipt"),
    "receipt_after_end": ("tiếp nhận sau ngày kết thúc", "received after the day of its end"),
    "work_after_end": ("nhật ký còn ghi việc xử lý sau ngày này", "the log shows work after that day"),
}
"""Why a corrected time is refused, in Vietnamese and in English."""


@dataclass(frozen=True)
class KnownTimes:
    """What corrected times are held against.

    Attributes:
        now: nothing that is said to have happened lies after it; None: not known.
        worked: by source and dossier when its log last shows work going on (status 2, 4, 5 or 6).
        first_years: by source, the year before which no time of its dossiers can lie.
    """

    now: datetime | None = None
    worked: Mapping[Key, datetime] = field(default_factory=dict)
    first_years: Mapping[str, int] = field(default_factory=dict)


def why_impossible(name: str, value: str | None, standing: ApprovedValues, held: KnownTimes, key: Key, zone: str) -> str:
    """Answer why a corrected time cannot be true, a key of :data:`REASONS`; empty where it can.

    A correction is there to put wrong records right, so it is held against facts only that no register outweighs: the
    clock, the order of receipt and end by the day, and work that was logged after the end.

    Args:
        name: the corrected field.
        value: its new value, ISO 8601 with an offset; None empties it.
        standing: what stands of dossiers' times with this file's corrections, by source, code and field: ISO 8601 with an
            offset, or None.
        held: clock, log and first years.
        key: source and code of the dossier.
        zone: IANA zone of its office.
    """
    day = _day_in(zone)
    if value is None or not name.endswith("_at"):
        return ""
    if day(value).year < held.first_years.get(key[0], _FIRST_YEAR):
        return "before_first_year"
    if name not in _HAPPENED:
        return ""
    moment = datetime.fromisoformat(value)
    if held.now is not None and moment > held.now:
        return "in_future"
    received = standing.get((*key, "received_at"))
    if name == "received_at":
        ended = [day(text) for text in (standing.get((*key, one)) for one in ENDS) if text is not None]
        return "receipt_after_end" if ended and min(ended) < day(value) else ""
    if received is not None and day(value) < day(received):
        return "end_before_receipt"
    worked = held.worked.get(key)
    return "work_after_end" if worked is not None and day(value) < worked.astimezone(ZoneInfo(zone)).date() else ""


def _day_in(zone: str) -> Callable[[str], date]:
    return lambda text: datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).date()
