"""Resubmissions: who withdraws and files again for a new limit, and what only looks like it.

Laid over the province after everything else and by a chance of its own, so that no other dossier changes for it. The
honest ones are there in a clean province too.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from demo.calendar import DAY, date_of, first_worked_minute
from demo.desk import show
from demo.faults import make_scene
from demo.history import History
from demo.judge import judge
from demo.model import Dossier
from demo.oracle import moved_due, plain_due, working_days_after
from demo.people import CANARIES
from demo.scene import UnfitError
from demo.units import REORGANISED

Plant = Callable[["Again", Dossier], list[Dossier]]


class Again:
    """Plants second filings over a province."""

    def __init__(self, history: History, dossiers: list[Dossier], seed: str, now: int) -> None:
        self.history = history
        self.dossiers = dossiers
        self.scene = make_scene(history, seed, now, "again")
        self._free = [place for place, each in enumerate(dossiers) if self._fits(each)]
        self._size = len(dossiers)
        self.scene.rng.shuffle(self._free)

    def plant(self, rates: dict[str, Any], *, clean: bool) -> None:
        """Plant each kind at its rate; only honest ones where the province is clean."""
        for name, verdict in (("refiled", "hidden_late"), *((name, "on_time") for name in rates["refiled_honestly"])):
            group = "hidden_late" if name == "refiled" else "refiled_honestly"
            if not (clean and name == "refiled"):
                self._plant(name, PLANTS[name], verdict, max(1, round(rates[group][name] * self._size)))

    def _fits(self, dossier: Dossier) -> bool:
        plain = dossier.number > CANARIES and not (dossier.cause or dossier.planted or dossier.missing or dossier.kept)
        return plain and dossier.source == "province" and dossier.owner != "land" and dossier.limit.amount >= 3

    def _plant(self, name: str, plant: Plant, verdict: str, left: int) -> None:
        while self._free and left:
            place = self._free.pop()
            first = copy.copy(self.dossiers[place])
            try:
                if not self.scene.quiet(first):
                    continue
                made = plant(self, first)
            except UnfitError:
                continue
            for one in made:
                one.cause, one.planted = ("refiled" if verdict == "hidden_late" else ""), [name]
            if any(judge(one, self.scene.now).verdict != verdict for one in made) or not self._is_honest(first):
                continue
            first.planted = ["withdrawn_before_again"]
            for one in (first, *made):
                one.kept = True
            self.dossiers[place] = first
            self.dossiers += made
            left -= 1
        if left and name == "refiled":
            raise ValueError(f"no dossier can carry {name}; the province is too small. Make more dossiers.")

    def _is_honest(self, dossier: Dossier) -> bool:
        return judge(dossier, self.scene.now).verdict == "on_time"

    # -- the stories ------------------------------------------------------------------------

    def withdraw(self, first: Dossier, days_before: int, day_before: int | None = None) -> int:
        """Let the citizen withdraw on one of the working days before the due day, 0 being that day itself."""
        day = self.scene.due(first) // DAY
        last = self.back(day, days_before)
        start = max(self.back(day, days_before if day_before is None else day_before) * DAY, first.received + 60)
        at = self.scene.worked_between(start, last * DAY + 16 * 60)
        self.scene.retell(first, at, status=7)
        return at

    @staticmethod
    def back(day: int, count: int) -> int:
        """Return the count-th worked day before a day."""
        found = day
        while count and working_days_after(found, count) >= day:
            found -= 1
        return found + 1 if count else found

    def file(self, first: Dossier, at: int, number: int = 0) -> Dossier:
        """Let the same person file the same thing again; UnfitError where another law or agency holds by then."""
        again = copy.copy(first)
        again.number = max(each.number for each in self.dossiers[-3:]) + 1 + number
        again.received, again.first = at, first
        again.submitted = at - 5 if first.channel == "online" else at
        again.pauses, again.receipt_number, again.end_status = [], "", 9
        again.ended = again.returned = None
        version = self.scene.catalogue.version(first.procedure, first.channel, date_of(at))
        moved = (date_of(at) >= REORGANISED) != (date_of(first.received) >= REORGANISED)
        if version is None or version.limit != first.limit or moved or at >= self.scene.now:
            raise UnfitError
        again.code = self.history.next_code(first.unit, date_of(at), first.number)
        return again

    def end(self, again: Dossier, after: int, until: int) -> list[Dossier]:
        """Let it end between two moments."""
        again.ended = self.scene.worked_between(after, min(until, self.scene.now - 1))
        show(again, self.scene.directory, self.scene.now)
        return [again]

    def due(self, dossier: Dossier) -> int:
        """Return the due time by the dossier's own clock."""
        due = plain_due(dossier.limit, dossier.received)
        if due is None:
            raise UnfitError
        return due

    def next_morning(self, at: int) -> int:
        """Return a minute of the next worked day's morning."""
        return first_worked_minute((working_days_after(at // DAY, 1)) * DAY) + self.scene.rng.randint(0, 200)


def refiled(self: Again, first: Dossier) -> list[Dossier]:
    """Withdrawn on the due day or the day before.

    Filed again the same day or the next, and done by the new limit alone.
    """
    at = self.withdraw(first, 0, 1)
    filed = first_worked_minute(at + 15) if self.scene.rng.random() < 0.4 else self.next_morning(at)
    again = self.file(first, filed)
    goes_on = moved_due(first.limit, self.scene.due(first), at, filed)
    return self.end(again, (goes_on // DAY + 1) * DAY, self.due(again) - 1)


def withdrawn_early(self: Again, first: Dossier) -> list[Dossier]:
    """Withdrawn well before it was due: the citizen thought of something else."""
    at = self.withdraw(first, 3, 30)
    again = self.file(first, self.next_morning(at))
    return self.end(again, max(self.scene.due(first) + 1, again.received + 30), self.due(again) - 1)


def filed_much_later(self: Again, first: Dossier) -> list[Dossier]:
    """Withdrawn on the due day, and taken up again by the citizen more than a week later."""
    at = self.withdraw(first, 0)
    again = self.file(first, self.next_morning(at + self.scene.rng.randint(8, 20) * DAY))
    return self.end(again, again.received + 30, self.due(again) - 1)


def done_at_once(self: Again, first: Dossier) -> list[Dossier]:
    """Withdrawn on the due day for a slip in the form, filed again and done the same day or the next."""
    at = self.withdraw(first, 0)
    again = self.file(first, first_worked_minute(at + 15))
    return self.end(again, again.received + 20, self.scene.due(first) + 5)


def one_of_many(self: Again, first: Dossier) -> list[Dossier]:
    """Withdrawn on the due day by somebody who files many of a kind: the next two are about other things."""
    at = self.withdraw(first, 0)
    made = []
    for number in range(2):
        again = self.file(first, self.next_morning(at) + number, number)
        again.first = None
        made += self.end(again, self.scene.due(first) + 3 * DAY, self.due(again) - 1)
    return made


PLANTS: dict[str, Plant] = {
    each.__name__: each for each in (refiled, withdrawn_early, filed_much_later, done_at_once, one_of_many)
}
