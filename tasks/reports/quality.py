"""Quality score of agencies, procedures or sources: share of sound dossiers, and its trend.

A sound dossier is one with nothing to correct.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np

from config.calendar import OFFICE_ZONE_NAME
from tasks.judging.judged_sources import zones
from tasks.judging.waivers import SURELY_WRONG, waiver_parameters
from tasks.rules.indicators.interval import percent, wilson
from tasks.warehouse.rows import fetch_as
from tasks.warehouse.statements import statements_of

SUBJECTS = ("unit", "procedure", "source")
SCORED_MONTHS = 6  # shown one by one
_SPAN = 3  # months that are compared with as many before them
_SQL = statements_of(__file__)
_ROWS = _SQL["rows"].format(surely_wrong=SURELY_WRONG)


class _Scored(NamedTuple):
    """Dossiers of a month that an agency, procedure or source holds, and those without a fault among them."""

    subject: str
    name: str
    month: str | None
    held: int
    faultless: int


@dataclass
class Score:
    """One agency, procedure or source.

    Attributes:
        months: month of receipt (YYYY-MM; empty where it is not known) to dossiers and to those with nothing to correct.
    """

    name: str
    months: dict[str, tuple[int, int]] = field(default_factory=lambda: defaultdict(lambda: (0, 0)))

    @property
    def dossiers(self) -> int:
        """How many there are."""
        return sum(held for held, _ in self.months.values())

    def value(self, *months: str) -> float | None:
        """Return the score of some months, of all by default: per cent; None without a dossier."""
        held, right = self._sum(months or tuple(self.months))
        score = float(percent(np.array([right]), np.array([held]), 1)[0])
        return None if held == 0 else score

    def trend(self, last: date) -> str:
        """Compare the last three months of receipt with the three before: ``better``, ``worse``, or ``same``.

        ``same`` also where chance alone could make the difference (Wilson intervals, 95 %, that overlap).
        """
        recent, before = months_until(last, _SPAN), months_until(last, 2 * _SPAN)[:_SPAN]
        (held_now, right_now), (held_then, right_then) = self._sum(recent), self._sum(before)
        if not held_now or not held_then:
            return "same"
        low, high = wilson(np.array([right_then, right_now]), np.array([held_then, held_now]))
        return "better" if low[1] > high[0] else "worse" if high[1] < low[0] else "same"

    def _sum(self, months: tuple[str, ...]) -> tuple[int, int]:
        chosen = [self.months[month] for month in months if month in self.months]
        return sum(held for held, _ in chosen), sum(right for _, right in chosen)


def months_until(last: date, count: int) -> tuple[str, ...]:
    """Return the names of so many months, that of the day being the last.

    >>> months_until(date(2026, 2, 10), 3)
    ('2025-12', '2026-01', '2026-02')
    """
    numbers = (last.year * 12 + last.month - 1 - back for back in reversed(range(count)))
    return tuple(f"{number // 12}-{number % 12 + 1:02d}" for number in numbers)


def read_scores(by: str, policy: str, as_of: date | None) -> list[Score]:
    """Score every agency, procedure or source on its dossiers as they are now; the lowest first, then by name.

    Args:
        by: one of :data:`SUBJECTS`.
        policy: whose verdicts.
        as_of: day whose waivers count.
    """
    return read_all_scores(policy, as_of)[by]


def read_all_scores(policy: str, as_of: date | None) -> dict[str, list[Score]]:
    """Score agencies, procedures and sources, as :func:`read_scores` does, in one look at the verdicts."""
    scores: dict[str, dict[str, Score]] = {subject: {} for subject in SUBJECTS}
    known = zones()
    given = {"policy": policy, "zone": OFFICE_ZONE_NAME, "sources": list(known), "zones": list(known.values())}
    for row in fetch_as(_Scored, _ROWS, given | waiver_parameters(as_of)):
        score = scores[row.subject].setdefault(row.name, Score(row.name))
        score.months[row.month or ""] = (row.held, row.faultless)
    return {
        subject: sorted(found.values(), key=lambda one: (one.value() or 0.0, one.name)) for subject, found in scores.items()
    }


def together(scores: list[Score]) -> Score:
    """Add scores up, those of all sources for instance."""
    total = Score("*")
    for one in scores:
        for month, (held, right) in one.months.items():
            before = total.months[month]
            total.months[month] = (before[0] + held, before[1] + right)
    return total
