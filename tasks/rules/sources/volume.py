"""Volume of a day: receipts and closings against earlier days of the same kind.

A Monday is compared with Mondays, a make-up Saturday with make-up Saturdays, the first day after Tết with first days
after long breaks. A day off is compared with nothing. What was an incident itself is no measure for later days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import median

from config.calendar import Session
from config.watch import Volume
from tasks.rules.clock.working_clock import OfficeHours

_MAD = 1.4826  # median distance from the median to standard deviation, of a normal distribution
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Unusual:
    """A day with far more or far fewer than days of its kind have.

    Attributes:
        kind: see :func:`kind_of_days`.
        count: of the day; usual: median of the days that it is compared with, of which there are ``compared``.
    """

    day: date
    kind: str
    count: int
    usual: float
    compared: int


def kind_of_days(hours: OfficeHours, first: date, last: date, break_days: int) -> dict[date, str]:
    """Name the kind of every working day of a span; days off are left out.

    ``make_up``: worked instead of another; ``half``: shorter than its weekday usually is; ``after_break`` and
    ``before_break``: beside so many days off in a row; else the weekday, ``0`` for Monday.
    """
    first, last = max(first, hours.first), min(last, hours.last)
    off = _days_off_before(hours, first, last)
    found: dict[date, str] = {}
    for day in _days(first, last):
        sessions = hours.sessions_of(day)
        if not sessions:
            continue
        usual = hours.week.get(day.weekday(), ())
        if not usual:
            found[day] = "make_up"
        elif _minutes(sessions) < _minutes(usual):
            found[day] = "half"
        elif off[day] >= break_days:
            found[day] = "after_break"
        else:
            found[day] = "before_break" if _days_off_after(hours, day) >= break_days else str(day.weekday())
    return found


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _minutes(sessions: Sequence[Session]) -> int:
    return sum(end - start for start, end in sessions)


def _days_off_before(hours: OfficeHours, first: date, last: date) -> dict[date, int]:
    """Count for each day of a span how many days off lie right before it."""
    counts, running = {}, 0
    for day in _days(max(hours.first, first - 20 * _DAY), last):
        counts[day] = running
        running = 0 if hours.sessions_of(day) else running + 1
    return counts


def _days_off_after(hours: OfficeHours, day: date) -> int:
    count = 0
    while (day := day + _DAY) <= hours.last and not hours.sessions_of(day):
        count += 1
    return count


def unusual_days(counts: dict[date, int], kinds: dict[date, str], incidents: Collection[date], rule: Volume) -> list[Unusual]:
    """Return the days that stand out among earlier days of their kind, in order.

    A day that stands out is an incident and left out of what later days are compared with, until ``settles_after`` days of
    its kind in a row stood out the same way: then that is how it is now. Days of known incidents are left out, too, and
    not reported.

    Args:
        counts: dossiers by day; a day that is missing has none. Nothing is said of the days before the first.
        kinds: kind of each working day up to the last one that is looked at.
        incidents: days that are known to have been out of the ordinary.
        rule: thresholds.
    """
    if not counts:
        return []
    begin = min(counts)
    by_kind: dict[str, list[date]] = {}
    for day, kind in kinds.items():
        if day >= begin and day not in incidents:
            by_kind.setdefault(kind, []).append(day)
    found = [one for kind, days in by_kind.items() for one in _of_kind(kind, [(day, counts.get(day, 0)) for day in days], rule)]
    return sorted(found, key=lambda one: one.day)


def _of_kind(kind: str, days: list[tuple[date, int]], rule: Volume) -> Iterator[Unusual]:
    baseline: list[int] = []
    run: list[int] = []  # counts of days in a row that stood out the same way
    for day, count in days:
        recent = baseline[-rule.look_back :]
        usual = median(recent) if len(recent) >= rule.least_days else None
        if usual is None or not stands_out(count, recent, usual, rule):
            baseline, run = [*baseline, count], []
            continue
        run = [*run, count] if not run or (count > usual) == (run[-1] > usual) else [count]
        yield Unusual(day, kind, count, usual, len(recent))
        if len(run) >= rule.settles_after:
            baseline, run = run, []


def stands_out(count: int, recent: Sequence[int], usual: float, rule: Volume) -> bool:
    """Tell whether a count is further from the median than chance and the days' own spread explain."""
    if max(count, usual) < rule.least_expected:
        return False
    spread = max(_MAD * median(abs(each - usual) for each in recent), sqrt(max(usual, 1)))
    return abs(count - usual) > rule.limit * spread


def expand(spans: Collection[tuple[date, date]]) -> set[date]:
    """Return every day of some spans, first and last included."""
    return {day for first, last in spans for day in _days(first, last)}
