"""Points that a rate gives: all from a threshold on, below it in proportion."""

from __future__ import annotations

import math
from fractions import Fraction


def points_of(numerator: int, denominator: int, most: int, full_at: int, digits: int = 2) -> float | None:
    """Return the points of a rate, rounded half up; None where nothing stands in the denominator.

    Args:
        numerator: what counts.
        denominator: of what.
        most: points of the full score; 100 gives the share of the full score in percent.
        full_at: rate in percent from which all points are given.
        digits: decimals kept.

    Source: QĐ 766/QĐ-TTg, e.g. 3.3: from 50 % all points, below it the rate times the points divided by 50 %.

    >>> [points_of(9, 10, 20, 100), points_of(3, 10, 100, 50), points_of(6, 10, 100, 50), points_of(0, 0, 20, 100)]
    [18.0, 60.0, 100.0, None]
    """
    if denominator == 0:
        return None
    exact = most * min(Fraction(1), Fraction(100 * numerator, denominator * full_at))
    rounded: int = math.floor(exact * 10**digits + Fraction(1, 2))
    return float(rounded / 10**digits)
