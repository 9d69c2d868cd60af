"""Months in which an agency's recorded on-time share is implausibly high.

No office that works produces such figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from config.watch import SuspiciousMonths, load_watch
from schemas.verdicts import VERDICTS_TABLE
from tasks.judging.offices import office_of
from tasks.rules.clock.working_clock import WorkingClock
from tasks.rules.dates.times import LocalTimes, local_times
from tasks.rules.indicators.interval import wilson
from tasks.warehouse.engine import read_frame

SIGNS: Final = {
    "all_on_time": ("không hồ sơ nào trễ", "not one late"),
    "same_time": ("đóng cùng một giờ trong ngày", "closed at the same time of the day"),
    "batch": ("đóng hàng loạt trong một phút", "closed in a batch, in one minute"),
    "at_once": ("đóng ngay sau khi tiếp nhận", "closed at once after receipt"),
    "off_hours": ("đóng ngoài giờ làm việc", "closed while the office was closed"),
    "jump": ("đúng hạn nhiều hơn hẳn các tháng trước", "on time far more often than in the months before"),
}
"""What is conspicuous, in Vietnamese and in English."""

_COLUMNS = ("source", "unit_code", "received_at", "recorded_end_at", "recorded_timeliness")
_CLOSED = f"""
    SELECT {", ".join(_COLUMNS)} FROM judged.verdicts WHERE policy = %(policy)s AND counted AND recorded_end_at IS NOT NULL
    AND unit_code IS NOT NULL ORDER BY source, code
"""
_MINUTE = np.timedelta64(1, "m")


@dataclass(frozen=True)
class SuspiciousMonth:
    """One conspicuous thing about an agency's month.

    Attributes:
        sign: a key of :data:`SIGNS`; closings: of the month; of_them: how many show the sign.
        what: the time or moment at which they were closed, where the sign is about one.
    """

    source: str
    unit_code: str
    month: date
    sign: str
    closings: int
    of_them: int
    what: str = ""

    @property
    def share(self) -> float:
        """Share of the closings that show it."""
        return self.of_them / self.closings


def read_suspicious_months(policy: str) -> list[SuspiciousMonth]:
    """Return what is conspicuous, the latest month first, then the larger share."""
    return find_suspicious_months(
        read_frame(_CLOSED, {"policy": policy}, {name: VERDICTS_TABLE.dtypes[name] for name in _COLUMNS})
    )


def find_suspicious_months(rows: pd.DataFrame) -> list[SuspiciousMonth]:
    """Find what is conspicuous among counted dossiers, in the same order.

    Args:
        rows: source, unit_code, received_at, recorded_end_at and recorded_timeliness of each, in the order of source and code;
            those without end or agency are left out.
    """
    rows = rows[(rows["recorded_end_at"].notna() & rows["unit_code"].notna()).to_numpy(dtype=bool)]
    found: list[SuspiciousMonth] = []
    for source, part in rows.groupby("source", observed=True):
        office = office_of(str(source))
        received, end = (local_times(part[name], office.zone) for name in ("received_at", "recorded_end_at"))
        late = (part["recorded_timeliness"] == "late").to_numpy(dtype=bool)
        units = part["unit_code"].astype(object).to_numpy()
        kept = _outside_incidents(str(source), units, end)
        found += suspicious_months(
            str(source), units[kept], received[kept], end[kept], late[kept], office.clock, load_watch().too_good
        )
    return sorted(found, key=lambda one: (-one.month.toordinal(), -one.share, one.source, one.unit_code, one.sign))


def _outside_incidents(source: str, units: np.ndarray, end: LocalTimes) -> np.ndarray:
    """Tell which closings lie outside the known incidents: what was closed at once in a move to another system says nothing."""
    kept = np.ones(len(end), dtype=bool)
    for one in load_watch().incidents:
        if one.source == source:
            inside = (end >= np.datetime64(one.since)) & (end < np.datetime64(one.until) + np.timedelta64(1, "D"))
            kept &= ~(inside & ((units == one.unit) if one.unit else True))
    return kept


def suspicious_months(
    source: str,
    units: np.ndarray,
    received: LocalTimes,
    end: LocalTimes,
    late: np.ndarray,
    clock: WorkingClock,
    rule: SuspiciousMonths,
) -> list[SuspiciousMonth]:
    """Find what is conspicuous among the closings of a source.

    Args:
        source: its name.
        units: agency of each closing.
        received: receipts, office time.
        end: closings, office time.
        late: the source's own word.
        clock: the office's clock.
        rule: the thresholds.
    """
    months = end.astype("datetime64[M]")
    names, unit = np.unique(units.astype(str), return_inverse=True)
    order = np.lexsort((end, months, unit))
    cuts = np.flatnonzero((np.diff(unit[order]) != 0) | (np.diff(months[order]).astype(int) != 0)) + 1
    found = []
    before: dict[str, list[tuple[int, int]]] = {}  # of each agency the ordinary months so far: closings, on time
    for rows in np.split(order, cuts):
        if len(rows) >= rule.least_closings:
            place = (source, str(names[unit[rows[0]]]), months[rows[0]].astype("datetime64[D]").astype(date))
            shown = _of_month(received[rows], end[rows], late[rows], clock, rule)
            month, history = (len(rows), int((~late[rows]).sum())), before.setdefault(place[1], [])
            if _jumps(month, history[-rule.jump_months :], rule):
                shown.append(("jump", month[1], ""))
            if not shown:
                history.append(month)
            found += [SuspiciousMonth(*place, sign, len(rows), count, what) for sign, count, what in shown]
    return found


def _jumps(month: tuple[int, int], before: list[tuple[int, int]], rule: SuspiciousMonths) -> bool:
    """Tell whether a month is on time more often than those before it: by enough, and by more than chance (Wilson, 95 %)."""
    held, right = sum(count for count, _ in before), sum(on_time for _, on_time in before)
    if not held:
        return False
    low, high = wilson(np.array([right, month[1]]), np.array([held, month[0]]))
    return bool(month[1] / month[0] - right / held >= rule.jump and low[1] > high[0])


def _of_month(
    received: LocalTimes, end: LocalTimes, late: np.ndarray, clock: WorkingClock, rule: SuspiciousMonths
) -> list[tuple[str, int, str]]:
    count, minute = len(end), end.astype("datetime64[m]")
    same, at = _most(minute - minute.astype("datetime64[D]"))
    batch, moment = _most(minute)
    worked = clock.working_minutes_between(received, end)
    at_once = int(((worked >= 0) & (worked <= rule.at_once_minutes) & (received <= end)).sum())
    off_hours = int((clock.working_minutes_between(minute, minute + _MINUTE) == 0).sum())
    shown = [
        ("all_on_time", count, "", not late.any() and count >= rule.least_all_on_time),
        ("same_time", same, f"{int(at.astype(int)) // 60:02}:{int(at.astype(int)) % 60:02}", same >= rule.same_time * count),
        ("batch", batch, str(moment).replace("T", " "), batch >= max(rule.batch * count, rule.least_batch)),
        ("at_once", at_once, "", at_once >= rule.at_once * count),
        ("off_hours", off_hours, "", off_hours >= rule.off_hours * count),
    ]
    return [(sign, number, what) for sign, number, what, conspicuous in shown if conspicuous]


def _most(values: np.ndarray) -> tuple[int, np.ndarray]:
    """Return how often the most frequent value occurs, and which it is; of several the earliest."""
    known, counts = np.unique(values, return_counts=True)
    place = int(counts.argmax())
    return int(counts[place]), known[place]
