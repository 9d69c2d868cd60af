"""Marks: one text a row, in one order, explained in two languages."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.marks import MARKS, joined_marks


@given(st.lists(st.sets(st.sampled_from(sorted(MARKS))), max_size=20))
def test_joined_marks_are_the_raised_ones_in_one_order(rows: list[set[str]]) -> None:
    flags = {name: np.array([name in row for row in rows], dtype=bool) for name in MARKS}
    expected = [" ".join(name for name in MARKS if name in row) or None for row in rows]
    assert joined_marks(flags, len(rows)).to_pylist() == expected


def test_every_mark_is_one_word_and_explained() -> None:
    for name, mark in MARKS.items():
        assert name.replace("_", "").isalnum()
        assert mark.vi
        assert mark.en
