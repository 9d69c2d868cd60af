"""Whitewash guard: agencies and persons whose corrections improve lateness more than the others' do.

Three signs, each a share held against that of all others: corrections that improve, of these the ones that name no
document, and of these the ones made just before a month's figures are closed. None proves anything; together they say
where to look first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

CLOSING_DAY = 14
"""Day of the month at whose end a month's report is closed (Decree 09/2019, article 12)."""
BURST_DAYS = 3
"""The closing day and the days before it."""
SUSPICIOUS = 3.0
"""Strength from which a group is named."""
_ALIKE = 0.03  # honest offices differ, too: two corrections of one office are that much alike
_BASES = {"improving": "corrections", "undocumented": "improving", "burst": "improving"}


@dataclass(frozen=True)
class Shares:
    """One agency or person.

    Attributes:
        group: agency's code, or account.
        corrections: how many that count, or wait for want of a document.
        improving: of these, by which the dossier counts better.
        undocumented, burst: of the improving ones.
        strength: how far the three signs together lie above those of the others, in standard deviations.
    """

    group: str
    corrections: int
    improving: int
    undocumented: int
    burst: int
    strength: float

    @property
    def is_suspicious(self) -> bool:
        """Whether chance hardly explains it."""
        return self.strength >= SUSPICIOUS


def shares_by(corrections: pd.DataFrame, group: str) -> list[Shares]:
    """Hold each group against all others, the strongest first.

    Args:
        corrections: a row each: the group's column, ``improves`` and ``documented`` (booleans), ``day`` (dates).
        group: name of the column: an agency or an account.
    """
    if not len(corrections):
        return []
    improves = corrections["improves"].to_numpy(dtype=bool)
    counted = pd.DataFrame(
        {
            "group": corrections[group].astype(str).to_numpy(dtype=object),
            "corrections": np.ones(len(corrections), dtype=bool),
            "improving": improves,
            "undocumented": improves & ~corrections["documented"].to_numpy(dtype=bool),
            "burst": improves & is_burst(corrections["day"].to_numpy(dtype="datetime64[D]")),
        }
    )
    sums = counted.groupby("group", sort=True)[["corrections", *_BASES]].sum().astype(np.int64)
    signs = [_above_the_others(sums[sign].to_numpy(), sums[base].to_numpy()) for sign, base in _BASES.items()]
    # What lies below the others in one sign takes nothing off another.
    strength = np.sum(np.maximum(signs, 0.0), axis=0) / np.sqrt(len(signs))
    rows = zip(sums.index, *sums.to_numpy().T.tolist(), strength.tolist(), strict=True)
    found = [Shares(str(name), *rest) for name, *rest in rows]
    return sorted(found, key=lambda one: (-one.strength, one.group))


def suspicious_half_years(corrections: pd.DataFrame, group: str) -> list[tuple[str, Shares]]:
    """Name the groups that stand out within a half year, the newest first; all years together may hide them.

    Args:
        corrections: as of :func:`shares_by`.
        group: name of the column.

    Returns:
        The half year, as ``2026-H1``, and the group in it.
    """
    months = corrections["day"].to_numpy(dtype="datetime64[M]").astype(np.int64)
    found = []
    for half in sorted(set((months // 6).tolist()), reverse=True):
        name = f"{1970 + half // 2}-H{half % 2 + 1}"
        within = corrections[months // 6 == half]
        found += [(name, one) for one in shares_by(within, group) if one.is_suspicious]
    return found


def is_burst(days: np.ndarray) -> np.ndarray:
    """Tell which days are the closing day of a month's report or among the days just before it.

    >>> is_burst(np.array(["2026-03-11", "2026-03-12", "2026-03-14", "2026-03-15"], dtype="datetime64[D]")).tolist()
    [False, True, True, False]
    """
    of_month = (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    return np.asarray((of_month > CLOSING_DAY - BURST_DAYS) & (of_month <= CLOSING_DAY))


def _above_the_others(hits: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Return by how many standard deviations each share lies above that of all others; 0 where there is nothing."""
    others = (hits.sum() - hits + 0.5) / (of.sum() - of + 1.0)
    spread = np.sqrt(np.maximum(of * others * (1 - others) * (1 + np.maximum(of - 1, 0) * _ALIKE), 1e-9))
    return np.where(of > 0, (hits - of * others) / spread, 0.0)
