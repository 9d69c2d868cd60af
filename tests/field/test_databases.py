"""Databases as offices have them: odd values, keys in another case, addresses that lead nowhere, passwords that are wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from config.errors import ConfigError, RefusedError
from config.sources import Source
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.preview.source_check import look_at
from tasks.sources.adapters import adapter_for
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import ParsedRecords, concatenated
from tasks.sources.protocol import Window
from tasks.warehouse.cluster import Cluster

KEY = b"k" * 32
COLUMNS = "ma {key} PRIMARY KEY, ma_tthc TEXT, nhan {time}, hen {time}, xong {time}, sua {time}, ghi_chu TEXT, so {number}"
WAITS = "ma {key}, loai TEXT, tu {time}, den {time}"
GOOD = ("1.004616", "2026-03-02 08:00:00", "2026-03-16 17:00:00", "2026-03-10 09:00:00", "2026-03-11 09:00:00")


def code(number: int) -> str:
    return f"H99.12-260302-{number:04d}"


def source(**sql: Any) -> Source:
    given = {
        "name": "field",
        "title": "Field",
        "kind": "sql",
        "profile": "table",
        "statuses": {"*": 9},
        "pause_kinds": {"supplement": "supplement"},
        "columns": {
            "code": "ma",
            "procedure_code": "ma_tthc",
            "received_at": "nhan",
            "due_at": "hen",
            "done_at": "xong",
            "modified_at": "sua",
            "summary": "ghi_chu",
            "fee_amount": "so",
        },
        "sql": {
            "address": {"env": "FIELD_DB"},
            "table": "ho_so",
            "key": "ma",
            "modified": "sua",
            "page_rows": 3,
            "pauses": {"table": "cho", "key": "ma", "columns": {"kind": "loai", "started_at": "tu", "ended_at": "den"}},
            **sql,
        },
    }
    return Source.model_validate(given)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., sa.Engine]:
    """Make a database of eight dossiers, the second with a pause."""

    def make(key: str = "TEXT", time: str = "DATETIME", url: str = "") -> sa.Engine:
        url = url or f"sqlite:///{tmp_path / 'field.db'}"
        monkeypatch.setenv("FIELD_DB", url)
        engine = sa.create_engine(url, poolclass=NullPool)
        kinds = {"key": key, "time": time, "number": "NUMERIC"}
        run(
            engine,
            "DROP TABLE IF EXISTS ho_so",
            "DROP TABLE IF EXISTS cho",
            f"CREATE TABLE ho_so ({COLUMNS.format(**kinds)})",
            f"CREATE TABLE cho ({WAITS.format(**kinds)})",
            *(f"INSERT INTO ho_so VALUES ('{code(n)}', {', '.join(map(repr, GOOD))}, '', {n})" for n in range(8)),
            f"INSERT INTO cho VALUES ('{code(1)}', 'supplement', '2026-03-04 08:00:00', '2026-03-06 08:00:00')",
        )
        return engine

    return make


def run(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def readings(given: Source) -> ParsedRecords:
    return concatenated([read_page(page.body, page.media_type, given) for page in adapter_for(given).pages(Window())])


def cleaned(given: Source) -> Cleaned:
    return clean(readings(given), given, UNITS.frame(), KEY)


SQLITE = [
    ("UPDATE ho_so SET hen = '0000-00-00 00:00:00' WHERE ma = '{code}'", "due_at"),
    ("UPDATE ho_so SET hen = '20225-03-16 17:00:00' WHERE ma = '{code}'", "due_at"),
    ("UPDATE ho_so SET hen = '' WHERE ma = '{code}'", "due_at"),
    ("UPDATE ho_so SET hen = 'thứ hai' WHERE ma = '{code}'", "due_at"),
    ("UPDATE ho_so SET sua = '0000-00-00 00:00:00' WHERE ma = '{code}'", "modified_at"),
    ("UPDATE cho SET den = '0000-00-00 00:00:00' WHERE ma = '{code}'", None),
    ("UPDATE cho SET den = '0000-00-00' WHERE ma = '{code}'", None),
    ("UPDATE ho_so SET ghi_chu = 'a' || char(0) || 'b' WHERE ma = '{code}'", None),
    ("UPDATE ho_so SET ghi_chu = CAST(x'4efF41' AS TEXT) WHERE ma = '{code}'", None),
    ("UPDATE ho_so SET so = 1e300 WHERE ma = '{code}'", None),
    ("UPDATE ho_so SET ghi_chu = replace(hex(zeroblob(20000)), '0', 'a') WHERE ma = '{code}'", None),
]
POSTGRES = [
    ("UPDATE ho_so SET hen = '0044-03-15 BC' WHERE ma = '{code}'", "due_at"),
    ("UPDATE ho_so SET hen = '20225-03-16 17:00:00' WHERE ma = '{code}'", "due_at"),
    ("UPDATE ho_so SET hen = 'infinity' WHERE ma = '{code}'", None),
    ("UPDATE ho_so SET sua = '20225-03-16 17:00:00' WHERE ma = '{code}'", "modified_at"),
    ("UPDATE cho SET den = '0044-03-15 BC' WHERE ma = '{code}'", None),
    ("UPDATE ho_so SET so = 'NaN' WHERE ma = '{code}'", None),
    ("UPDATE ho_so SET so = 1e300 WHERE ma = '{code}'", None),
]


def held(found: Cleaned, empty: str | None) -> None:
    """Hold that all eight dossiers came, and that nothing but the odd value is lacking of them."""
    dossiers = found.dossiers.set_index("code")
    assert sorted(dossiers.index) == [code(n) for n in range(8)]
    assert len(found.rejected) == 0
    for field in ("received_at", "due_at", "done_at", "modified_at"):
        lacking = dossiers.index[dossiers[field].isna()].tolist()
        assert lacking == ([code(1)] if field == empty else []), field
    assert dossiers.loc[code(2), "due_at"] == pd.Timestamp("2026-03-16 10:00", tz="UTC")
    assert found.pauses["code"].tolist() == [code(1)]


@pytest.mark.parametrize(("statement", "empty"), SQLITE)
def test_one_value_never_stops_a_table(database: Callable[..., sa.Engine], statement: str, empty: str | None) -> None:
    run(database(), statement.format(code=code(1)))
    held(cleaned(source()), empty)
    assert look_at(source(), pd.Timestamp("2026-03-11 12:00", tz="UTC").to_pydatetime()).records >= 7


@pytest.mark.parametrize("time", ["timestamp", "timestamptz"])
@pytest.mark.parametrize(("statement", "empty"), POSTGRES)
def test_nor_does_it_in_postgresql(
    database: Callable[..., sa.Engine], warehouse: Cluster, time: str, statement: str, empty: str | None
) -> None:
    engine = database(time=time, url=warehouse.url("postgres"))
    try:
        run(engine, statement.format(code=code(1)))
        found = cleaned(source())
    finally:
        run(engine, "DROP TABLE ho_so, cho")
    if time == "timestamp":
        held(found, empty)
    assert len(found.dossiers) == 8


def test_good_values_are_written_down_alike_whether_or_not_others_are_odd(database: Callable[..., sa.Engine]) -> None:
    engine = database()
    before = b"".join(page.body for page in adapter_for(source(page_rows=20)).pages(Window())).splitlines()
    run(engine, f"UPDATE ho_so SET hen = '0000-00-00' WHERE ma = '{code(1)}'")
    after = b"".join(page.body for page in adapter_for(source(page_rows=20)).pages(Window())).splitlines()
    assert [old == new for old, new in zip(before, after, strict=True)] == [n != 1 for n in range(8)]


@pytest.mark.parametrize(
    ("key", "owner"),
    [
        (code(1).lower(), code(1)),
        (code(1), code(1)),
        (code(1).lower().title(), code(1)),
    ],
)
def test_a_child_row_is_joined_as_its_database_joins_it(database: Callable[..., sa.Engine], key: str, owner: str) -> None:
    run(database(key="TEXT COLLATE NOCASE"), f"UPDATE cho SET ma = '{key}'")
    assert cleaned(source()).pauses["code"].tolist() == [owner]


@pytest.mark.parametrize("key", [f"{code(1)}  ", f"{code(1).lower()} "])
def test_spaces_at_the_end_are_no_difference_where_the_database_makes_none(
    database: Callable[..., sa.Engine], key: str
) -> None:
    run(database(key="TEXT COLLATE RTRIM"), f"UPDATE cho SET ma = '{key}'")
    alone = key.strip() == code(1)  # case is a difference there
    assert cleaned(source()).pauses["code"].tolist() == ([code(1)] if alone else [])


@pytest.mark.parametrize("parents", ["{code}    ", "{code} "])
def test_a_code_filled_up_with_spaces_keeps_its_pauses_where_the_database_tells_the_two_apart(
    database: Callable[..., sa.Engine], parents: str
) -> None:
    run(database(), f"UPDATE ho_so SET ma = '{parents.format(code=code(1))}' WHERE ma = '{code(1)}'")
    assert cleaned(source()).pauses["code"].tolist() == [code(1)]


def test_a_child_row_that_may_belong_to_two_dossiers_is_kept_as_a_reject(database: Callable[..., sa.Engine]) -> None:
    engine = database(key="TEXT COLLATE NOCASE")
    run(
        engine,
        "DROP TABLE ho_so",
        f"CREATE TABLE ho_so ({COLUMNS.format(key='TEXT', time='DATETIME', number='NUMERIC')})",
        f"INSERT INTO ho_so VALUES ('X-1', {', '.join(map(repr, GOOD))}, '', 1)",
        f"INSERT INTO ho_so VALUES ('x-1', {', '.join(map(repr, GOOD))}, '', 1)",
        "UPDATE cho SET ma = 'X-1 '",
        "DROP TABLE cho",
        "CREATE TABLE cho (ma TEXT COLLATE NOCASE, loai TEXT, tu DATETIME, den DATETIME)",
        "INSERT INTO cho VALUES ('X-1', 'supplement', '2026-03-04 08:00:00', '2026-03-06 08:00:00')",
    )
    found = readings(source())
    assert found.dossiers["code"].tolist() == ["X-1", "x-1"]
    assert found.supplements["code"].tolist() == ["X-1"], "the exact key counts, once"


@pytest.mark.parametrize(
    ("address", "fact"),
    [
        ("mssql+pyodbc://u:Secret-1@db.example/one?driver=ODBC+Driver+18+for+SQL+Server", "SQL Server.*pyodbc.*ODBC Driver 18"),
        ("mssql://u:Secret-1@db.example/one", "SQL Server.*pip install pyodbc"),
        ("sqlserver://u:Secret-1@db.example/one", "SQL Server.*pip install pyodbc"),
        ("oracle+oracledb://u:Secret-1@db.example:1521/?service_name=one", "Oracle.*pip install oracledb"),
        ("oracle://u:Secret-1@db.example:1521/one", "Oracle.*pip install oracledb"),
        ("mysql+pymysql://u:Secret-1@db.example/one", "MySQL.*pip install pymysql"),
        ("mysql://u:Secret-1@db.example/one", "MySQL.*pip install pymysql"),
        ("mariadb+pymysql://u:Secret-1@db.example/one", "MariaDB.*pip install pymysql"),
        ("postgresql+psycopg2://u:Secret-1@ss#1@127.0.0.1:5/one", "an @ inside user or password.*%40"),
        ("postgresql://u:Secret@1/x@127.0.0.1/one", "an @ inside user or password.*%40"),
        ("postgresql://u:Secret-1@y:z@127.0.0.1/one", "an @ inside user or password.*%40"),
        ("jdbc:sqlserver://db.example;user=u;password=Secret-1", "JDBC"),
        ("nosuch://u:Secret-1@h/d", "no dialect"),
    ],
)
def test_an_address_that_cannot_be_used_says_what_to_do(monkeypatch: pytest.MonkeyPatch, address: str, fact: str) -> None:
    monkeypatch.setenv("FIELD_DB", address)
    with pytest.raises(ConfigError, match=f"FIELD_DB: .*{fact}") as caught:
        list(adapter_for(source()).pages(Window()))
    assert "Secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
@pytest.mark.parametrize(
    ("user", "password", "base", "fact"),
    [
        (None, "Wrong-1", None, "does not accept the user '.+'.*Check user and password in FIELD_DB"),
        ("nobody", "Wrong-1", None, "does not accept the user 'nobody'"),
        (None, None, "nowhere", "no database of the name asked for"),
    ],
)
def test_a_wrong_password_is_refused_for_good_at_once(
    warehouse: Cluster,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    user: str | None,
    password: str | None,
    base: str | None,
    fact: str,
) -> None:
    url = sa.make_url(warehouse.url("motcua"))
    wrong = url.set(
        drivername="postgresql", username=user or url.username, password=password or url.password, database=base or url.database
    )
    monkeypatch.setenv("FIELD_DB", wrong.render_as_string(hide_password=False).replace("postgresql", scheme, 1))
    with pytest.raises(RefusedError, match=fact) as caught:
        list(adapter_for(source()).pages(Window()))
    assert "Wrong-1" not in str(caught.value)


def test_a_value_of_json_that_no_file_can_hold_is_written_down_as_far_as_it_can(database: Callable[..., sa.Engine]) -> None:
    from tasks.sources.databases.row_values import line_of

    deep: Any = "end"
    for _ in range(2000):
        deep = [deep]
    row = orjson.loads(line_of({"a": "x\ud800y", "b": 2**70, "c": deep, "d": {1: "z"}}))
    assert (row["a"], row["b"], row["d"]) == ("x?y", str(2**70), {"1": "z"})
