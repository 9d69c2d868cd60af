"""Lateness that a source itself records, by its own rule (demo/sources/*.yaml, ``recorded``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from demo.calendar import DAY, day_number
from demo.model import ENDED, Shown

COMPARES_BY_DAY = {"province": False, "communes": True, "hub": False, "registers": True, "villages": True, "wards": True}


def recorded_state(shown: Shown, source: str, now: int) -> str:
    """Return ``late``, ``on_time`` or ``not_received`` by the source's own rule.

    The end is the first given of end of processing and hand-over (of a refusal or stop: its own time
    first); a dossier without a due date, or ended without any time, is on time; an open one is late
    once its due time has passed. Sources with an exchange of records compare instants, books compare days.

    Args:
        shown: what the source shows; a due date of the year 0001 counts as none.
        source: name of the source.
        now: minute after the last one that is spoken for.
    """
    status = int(shown.status) if shown.status.isdigit() else 0
    if status == 1 or (status == 3 and shown.received is None):
        return "not_received"
    due = None if "NgayHenTra" in shown.raw else shown.due
    if due is None:
        return "on_time"
    if status not in ENDED and not (status == 0 and shown.done is not None):
        return "late" if due < now else "on_time"
    ends = (shown.refused, shown.done, shown.returned) if status in (3, 8) else (shown.done, shown.returned)
    end = next((each for each in ends if each is not None), None)
    if end is None:
        return "on_time"
    late = end // DAY > due // DAY if COMPARES_BY_DAY[source] else end > due
    return "late" if late else "on_time"


def served_state(record: Mapping[str, str], now: int) -> str:
    """Return what :func:`recorded_state` says, read again from a served record of the province.

    The dates are parsed anew, so that a slip between what is meant and what is served comes out.
    """
    shown = Shown(
        status=record["TrangThaiHoSo"],
        unit="",
        unit_name="",
        procedure="",
        channel="",
        received=_minute(record["NgayTiepNhan"]),
        submitted=None,
        due=_minute(record["NgayHenTra"]),
        done=_minute(record["NgayKetThucXuLy"]),
        returned=_minute(record["NgayTra"]),
        refused=_minute(record["NgayTuChoi"]),
    )
    return recorded_state(shown, "province", now)


def _minute(text: str) -> int | None:
    digits = "".join(char for char in text if char.isdigit())
    if not digits or digits.startswith("0001"):
        return None
    return _day(digits[:8]) * DAY + int(digits[8:10]) * 60 + int(digits[10:12])


@lru_cache(maxsize=4096)
def _day(digits: str) -> int:
    return day_number(date(int(digits[:4]), int(digits[4:6]), int(digits[6:])))
