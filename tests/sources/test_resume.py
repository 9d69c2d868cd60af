"""A pull that is cut off goes on after its last finished page, and a list that changes meanwhile comes out whole."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from config.errors import TransientError
from config.read_once import forget
from config.sources import Source
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.sources.adapters import adapter_for
from tasks.sources.databases.sql import SqlAdapter
from tasks.sources.formats.json_text import parse_json
from tasks.sources.protocol import Window
from tasks.warehouse.engine import fetch_all
from tests.forked import PROCESSES
from tests.patience import HANGS
from tests.sources.desk import Answer, Desk, dossier

Make = Callable[..., Source]
DAY = datetime(2026, 1, 3, 8, 0)


def numbered(count: int, step: timedelta = timedelta(minutes=1)) -> list[dict[str, Any]]:
    """Return records, each modified a step after the one before."""
    return [dossier(n, NgayCapNhat=f"{DAY + n * step:%Y%m%d%H%M%S}") for n in range(count)]


def modify(desk: Desk, number: int, at: str = "20260110080000") -> None:
    """Modify a record: it moves to the end of the list, and what stood behind it moves up."""
    code = dossier(number)["MaHoSo"]
    kept = [record for record in desk.records if record["MaHoSo"] != code]
    desk.records = [*kept, dossier(number, NgayCapNhat=at, TrangThaiHoSo="9")]


def fail_at(call: int) -> Callable[[int], Answer | None]:
    return lambda n: (503, {}, b"") if n == call else None


def questions(desk: Desk) -> list[tuple[str, int]]:
    return [(call["data"]["tuThoiDiem"], call["data"]["trang"]) for call in desk.calls]


def codes(source: Source) -> set[str]:
    pages = adapter_for(source).pages(Window())
    return {record["MaHoSo"] for page in pages for record in parse_json(page.body)["result"]}


def all_codes(count: int) -> set[str]:
    return {dossier(n)["MaHoSo"] for n in range(count)}


def held() -> set[str]:
    return {code for (code,) in fetch_all("SELECT code FROM core.dossiers")}


@pytest.mark.parametrize("call", range(1, 7))
def test_records_that_slip_to_the_page_before_are_not_passed_over(desk: Desk, source_of: Make, call: int) -> None:
    desk.records = numbered(20)
    desk.script = lambda n: modify(desk, 0) if n == call else None
    assert codes(source_of(page_size=4)) == all_codes(20)


@pytest.mark.parametrize("call", range(2, 8))
def test_nor_where_one_second_fills_many_pages(desk: Desk, source_of: Make, call: int) -> None:
    desk.records = [
        *numbered(2),
        *(dossier(n, NgayCapNhat="20260103090000") for n in range(2, 22)),
        dossier(22, NgayCapNhat="20260104080000"),
    ]
    desk.script = lambda n: modify(desk, 2) if n == call else None
    assert codes(source_of(page_size=4)) == all_codes(23)


def test_records_without_a_modification_that_stand_last_are_not_passed_over(desk: Desk, source_of: Make) -> None:
    undated = [{key: value for key, value in dossier(n).items() if key != "NgayCapNhat"} for n in range(10, 14)]
    desk.records = [*numbered(10), *undated]
    whole = desk.page
    desk.page = lambda data: whole(data) if data["tuThoiDiem"] == "" else without_undated(desk, whole, data)  # type: ignore[method-assign]
    assert codes(source_of(page_size=4)) == all_codes(14)


def without_undated(desk: Desk, whole: Callable[[dict[str, Any]], bytes], data: dict[str, Any]) -> bytes:
    every = desk.records
    desk.records = [record for record in every if "NgayCapNhat" in record]
    try:
        return whole(data)
    finally:
        desk.records = every


def test_a_list_in_no_order_is_counted_through(desk: Desk, source_of: Make) -> None:
    desk.records = list(reversed(numbered(11)))
    assert codes(source_of(page_size=3)) == all_codes(11)
    assert [page for _, page in questions(desk)] == [1, 2, 3, 4]


def test_where_rows_left_a_counted_list_the_reader_goes_back(desk: Desk, source_of: Make) -> None:
    desk.records = list(reversed(numbered(12)))
    desk.script = lambda n: desk.records.pop(0) and None if n == 3 else None
    found = codes(source_of(page_size=3))
    assert found == all_codes(12)
    assert [page for _, page in questions(desk)] == [1, 2, 3, 2, 3, 4]


@pytest.mark.usefixtures("warehouse")
def test_a_pull_that_fails_in_the_middle_goes_on_after_its_last_finished_page(desk: Desk, source_of: Make) -> None:
    desk.records, source = numbered(30), source_of(page_size=5, tries=1)
    desk.script = fail_at(5)
    with pytest.raises(TransientError):
        pull_source(source)
    finished = questions(desk)[:4]
    load_source(source)
    assert held() == set()
    desk.script = lambda _: None
    modify(desk, 1)
    modify(desk, 29, "20260111080000")
    assert pull_source(source) is not None
    load_source(source)
    assert not set(questions(desk)[5:]) & set(finished)
    assert held() == all_codes(30)
    ended = fetch_all("SELECT code FROM core.dossiers WHERE status = 9")
    assert {code for (code,) in ended} == {dossier(1)["MaHoSo"], dossier(29)["MaHoSo"]}
    assert fetch_all("SELECT count(*) FROM raw.pages WHERE loaded_at IS NULL") == [(0,)]
    assert fetch_all("SELECT DISTINCT state FROM raw.windows") == [("done",)]


def pull_and_die(variables: dict[str, str], source: Source) -> None:
    os.environ.update(variables)
    forget()
    pull_source(source)


def killed(source: Source, warehouse: Any, point: str) -> None:
    """Pull in a process of its own that dies at a point."""
    variables = {"MOTCUA_HOME": str(warehouse.home), "MOTCUA_KILL_AT": point}
    variables |= {name: os.environ[name] for name in ("DESK_USER", "DESK_PASSWORD")}
    process = PROCESSES.Process(target=pull_and_die, args=(variables, source))
    process.start()
    process.join(HANGS)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("point", ["page_landed:3", "page_recorded:3", "window_done:1", "before_commit:6"])
def test_a_pull_that_is_killed_asks_for_no_finished_page_again(desk: Desk, source_of: Make, warehouse: Any, point: str) -> None:
    # Hours apart: the end that is asked for once more, an overlap back, is no finished page.
    desk.records, source = numbered(30, timedelta(hours=2)), source_of(page_size=5)
    killed(source, warehouse, point)
    (pages,) = fetch_all("SELECT coalesce(sum(pages), 0)::int FROM raw.windows")[0]
    recorded, before = questions(desk)[:pages], len(desk.calls)
    pull_source(source)
    load_source(source)
    assert held() == all_codes(30)
    assert not set(questions(desk)[before:]) & set(recorded)
    assert pages >= (7 if point == "window_done:1" else 2)
    assert pull_source(source) is None


@pytest.mark.parametrize("page", [11, 12])
def test_what_a_killed_pull_met_at_the_end_is_no_news_later(desk: Desk, source_of: Make, warehouse: Any, page: int) -> None:
    """Loaded once more it would overwrite what came behind it, a record that had moved from one page to the next."""
    step, source = timedelta(minutes=20), source_of(page_size=3)
    desk.records = numbered(12, step)
    pull_source(source)
    load_source(source)
    later = [dossier(n, NgayCapNhat=f"{DAY + timedelta(days=1) + n * step:%Y%m%d%H%M%S}") for n in range(20, 37)]
    desk.records = [*desk.records, *later]
    killed(source, warehouse, f"page_recorded:{page}")
    assert fetch_all("SELECT pages FROM raw.windows ORDER BY started_at DESC LIMIT 1") == [(page - 10,)]
    pull_source(source)
    load_source(source)
    pages = fetch_all("SELECT page_digest, pull_id, loaded_at FROM raw.pages ORDER BY 1")
    assert pull_source(source) is None
    assert fetch_all("SELECT page_digest, pull_id, loaded_at FROM raw.pages ORDER BY 1") == pages
    assert len(held()) == 12 + 17


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[sa.Engine, Source]:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv("DESK_DB", url)
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE ho_so (ma TEXT, trang_thai TEXT, cap_nhat DATETIME)"))
        for n in range(30):
            values = {"code": dossier(n)["MaHoSo"], "at": DAY + timedelta(minutes=n // 7)}
            connection.execute(sa.text("INSERT INTO ho_so VALUES (:code, '4', :at)"), values)
    sql = {"address": {"env": "DESK_DB"}, "table": "ho_so", "key": "ma", "modified": "cap_nhat", "page_rows": 5}
    columns = {"code": "ma", "status": "trang_thai", "modified_at": "cap_nhat"}
    given = {"name": "desk", "title": "Desk", "kind": "sql", "profile": "table", "columns": columns, "sql": sql}
    return engine, Source.model_validate({**given, "statuses": {"4": 4, "9": 9}})


@pytest.mark.parametrize("pages", range(6))
def test_rows_of_a_table_come_whole_from_any_place(table: tuple[sa.Engine, Source], pages: int) -> None:
    engine, source = table
    first = list(islice(adapter_for(source).pages(Window()), pages))
    gc.collect()  # the reader that stopped there lets go of the database
    statement = sa.text(
        "UPDATE ho_so SET trang_thai = '9', cap_nhat = '2026-01-10 08:00:00.000000' WHERE ma IN (:early, :late)"
    )
    with engine.begin() as connection:
        connection.execute(statement, {"early": dossier(1)["MaHoSo"], "late": dossier(28)["MaHoSo"]})
    rest = list(adapter_for(source).pages(Window(), first[-1].mark if first else None))
    bodies = b"".join(page.body for page in [*first, *rest]).decode()
    assert all(code in bodies for code in all_codes(30))
    assert sum(page.records or 0 for page in rest) <= 30 - 5 * pages + 1 + 1  # the row at the mark, and what moved
    assert bodies.count('"trang_thai":"9"') == 2


@pytest.mark.usefixtures("warehouse")
def test_a_table_that_could_not_be_read_to_its_end_is_gone_on_with(
    table: tuple[sa.Engine, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, source = table
    whole, asked = SqlAdapter.pages, []

    def broken(self: SqlAdapter, window: Window, after: str | None = None) -> Any:
        asked.append(after)
        for number, page in enumerate(whole(self, window, after)):
            if number == 3 and len(asked) == 1:
                raise TransientError("desk", "the line broke")
            yield page

    monkeypatch.setattr(SqlAdapter, "pages", broken)
    with pytest.raises(TransientError):
        pull_source(source)
    pull_source(source)
    load_source(source)
    assert held() == all_codes(30)
    assert asked[0] is None
    assert dossier(14)["MaHoSo"] in str(asked[1])
    assert fetch_all("SELECT control_total FROM raw.windows ORDER BY started_at LIMIT 1") == [(30,)]
    assert datetime.now(UTC) > fetch_all("SELECT complete_to FROM raw.windows ORDER BY started_at LIMIT 1")[0][0]
