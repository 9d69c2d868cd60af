"""Linked cells: the numbers of all releases as one system of sums.

A cell is named by what it counts. The same name with the same number in two releases is one cell: whoever compares them is taken
to know which numbers were corrected and which were not, so nothing rests on his not knowing. The same name with another number
is another cell.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from config.language import Bilingual

Name = Hashable
CellSum = tuple[Name, Sequence[Name]]
"""A cell, and the cells that add up to it."""


@dataclass(frozen=True)
class ReleasedTable:
    """Cells of one release.

    Attributes:
        counts: dossiers by name of the cell.
        sums: every sum that a reader of the release knows to hold among its cells.
        shown: cells that the release tells; None for one that has not been decided yet.
    """

    counts: Mapping[Name, int]
    sums: Sequence[CellSum]
    shown: frozenset[Name] | None = None


@dataclass(frozen=True)
class LinkedCells:
    """All releases together.

    Attributes:
        place: of each cell, by name and count.
        counts: dossiers of each cell.
        sums: a row for each sum: 1 at what it adds up to, -1 at its parts; times the counts it is zero.
        shown: whether a release tells the cell already; kept: whether an earlier release kept it back; open: whether it stands in
            the release that is not decided yet.
    """

    place: Mapping[tuple[Name, int], int]
    counts: np.ndarray
    sums: sparse.csr_matrix
    shown: np.ndarray
    kept: np.ndarray
    open: np.ndarray

    @property
    def within_reach(self) -> np.ndarray:
        """Cells that no release tells and that sums of such cells join to the undecided release.

        It affects no others.
        """
        free = np.flatnonzero(~self.shown)
        sums = self.sums[:, free]
        joined = sparse.bmat([[None, sums], [sums.T, None]])
        _, part = connected_components(joined, directed=False)
        of_free = part[self.sums.shape[0] :]
        reached = np.zeros(len(self.counts), dtype=bool)
        reached[free] = np.isin(of_free, of_free[self.open[free]])
        return reached


def linked_cells(releases: Iterable[ReleasedTable]) -> LinkedCells:
    """Return the system of some releases, those made before and the one to be made.

    Raises:
        ValueError: a sum does not hold in its own release.
    """
    place: dict[tuple[Name, int], int] = {}
    shown, kept, undecided = set[int](), set[int](), set[int]()
    equations: dict[tuple[int, tuple[int, ...]], None] = {}
    for release in releases:
        at = {name: place.setdefault((name, count), len(place)) for name, count in release.counts.items()}
        for total, parts in release.sums:
            if release.counts[total] != sum(release.counts[part] for part in parts):
                raise ValueError(
                    Bilingual(f"các phần của {total} không cộng thành nó", f"the parts of {total} do not add up to it")
                )
            equations[at[total], tuple(sorted(at[part] for part in parts))] = None
        if release.shown is None:
            undecided.update(at.values())
        else:
            shown.update(at[name] for name in release.shown)
            kept.update(at[name] for name in release.counts.keys() - release.shown)
    counts = np.array([count for _, count in place], dtype=np.int64)
    return LinkedCells(
        place, counts, _matrix(list(equations), len(place)), *(_mask(of, len(place)) for of in (shown, kept, undecided))
    )


def _matrix(equations: Sequence[tuple[int, tuple[int, ...]]], width: int) -> sparse.csr_matrix:
    rows = np.repeat(np.arange(len(equations)), [1 + len(parts) for _, parts in equations])
    columns = np.array([one for total, parts in equations for one in (total, *parts)], dtype=np.int64)
    signs = np.array([sign for _, parts in equations for sign in (1, *[-1] * len(parts))], dtype=float)
    return sparse.csr_matrix((signs, (rows, columns)), shape=(len(equations), width))


def _mask(places: set[int], width: int) -> np.ndarray:
    mask = np.zeros(width, dtype=bool)
    mask[list(places)] = True
    return mask
