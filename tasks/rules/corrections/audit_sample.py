"""Audit sample of corrections: how many, which, and how far the result of looking at them reaches.

Which ones follows from a hash of the ledger that nobody knows before the month has ended, and that anybody can use again
afterwards.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable

import numpy as np

from tasks.rules.indicators.interval import Z_95, wilson

AUDIT_MARGIN = 0.1
"""How far the share found may lie from the true one, 95 % sure."""


def sample_size(corrections: int, margin: float = AUDIT_MARGIN) -> int:
    """Return how many of so many corrections are to be looked at.

    The share of wrong ones is then known to within the margin, 95 % sure, whatever it is: Cochran's formula for a share of
    one half, with his correction for finite populations.

    >>> [sample_size(count) for count in (0, 1, 20, 100, 1000, 1000000)]
    [0, 1, 17, 50, 88, 97]
    """
    if corrections <= 0:
        return 0
    unlimited = Z_95**2 * 0.25 / margin**2
    return min(corrections, math.ceil(unlimited / (1 + (unlimited - 1) / corrections)))


def drawn(identities: Iterable[str], seed: str, size: int) -> list[str]:
    """Draw so many, those with the smallest digests of seed and identity.

    Args:
        identities: of the corrections; their order makes no difference.
        seed: hash of the ledger's entry.
        size: how many.
    """
    return sorted(set(identities), key=lambda one: hashlib.sha256(f"{seed}{one}".encode()).digest())[:size]


def at_most_wrong(wrong: int, looked_at: int) -> float:
    """Return the share of wrong corrections, in percent, that is not exceeded: Wilson's upper bound of 95 %."""
    _, high = wilson(np.array([wrong]), np.array([looked_at]))
    return float(high[0])
