"""The gates' promises: derived from the declarations, and the same whether an engine or an array operation asks."""

from __future__ import annotations

import json
from datetime import date, datetime

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from config.errors import DataError
from schemas.catalogue import TABLES
from schemas.dossiers import DOSSIERS, PAUSES
from schemas.expectations import DATE_TEXT, FEW, Expectation, expectations_of
from schemas.table import Between, NotBefore, NotNull, OneOf, Pattern
from tasks.gates import engine
from tasks.rules.checks.promises import broken, spoken_of

TEXTS = st.none() | st.sampled_from(
    ["", "a", "b", "ab", "a\n", "\n", "A", "đ", "đ", "0" * 64, "20260301", "x y", "\u00a0", "٣"]
)
NUMBERS = st.none() | st.integers(-3, 12)
SHARES = st.none() | st.floats(-1, 2, allow_nan=False, width=32)
MOMENTS = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3))
ROWS = st.lists(st.tuples(TEXTS, TEXTS, NUMBERS, SHARES, MOMENTS, MOMENTS), max_size=30)
PROMISES = [
    Expectation("given", ("text",)),
    Expectation("given", ("at",)),
    Expectation("one_of", ("text",), values=("a", "đ", "")),
    Expectation("one_of", ("number",), values=tuple(range(1, 11))),
    Expectation("pattern", ("text",), regex=r"[0-9a-f]{64}"),
    Expectation("pattern", ("text",), regex=r"a|ab"),
    Expectation("pattern", ("text",), regex=DATE_TEXT),
    Expectation("pattern", ("text",), regex=r".*\s.*"),
    Expectation("between", ("number",), low=0),
    Expectation("between", ("share",), low=0, high=1),
    Expectation("between", ("share",), high=0.5),
    Expectation("not_before", ("later", "at")),
    Expectation("not_before", ("number", "share")),
    Expectation("unique", ("text",)),
    Expectation("unique", ("text", "other")),
    Expectation("unique", ("text", "number", "at")),
]


def frame_of(rows: list[tuple]) -> pd.DataFrame:
    kinds = {
        "text": pa.string(),
        "other": pa.string(),
        "number": pa.int64(),
        "share": pa.float64(),
        "at": pa.timestamp("us", tz="UTC"),
        "later": pa.timestamp("us", tz="UTC"),
    }
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
    return pd.DataFrame(
        {
            name: pd.array(pa.array(values, kind), dtype=pd.ArrowDtype(kind))
            for (name, kind), values in zip(kinds.items(), columns, strict=True)
        }
    )


# A call of the engine takes half a second; shrinking would take minutes.
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(ROWS)
def test_engine_and_array_operation_count_the_same_rows(rows: list[tuple]) -> None:
    frame = frame_of(rows)
    for outcome in engine.evaluate(frame, PROMISES):
        ours = broken(frame, outcome.expectation)
        assert (outcome.checked, outcome.unexpected) == (spoken_of(frame, outcome.expectation), ours.sum()), (
            outcome.expectation.name
        )


@pytest.mark.parametrize("promise", PROMISES, ids=lambda p: p.name)
def test_every_promise_can_be_kept_and_broken(promise: Expectation) -> None:
    good = {
        "text": "a",
        "other": "x",
        "number": 1,
        "share": 0.25,
        "at": datetime(2026, 1, 1),
        "later": datetime(2026, 1, 2),
    }
    if promise.regex == DATE_TEXT:
        good["text"] = "20260301"
    if promise.regex.startswith("[0-9a-f]"):
        good["text"] = "0" * 64
    if promise.regex == r".*\s.*":
        good["text"] = "x y"
    bad = {**good, "number": -2, "share": 7.0, "later": datetime(2025, 1, 1)}
    bad["text"] = None if promise.kind == "given" else "\u00a0?"
    bad["at"] = None if promise.kind == "given" else good["at"]
    rows = [good, good] if promise.kind == "unique" else [good, bad]
    verdicts = broken(frame_of([tuple(row.values()) for row in rows]), promise)
    assert verdicts.tolist() == ([True, True] if promise.kind == "unique" else [False, True])
    assert not broken(frame_of([tuple(good.values())]), promise).any()


def test_every_constraint_of_every_table_becomes_a_promise() -> None:
    kinds = {NotNull: "given", OneOf: "one_of", Pattern: "pattern", Between: "between", NotBefore: "not_before"}
    for table in TABLES:
        promised = {(e.kind, e.columns[0]) for e in expectations_of(table)}
        declared = {(kinds[type(c)], f.name) for f in table.fields for c in f.constraints if f.name not in table.managed}
        assert declared <= promised
        assert ("unique", table.key[0]) in promised
        names = [e.name for e in expectations_of(table)]
        assert len(set(names)) == len(names)


def test_a_tolerated_share_needs_more_than_a_few_rows_to_stop() -> None:
    (ended,) = [e for e in expectations_of(PAUSES) if e.kind == "not_before"]
    assert ended.tolerance > 0
    assert not ended.stops(checked=10, unexpected=10 if FEW > 10 else 0)
    assert not ended.stops(checked=10_000, unexpected=200)
    assert ended.stops(checked=10_000, unexpected=201)
    assert Expectation("given", ("code",)).stops(checked=10_000, unexpected=1)


def test_results_hold_no_value(caplog: pytest.LogCaptureFixture) -> None:
    secret = "079200012345"
    frame = pd.DataFrame({"code": [secret, secret, None], "status": ["Nguyễn Văn Bí Mật", "x", "x"]})
    promises = [
        Expectation("pattern", ("code",), regex="x+"),
        Expectation("one_of", ("status",), values=("x",)),
        Expectation("unique", ("code",)),
        Expectation("between", ("status",), low=0),
    ]
    with pytest.raises(DataError) as caught:  # text has no bounds: the engine's message would quote a value
        engine.evaluate(frame.astype("string[pyarrow]"), promises)
    outcomes = engine.evaluate(frame.astype("string[pyarrow]"), promises[:3])
    assert [o.unexpected for o in outcomes] == [2, 1, 2]
    for text in (str(caught.value), repr(outcomes), caplog.text):
        assert secret not in text
        assert "Bí Mật" not in text


def test_conversion_keeps_values_and_nulls() -> None:
    rows = [{"source": "s", "code": "A", "partition_month": date(2026, 3, 1), "status": 9, "has_result": True}, {}]
    frame = DOSSIERS.frame(rows)
    plain = {name: engine.plain_column(frame[name]) for name in ("code", "status", "has_result", "partition_month", "due_at")}
    assert plain["code"][0] == "A"
    assert pd.isna(plain["code"][1])
    assert plain["status"][0] == 9
    assert np.isnan(plain["status"][1])
    assert plain["has_result"].tolist() == [True, None]
    assert plain["partition_month"].astype("datetime64[D]").astype(str).tolist() == ["2026-03-01", "NaT"]
    assert np.isnat(plain["due_at"]).all()
    assert json.dumps(engine.RESULT_FORMAT)
