"""Ranks of agencies by a share, as far as chance and missing evidence let anybody tell them apart.

An agency of forty dossiers is at the top or at the bottom by luck alone. So each share is drawn towards that of all together, the
more the fewer dossiers stand behind it and the less the agencies differ (empirical Bayes: the share of an agency is taken as drawn
from a beta distribution whose spread the agencies themselves show). Of what comes out Wilson's interval is taken, widened by the
undetermined. Whose intervals overlap, one after the other, stand in one band; no order is told within it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.rules.indicators.interval import wilson


@dataclass(frozen=True)
class Ranking:
    """Where each agency stands; int64 arrays.

    Attributes:
        band: 1 for the best; every agency of a band is told apart from every one of another band.
        best: the best place that it can have: how many are surely better, and one.
        worst: the worst place that it can have.
    """

    band: np.ndarray
    best: np.ndarray
    worst: np.ndarray


def ranked(numerator: np.ndarray, denominator: np.ndarray, undetermined: np.ndarray) -> Ranking:
    """Rank agencies by the share of their determined dossiers; the highest is the best.

    Args:
        numerator: int64, on time among the determined.
        denominator: int64, the determined; more than 0.
        undetermined: int64, dossiers in neither.
    """
    low, high = shrunk_interval(numerator, denominator, undetermined)
    best = 1 + len(low) - np.searchsorted(np.sort(low), high, side="right")
    worst = len(high) - np.searchsorted(np.sort(high), low, side="left")
    return Ranking(_bands(low, high), best.astype(np.int64), worst.astype(np.int64))


def shrunk_interval(numerator: np.ndarray, denominator: np.ndarray, undetermined: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of each share in percent, drawn towards the share of all; arguments as of :func:`ranked`."""
    drawn, share = _prior(numerator, denominator), numerator.sum() / max(int(denominator.sum()), 1)
    known, everyone = numerator + drawn * share, denominator + undetermined + drawn
    return wilson(known, everyone)[0], wilson(known + undetermined, everyone)[1]


def _prior(numerator: np.ndarray, denominator: np.ndarray) -> float:
    """Return how many dossiers of the common share are laid to each agency's own: beta-binomial, by the method of moments.

    Where agencies differ no more than chance makes them, it is as many as there are dossiers: all are as good as equal.

    Source: DerSimonian and Laird, Control. Clin. Trials 7 (1986) 177-188, for the variance between.
    """
    n = denominator.astype(float)
    total = float(n.sum())
    share = float(numerator.sum()) / total if total else 0.0
    within = share * (1 - share)
    spread = total - float((n * n).sum()) / total if total else 0.0
    if within == 0 or spread <= 0:
        return total
    excess = float((n * (numerator / n - share) ** 2).sum()) / within - (len(n) - 1)
    between = within * excess / spread
    return min(total, within / between - 1) if 0 < between < within else (total if between <= 0 else 0.0)


def _bands(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    if not len(low):
        return np.empty(0, np.int64)
    order = np.argsort(-high, kind="stable")
    lowest = np.minimum.accumulate(low[order])
    apart = np.concatenate([[False], high[order][1:] < lowest[:-1]])
    band = np.empty(len(low), np.int64)
    band[order] = 1 + np.cumsum(apart)
    return band
