"""Record linkage of a table without keys: the evidence of each column is added up.

After Fellegi and Sunter (1969). Two rows that agree in a column are the more likely one thing the less often two rows
agree in it by chance, which the column itself tells; two that differ are the less likely so. Nothing is learnt from
known pairs. What agrees is what is alike enough to be the same text mistyped (Jaro-Winkler, rapidfuzz).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from config.csv_rules import Same
from tasks.rules.arrays import Mask, Numbers, arrow, as_codes

Scores = npt.NDArray[np.float64]
_AT_ONCE = 1_000_000  # pairs compared at once: bounds memory


@dataclass(frozen=True)
class LinkedPairs:
    """Pairs of rows that speak about one thing, ordered by row.

    Attributes:
        left, right: places of the rows, left before right.
        evidence: bits by which it is likelier that they do than that they do not.
    """

    left: Numbers
    right: Numbers
    evidence: Scores

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.left)


def linked_pairs(frame: pd.DataFrame, same: Same) -> LinkedPairs:
    """Find the pairs of rows for which more speaks than against.

    Before any column is looked at, the odds are those of a row's having one partner among all rows.

    Args:
        frame: texts; an empty text is no value and says nothing.
        same: what tells two rows apart; its columns are in the frame.
    """
    columns = {name: _texts(frame[name]) for name in same.columns}
    chances = {name: _by_chance(values, same) for name, values in columns.items()}
    left, right = _candidates(columns, same)
    before = -np.log2(max(len(frame) - 1, 1))
    parts = [slice(first, first + _AT_ONCE) for first in range(0, len(left), _AT_ONCE)]
    summed = [before + _evidence(columns, chances, same, left[part], right[part]) for part in parts]
    evidence = np.concatenate(summed) if summed else np.zeros(0)
    kept = evidence > 0
    return LinkedPairs(left[kept], right[kept], evidence[kept])


def _evidence(columns: dict[str, pa.Array], chances: dict[str, float], same: Same, left: Numbers, right: Numbers) -> Scores:
    """Add up what each column says about pairs of rows, in bits; a column that is empty in either says nothing."""
    evidence = np.zeros(len(left))
    for name in same.columns:
        likeness, known = _likeness(columns[name], columns[name], left, right)
        for one, other in same.swapped:
            if name in (one, other):
                crossed, both = _likeness(columns[name], columns[other if name == one else one], left, right)
                likeness, known = np.where(both, np.maximum(likeness, crossed), likeness), known | both
        evidence += np.where(known, _weight(likeness >= same.alike, chances[name], same.right), 0.0)
    return evidence


def _texts(series: pd.Series) -> pa.Array:
    texts = pc.utf8_lower(pc.utf8_trim_whitespace(arrow(series).cast(pa.string())))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _weight(agree: Mask, chance: float, right: float) -> Scores:
    return np.asarray(np.where(agree, np.log2(right / chance), np.log2((1 - right) / (1 - chance))), dtype=np.float64)


def _by_chance(values: pa.Array, same: Same) -> float:
    """Return how often two rows are alike in a column by chance: of its texts, drawn by how often they occur."""
    texts, counts = _distinct(values)
    if not texts:
        return 0.5
    order = np.random.default_rng(0).choice(len(texts), (2, 100_000), p=counts / counts.sum())
    pairs = process.cpdist(
        [texts[i] for i in order[0]], [texts[i] for i in order[1]], scorer=JaroWinkler.similarity, workers=-1
    )
    # Never so rare that one column alone would decide; never so frequent that to agree would count against it.
    return float(np.clip((pairs >= same.alike).mean(), 1e-4, 0.9 * same.right))


def _distinct(values: pa.Array) -> tuple[list[str], npt.NDArray[np.int64]]:
    counted = pc.value_counts(pc.drop_null(values))
    rows = sorted(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))
    return [text for text, _ in rows], np.array([count for _, count in rows], dtype=np.int64)


def _likeness(one: pa.Array, other: pa.Array, left: Numbers, right: Numbers) -> tuple[Scores, Mask]:
    """Return how alike a column of the left rows is to one of the right rows, and where both are given."""
    first, second = one.take(pa.array(left)), other.take(pa.array(right))
    known = pc.and_(pc.is_valid(first), pc.is_valid(second)).to_numpy(zero_copy_only=False)
    scores = np.zeros(len(left))
    where = pa.array(known)
    texts = first.filter(where).to_pylist(), second.filter(where).to_pylist()
    if texts[0]:
        scores[known] = process.cpdist(*texts, scorer=JaroWinkler.similarity, dtype=np.float64, workers=-1)
    return scores, known


def _candidates(columns: dict[str, pa.Array], same: Same) -> tuple[Numbers, Numbers]:
    """Return the pairs that are worth a look: rows that share the text of a column that not too many share."""
    groups = [as_codes(values).index for values in columns.values()]
    for one, other in same.swapped:
        both = as_codes(pa.concat_arrays([columns[one], columns[other]])).index
        groups.append(both)
    size = len(groups[0])
    pairs = [_pairs(group, np.arange(len(group)) % size, same.crowd) for group in groups]
    joined = np.unique(np.concatenate(pairs)) if pairs else np.zeros(0, dtype=np.int64)
    return joined // size, joined % size


def _pairs(group: Numbers, row: Numbers, crowd: int) -> Numbers:
    """Return the pairs of rows of equal group as ``left * size + right``, left before right."""
    size = int(row.max()) + 1 if len(row) else 0
    row, group = row[group >= 0], group[group >= 0]
    order = np.lexsort((row, group))
    row, group = row[order], group[order]
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else np.zeros(0, dtype=np.int64)
    length = np.diff(np.r_[starts, len(group)])
    length = np.where(length <= crowd, length, 0)
    left = np.repeat(np.arange(len(group)), _later(starts, length, len(group)))
    right = _counted_up(left)
    one, other = row[left], row[right]
    low, high = np.minimum(one, other), np.maximum(one, other)
    return np.asarray((low * size + high)[low < high], dtype=np.int64)


def _later(starts: Numbers, length: Numbers, size: int) -> Numbers:
    """Return for each row how many rows of its group come after it; 0 in a group that is too large."""
    which = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, size]))
    after = starts[which] + length[which] - 1 - np.arange(size)
    return np.asarray(np.maximum(after, 0), dtype=np.int64)


def _counted_up(left: Numbers) -> Numbers:
    """Return for the repeated places of ``left`` the places that follow them, one after the other."""
    if not len(left):
        return left
    first = np.flatnonzero(np.r_[True, left[1:] != left[:-1]])
    return left + 1 + np.arange(len(left)) - np.repeat(first, np.diff(np.r_[first, len(left)]))
