"""Several sources at one host: they share its rate and its places; an address elsewhere is refused; hours end in the middle."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from config.errors import ConfigError, DeferredError
from config.sources import Source, crowded_hosts
from tasks.sources.adapters import adapter_for
from tasks.sources.protocol import Window
from tests.sources.desk import Answer, Desk, dossier, envelope

Make = Callable[..., Source]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Source]:
    def make(url: str = f"sqlite:///{tmp_path / 'desk.db'}", **more: object) -> Source:
        monkeypatch.setenv("DESK_DB", url)
        sql = {"address": {"env": "DESK_DB"}, "table": "ho_so", "key": "ma", "page_rows": 2, **more}
        given = {"name": "table", "title": "Table", "kind": "sql", "profile": "table", "columns": {"code": "ma"}, "sql": sql}
        return Source.model_validate(given)

    return make


def test_a_host_is_crowded_where_more_sources_are_than_it_has_places(
    desk: Desk, source_of: Make, table: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, host = source_of(), f"127.0.0.1:{desk.port}"
    assert here.host == host
    assert crowded_hosts([here, source_of(address="https://elsewhere.example.vn/api"), table()]) == {}
    assert crowded_hosts([here, source_of(), here]) == {host: 1}
    assert crowded_hosts([source_of(connections=2), source_of(connections=3)]) == {}
    assert crowded_hosts([source_of(connections=2), source_of(connections=3), here]) == {host: 1}
    database = table("postgresql+psycopg2://reader:p%40ss@db.example.vn:5433/land")
    assert database.host == "db.example.vn:5433"
    assert source_of(address="https://db.example.vn").host == "db.example.vn:https"
    assert table().host is None
    monkeypatch.delenv("DESK_DB")
    assert database.host is None, "an address that is not set is said by whoever asks it"


def test_sources_at_one_host_keep_one_rate_together(desk: Desk, source_of: Make) -> None:
    times: list[float] = []

    def answer(_: int) -> Answer:
        times.append(time.monotonic())
        return 200, {}, envelope([dossier(1)], soTrang=1)

    desk.script = answer
    options = {"requests_per_second": 50, "user": None, "password": None}
    sources = [source_of(**options).model_copy(update={"name": name}) for name in ("one", "other")]
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda source: [list(adapter_for(source).pages(Window())) for _ in range(5)], sources))
    between = [after - before for before, after in zip(sorted(times), sorted(times)[1:], strict=False)]
    assert len(times) == 10
    assert max(times) - min(times) >= 0.9 * 9 / 50
    assert sum(gap < 0.5 / 50 for gap in between) <= 1, "never two at once"


def test_a_database_elsewhere_is_refused_before_it_is_asked(table: Callable[..., Source]) -> None:
    source = table("postgresql+psycopg2://reader:secret@127.0.0.1:9/land", allowed_hosts=["db.example.vn"])
    with pytest.raises(ConfigError, match="does not list") as caught:
        list(adapter_for(source).pages(Window()))
    assert "secret" not in str(caught.value)


def shut(source: Source) -> Source:
    now = datetime.now(source.timezone)
    return source.model_copy(update={"only_between": f"{now - timedelta(hours=2):%H:%M}-{now - timedelta(hours=1):%H:%M}"})


def test_hours_that_end_in_the_middle_end_the_pull_after_the_page_that_came(
    desk: Desk, source_of: Make, table: Callable[..., Source], tmp_path: Path
) -> None:
    desk.records = [dossier(n) for n in range(6)]
    over_http = adapter_for(source_of())
    with sa.create_engine(f"sqlite:///{tmp_path / 'desk.db'}", poolclass=NullPool).begin() as connection:
        connection.execute(sa.text("CREATE TABLE ho_so (ma TEXT)"))
        connection.execute(sa.text("INSERT INTO ho_so VALUES ('a'), ('b'), ('c'), ('d'), ('e')"))
    in_a_table = adapter_for(table())
    for adapter, asks in ((over_http, over_http.transport), (in_a_table, in_a_table)):  # type: ignore[attr-defined]
        pages = adapter.pages(Window())
        mark = next(pages).mark
        asks.source, opened = shut(asks.source), asks.source
        with pytest.raises(DeferredError, match="left alone until"):
            next(pages)
        asks.source = opened
        assert mark is not None
        assert sum(page.records or 0 for page in adapter.pages(Window(), mark)) >= 3
