"""The quick ways of the checks against the plain ones: same answers, whatever the rows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given

from schemas.dossiers import EVENTS
from tasks.rules.arrays import as_codes, crowded, group_sizes, minute_of_day, often, one_of, statuses
from tasks.rules.checks.code_parts import CodeParts
from tasks.rules.checks.rows import EntryRows, places_of
from tasks.rules.dates.times import days
from tasks.rules.reference import Validity
from tasks.rules.text.codes import read_codes

INSTANT = pd.ArrowDtype(pa.timestamp("us", tz="UTC"))
TEXTS = st.none() | st.text(alphabet="ab1é", max_size=12)
KEYS = st.tuples(st.sampled_from("st"), st.sampled_from("ABCDEF"))


def instants(moments: list[datetime | None]) -> pd.Series:
    return pd.Series(pa.array(moments, pa.timestamp("us", tz="UTC")), dtype=INSTANT)


@given(st.lists(st.tuples(TEXTS, st.integers(0, 2)), max_size=60), st.integers(2, 4))
def test_often_drops_nothing_that_occurs_often(rows: list[tuple[str | None, int]], least: int) -> None:
    texts, parts = pa.array([t for t, _ in rows], pa.string()), np.array([p for _, p in rows], dtype=np.int64)
    counts = Counter(rows)
    maybe = often(texts, least, parts)
    assert all(kept for kept, row in zip(maybe, rows, strict=True) if row[0] is not None and counts[row] >= least)
    assert not any(kept for kept, row in zip(maybe, rows, strict=True) if row[0] is None)


def test_often_drops_nearly_all_that_occur_once() -> None:
    texts = pa.array([f"BN-{number:07d}" for number in range(100_000)])
    assert often(texts, 2).mean() < 0.25
    assert often(texts.slice(5, 1000), 2).mean() < 0.25
    assert often(pa.concat_arrays([texts, texts.slice(7, 10)]), 2)[7:17].all()


@given(st.lists(st.tuples(TEXTS, st.integers(-1, 2)), max_size=40))
def test_group_sizes_count_equal_rows(rows: list[tuple[str | None, int]]) -> None:
    index = as_codes(pa.array([t for t, _ in rows], pa.string())).index
    parts = np.array([p for _, p in rows], dtype=np.int64)
    counts = Counter(rows)
    expected = [counts[row] if row[0] is not None and row[1] >= 0 else 0 for row in rows]
    assert group_sizes(index, parts).tolist() == expected


@given(st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 2), st.booleans()), max_size=40), st.integers(1, 4))
def test_crowds_are_groups_of_so_many(rows: list[tuple[int, int, bool]], least: int) -> None:
    first, second = (np.array([row[place] for row in rows], dtype=np.int64) for place in (0, 1))
    among = np.array([row[2] for row in rows], dtype=bool)
    assert crowded(least, first, second).tolist() == (group_sizes(first, second) >= least).tolist()
    expected = group_sizes(np.where(among, first, -1), second) >= least
    assert crowded(least, first, second, among=among).tolist() == expected.tolist()


@given(st.lists(st.none() | st.datetimes(datetime(1890, 1, 1), datetime(2200, 1, 1)), max_size=20))
def test_days_and_minutes_of_times_are_those_of_the_calendar(moments: list[datetime | None]) -> None:
    times = np.array(moments, dtype="datetime64[us]")
    found = days(times)
    assert found.tolist() == [moment.date() if moment else None for moment in moments]
    minutes = [moment.hour * 60 + moment.minute if moment else None for moment in moments]
    assert [minute if minute >= 0 else None for minute in minute_of_day(times, found).tolist()] == minutes


@given(st.lists(st.none() | st.integers(-20, 400), max_size=20), st.sets(st.integers(0, 10)))
def test_statuses_are_looked_up_by_bits(numbers: list[int | None], wanted: set[int]) -> None:
    series = pd.Series(pa.array(numbers, pa.int64()), dtype=pd.ArrowDtype(pa.int64()))
    assert one_of(statuses(series), tuple(wanted)).tolist() == [(n or 0) in wanted for n in numbers]


@given(st.lists(KEYS, unique=True, max_size=12), st.lists(KEYS, max_size=30), st.booleans())
def test_rows_find_their_dossiers(dossiers: list[tuple[str, str]], rows: list[tuple[str, str]], sole: bool) -> None:
    if sole:
        dossiers = [key for key in dossiers if key[0] == "s"]
        rows = [key for key in rows if key[0] == "s"]
    frames = [pd.DataFrame(keys, columns=["source", "code"]).astype("string[pyarrow]") for keys in (dossiers, rows)]
    expected = [dossiers.index(key) if key in dossiers else -1 for key in rows]
    assert places_of(*frames).tolist() == expected
    ordered = frames[1].sort_values(["source", "code"], ignore_index=True)
    assert places_of(frames[0], ordered).tolist() == [
        dossiers.index(key) if key in dossiers else -1 for key in ordered.itertuples(index=False, name=None)
    ]


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 5), st.integers(0, 9)), max_size=30))
def test_rows_are_told_dossier_by_dossier(entries: list[tuple[int, int, int]]) -> None:
    frame = EVENTS.frame(
        {"source": "s", "code": str(p), "seq": seq, "at": datetime(2026, 1, 1, tzinfo=UTC), "status": status}
        for p, seq, status in entries
    )
    rows = EntryRows.of(frame, np.array([p for p, *_ in entries], dtype=np.int64), 5, "UTC", "seq")
    status = rows.number("status")
    for place in range(5):
        mine = [s for p, seq, s in sorted(entries, key=lambda e: (e[0], e[1])) if p == place]
        assert rows.count()[place] == len(mine)
        assert rows.any(status > 3)[place] == any(s > 3 for s in mine)
        assert rows.first(status, status > 3)[place] == next((s for s in mine if s > 3), 0)
        assert rows.last(status, status > 3)[place] == next((s for s in reversed(mine) if s > 3), 0)
    assert rows.follows.sum() == sum(n - 1 for n in rows.count().tolist() if n)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.none() | st.integers(0, 20)), max_size=6),
    st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 25)), max_size=200),
)
def test_the_version_in_force_is_found(versions: list[tuple], wanted: list[tuple]) -> None:
    start = date(2026, 1, 1)
    versions = [(n, a, b) for i, (n, a, b) in enumerate(versions) if (n, a) not in [v[:2] for v in versions[:i]]]
    days = pd.ArrowDtype(pa.date32())
    first = pd.Series([start + timedelta(a) for _, a, _ in versions], dtype=days)
    last = pd.Series([None if b is None else start + timedelta(b) for *_, b in versions], dtype=days)
    index = Validity.of([n for n, *_ in versions], first, last)
    things = as_codes(pa.array([n for n, _ in wanted], pa.string()))
    when = np.array([None if d is None else start + timedelta(d) for _, d in wanted], dtype="datetime64[D]")
    found = index.find(index.numbers(things.texts)[things.index], when)
    for (name, day), row in zip(wanted, found.tolist(), strict=True):
        in_force = [
            (a, i)
            for i, (n, a, b) in enumerate(versions)
            if n == name and day is not None and a <= day and (b is None or day <= b)
        ]
        assert row == max(in_force, default=(0, -1))[1]


CODE = st.from_regex(r"\A(H[0-9]{2}(\.[0-9]{1,3})?|000\.00\.16\.H40)-([0-9]{6}|20[0-9]{6})-[0-9]{4,8}\Z")


@given(
    st.lists(
        st.none() | CODE | st.sampled_from(["", "HS-17", "H99-260230-0001", "H99.1-250931-0001-2", "H99.1-19000105-0001", "X"]),
        max_size=12,
    )
)
def test_codes_are_taken_apart_as_the_cleaning_does(texts: list[str | None]) -> None:
    codes = pa.array(texts, pa.string())
    parts, whole = CodeParts.of(codes), read_codes(codes)
    assert parts.well_formed.tolist() == whole.national.tolist()
    np.testing.assert_array_equal(parts.day, whole.day.astype("datetime64[D]"))
    units = [parts.unit.texts[i] if i >= 0 else None for i in parts.unit.index]
    assert units == [unit if ok else None for unit, ok in zip(whole.unit.to_pylist(), whole.national, strict=True)]
    sequences = [int(t.rpartition("-")[2]) if ok else -1 for t, ok in zip(texts, whole.national, strict=True)]
    assert parts.sequence.tolist() == sequences
