"""Recorded state of a dossier: status, end and lateness as the source itself states them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from config.codes import FINISHED_STATUSES, Status
from tasks.rules.dates.times import LocalTimes, days
from tasks.rules.verdict.ends import DELETED, FINISHED, IN_PROGRESS, NOT_RECEIVED, REFUSED, WITHDRAWN
from tasks.rules.verdict.facts import NAT, DossierFacts

EARLY, ON_TIME, LATE, UNDETERMINED = range(4)  # places in schemas.fields.TIMELINESS


class OwnRule(Protocol):
    """The ``recorded`` block of a source file."""

    @property
    def end(self) -> tuple[str, ...]:
        """Fields of which the first given one is the end."""

    @property
    def compare(self) -> str:
        """``instant`` or ``date``."""

    @property
    def no_due(self) -> str:
        """What a dossier without a due date is."""

    @property
    def paused_statuses(self) -> tuple[int, ...]:
        """Statuses in which an open dossier is never late."""


@dataclass(frozen=True)
class Recorded:
    """The source's word on each dossier.

    Attributes:
        end: office time; NaT while the source counts it as open, or has no time for the end.
        state: place in ``schemas.fields.STATES``; timeliness: place in ``TIMELINESS``.
    """

    end: LocalTimes
    state: np.ndarray
    timeliness: np.ndarray

    def take(self, places: np.ndarray) -> Recorded:
        """Return the source's word on some dossiers."""
        return Recorded(self.end[places], self.state[places], self.timeliness[places])


def recorded_of(facts: DossierFacts, rule: OwnRule, as_of_end: np.datetime64) -> Recorded:
    """Apply the source's own rule to its own fields, as its reports would."""
    state = _state(facts)
    state = np.where((facts.deleted <= as_of_end) & (state != NOT_RECEIVED), DELETED, state)
    end = _end(facts, rule, state)
    return Recorded(end, state, timeliness(end, facts.due, state, rule, facts.status, as_of_end))


def timeliness(
    end: LocalTimes, due: LocalTimes, state: np.ndarray, rule: OwnRule, status: np.ndarray, as_of_end: np.datetime64
) -> np.ndarray:
    """Compare end and due date the way the source does; open ones against the end of the day judged."""
    ended = state != IN_PROGRESS
    after = days(end) > days(due) if rule.compare == "date" else end > due
    overdue = (due < as_of_end) & ~np.isin(status, rule.paused_statuses)
    late = np.where(ended, after, overdue)
    early = ended & (days(end) < days(due))
    word = np.where(late, LATE, np.where(early, EARLY, ON_TIME))
    without = {"on_time": ON_TIME, "late": LATE, "undetermined": UNDETERMINED}[rule.no_due]
    return np.where(np.isnat(due) & (state != NOT_RECEIVED) & (state != DELETED), without, word)


def _state(facts: DossierFacts) -> np.ndarray:
    by_status = (Status.REGISTERED, Status.REFUSED, Status.WITHDRAWN, Status.STOPPED)
    status, received = facts.status, ~np.isnat(facts.received)
    refused = np.where(received, REFUSED, NOT_RECEIVED)
    return np.select(
        [*(status == code for code in by_status), np.isin(status, FINISHED_STATUSES)],
        [np.full(len(facts), NOT_RECEIVED), refused, np.full(len(facts), WITHDRAWN), np.full(len(facts), REFUSED), FINISHED],
        IN_PROGRESS,
    )


def _end(facts: DossierFacts, rule: OwnRule, state: np.ndarray) -> LocalTimes:
    times = {"done_at": facts.done, "returned_at": facts.returned, "refused_at": facts.refused}
    end = np.full(len(facts), NAT)
    for name in (*rule.end, "refused_at"):
        if name in times:
            end = np.where(np.isnat(end), times[name], end)
    return np.where((state == IN_PROGRESS) | (state == NOT_RECEIVED), NAT, end)
