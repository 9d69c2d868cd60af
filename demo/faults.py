"""Faults: which cause goes to which dossier, at the rates of ``faults.yaml``.

Nothing is believed: after each planting the recorded state is worked out from what the systems now show,
the truth from the history, and a cause that did not come out as it should is taken back.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from demo import gaps, hidden, phantoms
from demo.calendar import DAY, date_of, moment_of
from demo.desk import show
from demo.dirt import ANYWHERE, ON_TRUE_RECORDS, Dirt
from demo.history import History
from demo.judge import judge
from demo.model import Dossier, Shown
from demo.people import CANARIES
from demo.scene import Scene, UnfitError
from demo.units import REORGANISED

Plant = Callable[[Dossier, Scene], None]
RATES = Path(__file__).with_name("faults.yaml")
PHANTOM: dict[str, Plant] = {
    name: getattr(phantoms, name)
    for name in (
        "ended_elsewhere",
        "pause_recorded_elsewhere",
        "clock_shifted",
        "receipt_wrong",
        "unit_moved",
        "due_wrong_calendar",
        "due_wrong_limit",
        "handed_over_not_closed",
        "pause_not_subtracted",
        "due_impossible",
        "compared_by_instant",
        "counted_by_return",
        "withdrawn_open",
    )
}
HIDDEN: dict[str, Plant] = {
    name: getattr(hidden, name)
    for name in (
        "second_supplement",
        "due_moved_after_expiry",
        "closed_before_work_ended",
        "no_due_date",
        "pause_without_evidence",
        "due_too_generous",
        "state_lost",
    )
}
# Planted after all others, by a chance of their own: causes that came to be known later move no other dossier.
LATER: dict[str, tuple[str, Plant]] = {
    "lag_between_systems": ("phantom_late", phantoms.lag_between_systems),
    "limit_restarted": ("hidden_late", hidden.limit_restarted),
    "pause_before_due": ("hidden_late", hidden.pause_before_due),
}
UNDETERMINED: dict[str, Plant] = {
    name: getattr(gaps, name) for name in ("receipt_unknown", "procedure_unknown", "end_unknown", "contradiction")
}
UNCOUNTED: dict[str, Plant] = {"test_dossier": gaps.test_dossier}
_LAND_ONLY = ("ended_elsewhere", "clock_shifted", "pause_recorded_elsewhere", "lag_between_systems")
_BOTH_SOURCES = (
    "handed_over_not_closed",
    "due_wrong_calendar",
    "due_wrong_limit",
    "due_impossible",
    "no_due_date",
    "due_too_generous",
    "receipt_unknown",
    "procedure_unknown",
    "end_unknown",
    "test_dossier",
)


def rates() -> dict[str, Any]:
    """Read the rates: group to cause to share of dossiers."""
    loaded: dict[str, Any] = yaml.safe_load(RATES.read_text(encoding="utf-8"))
    return loaded


class Faults:
    """Plants causes over a province's honest views."""

    def __init__(self, scene: Scene, history: History, dossiers: list[Dossier], seed: str, share: float = 1.0) -> None:
        self.scene = scene
        self.share = share  # of the rates; less where another layer comes on top
        self.seed = seed
        self.history = history
        self.dossiers = dossiers
        self.rates = rates()
        self._free = [place for place, dossier in enumerate(dossiers) if dossier.number > CANARIES]
        scene.rng.shuffle(self._free)

    def plant(self) -> None:
        """Plant everything: deciding causes first, the scarce ones before the common ones, then dirt."""
        plans = {
            "phantom_late": PHANTOM,
            "hidden_late": HIDDEN,
            "undetermined": UNDETERMINED,
            "uncounted": UNCOUNTED,
        }
        for wanted in sorted((self.rates[group][cause], group, cause) for group, plants in plans.items() for cause in plants):
            self._plant(wanted[2], wanted[1], plans[wanted[1]][wanted[2]])
        self._duplicates()
        self._mixed_workbooks()
        for name, soil in (ON_TRUE_RECORDS | ANYWHERE).items():
            self._soil(name, soil)
        self.scene = replace(self.scene, rng=random.Random(f"{self.seed}/later"))
        for cause, (group, plant) in LATER.items():
            self._plant(cause, group, plant)

    def _count(self, rate: float) -> int:
        return max(1, round(rate * self.share * len(self._free)))

    def _plant(self, cause: str, group: str, plant: Plant) -> None:
        left = self._count(self.rates[group][cause])
        for place in self._candidates(cause):
            changed = self._try(self.dossiers[place], cause, group, plant)
            if changed is not None:
                self.dossiers[place] = changed
                left -= 1
                if not left:
                    return
        if left == self._count(self.rates[group][cause]):
            raise ValueError(f"no dossier can carry {cause}; the province is too small. Make more dossiers.")

    def _candidates(self, cause: str) -> Iterator[int]:
        for place in self._free:
            dossier = self.dossiers[place]
            if not dossier.cause and not (cause in LATER and dossier.planted) and self._suits(cause, dossier):
                yield place

    def _suits(self, cause: str, dossier: Dossier) -> bool:
        if cause in _LAND_ONLY:
            return dossier.owner == "land" and self.scene.quiet(dossier)
        if dossier.owner == "land" or (dossier.source == "communes" and cause not in _BOTH_SOURCES):
            return False
        if cause == "second_supplement":
            day_limit = dossier.limit.unit in ("working_day", "calendar_day") and not dossier.pauses and dossier.settled
            return day_limit and not dossier.before_receipt and dossier.received < self.scene.now - 9 * DAY
        if cause == "unit_moved":
            return dossier.owner == "district" and date_of(dossier.received) < REORGANISED and self.scene.quiet(dossier)
        if cause == "due_wrong_limit" and not self._misconfigured(dossier):
            return False
        return self.scene.quiet(dossier)

    def _misconfigured(self, dossier: Dossier) -> bool:
        """A wrong limit sits in the configuration, so it strikes few procedures, again and again."""
        return sum(map(ord, dossier.procedure)) % 4 == 0 and dossier.limit.amount >= 3

    def _try(self, dossier: Dossier, cause: str, group: str, plant: Plant) -> Dossier | None:
        changed = copy.copy(dossier)
        changed.planted = [*dossier.planted, cause]
        changed.cause, changed.kept = cause, True
        try:
            plant(changed, self.scene)
        except UnfitError:
            return None
        verdict = judge(changed, self.scene.now).verdict
        expected = ("phantom_late", "on_time") if group == "uncounted" else (group,)
        return changed if verdict in expected else None

    def _duplicates(self) -> None:
        left, number = self._count(self.rates["uncounted"]["duplicate"]), self.dossiers[-1].number
        for place in list(self._free):
            original = self.dossiers[place]
            plain = not original.cause and not original.before_receipt and original.settled and original.shown
            if not plain or original.owner == "land" or original.view.status not in ("9", "10"):
                continue
            try:
                twin = gaps.duplicate_of(original, self.scene, self.history, number + 1)
            except UnfitError:
                continue
            number += 1
            twin.cause, twin.planted, twin.kept = "duplicate", ["duplicate"], True
            original.planted = ["original"]
            self.dossiers.append(twin)
            left -= 1
            if not left:
                return

    def _mixed_workbooks(self) -> None:
        """Let some communes' clerks write end dates with the month first (row 17)."""
        books: dict[str, list[int]] = {}
        for place, dossier in enumerate(self.dossiers):
            if dossier.source == "communes" and dossier.view.done is not None:
                books.setdefault(self.scene.directory.heir(dossier.unit), []).append(place)
        largest = sorted(books, key=lambda unit: (-len(books[unit]), unit))
        for unit in largest[: self.rates["mixed_workbooks"]]:
            self._mixed_workbook(books[unit])

    def _mixed_workbook(self, places: list[int]) -> None:
        """Write both orders into one column: dates after the twelfth show that it holds both."""
        plain = [place for place in places if moment_of(self.dossiers[place].view.done or 0).day > 12]
        orders = {place: "mdy" if self.scene.rng.random() < self.rates["mixed_share"] else "dmy" for place in places}
        if len(plain) < 2:
            return
        orders |= {plain[0]: "mdy", plain[1]: "dmy"}
        left = self._count(self.rates["undetermined"]["ambiguous_date"])
        for place in places:
            dossier = self.dossiers[place]
            if (
                left
                and place not in plain[:2]
                and not dossier.cause
                and dossier.number > CANARIES
                and self.scene.quiet(dossier)
            ):
                changed = self._try(dossier, "ambiguous_date", "undetermined", gaps.ambiguous_date)
                left -= changed is not None
                dossier = changed or dossier
            self.dossiers[place] = self._misdated(dossier, orders[place])

    def _misdated(self, dossier: Dossier, order: str) -> Dossier:
        dossier.view.raw["done_order"] = order
        dossier.planted, dossier.kept = [*dossier.planted, "mixed_workbook"], True
        if not dossier.missing and gaps.reads_two_ways(dossier, self.scene.now):
            dossier.missing = "ambiguous_date"
        own = judge(dossier, self.scene.now).verdict
        other = gaps.read_otherwise(dossier, self.scene.now)
        if not dossier.missing and other not in (None, own):
            dossier.also = (str(other),)
        elif not dossier.missing and gaps.read_otherwise(dossier, self.scene.now, by_hand_over=False) not in (None, own):
            dossier.also = ("undetermined",)
        return dossier

    def _soil(self, name: str, soil: Dirt) -> None:
        left = self._count(self.rates["dirt"][name])
        start = self.scene.rng.randrange(len(self._free))
        for place in self._free[start:] + self._free[:start]:
            dossier = self.dossiers[place]
            if "original" in dossier.planted or (name in ON_TRUE_RECORDS and not self._is_true(dossier)):
                continue
            changed = self._soiled(dossier, soil)
            if changed is None:
                continue
            dossier.shown, dossier.kept = changed, dossier.kept or name in ON_TRUE_RECORDS
            dossier.planted = [*dossier.planted, name]
            left -= 1
            if not left:
                return

    def _is_true(self, dossier: Dossier) -> bool:
        clean = not dossier.planted and not dossier.missing
        return clean and dossier.view.status in ("9", "10") and judge(dossier, self.scene.now).verdict == "on_time"

    def _soiled(self, dossier: Dossier, soil: Dirt) -> Shown | None:
        changed = copy.copy(dossier)
        changed.shown = copy.copy(dossier.view)
        changed.shown.raw = dict(dossier.view.raw)
        if not soil(changed, changed.shown, self.scene):
            return None
        same = judge(changed, self.scene.now).verdict == judge(dossier, self.scene.now).verdict
        return changed.shown if same else None


def make_scene(history: History, seed: str, now: int, what: str = "faults") -> Scene:
    """Return the scene for planting something.

    Its chance is its own, so that nothing else depends on what is planted.
    """
    return Scene(random.Random(f"{seed}/{what}"), history.directory, history.catalogue, now)


def show_all(dossiers: list[Dossier], scene: Scene) -> None:
    """Make the honest view of every dossier."""
    for dossier in dossiers:
        show(dossier, scene.directory, scene.now)
