"""Suppression: cells that are kept back so that nobody can work out a small count.

The method is that of tau-argus: primary cells by a threshold, complementary cells by linear programming, each primary cell with a
protection interval. Here a cell is protected by a witness: a second table of whole numbers with the same shown cells, in which the
kept-back count is another. Whoever sees the releases cannot tell the two tables apart, by whatever means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from tasks.rules.disclosure.linked_cells import LinkedCells

_FREE = 0.001  # what it costs to move a cell that is kept back anyhow
_MISSED = 1_000.0  # what it costs to leave a cell of a batch unprotected by this witness: others follow
_BATCH = 400


@dataclass(frozen=True)
class Suppression:
    """Which cells are kept back.

    Attributes:
        hidden: a place for each cell.
        unprotected: places of small counts for which there is no witness; a release with one must not be made.
    """

    hidden: np.ndarray
    unprotected: tuple[int, ...]


@dataclass(frozen=True)
class _System:
    """Cells that may still be kept back, and their sums: 0 where every sum is kept.

    Attributes:
        counts: dossiers of each cell.
        sums: a row a sum.
        hidden: cells that are kept back so far; a witness adds those that it moves.
    """

    counts: np.ndarray
    sums: sparse.csr_matrix
    hidden: np.ndarray


def suppressed(cells: LinkedCells, threshold: int) -> Suppression:
    """Decide which cells of a new release stay empty.

    Afterwards each small count (1 to ``threshold`` - 1) that no release tells could as well be 1 or ``threshold``: its interval, as
    somebody finds it who solves all sums of all releases, holds both.

    Args:
        cells: all releases together; what was shown stays shown, what was kept back stays kept back.
        threshold: the smallest count that may be told.
    """
    reach = np.flatnonzero(cells.within_reach)
    counts, sums = cells.counts[reach], cells.sums[:, reach]
    small = (counts > 0) & (counts < threshold)
    system = _System(counts, sums[np.diff(sums.indptr) > 0], small | cells.kept[reach])
    unprotected = set[int]()
    for sign, far in ((1, threshold - counts), (-1, counts - 1)):
        pending = np.flatnonzero(small & (far > 0))
        for moves in _witnesses(system, pending, sign, far):
            pending = pending[sign * moves[pending] < far[pending]]
        unprotected.update(reach[pending].tolist())
    hidden = cells.kept & ~cells.shown
    hidden[reach] = system.hidden
    return Suppression(hidden, tuple(sorted(unprotected)))


def _witnesses(system: _System, pending: np.ndarray, sign: int, far: np.ndarray) -> Iterator[np.ndarray]:
    """Yield differences of tables that move pending cells far enough; cells that one moves are kept back from then on."""
    waiting, size = pending, _BATCH
    while len(waiting):
        moves = _witness(system, waiting[:size], sign, far)
        reached = np.zeros(len(waiting), dtype=bool) if moves is None else sign * moves[waiting] >= far[waiting]
        if moves is not None and reached.any():
            system.hidden[moves != 0] = True
            waiting, size = waiting[~reached], min(_BATCH, 2 * size)
            yield moves
        elif min(size, len(waiting)) == 1:  # alone it cannot be moved: there is no witness
            waiting = waiting[1:]
        else:
            size = max(1, min(size, len(waiting)) // 4)


def _witness(system: _System, targets: np.ndarray, sign: int, far: np.ndarray) -> np.ndarray | None:
    """Return whole-numbered moves that keep every sum and move some targets, at the least cost; None where none was found."""
    cells, aimed = len(system.counts), len(targets)
    up_down = sparse.hstack([system.sums, -system.sums, sparse.csr_matrix((system.sums.shape[0], aimed))])
    aims = sparse.csr_matrix((np.full(aimed, float(sign)), (np.arange(aimed), targets)), (aimed, cells))
    cost = np.where(system.hidden, _FREE, 1 + np.log1p(system.counts))
    most = float(system.counts.max(initial=0) + far.max(initial=0))
    missed = far[targets] if aimed > 1 else [0]
    found = milp(
        np.concatenate([cost, cost, np.full(aimed, _MISSED)]),
        constraints=[
            LinearConstraint(up_down, 0, 0),
            LinearConstraint(sparse.hstack([aims, -aims, sparse.identity(aimed)]), far[targets], np.inf),
        ],
        bounds=Bounds(0, np.concatenate([np.full(cells, most), system.counts, missed])),
        # Most corners of such a system are whole numbers; one cell alone is asked for in whole numbers.
        integrality=np.concatenate([np.full(2 * cells, int(aimed == 1)), np.zeros(aimed)]),
    )
    if found.x is None:
        return None
    moves = np.rint(found.x[:cells] - found.x[cells : 2 * cells]).astype(np.int64)
    whole = not (system.sums @ moves).any() and not (system.counts + moves < 0).any()
    return moves if whole else None
