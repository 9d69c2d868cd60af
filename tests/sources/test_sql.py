"""The SQL adapter against real databases: SQLite here, any dialect that SQLAlchemy speaks elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from config.errors import ConfigError, SourceError, TransientError
from config.sources import Source
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import clean
from tasks.sources.adapters import adapter_for
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import concatenated
from tasks.sources.protocol import Window

Make = Callable[..., Source]
COUNT = 12
KEY = b"k" * 32


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """A land database of twelve dossiers; each even one has a pause."""
    url = f"sqlite:///{tmp_path / 'land.db'}"
    monkeypatch.setenv("LAND_URL", url)
    engine = sa.create_engine(url, poolclass=NullPool)
    first = datetime(2026, 1, 5, 8, 0)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TABLE ho_so (so_bien_nhan TEXT PRIMARY KEY, ma_ho_so_mot_cua TEXT, ma_tthc TEXT, don_vi TEXT, ngay_tiep_nhan "
                "DATETIME, ngay_hen_tra DATETIME, ngay_ket_thuc DATETIME, trang_thai_ket_thuc INTEGER, cap_nhat DATETIME, "
                '"tên ""chủ""; DROP TABLE ho_so" TEXT)'
            )
        )
        connection.execute(
            sa.text("CREATE TABLE tam_dung (so_bien_nhan TEXT, loai INTEGER, bat_dau DATETIME, ket_thuc DATETIME)")
        )
        dossiers, waits = (sa.Table(name, sa.MetaData(), autoload_with=connection) for name in ("ho_so", "tam_dung"))
        for n in range(COUNT):
            day = first + timedelta(days=n)
            ended = day + timedelta(days=3) if n % 3 else None
            values = (f"BN{n:02d}", f"H99.12-2601{5 + n:02d}-0001", "1.004616", "H99.12", day, day + timedelta(days=9), ended)
            connection.execute(dossiers.insert().values([*values, n % 2 if ended else None, day, "Nguyễn Văn A"]))
            if n % 2 == 0:
                connection.execute(waits.insert().values([f"BN{n:02d}", 2, day, day + timedelta(hours=5)]))
    return engine


@pytest.fixture
def land() -> Make:
    """Make a source file for it."""

    def make(**sql: object) -> Source:
        options = {
            "address": {"env": "LAND_URL"},
            "table": "ho_so",
            "key": "so_bien_nhan",
            "modified": "cap_nhat",
            "page_rows": 5,
            "pauses": {
                "table": "tam_dung",
                "key": "so_bien_nhan",
                "columns": {"kind": "loai", "started_at": "bat_dau", "ended_at": "ket_thuc"},
            },
            **sql,
        }
        kinds = {"1": "supplement", "2": "financial"}
        given = {"name": "land", "title": "Land", "kind": "sql", "profile": "land", "role": "evidence", "pause_kinds": kinds}
        return Source.model_validate({**given, "sql": options})

    return make


def rows(source: Source, window: Window = Window()) -> list[dict[str, object]]:  # noqa: B008 - frozen
    return [orjson.loads(line) for page in adapter_for(source).pages(window) for line in page.body.splitlines()]


@pytest.mark.usefixtures("database")
def test_rows_come_in_pages_with_their_pauses(land: Make) -> None:
    pages = list(adapter_for(land()).pages(Window()))
    assert [page.records for page in pages] == [5, 5, 2]
    found = rows(land())
    assert [row["so_bien_nhan"] for row in found] == [f"BN{n:02d}" for n in range(COUNT)]
    assert [len(row["pauses"]) for row in found] == [1 - n % 2 for n in range(COUNT)]  # type: ignore[arg-type]
    assert max(page.newest for page in pages if page.newest) == datetime(2026, 1, 16, 1, 0, tzinfo=UTC)


@pytest.mark.usefixtures("database")
def test_an_unchanged_table_gives_the_same_bytes(land: Make) -> None:
    once, again = (b"".join(page.body for page in adapter_for(land()).pages(Window())) for _ in range(2))
    assert once == again


@pytest.mark.usefixtures("database")
def test_only_named_columns_leave_the_database(land: Make) -> None:
    body = b"".join(page.body for page in adapter_for(land()).pages(Window()))
    assert "Nguyễn" not in body.decode()
    assert {"so_bien_nhan", "cap_nhat"} < set(rows(land())[0])


@pytest.mark.usefixtures("database")
def test_a_window_is_asked_for_in_office_time(land: Make) -> None:
    since = datetime(2026, 1, 14, 1, 0, tzinfo=UTC)  # 08:00 in the office
    assert [row["so_bien_nhan"] for row in rows(land(), Window(since=since))] == ["BN09", "BN10", "BN11"]
    until = Window(since=since, until=since + timedelta(days=1))
    assert [row["so_bien_nhan"] for row in rows(land(), until)] == ["BN09"]
    assert adapter_for(land()).control_total(until) == 1


def test_a_row_without_a_modification_is_asked_for_each_time(database: sa.Engine, land: Make) -> None:
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE ho_so SET cap_nhat = NULL WHERE so_bien_nhan = 'BN03'"))
    found = rows(land(), Window(since=datetime(2026, 1, 16, 0, 0, tzinfo=UTC)))
    assert {row["so_bien_nhan"] for row in found} == {"BN03", "BN11"}


def test_an_empty_table_is_one_empty_page(database: sa.Engine, land: Make) -> None:
    with database.begin() as connection:
        connection.execute(sa.text("DELETE FROM ho_so"))
    assert [(page.records, page.body) for page in adapter_for(land()).pages(Window())] == [(0, b"")]


@pytest.mark.usefixtures("database")
def test_names_are_quoted_and_checked_never_run(land: Make) -> None:
    odd = 'tên "chủ"; DROP TABLE ho_so'
    source = land(modified=None).model_copy(update={"columns": {"code": ("so_bien_nhan",), "unit": (odd,)}})
    assert rows(source)[0][odd] == "Nguyễn Văn A"
    for sql in ({"table": "ho_so; DROP TABLE ho_so"}, {"key": "x OR 1=1"}, {"modified": "cap_nhat) --"}):
        with pytest.raises(SourceError, match="has no"):
            rows(land(**sql))
    assert len(rows(land())) == COUNT


@pytest.mark.usefixtures("database")
def test_what_it_lands_cleans_into_evidence(land: Make) -> None:
    source = land()
    readings = concatenated([read_page(page.body, page.media_type, source) for page in adapter_for(source).pages(Window())])
    cleaned = clean(readings, source, UNITS.frame(), KEY)
    dossiers = cleaned.dossiers.set_index("code")
    assert dossiers.loc["BN02", "alias_code"] == "H99.12-260107-0001"
    assert dossiers.loc["BN02", "received_at"] == pd.Timestamp("2026-01-07 01:00", tz="UTC")
    # 0 is a result, anything else of an ended one returned or withdrawn, what has not ended is open.
    assert dossiers["status"].tolist() == [9 if n % 3 and n % 2 == 0 else 7 if n % 3 else 4 for n in range(COUNT)]
    assert set(cleaned.pauses["kind"]) == {"financial"}
    assert set(cleaned.pauses["origin"]) == {"land_software"}
    assert len(cleaned.pauses) == COUNT // 2
    assert cleaned.dossiers["marks"].isna().all()


def test_a_database_that_is_away_is_transient_and_names_no_password(land: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAND_URL", "postgresql+psycopg2://land:Secret-5417@127.0.0.1:1/land")
    with pytest.raises(TransientError) as caught:
        rows(land())
    assert "Secret-5417" not in repr(caught.value)
    assert "no database answers at 127.0.0.1:1" in str(caught.value)
    assert "LAND_URL" in str(caught.value)  # where host and port stand
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("address", ["not an address", "nosuchdialect://x/y", "nosuch+driver://x/y"])
def test_an_address_that_is_none_names_the_variable(land: Make, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("LAND_URL", address)
    with pytest.raises(ConfigError, match="LAND_URL"):
        rows(land())
