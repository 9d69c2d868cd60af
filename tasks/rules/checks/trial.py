"""Trial of a changed declaration of checks: which dossiers change, and whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from config.checks import Check, Checks
from tasks.rules.checks.run import Findings, bound, run_checks
from tasks.rules.clock.working_clock import Clocks
from tasks.rules.frames import DossierFrames

FAILS, PASSES = "fails", "passes"


@dataclass(frozen=True)
class Flip:
    """One dossier that a check would see otherwise: it ``fails`` newly, or ``passes`` where it failed."""

    check_id: str
    source: str
    code: str
    unit_code: str | None
    becomes: str


@dataclass
class Trial:
    """What a changed check would do.

    Attributes:
        now: as it is declared; None for a new one. then: as it would be.
        failing_now, failing_then: dossiers that fail it.
        flips: the dossiers that it would see otherwise, in the order in which they were read.
    """

    now: Check | None
    then: Check
    failing_now: int = 0
    failing_then: int = 0
    flips: list[Flip] = field(default_factory=list)

    def by_unit(self, becomes: str) -> Counter[str]:
        """Count the flips of a kind by agency; ``?`` where it is not known."""
        return Counter(flip.unit_code or "?" for flip in self.flips if flip.becomes == becomes)


def changes(now: Checks, then: Checks) -> list[Trial]:
    """List the checks that a file declares otherwise than the declaration in force; those it leaves out stay.

    What a check rests on flips no dossier, so that a file from before the legal register changes nothing by lacking it.

    Raises:
        ConfigError: a check has no function of its name, or parameters that the function does not take.
    """
    known = {check.id: check for check in now.each()}
    found = [Trial(known.get(check.id), check) for check in then.each() if _asked(known.get(check.id)) != _asked(check)]
    for trial in found:
        bound(trial.then)
    return found


def _asked(check: Check | None) -> Check | None:
    return check and check.model_copy(update={"law": ()})


def try_on(
    trials: list[Trial],
    frames: DossierFrames,
    as_of: date,
    zone: str,
    clocks: Clocks,
    plain: Clocks,
    *,
    first_year: int | None = None,
) -> None:
    """Run both declarations of each check over some dossiers and add up what flips.

    ``first_year`` is the source's own, which counts before any that the checks declare.
    """
    if not trials or frames.dossiers.empty:
        return

    def run(checks: list[Check]) -> Findings:
        return run_checks(frames, Checks(checks=tuple(checks)).with_first_year(first_year), as_of, zone, clocks, plain)

    declared = [trial.now for trial in trials if trial.now is not None]
    now = run(declared) if declared else None
    then = run([trial.then for trial in trials])
    units = frames.dossiers["unit_code"].astype(object).where(frames.dossiers["unit_code"].notna(), None).tolist()
    for trial in trials:
        after = then.failing(trial.then.id)
        before = now.failing(trial.then.id) if now is not None and trial.now is not None else np.zeros(len(after), dtype=bool)
        trial.failing_now += int(before.sum())
        trial.failing_then += int(after.sum())
        trial.flips += _flips(trial.then.id, before, after, then, units)


def _flips(check_id: str, before: np.ndarray, after: np.ndarray, found: Findings, units: list[str | None]) -> Iterator[Flip]:
    for place in np.flatnonzero(before != after):
        becomes = FAILS if after[place] else PASSES
        yield Flip(check_id, found.source[int(place)].as_py(), found.code[int(place)].as_py(), units[place], becomes)
