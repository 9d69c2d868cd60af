"""Completeness against a source's own counts: what is missing is named by agency and day, what is there is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from config.connections import Totals
from config.errors import SourceError
from config.sources import Source
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.pulling.completeness import Completeness, Gap, check_completeness
from tasks.reports.completeness import gap_rows, gap_sentence
from tasks.sources.adapters import adapter_for
from tasks.sources.day_totals import read_totals
from tasks.sources.protocol import DayTotal
from tasks.warehouse.engine import fetch_all
from tests.sources.desk import Answer, Desk, dossier, envelope

Make = Callable[..., Source]
FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
TOTALS = {"service": "ThongKeTiepNhan", "unit": "CoQuan", "day": "Ngay", "count": "SoLuong"}


def counted(unit: str, day: str, count: int) -> dict[str, Any]:
    return {"CoQuan": unit, "Ngay": day, "SoLuong": count}


def with_totals(desk: Desk, *records: dict[str, Any]) -> Callable[[int], Answer | None]:
    def answer(_: int) -> Answer | None:
        return (200, {}, envelope(list(records))) if desk.calls[-1]["service"] == TOTALS["service"] else None

    return answer


@pytest.mark.usefixtures("warehouse")
def test_what_the_source_counts_and_we_lack_is_named_and_later_made_good(desk: Desk, source_of: Make) -> None:
    places = ("UBND xã An Bình", "UBND xã Hòa Lợi")
    whole = [dossier(n, DonViXuLy=places[n % 2]) for n in range(8)]
    desk.records, source = whole[:7], source_of(totals=TOTALS)
    desk.script = with_totals(desk, *(counted(place, "20260103", 4) for place in places), counted(places[0], "20260131", 0))
    pull_source(source)
    load_source(source)
    proof = check_completeness(source, FIRST, LAST)
    assert proof == Completeness("desk", 3, 8, (Gap(places[1], date(2026, 1, 3), 4, 3),))
    assert desk.calls[-1]["data"] | {"trang": 1} == {
        "tuNgay": "20260101",
        "denNgay": "20260131",
        "trang": 1,
        "soBanGhi": 10_000,
    }
    assert "motcua backfill desk --from 2026-01-03 --again" in gap_sentence(proof)
    assert list(gap_rows([proof])[0].values())[1:] == [places[1], "2026-01-03", 4, 3]
    desk.records = whole
    pull_source(source)
    load_source(source)
    entries = "SELECT unit, day, stated, held, changed_in FROM quality.completeness ORDER BY day, unit"
    assert check_completeness(source, FIRST, LAST) == Completeness("desk", 3, 8, ())
    before = fetch_all(entries)
    assert [row[2:4] for row in before] == [(4, 4), (4, 4), (0, 0)]
    check_completeness(source, FIRST, LAST)
    assert fetch_all(entries) == before


@pytest.mark.usefixtures("warehouse")
def test_agencies_are_met_by_code_where_the_directory_knows_them(desk: Desk, source_of: Make) -> None:
    units = [{"MADONVI": "H99.12", "TENDONVI": "UBND xã An Bình", "CAP": "XA", "TUNGAY": "20210101"}]
    directory = source_of("units").model_copy(update={"name": "units"})
    desk.script = lambda _: (200, {}, envelope(units, soTrang=1, tongSo=1))
    pull_source(directory)
    load_source(directory)
    desk.records = [dossier(1, DonViXuLy="Ủy ban nhân dân xã An Bình"), dossier(2, DonViXuLy="Phòng lạ")]
    source = source_of(totals=TOTALS)
    desk.script = with_totals(desk, counted("H99.12", "20260103", 1), counted("Phòng lạ", "20260103", 2))
    pull_source(source)
    load_source(source)
    proof = check_completeness(source, FIRST, LAST)
    assert proof is not None
    assert proof.gaps == (Gap("Phòng lạ", date(2026, 1, 3), 2, 1),)


def test_a_count_that_cannot_be_read_is_an_error_that_quotes_nothing(desk: Desk, source_of: Make) -> None:
    desk.script = with_totals(desk, counted("Nguyễn Văn A", "mai", 3))
    with pytest.raises(SourceError, match="lacks Ngay or SoLuong") as caught:
        adapter_for(source_of(totals=TOTALS)).day_totals(FIRST, LAST)
    assert "Nguy" not in str(caught.value)


@pytest.mark.parametrize("record", [{"Ngay": "20260103"}, {"SoLuong": 3}, {"Ngay": "20260103", "SoLuong": -1}, "x", None])
def test_no_record_of_totals_is_taken_for_nothing(record: Any) -> None:
    with pytest.raises(ValueError, match="lacks"):
        read_totals([counted("A", "20260103", 3), record], Totals.model_validate(TOTALS))


def test_a_source_that_tells_no_totals_is_not_compared(desk: Desk, source_of: Make) -> None:
    assert check_completeness(source_of(), FIRST, LAST) is None
    assert desk.calls == []


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv("DESK_DB", url)
    with sa.create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(sa.text("CREATE TABLE ho_so (ma TEXT, don_vi TEXT, nhan DATETIME)"))
        for n in range(6):
            values = {
                "code": dossier(n)["MaHoSo"],
                "unit": f"X{n % 2}",
                "at": datetime(2026, 1, 3, 23, 59) + timedelta(hours=n),
            }
            connection.execute(sa.text("INSERT INTO ho_so VALUES (:code, :unit, :at)"), values)
    columns = {"code": "ma", "unit": "don_vi", "received_at": "nhan"}
    sql = {"address": {"env": "DESK_DB"}, "table": "ho_so", "key": "ma", "totals": True}
    return Source.model_validate(
        {"name": "desk", "title": "Desk", "kind": "sql", "profile": "table", "columns": columns, "sql": sql}
    )


@pytest.mark.usefixtures("warehouse")
def test_a_table_is_counted_by_agency_and_day_in_office_time(table: Source) -> None:
    found = adapter_for(table).day_totals(FIRST, LAST)
    assert found is not None
    expected = [("X0", 3, 1), ("X0", 4, 2), ("X1", 4, 3)]
    assert sorted(found, key=lambda t: (t.unit, t.day)) == [DayTotal(u, date(2026, 1, day), n) for u, day, n in expected]
    pull_source(table)
    load_source(table)
    assert check_completeness(table, FIRST, LAST) == Completeness("desk", 3, 6, ())
