"""Differences between two systems, against a slow reading of the same sentences, row by row."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from schemas.differences import CLASSES
from schemas.dossiers import DOSSIERS
from tasks.rules.linkage.duplicates import Pairs
from tasks.rules.sources.differences import COMPARED_COLUMNS, COMPARED_TIMES, System, compare

ZONE = "Asia/Ho_Chi_Minh"
DAY = datetime(2026, 3, 2, tzinfo=ZoneInfo(ZONE))
STAGE = {1: 0, 2: 1, 4: 2, 5: 2, 6: 2, 3: 3, 7: 3, 8: 3, 9: 3, 10: 4}

moments = st.sampled_from(
    [None, DAY, DAY + timedelta(hours=9), DAY + timedelta(hours=9, seconds=20), DAY + timedelta(days=4, hours=8)]
)
records = st.fixed_dictionaries(
    dict.fromkeys(COMPARED_TIMES, moments)
    | {
        "status": st.sampled_from([None, 2, 4, 5, 9, 10]),
        "unit_code": st.sampled_from([None, "H1", "H2"]),
        "modified_at": moments,
        "late": st.booleans(),
    }
)


def system(prefix: str, rows: list[dict[str, Any]]) -> System:
    frame = DOSSIERS.frame({**row, "code": code_of(prefix, n)} for n, row in enumerate(rows))[list(COMPARED_COLUMNS)]
    return System(frame, np.array([row["late"] for row in rows], dtype=bool), ZONE)


def code_of(side: str, number: int) -> str:
    """Some codes are the same in both systems: every third one."""
    return f"C{number}" if number % 3 == 0 else f"{side}{number}"


def links_of(pairs: list[tuple[int, int]], size: int) -> Pairs:
    ends = np.array([(a % size, b % size) for a, b in pairs] if size else [], dtype=np.int64).reshape(-1, 2)
    return Pairs.of(ends[:, 0], ends[:, 1], 0)


@given(
    st.lists(records, max_size=6),
    st.lists(records, max_size=6),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=7),
)
@profile(max_examples=80, deadline=None)
def test_each_dossier_is_in_one_row_of_the_class_that_the_sentences_say(
    left: list[dict[str, Any]], right: list[dict[str, Any]], pairs: list[tuple[int, int]]
) -> None:
    links = links_of(pairs, len(left) + len(right))
    found = compare(system("L", left), system("R", right), links).astype(object)
    found = found.where(found.notna(), None)
    rows = sorted(map(tuple, found.itertuples(index=False)), key=repr)
    assert rows == sorted(expected(left, right, list(zip(links.left.tolist(), links.right.tolist(), strict=True))), key=repr)
    assert_sums_are_gaps(found, left, right)


def assert_sums_are_gaps(found: pd.DataFrame, left: list[dict[str, Any]], right: list[dict[str, Any]]) -> None:
    by_class = Counter()
    for kind, side, late, other in zip(found["kind"], found["side"], found["left_late"], found["right_late"], strict=True):
        by_class[kind, "dossiers"] += (side != "right") - (side != "left")
        by_class[kind, "late"] += bool(late) - bool(other)
    gaps = {name: sum(by_class[kind, name] for kind in CLASSES) for name in ("dossiers", "late")}
    assert gaps["dossiers"] == len(left) - len(right)
    assert gaps["late"] == sum(row["late"] for row in left) - sum(row["late"] for row in right)


def expected(left: list[dict[str, Any]], right: list[dict[str, Any]], links: list[tuple[int, int]]) -> list[tuple[Any, ...]]:
    everything = [("L", n) for n in range(len(left))] + [("R", n) for n in range(len(right))]
    edges = [(everything[a], everything[b]) for a, b in links]
    across = {node for edge in edges for node in edge if edge[0][0] != edge[1][0]}
    rows, seen = [], set()
    for node in everything:
        if node in seen:
            continue
        group = reached(node, edges)
        seen |= group
        codes = Counter(code_of(*member) for member in group)
        sides = {
            side: sorted((codes[code_of(*n)] < 2, n not in across, code_of(*n), n) for n in group if n[0] == side)
            for side in "LR"
        }
        heads = [members[0][-1] if members else None for members in sides.values()]
        if all(heads):
            rows.append(pair(heads[0][1], heads[1][1], left, right))
        for member in group - set(heads if all(heads) else []):
            kind = "missing" if member in heads else "duplicate"
            late = (left if member[0] == "L" else right)[member[1]]["late"]
            lates = (late, None) if member[0] == "L" else (None, late)
            rows.append(({"L": "left", "R": "right"}[member[0]], code_of(*member), None, kind, None, *lates))
    return rows


def reached(node: tuple[str, int], edges: list[tuple[tuple[str, int], tuple[str, int]]]) -> set[tuple[str, int]]:
    group = {node}
    while True:
        more = {end for edge in edges for end in edge if set(edge) & group} - group
        if not more:
            return group
        group |= more


def pair(a: int, b: int, left: list[dict[str, Any]], right: list[dict[str, Any]]) -> tuple[Any, ...]:
    one, other = left[a], right[b]
    fields = ["status", *COMPARED_TIMES, "unit_code"]
    told = [name for name in fields if any(r[name] for r in left) and any(r[name] for r in right)]
    differ = [name for name in told if not equal(one[name], other[name])]
    kind = kind_of(one, other, differ)
    names = " ".join(differ) or ("late" if one["late"] != other["late"] else None)
    return ("both", code_of("L", a), code_of("R", b), kind, names, one["late"], other["late"])


def equal(a: Any, b: Any) -> bool:
    if not isinstance(a, datetime) or not isinstance(b, datetime):
        return a == b
    whole_day = DAY.time() in (a.time(), b.time())
    return a.date() == b.date() if whole_day else a.replace(second=0) == b.replace(second=0)


def kind_of(one: dict[str, Any], other: dict[str, Any], differ: list[str]) -> str:
    dates = [name for name in differ if name in COMPARED_TIMES]
    if "unit_code" not in differ and (dates or "status" in differ) and (behind(one, other, dates) or behind(other, one, dates)):
        return "lag"
    for kind, holds in (("state", "status" in differ), ("date", dates), ("unit", "unit_code" in differ)):
        if holds:
            return kind
    return "state" if one["late"] != other["late"] else "same"


def behind(one: dict[str, Any], other: dict[str, Any], dates: list[str]) -> bool:
    """Whether ``one`` is what ``other`` was before: it lacks dates or a stage, and contradicts nothing."""
    lacks = all(one[name] is None for name in dates)
    stage, onward = STAGE.get(one["status"]), STAGE.get(other["status"])
    further_back = stage is not None and onward is not None and stage < onward
    if stage is None or onward is None:
        further_back = (-1 if stage is None else stage) < (-1 if onward is None else onward)
        ahead = False
    else:
        ahead = stage > onward
    modified = one["modified_at"], other["modified_at"]
    later = None not in modified and modified[0] > modified[1]
    return lacks and (further_back or bool(dates)) and not ahead and not later


BASE = {
    "status": 4,
    "received_at": DAY + timedelta(hours=8),
    "due_at": DAY + timedelta(days=7, hours=17),
    "done_at": None,
    "returned_at": None,
    "unit_code": "H1",
    "modified_at": DAY,
    "late": False,
}
OTHER = {**BASE, "done_at": DAY + timedelta(days=3), "status": 9}  # so that each system states every field but the return


@pytest.mark.parametrize(
    ("change", "kind", "fields"),
    [
        ({}, "same", None),
        ({"status": 9, "done_at": DAY + timedelta(days=2), "modified_at": DAY + timedelta(days=2)}, "lag", "status done_at"),
        ({"status": 9, "done_at": DAY + timedelta(days=2), "modified_at": DAY - timedelta(days=2)}, "state", "status done_at"),
        ({"status": 5}, "state", "status"),
        ({"due_at": None, "done_at": DAY + timedelta(days=2)}, "date", "due_at done_at"),  # each lacks what the other has
        ({"due_at": DAY + timedelta(days=9)}, "date", "due_at"),
        ({"due_at": DAY + timedelta(days=7)}, "same", None),  # only the day is known
        ({"unit_code": "H2"}, "unit", "unit_code"),
        ({"unit_code": "H2", "due_at": DAY + timedelta(days=9)}, "date", "due_at unit_code"),
        ({"late": True}, "state", "late"),
    ],
)
def test_a_pair_is_of_the_class_that_an_official_would_say(change: dict[str, Any], kind: str, fields: str | None) -> None:
    found = compare(system("L", [BASE, OTHER]), system("R", [{**BASE, **change}, OTHER]), links_of([(0, 2), (1, 3)], 4))
    assert found.loc[0, ["side", "kind"]].tolist() == ["both", kind]
    assert (found.loc[0, "fields"] if pd.notna(found.loc[0, "fields"]) else None) == fields


def test_nothing_against_nothing_is_nothing() -> None:
    empty = system("L", [])
    assert len(compare(empty, empty, links_of([], 0))) == 0


def test_a_hundred_thousand_dossiers_are_compared_in_a_blink() -> None:
    size = 100_000
    frame = (
        DOSSIERS.frame([{**BASE, "code": "x"}] * 10).loc[np.arange(size) % 10, list(COMPARED_COLUMNS)].reset_index(drop=True)
    )
    frame["code"] = pd.array([f"H{n:06d}" for n in range(size)], dtype=frame["code"].dtype)
    one = System(frame, np.zeros(size, dtype=bool), ZONE)
    places = np.arange(size)
    begun = process_time()
    found = compare(one, one, Pairs.of(places, places + size, 0))
    assert process_time() - begun < 5  # about one here; row by row it takes a minute
    assert set(found["kind"]) == {"same"}
