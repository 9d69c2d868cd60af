"""Spoilt province: a second one, half of its dossiers with defects planted by rate.

The kinds are those that people report, written apart from the rules. Laid over a finished province by a chance of its
own. Each dossier knows what really happened and whether what was written out lets anybody know it (:mod:`demo.truth`).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from demo import spoilt_facts
from demo.calendar import date_of
from demo.desk import show
from demo.dirt import ANYWHERE, ON_TRUE_RECORDS
from demo.faults import make_scene
from demo.history import History
from demo.judge import judge
from demo.model import Dossier
from demo.people import CANARIES
from demo.scene import UnfitError
from demo.spoilt_books import BOOKS, put_into_book, put_into_village, put_into_ward
from demo.spoilt_facts import ON_COMMUNES, ON_HUB, ON_LAND, ON_PROVINCE, live
from demo.spoilt_limits import worded
from demo.spoilt_pairs import PAIRS
from demo.units import REORGANISED

RATES = Path(__file__).with_name("spoilt.yaml")
_UTC = 7 * 60
_DIRT = frozenset((*ANYWHERE, *ON_TRUE_RECORDS))


def spoilt_rates() -> dict[str, Any]:
    """Read the rates: group to kind to its part of the spoilt dossiers."""
    loaded: dict[str, Any] = yaml.safe_load(RATES.read_text(encoding="utf-8"))
    return loaded


class Spoilt:
    """Spoils a share of a province's dossiers."""

    def __init__(self, history: History, dossiers: list[Dossier], seed: str, now: int, share: float) -> None:
        self.history = history
        self.dossiers = dossiers
        self.scene = make_scene(history, seed, now, "spoilt")
        self.free = [place for place, each in enumerate(dossiers) if self._is_free(each)]
        self.left = min(round(share * len(dossiers)), round(0.95 * len(self.free)))
        self.habits: dict[str, str] = {}
        self.scene.rng.shuffle(self.free)

    def plant(self, without: Sequence[str] = ()) -> None:
        """Plant every kind but some, the choosy ones first."""
        rates = spoilt_rates()
        plans = {(kind, "facts"): weight for kind, weight in rates["facts"].items()}
        plans |= {(kind, "hub"): weight for kind, weight in rates["hub"].items()}
        plans |= {(kind, "registers"): weight for kind, weight in rates["registers"].items()}
        plans |= {("same_form_dates", "villages"): rates["villages"], ("number_reused", "wards"): rates["wards"]}
        plans = {plan: weight for plan, weight in plans.items() if plan[0] not in without}
        whole = sum(plans.values())
        counts = {plan: max(1, round(weight / whole * self.left)) for plan, weight in plans.items()}
        for plan in sorted(counts, key=lambda each: (_ORDER.get(each[0], 5), *each)):
            self._plant(*plan, counts[plan])
        self.habits = self._workbooks({kind: count for kind, count in rates["workbooks"].items() if kind not in without})
        for dossier in self.dossiers:
            if not dossier.spoilt and not dossier.cause and not dossier.missing and self._is_worded(dossier):
                dossier.spoilt = "limit_wording"
        cut = [one for one in self.dossiers if one.spoilt == "cut_last"]
        if cut:
            max(cut, key=lambda one: (one.received, one.number)).also = ("absent", "undetermined")

    def _workbooks(self, counts: dict[str, int]) -> dict[str, str]:
        """Choose the workbooks with a habit of their own, none with dates in two orders; return the habit by commune."""
        books: dict[str, list[Dossier]] = {}
        for dossier in self.dossiers:
            if dossier.source == "communes":
                books.setdefault(self.history.directory.heir(dossier.unit), []).append(dossier)
        plain = [unit for unit, mine in sorted(books.items()) if not any("done_order" in one.view.raw for one in mine)]
        self.scene.rng.shuffle(plain)
        habits: dict[str, str] = {}
        for kind, count in counts.items():
            for unit in plain[len(habits) : len(habits) + count]:
                habits[unit] = kind
        for unit, kind in habits.items():
            for dossier in books[unit]:
                if not dossier.spoilt and not dossier.cause and not dossier.missing:
                    dossier.spoilt = kind
        return habits

    def _is_worded(self, dossier: Dossier) -> bool:
        version = self.history.catalogue.version(dossier.procedure, dossier.channel, date_of(dossier.received))
        return version is not None and worded(version) != version

    def _is_free(self, dossier: Dossier) -> bool:
        """Answer whether nothing was planted but dirt, which goes when its history is told anew, as its pauses do."""
        touched = dossier.cause or dossier.missing or not _DIRT.issuperset(dossier.planted)
        plain = copy.copy(dossier)
        plain.pauses = []
        return dossier.number > CANARIES and not touched and self.scene.quiet(plain) and dossier.limit.amount >= 2

    def _plant(self, kind: str, group: str, left: int) -> None:
        if kind == "utc_agency":
            self._agency_in_utc(left)
            return
        for place in self._candidates(kind, group):
            changed = copy.copy(self.dossiers[place])
            changed.pauses, changed.end_status, changed.appointment = [], 9, None
            try:
                made = self._planted(changed, kind, group)
            except UnfitError:
                continue
            for one in (changed, *made):
                one.spoilt, one.kept, one.planted = kind, True, ["spoilt"]
                judge(one, self.scene.now)
            self.dossiers[place] = changed
            self.dossiers += made
            self.free.remove(place)
            left -= 1
            if not left:
                return

    def _candidates(self, kind: str, group: str) -> Iterator[int]:
        """Give those that can bear it by chance, dossiers of books more often, for they are fewer."""
        found = [place for place in self.free if self._suits(kind, group, self.dossiers[place])]
        weight = {"communes": 0.4}
        chance = {place: self.scene.rng.random() * weight.get(self.dossiers[place].source, 1.0) for place in found}
        yield from sorted(found, key=lambda place: chance[place])

    def _suits(self, kind: str, group: str, dossier: Dossier) -> bool:
        land, source = dossier.owner == "land", dossier.source
        if group == "facts":
            if land:
                return kind in _NAMES[ON_LAND]
            if kind == "two_people":
                return source == "communes"
            if kind == "moved_on_1_july":
                return dossier.owner == "district" and date_of(dossier.received) < REORGANISED
            return kind == "second_entry" or kind in _NAMES[ON_COMMUNES if source == "communes" else ON_PROVINCE]
        return source == "province" and (dossier.owner == "department" or (group == "hub" and not land))

    def _planted(self, dossier: Dossier, kind: str, group: str) -> list[Dossier]:
        if kind in PAIRS:
            return PAIRS[kind](self.scene, self.history, dossier, self.dossiers[-1].number + 1)
        if group == "registers":
            live(dossier, self.scene)
            put_into_book(dossier, kind, self.scene)
        elif group == "villages":
            put_into_village(dossier, self.scene)
        elif group == "wards":
            return put_into_ward(dossier, self.scene)
        else:
            getattr(spoilt_facts, kind)(dossier, self.scene)
        if kind == "weekend_receipt":
            dossier.code = self.history.next_code(dossier.unit, date_of(dossier.submitted), dossier.number)
        if group == "hub":
            dossier.source = "hub"
        return []

    def _agency_in_utc(self, left: int) -> None:
        """Let one department's clock run in UTC: everything that it shows is seven hours early."""
        units: dict[str, list[int]] = {}
        for place, dossier in enumerate(self.dossiers):
            plain = not (dossier.cause or dossier.planted or dossier.missing or dossier.kept or dossier.pauses)
            if plain and dossier.source == "province" and dossier.owner == "department" and not dossier.before_receipt:
                units.setdefault(dossier.unit, []).append(place)
        unit = min(units, key=lambda each: (abs(len(units[each]) - left), each))
        for place in units[unit]:
            dossier = copy.copy(self.dossiers[place])
            show(dossier, self.history.directory, self.scene.now)
            _shift(dossier, -_UTC)
            dossier.spoilt, dossier.kept, dossier.planted = "utc_agency", True, ["spoilt"]
            dossier.also = ("undetermined",) if dossier.limit.unit in ("hour", "same_day") else ()
            self.dossiers[place] = dossier
            if place in self.free:
                self.free.remove(place)


def _shift(dossier: Dossier, by: int) -> None:
    shown = dossier.view
    for name in ("received", "submitted", "due", "done", "returned", "refused", "modified"):
        value = getattr(shown, name)
        setattr(shown, name, None if value is None else value + by)
    shown.log = [replace(entry, at=entry.at + by) for entry in shown.log]


def _names(spoils: Sequence[spoilt_facts.Spoil]) -> frozenset[str]:
    return frozenset(spoil.__name__ for spoil in spoils)


_NAMES = {group: _names(group) for group in (ON_PROVINCE, ON_COMMUNES, ON_LAND, ON_HUB)}
_ORDER = {
    "utc_agency": 0,
    "moved_on_1_july": 1,
    "end_year_ahead": 1,
    "several_pauses": 1,
    "month_first_receipt": 1,
    "month_first_end": 1,
    "weekend_receipt": 1,
    "same_form_dates": 2,
    "number_reused": 2,
    "unknown_status": 2,
    "eth_in_status": 2,
    "land_lag_days": 2,
    "second_entry": 2,
    "two_people": 2,
    "zero_pause_end": 3,
    "told": 3,
    "told_last_first": 3,
    "request_told_twice": 3,
} | dict.fromkeys(BOOKS, 4)
