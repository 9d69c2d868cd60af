"""Declared rules over any table: each kind by example, groups against a slow oracle, and the files whose truth is known."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.csv_rules import TableRules
from config.errors import ConfigError
from config.files import read_model
from tasks.rules.sources.table_cells import broken_cells, wrong
from tests.bench.tables import PUBLISHED, detected

WHY = "because it is so in the world"


def flagged(values: list[str], kind: str, others: dict[str, list[str]] | None = None, **more: Any) -> list[bool]:
    """Which of the values of a column break one rule."""
    frame = pd.DataFrame({"a": values, **(others or {})}, dtype="string[pyarrow]")
    rules = TableRules(table="made up", rules=({"kind": kind, "columns": ("a",), "why": WHY, **more},))
    return wrong(frame, broken_cells(frame, rules))["a"].tolist()


def test_an_empty_cell_is_not_given_and_breaks_nothing_else() -> None:
    assert flagged(["x", ""], "given") == [False, True]
    assert flagged(["12", "", "12 oz"], "pattern", pattern=r"\d+|0") == [False, False, True]
    assert flagged(["", "Bend OR", "Bend"], "forbidden", pattern=" [A-Z]{2}$") == [False, True, False]


def test_a_pattern_holds_for_the_whole_cell() -> None:
    assert flagged(["yes", "no", "yes no", "yesterday"], "pattern", pattern="yes|no") == [False, False, True, True]


def test_a_value_against_the_majority_of_its_group_is_wrong() -> None:
    by = {"b": ["1", "1", "1", "2", "2", "3", ""]}
    assert flagged(["x", "x", "y", "x", "y", "z", "q"], "group", by, by=("b",)) == [False, False, True] + [False] * 4


@given(st.lists(st.tuples(st.sampled_from(["", "x", "y", "z"]), st.sampled_from(["", "1", "2"]), st.sampled_from("pq"))))
def test_groups_agree_with_a_slow_count(rows: list[tuple[str, str, str]]) -> None:
    expected = []
    for value, *group in rows:
        peers = Counter(v for v, *g in rows if g == group and v)
        most, count = peers.most_common(1)[0] if peers else ("", 0)
        expected.append(bool(value and all(group) and 2 * count > peers.total() and value != most))
    values, b, c = ([row[n] for row in rows] for n in range(3))
    assert flagged(values, "group", {"b": b, "c": c}, by=("b", "c")) == expected


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 3), min_size=1))
def test_dates_that_read_two_ways_agree_with_the_calendar(parts: list[tuple[int, int, int]]) -> None:
    def reading(year: int, month: int, day: int) -> date | None:
        try:
            return date(2000 + year, month, day)
        except ValueError:
            return None

    expected = []
    for a, b, c in parts:
        readings = {reading(c, a, b), reading(a, b, c)} - {None}
        expected.append(len(readings) > 1)
    assert flagged([f"{a}/{b}/{c}" for a, b, c in parts], "two_ways", orders=("mdy", "ymd")) == expected


def test_text_that_lost_a_letter_is_broken_and_vietnamese_is_not() -> None:
    texts = ["Đất đai", "Nguyễn Văn A", "Bj\u0326rkelund", "St\ufffdber", "Bjo\u0308rk", "ok", ""]
    assert flagged(texts, "broken_text") == [False, False, True, True, False, False, False]


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"kind": "pattern"}, "takes pattern"),
        ({"kind": "given", "by": ["b"]}, "takes nothing"),
        ({"kind": "pattern", "pattern": "("}, "no regular expression"),
        ({"kind": "two_ways", "orders": ["mdy"]}, "one order"),
        ({"kind": "odd"}, "kind"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_refused(rule: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(str({"table": "made up", "rules": [{"columns": ["a"], "why": WHY, **rule}]}), encoding="utf-8")
    with pytest.raises(ConfigError, match=complaint):
        read_model(path, TableRules)


@pytest.mark.parametrize("name", PUBLISHED)
def test_detection_is_at_least_as_good_as_what_was_published(name: str) -> None:
    found, true, both = detected(name)
    assert 2 * both >= PUBLISHED[name] * (found + true)
