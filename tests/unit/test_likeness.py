"""Rows that speak about one thing: found in any order, mistyped or exchanged, and never for a common value alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from config.csv_rules import Same
from tasks.rules.linkage.record_linkage import linked_pairs
from tests.bench.tables import LIKELY, paired

SAME = Same(columns=("given", "family", "born", "street", "place"), swapped=(("given", "family"),))
PLACES = ("Pleiku", "An Khê", "Quy Nhơn")


def people(size: int) -> list[list[str]]:
    """Persons of random names: with so many letters, hardly two are alike by chance."""
    rng = np.random.default_rng(7)

    def word(length: int) -> str:
        return "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), length))

    return [
        [word(6), word(7), f"{rng.integers(1930, 2007)}{rng.integers(101, 1232):04}", word(9), PLACES[n % 3]]
        for n in range(size)
    ]


def found(rows: list[list[str]]) -> set[tuple[int, int]]:
    """Pairs of rows; the same whichever row comes first."""
    frame = pd.DataFrame(rows, columns=list(SAME.columns), dtype="string[pyarrow]")
    pairs = linked_pairs(frame, SAME)
    order = np.random.default_rng(3).permutation(len(rows))
    again = linked_pairs(frame.iloc[order].reset_index(drop=True), SAME)
    assert {tuple(sorted((int(order[a]), int(order[b])))) for a, b in zip(again.left, again.right, strict=True)} == set(
        zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
    )
    assert (pairs.evidence > 0).all()
    return set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))


def test_mistyped_exchanged_and_half_empty_rows_are_found_and_strangers_are_not() -> None:
    rows = people(300)
    typed, exchanged, empty = list(rows[0]), list(rows[1]), list(rows[2])
    typed[1] = typed[1][:3] + "#" + typed[1][4:]
    exchanged[0], exchanged[1] = exchanged[1], exchanged[0]
    empty[0], empty[3] = "", ""
    assert found([*rows, typed, exchanged, empty]) == {(0, 300), (1, 301), (2, 302)}


def test_a_place_that_many_share_joins_nobody() -> None:
    rows = people(200)
    for row in rows[50:]:
        row[0], row[1], row[2], row[3] = "", "", "", ""
    assert found(rows) == set()


@pytest.mark.parametrize("wrong", [{"swapped": (("given", "name"),)}, {"columns": ("given", "given")}, {"columns": ("given",)}])
def test_what_cannot_be_compared_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Same(**{"columns": ("given", "family"), **wrong})


def test_nothing_to_compare_is_no_pair() -> None:
    assert found([]) == set()
    assert found(people(1)) == set()
    assert found([[""] * 5, [""] * 5]) == set()


def test_persons_entered_twice_are_found_as_published() -> None:
    pairs, true, both = paired(1)
    assert both >= LIKELY * pairs
    assert both >= LIKELY * true
