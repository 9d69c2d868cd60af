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
_MOST_YEARS = 10  # between receipt and due date or end; more is a year that was mistyped
_FIRST_YEAR = 1990  # where nothing is known of a source

Key = tuple[str, str]
ApprovedValues = Mapping[tuple[str, str, str], str | None]

IMPOSSIBLE_REASONS = {
    "before_first_year": ("trước năm hệ thống bắt đầu hoạt động", "lies before the first year of the source"),
    "in_future": ("thời điểm này chưa đến", "lies in the future"),
    "due_before_receipt": ("hẹn trả trước ngày tiếp nhận", "due before the day of receipt"),
    "years_apart": (
        f"cách ngày tiếp nhận hoặc kết thúc hơn {_MOST_YEARS} năm: xem lại năm",
        f"lies more than {_MOST_YEARS} years from the receipt or the end: look at the year",
    ),
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
        weighed: the value follows from evidence that was weighed against log and receipt already.
    """

    now: datetime | None = None
    worked: Mapping[Key, datetime] = field(default_factory=dict)
    first_years: Mapping[str, int] = field(default_factory=dict)
    weighed: bool = False


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
    if name in _HAPPENED and held.now is not None and datetime.fromisoformat(value) > held.now:
        return "in_future"
    received = standing.get((*key, "received_at"))
    if name == "received_at":
        others = {one: day(text) for one in (*ENDS, "due_at") if (text := standing.get((*key, one))) is not None}
        return _of_receipt(day(value), others)
    if received is not None and not (held.weighed and name == "due_at"):
        reason = _of_order(name, day(value), day(received))
        if reason:
            return reason
    worked = held.worked.get(key) if name in ENDS and not held.weighed else None
    return "work_after_end" if worked is not None and day(value) < worked.astimezone(ZoneInfo(zone)).date() else ""


def _of_receipt(received: date, others: Mapping[str, date]) -> str:
    """Answer what is wrong with a day of receipt beside the ends and the due date, or an empty text."""
    if any(day < received for name, day in others.items() if name in ENDS):
        return "receipt_after_end"
    return "years_apart" if any(day.year - received.year > _MOST_YEARS for day in others.values()) else ""


def _of_order(name: str, later: date, received: date) -> str:
    """Answer what is wrong with a due date or an end beside the day of receipt, or an empty text."""
    if later < received:
        return "due_before_receipt" if name == "due_at" else "end_before_receipt"
    return "years_apart" if later.year - received.year > _MOST_YEARS else ""


def _day_in(zone: str) -> Callable[[str], date]:
    return lambda text: datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).date()
