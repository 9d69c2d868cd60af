from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import sql

from schemas.table import Field, Kind, Table
from tasks.warehouse import binary
from tasks.warehouse.engine import connection, copy_out
from tasks.warehouse.stage import copy_in

TABLE = Table(
    "pg_temp",
    "every_kind",
    "One column of each kind",
    "row",
    ("n",),
    (Field("n", Kind.INTEGER, "Row"), *(Field(k.value, k, k.value) for k in Kind)),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = {
    Kind.TEXT: TEXT,
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.NUMBER: st.floats(allow_nan=False),
    Kind.BOOLEAN: st.booleans(),
    Kind.DATE: st.dates(),
    Kind.INSTANT: st.datetimes(min_value=datetime(1, 1, 2), timezones=st.just(UTC)),
    Kind.JSON: st.just('{"a": [1, null]}'),
}
ROW = st.fixed_dictionaries({kind.value: st.none() | values for kind, values in VALUES.items()})


def there_and_back(frame: pd.DataFrame) -> pd.DataFrame:
    columns = (
        ", ".join(f"{f.name} {f.kind.sql.compile()}" for f in TABLE.fields)
        .replace("DATETIME", "timestamptz")
        .replace("DOUBLE", "double precision")
    )
    with connection("test") as driver:
        with driver.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE every_kind ({columns}) ON COMMIT DROP")
        copy_in(driver, sql.Identifier("every_kind"), TABLE.columns, frame, TABLE)
        return copy_out(driver, "SELECT * FROM every_kind ORDER BY n", None, TABLE)


@pytest.mark.usefixtures("warehouse")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=12))
def test_every_value_comes_back_as_it_went_in(rows: list[dict[str, object]]) -> None:
    frame = TABLE.frame({**row, "n": n} for n, row in enumerate(rows))
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("rows", [0, 1, 99, 100, 101, 250])
def test_chunks_and_slices_lose_and_double_nothing(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(binary, "_ROWS_A_CHUNK", 100)
    random = np.random.default_rng(rows)
    longer = TABLE.frame(
        {
            "n": n,
            "text": None if random.random() < 0.3 else "đ" * int(random.integers(0, 9)),
            "integer": None if random.random() < 0.3 else n,
            "boolean": [None, True, False][n % 3],
            "date": date(2026, 1, 1 + n % 28),
        }
        for n in range(rows + 7)
    )
    frame = longer.iloc[7:].reset_index(drop=True)
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


@pytest.mark.usefixtures("warehouse")
def test_a_column_of_many_chunks_is_copied_whole() -> None:
    parts = [TABLE.frame([{"n": n, "text": str(n)}]) for n in range(5)]
    column = pa.chunked_array([pa.array(part["text"]) for part in parts])
    frame = pd.concat(parts, ignore_index=True).assign(text=pd.Series(column, dtype=TABLE.dtypes["text"]))
    assert there_and_back(frame)["text"].tolist() == ["0", "1", "2", "3", "4"]
