"""Shares with their uncertainty: exact rounding, undetermined dossiers, small numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Z_95 = 1.959963984540054  # two-sided 95 % of the normal distribution


def percent(numerator: np.ndarray, denominator: np.ndarray, digits: int) -> np.ndarray:
    """Return 100 × numerator / denominator, rounded half up.

    Computed in whole numbers: 2.675 has no exact float, so rounding floats would round some halves down.

    Args:
        numerator: int64, 0 <= numerator <= denominator.
        denominator: int64.
        digits: decimals kept.

    Returns:
        float64 of the same length; NaN where the denominator is 0: no value, never 100.
    """
    top = numerator.astype(np.int64) * (2 * 100 * 10**digits)
    bottom = denominator.astype(np.int64)
    safe = np.where(bottom > 0, bottom, 1)
    rounded = (top + safe) // (2 * safe)
    return np.where(bottom > 0, rounded / 10**digits, np.nan)


@dataclass(frozen=True)
class Interval:
    """A share and what the undetermined could make of it; float64 arrays, NaN where there is none."""

    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def interval(numerator: np.ndarray, denominator: np.ndarray, undetermined: np.ndarray, digits: int) -> Interval:
    """Return the share of the determined, and its bounds if the undetermined were all late or all on time.

    Rounding keeps the order, so lower <= value <= upper, and the rounded truth always lies between
    the rounded bounds. With nothing undetermined the three are equal.

    Args:
        numerator: int64, on time among the determined.
        denominator: int64, the determined.
        undetermined: int64, dossiers in neither.
        digits: decimals kept.
    """
    everyone = denominator + undetermined
    return Interval(
        percent(numerator, denominator, digits),
        percent(numerator, everyone, digits),
        percent(numerator + undetermined, everyone, digits),
    )


def wilson(successes: np.ndarray, trials: np.ndarray, z: float = Z_95) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's score interval of a share, in percent: how far chance alone could move it.

    Args:
        successes: int64.
        trials: int64; 0 gives NaN.
        z: quantile of the normal distribution.

    Source: Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
    """
    n = np.where(trials > 0, trials, 1).astype(float)
    share = successes / n
    middle = share + z * z / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 100 / (1 + z * z / n)
    low = np.clip((middle - half) * scale, 0, 100)
    high = np.clip((middle + half) * scale, 0, 100)
    return np.where(trials > 0, low, np.nan), np.where(trials > 0, high, np.nan)
