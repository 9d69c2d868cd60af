"""Lines of `make score` about any table, not dossiers alone: wrong cells and repeated rows, by declared rules.

The files lie in ``tests/data`` with their origin. What is wrong, and who is who, is read here and nowhere else: rules
see the dirty file only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from config.csv_rules import TableRules
from config.files import read_model
from tasks.rules.linkage.record_linkage import linked_pairs
from tasks.rules.sources.table_cells import broken_cells, wrong
from tests.bench.line import Measured, line

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
# F1 of the detector ETSB on the same files, with twenty labelled rows; ours is given none.
PUBLISHED = {"hospital": 0.965, "beers": 0.978, "rayyan": 0.851}
PERSONS = {1: 500, 2: 1934, 3: 6538}  # true pairs, as the package that ships the files counts them
LIKELY = 0.99


def read(path: Path) -> pd.DataFrame:
    """Read a file as texts, the empty ones too."""
    return pd.read_csv(path, dtype="string[pyarrow]", keep_default_na=False, skipinitialspace=True)


@cache
def detected(name: str) -> tuple[int, int, int]:
    """Return how many cells are flagged, how many are wrong, and how many are both."""
    folder = DATA / "raha"
    dirty, clean = read(folder / f"{name}_dirty.csv.xz"), read(folder / f"{name}_clean.csv.xz")
    flagged = wrong(dirty, broken_cells(dirty, read_model(folder / f"{name}.yaml", TableRules))).to_numpy()
    differs = dirty.to_numpy() != clean.to_numpy()
    return int(flagged.sum()), int(differs.sum()), int((flagged & differs).sum())


@cache
def paired(number: int) -> tuple[int, int, int]:
    """Return how many pairs of rows are found, how many are true, and how many are both."""
    rows = read(DATA / "febrl" / f"dataset{number}.csv.xz")
    same = read_model(DATA / "febrl" / "persons.yaml", TableRules).same
    assert same is not None, "persons.yaml says what tells two persons apart"
    person = pd.factorize(rows["rec_id"].str.extract(r"^rec-(\d+)-", expand=False))[0]
    entries = np.bincount(person)
    true = int((entries * (entries - 1) // 2).sum())
    assert true == PERSONS[number], "the file is not the one that was published"
    found = linked_pairs(rows, same)
    return len(found), true, int((person[found.left] == person[found.right]).sum())


def share(counts: Callable[[], tuple[int, int, int]], of: str) -> Callable[[], Measured]:
    """Make a measure: of those found how many are true, of those true how many are found, or their harmonic mean."""

    def measure() -> Measured:
        found, true, both = counts()
        return {"precision": Measured(both, found, ""), "recall": Measured(both, true, "")}.get(
            of, Measured(2 * both, found + true, "")
        )

    return measure


def _register() -> None:
    others = {"precision": "found", "recall": "true", "f1": "found + true"}
    for of, other in others.items():
        for name, published in PUBLISHED.items():
            line(f"{name}-{of}", other=other, at_least=published)(share(lambda name=name: detected(name), of))
        for number, pairs in PERSONS.items():
            line(f"persons-{pairs}-{of}", other=other, at_least=LIKELY)(share(lambda number=number: paired(number), of))


_register()
