"""Systemic faults, of a system, desk or rule: what a ticket has to find, and where.

Three of them, over a province that is spoiled as ever: one procedure gets the default of two hours for its limit, a
release of the provincial software loses the ends of three months, one agency does not close what it has handed over.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from demo import phantoms
from demo.calendar import date_of
from demo.judge import judge
from demo.model import Dossier
from demo.people import CANARIES
from demo.scene import Scene, UnfitError

SHARE = 0.8  # of the dossiers that can carry a fault where it strikes
BROKEN = (date(2025, 10, 1), date(2025, 12, 31))  # receipts whose end the provincial software loses
Place = Callable[[Dossier], bool]


@dataclass
class SystemicFault:
    """One fault.

    Attributes:
        cause: name of what it looks like on each dossier.
        strikes: where.
        region: all dossiers there; planted: those that it struck, by source and code.
    """

    cause: str
    strikes: Place
    region: list[tuple[str, str]] = field(default_factory=list)
    planted: list[tuple[str, str]] = field(default_factory=list)


def plant_systemic(dossiers: list[Dossier], scene: Scene) -> list[SystemicFault]:
    """Plant the faults among dossiers without any; return them."""
    faults = [
        SystemicFault("due_impossible", _busiest(dossiers, scene, lambda one: one.procedure)),
        SystemicFault("counted_by_return", _lost_ends),
        SystemicFault("handed_over_not_closed", _busiest(dossiers, scene, lambda one: one.unit)),
    ]
    for fault in faults:
        for place, dossier in enumerate(dossiers):
            if not fault.strikes(dossier) or dossier.before_receipt:
                continue
            name = (dossier.source, dossier.code.upper())
            fault.region.append(name)
            spoiled = _spoiled(dossier, fault.cause, scene)
            if spoiled is not None:
                dossiers[place] = spoiled
                fault.planted.append(name)
    return faults


def write_systemic(faults: list[SystemicFault], folder: Path) -> None:
    """Write down what was planted where."""
    told = [{"cause": fault.cause, "region": fault.region, "planted": fault.planted} for fault in faults]
    (folder / "systemic.json").write_text(json.dumps(told), encoding="utf-8")


def _lost_ends(dossier: Dossier) -> bool:
    return dossier.source == "province" and dossier.owner != "land" and BROKEN[0] <= date_of(dossier.received) <= BROKEN[1]


def _busiest(dossiers: list[Dossier], scene: Scene, of: Callable[[Dossier], str]) -> Place:
    """Choose the agency or procedure of the provincial desk with the most dossiers that can carry a fault."""
    counted = Counter(of(one) for one in dossiers if one.source == "province" and one.owner != "land" and _can(one, scene))
    wanted = min(counted, key=lambda name: (-counted[name], name))
    return lambda one: one.owner != "land" and of(one) == wanted


def _can(dossier: Dossier, scene: Scene) -> bool:
    free = not dossier.planted and not dossier.missing and dossier.number > CANARIES
    return free and scene.quiet(dossier) and dossier.limit.amount >= 3


def _spoiled(dossier: Dossier, cause: str, scene: Scene) -> Dossier | None:
    if not _can(dossier, scene) or scene.rng.random() >= SHARE:
        return None
    changed = copy.copy(dossier)
    changed.planted, changed.cause, changed.kept = ["systemic", cause], cause, True
    try:
        getattr(phantoms, cause)(changed, scene)
    except UnfitError:
        return None
    return changed if judge(changed, scene.now).verdict == "phantom_late" else None
