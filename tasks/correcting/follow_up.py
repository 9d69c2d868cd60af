"""Follow-up of work packages: what sources verified or opened again, who is to be reminded.

What is late for long is put before the agency above, and a package without a due date gets one. Each becomes an event of the outbox, once; who is told of it is another matter (:mod:`tasks.telling`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from config.watch import AnswerRule
from schemas.packages import PACKAGE_ROWS, PACKAGES
from tasks.correcting.answer_times import answer_due, days_before
from tasks.correcting.loop_events import LoopEvent, write_events
from tasks.recovery.manifests import keep_made_packages, time_of
from tasks.warehouse.load import Load, load
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_MOVED, _UNANSWERED = _SQL["moved"], _SQL["unanswered"]
_UNDATED = f"SELECT {', '.join(PACKAGES.columns)} FROM quality.packages WHERE due_at IS NULL ORDER BY package"
_SOURCES = "SELECT package, min(source) FROM quality.package_rows WHERE package = ANY(%(packages)s) GROUP BY 1"
_MARKED = f"SELECT {', '.join(PACKAGE_ROWS.columns)} FROM quality.package_rows WHERE row_key = ANY(%(keys)s) ORDER BY row_key"
_UNITS = "SELECT package, unit_code FROM quality.packages WHERE package = ANY(%(packages)s)"
_COLUMN = {"verified": "verified_at", "reopened": "reopened_at"}


@dataclass(frozen=True)
class FollowedUp:
    """What was found.

    Attributes:
        verified, reopened: questions of which the source states what was asked for, or otherwise after all.
        events: that are new in the outbox.
        dated: packages that had no due date and have one now.
    """

    verified: int = 0
    reopened: int = 0
    events: int = 0
    dated: int = 0


@dataclass(frozen=True)
class _Waiting:
    package: str
    unit_code: str | None
    source: str
    due_at: datetime
    items: int
    above: str | None


def follow_up(rule: AnswerRule, now: datetime) -> FollowedUp:
    """Note what the source verified and opened again, and write reminders that are due.

    Nothing is written twice.

    Args:
        rule: working days before and after the due date.
        now: the moment by which reminders are due.

    Raises:
        WarehouseError: nothing was written.
    """
    with load("follow_up", "packages") as current:
        moved, dated = dict(current.fetch(_MOVED)), _date(current, rule, now)
        events = [*_mark(current, moved), *_reminders(current, rule, now)]
        counted = Counter(moved.values())
        told = FollowedUp(counted["verified"], counted["reopened"], write_events(current, events), dated)
        if not (moved or told.events or dated):
            current.abandon()
    return told


def _date(current: Load, rule: AnswerRule, now: datetime) -> int:
    """Give packages that were made before due dates were kept one that is counted from now: nobody was late before.

    Where the calendar does not reach so far they have none until it does.
    """
    rows = current.read(_UNDATED, None, PACKAGES)
    names = list(rows["package"].astype(object))
    if not names:
        return 0
    sources = dict(current.fetch(_SOURCES, {"packages": names}))
    units = rows["unit_code"].astype(object).where(rows["unit_code"].notna(), None)
    due = [answer_due(now, sources.get(name, ""), unit, rule.within_days) for name, unit in zip(names, units, strict=True)]
    rows["due_at"] = pd.Series(pd.to_datetime(due, utc=True), index=rows.index).astype(rows["due_at"].dtype)
    rows = rows[rows["due_at"].notna().to_numpy(dtype=bool)]
    if len(rows):
        current.merge(PACKAGES, PACKAGES.conform(rows.drop(columns=list(PACKAGES.managed))))
        keep_made_packages(current, list(rows["package"].astype(object)))
    return len(rows)


def _mark(current: Load, moved: dict[str, str]) -> list[LoopEvent]:
    """Write down when it was seen that questions are verified or open again; return an event a package and state."""
    if not moved:
        return []
    rows = current.read(_MARKED, {"keys": list(moved)}, PACKAGE_ROWS)
    states = rows["row_key"].astype(object).map(moved)
    now = pd.Timestamp(time_of(current))
    for state, column in _COLUMN.items():
        rows[column] = rows[column].mask((states == state).to_numpy(dtype=bool), now)
    current.merge(PACKAGE_ROWS, PACKAGE_ROWS.conform(rows.drop(columns=list(PACKAGE_ROWS.managed))))
    packages = sorted(set(rows["package"].astype(object)))
    keep_made_packages(current, packages)
    units = dict(current.fetch(_UNITS, {"packages": packages}))
    counted = Counter(zip(rows["package"].astype(object), states, strict=True))
    mark = str(current.change_number)
    return [LoopEvent(state, units[package], package, items, mark=mark) for (package, state), items in counted.items()]


def _reminders(current: Load, rule: AnswerRule, now: datetime) -> Iterator[LoopEvent]:
    names = tuple(_Waiting.__dataclass_fields__)
    for row in current.fetch(_UNANSWERED):
        yield from _due(_Waiting(**dict(zip(names, row, strict=True))), rule, now)


def _due(one: _Waiting, rule: AnswerRule, now: datetime) -> Iterable[LoopEvent]:
    """Return what is due about one package: a word before and after the day, and one to the agency above."""
    told: dict[str, Any] = {"package": one.package, "items": one.items, "about_unit": one.unit_code, "due_at": one.due_at}
    if now <= one.due_at:
        reminded = days_before(one.due_at, one.source, one.unit_code, rule.remind_days)
        return [LoopEvent("due_soon", one.unit_code, **told)] if now >= reminded else []
    late = [LoopEvent("overdue", one.unit_code, **told)]
    put_before = answer_due(one.due_at, one.source, one.unit_code, rule.escalate_days)
    if put_before is not None and now > put_before:
        late.append(LoopEvent("escalated", one.above, **told))
    return late
