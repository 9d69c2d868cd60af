"""The stage on which causes are planted: chance, time, and the history of one dossier told anew."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from demo.calendar import DAY, first_worked_minute
from demo.desk import modified, show
from demo.model import Dossier
from demo.oracle import plain_due
from demo.procedures import Catalogue
from demo.units import Directory

_DAY_LIMITS = ("working_day", "calendar_day", "month")


class UnfitError(Exception):
    """This dossier cannot carry this cause; another one is tried."""


@dataclass
class Scene:
    """Chance, day and reference data for planting.

    Attributes:
        now: minute after the last one that is spoken for.
    """

    rng: random.Random
    directory: Directory
    catalogue: Catalogue
    now: int
    _due: dict[int, int | None] = field(default_factory=dict)

    def due(self, dossier: Dossier) -> int:
        """Return the due time without pauses; UnfitError where there is no limit."""
        if dossier.number not in self._due:
            self._due[dossier.number] = plain_due(dossier.limit, dossier.received)
        due = self._due[dossier.number]
        if due is None:
            raise UnfitError
        return due

    def quiet(self, dossier: Dossier) -> bool:
        """Answer whether a dossier has a limit in days, no pause, and was due before the last day."""
        plain = dossier.settled and not dossier.pauses and not dossier.before_receipt
        return (
            plain and dossier.limit.unit in _DAY_LIMITS and dossier.limit.amount > 0 and self.due(dossier) < self.now - 2 * DAY
        )

    def worked_between(self, first: int, last: int) -> int:
        """Return a worked minute of ``[first, last]``; UnfitError where there is none."""
        if last <= first:
            raise UnfitError
        minute = first_worked_minute(self.rng.randint(first, last))
        if minute > last:
            minute = first_worked_minute(first)
        if minute > last:
            raise UnfitError
        return minute

    def timely(self, dossier: Dossier) -> int:
        """Return an end before the dossier is due."""
        return self.worked_between(dossier.received + 60, self.due(dossier) - 1)

    def overdue(self, dossier: Dossier, first_day: int = 1, last_day: int = 12) -> int:
        """Return an end on a day after the dossier was due, before the last day spoken for."""
        day = self.due(dossier) // DAY
        end = self.worked_between((day + first_day) * DAY, (day + last_day) * DAY)
        if end >= self.now:
            raise UnfitError
        return end

    def retell(self, dossier: Dossier, ended: int | None, status: int = 9, returned: int | None = None) -> None:
        """Give a dossier another true end, and make its honest view anew."""
        dossier.ended, dossier.end_status = ended, status
        dossier.returned, dossier.by_post = returned, False
        show(dossier, self.directory, self.now)

    def leave_open(self, dossier: Dossier) -> None:
        """Let the one-stop desk know nothing of the end."""
        shown, end = dossier.view, dossier.ended
        shown.log = [entry for entry in shown.log if end is None or entry.at < end]
        shown.status = str(shown.log[-1].status)
        shown.done = shown.returned = shown.refused = None
        shown.has_result = False
        shown.modified = modified(shown.log, dossier)
