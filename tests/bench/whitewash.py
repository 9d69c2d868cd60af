"""Simulated honest and cheating agencies, for the whitewash guard: how well their corrections tell them apart.

Honest ones differ from each other; cheats improve more, or without paper, or just before the month is closed, or all of it.

How well single half-years tell them apart is limited by what they hold, not by the statistic: of seeds 0 to 39, 37 reach 0.95 (mean
0.986, least 0.912); squares, the largest sign alone, and other or estimated likenesses give the same 37 and no better mean than 0.987. The
likelihood ratio, which is told the laws that cheats and honest ones are drawn by, has mean 0.989, least 0.940.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from tasks.rules.corrections.whitewash import shares_by
from tests.bench.line import Measured, line

FIRST, DAYS = date(2026, 1, 1), 180
AGENCIES, CHEATS = 120, 12
HALF_YEARS = 20
Beta = tuple[float, float]
# Share of improving corrections, of these without document, and of these in the last days before closing.
_HONEST: tuple[Beta, ...] = ((6.0, 12.0), (3.0, 17.0), (3.0, 27.0))
_CHEATING: tuple[tuple[Beta, ...], ...] = (
    ((16.0, 4.0), (3.0, 17.0), (3.0, 27.0)),  # improves whatever it touches, with paper
    ((10.0, 10.0), (12.0, 8.0), (3.0, 27.0)),  # more than others, and on its word
    ((12.0, 8.0), (6.0, 14.0), (12.0, 8.0)),  # just before the report
    ((18.0, 2.0), (14.0, 6.0), (14.0, 6.0)),  # all of it
)


@line("whitewash-guard-auc", other="pairs", at_least=0.95)
def whitewash_guard() -> Measured:
    """Pairs of a simulated cheating and an honest agency in which the guard puts the cheat higher."""
    found = [pairs_in_order(seed) for seed in range(HALF_YEARS)]
    return Measured(sum(above for above, _ in found), sum(pairs for _, pairs in found), unit="")


def simulated(dice: np.random.Generator) -> tuple[pd.DataFrame, set[str]]:
    """Return half a year of corrections as the guard takes them, and the agencies that cheat."""
    cheats = {f"A{number:03d}" for number in range(CHEATS)}
    parts = []
    for number in range(AGENCIES):
        unit = f"A{number:03d}"
        kinds = _CHEATING[number % len(_CHEATING)] if unit in cheats else _HONEST
        parts.append(_agency(unit, [float(dice.beta(*kind)) for kind in kinds], dice))
    return pd.concat(parts, ignore_index=True), cheats


def _agency(unit: str, shares: list[float], dice: np.random.Generator) -> pd.DataFrame:
    count = int(dice.lognormal(3.7, 0.6)) + 12  # some have a dozen, some a few hundred
    improves = dice.random(count) < shares[0]
    documented = ~improves | (dice.random(count) >= shares[1])
    hurried = improves & (dice.random(count) < shares[2])
    closing = [date(2026, 1 + int(month), int(dice.integers(12, 15))) for month in dice.integers(0, 6, count)]
    any_day = [FIRST + timedelta(days=int(one)) for one in dice.integers(0, DAYS, count)]
    days = [one if soon else other for one, other, soon in zip(closing, any_day, hurried, strict=True)]
    return pd.DataFrame({"unit_code": unit, "improves": improves, "documented": documented, "day": pd.to_datetime(days)})


def pairs_in_order(seed: int) -> tuple[float, int]:
    """Return in how many pairs of a cheat and an honest agency the cheat stands higher (a draw is half), and of how many."""
    corrections, cheats = simulated(np.random.default_rng(seed))
    found = shares_by(corrections, "unit_code")
    guilty = np.array([one.strength for one in found if one.group in cheats])
    honest = np.array([one.strength for one in found if one.group not in cheats])
    above = (guilty[:, None] > honest[None, :]).sum() + 0.5 * (guilty[:, None] == honest[None, :]).sum()
    return float(above), len(guilty) * len(honest)
