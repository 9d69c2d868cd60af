"""Formats that come as files and tables: postal lists, workbooks of the old kind, a province's view, land software's tables."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from config.connections import Files
from config.sources import Source
from schemas.reference import UNITS
from tasks.cleaning.agencies import AgencyLookup
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.sources.adapters import adapter_for
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import concatenated
from tasks.sources.protocol import Window
from tests.sources.test_profiles import KEY, WIRE, example, local, marks


def pulled(source: Source) -> Cleaned:
    """Read a source through its adapter."""
    read = [read_page(page.body, page.media_type, source) for page in adapter_for(source).pages(Window())]
    return clean(concatenated(read), source, UNITS.frame(), KEY)


def files(name: str, pattern: str, **changes: Any) -> Source:
    """Return an example of files that reads the recorded ones."""
    source = example(name)
    assert source.files is not None
    given = Files.model_validate({**source.files.model_dump(exclude_unset=True), "folder": str(WIRE), "pattern": pattern})
    return source.model_copy(update={"files": given, **changes})


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Fill a database from a recorded file and lead a variable to it."""

    def fill(script: str, variable: str) -> None:
        place = tmp_path / "source.db"
        with sqlite3.connect(place) as connection:
            connection.executescript((WIRE / script).read_text())
        connection.close()
        monkeypatch.setenv(variable, f"sqlite:///{place}")

    return fill


def moments(row: pd.Series, *names: str) -> list[str]:
    return [local(row[name]) for name in names]


def test_the_postal_list_tells_who_got_the_result_and_when() -> None:
    dossiers = pulled(files("postal", "postal.csv")).dossiers
    assert dossiers["status"].tolist() == [10, 9, pd.NA]
    assert moments(dossiers.iloc[0], "received_at", "returned_at") == ["2026-01-12 14:00", "2026-01-14 09:20"]
    assert dossiers["returned_at"].isna().tolist() == [False, True, True]


def test_a_workbook_of_the_old_kind_with_merged_headings_and_every_way_of_writing_a_date() -> None:
    found = pulled(files("workbooks", "register.xls", optional=("receipt_number", "identity_number", "phone")))
    one, two, three = (found.dossiers.iloc[place] for place in range(3))
    assert found.dossiers["status"].tolist() == [9, 5, 10]
    assert found.dossiers["channel"].tolist() == ["counter", "online", "postal"]
    assert moments(one, "received_at", "due_at", "done_at") == ["2026-01-05 08:00", "2026-01-12 17:00", "2026-01-09 15:30"]
    assert moments(two, "received_at", "due_at") == ["2026-01-06 14:15", "2026-01-13 00:00"]  # a twelve-hour clock
    assert moments(three, "received_at", "done_at", "returned_at") == [
        "2026-01-07 08:30",
        "2026-01-13 09:00",
        "2026-01-14 00:00",
    ]
    assert "date_serial" in marks(three)
    # The row of formulas, the total 1.234 and whoever drew the list up are no dossiers, and are kept.
    assert found.rejected["reason"].tolist() == ["not_a_record"] * 3


def test_a_provinces_view(database: Any) -> None:
    database("province-view.sql", "PROVINCE_DATABASE_URL")
    source = example("province-view")
    assert adapter_for(source).count(Window()) == 4
    dossiers = pulled(source).dossiers.set_index("code")
    one, two, three = (dossiers.loc[f"H99.12-26010{n + 4}-000{n}"] for n in (1, 2, 3))
    assert (one["status"], one["channel"], one["person_kind"], one["receipt_number"]) == (10, "counter", "person", "BN-0001")
    assert moments(one, "submitted_at", "received_at", "due_at", "done_at", "returned_at") == [
        "2026-01-05 07:50",
        "2026-01-05 08:00",
        "2026-01-12 17:00",
        "2026-01-09 15:30",
        "2026-01-12 09:00",
    ]
    assert (two["alias_code"], two["status"], two["is_migrated"]) == ("H99-260106-55555", 5, True)
    assert (three["channel"], three["person_kind"]) == ("counter", "organisation")
    assert {"unknown_status", "year_zero"} <= marks(three)
    four = dossiers.loc["H99.12-260108-0004"]
    assert (four["is_deleted"], four["deletion_reason"]) == (True, "Nhập nhầm")
    assert moments(four, "received_at", "deleted_at") == ["2026-01-08 14:00", "2026-01-08 15:00"]
    assert set(dossiers.index[dossiers["is_deleted"].notna()]) == {four.name}, "of the others nothing is said"


def test_the_tables_of_land_software(database: Any) -> None:
    database("land-view.sql", "LAND_DATABASE_URL")
    found = pulled(example("land-database"))
    dossiers = found.dossiers.set_index("code")
    assert dossiers["status"].to_dict() == {"BN-0001": 9, "BN-0002": 7, "BN-0003": 4}
    assert dossiers.loc["BN-0001", "alias_code"] == "H99.12-260105-0001"
    assert local(dossiers.loc["BN-0001", "done_at"]) == "2026-01-15 15:30"
    waits = found.pauses.sort_values(["code", "started_at"])
    assert waits[["code", "kind"]].to_numpy().tolist() == [
        ["BN-0001", "financial"],
        ["BN-0001", "posting"],
        ["BN-0003", "supplement"],
    ]
    assert set(waits["origin"]) == {"land_software"}
    assert waits["ended_at"].isna().tolist() == [False, False, True]


def test_the_catalogue_as_a_table_keeps_what_has_expired(tmp_path: Path) -> None:
    text = (
        "Mã TTHC,Tên TTHC,Lĩnh vực,Hình thức nộp,Thời hạn giải quyết,Từ ngày,Đến ngày\n"
        "1.004616,Thủ tục A,Giáo dục,Trực tiếp,10 Ngày làm việc,01/01/2021,30/06/2025\n"
        "1.004616,Thủ tục A,Giáo dục,Trực tiếp,1 tháng,01/07/2025,\n"
    )
    (tmp_path / "danh-muc.csv").write_text(text)
    source = files("procedures", "*.csv")
    assert source.files is not None
    dated = {**source.columns, "valid_from": ("Từ ngày",), "valid_to": ("Đến ngày",)}
    folder = source.files.model_copy(update={"folder": str(tmp_path)})
    rows = pulled(source.model_copy(update={"columns": dated, "files": folder})).procedures
    told = rows[["valid_from", "valid_to", "limit_amount", "limit_unit"]].astype(object).to_numpy().tolist()
    assert [row[:1] + row[2:] for row in told] == [
        [date(2021, 1, 1), 10.0, "working_day"],
        [date(2025, 7, 1), 1.0, "month"],
    ]
    assert (told[0][1], pd.isna(told[1][1])) == (date(2025, 6, 30), True)


def test_an_old_code_that_passed_on_means_the_agency_of_the_day() -> None:
    told = {
        "unit_code": ["H99.41", "H99.12"],
        "valid_from": [date(2025, 7, 1), date(2021, 1, 1)],
        "valid_to": [None, date(2025, 6, 30)],
        "name": ["UBND xã An Bình Mới", "UBND xã An Bình"],
        "old_code": ["000.05.12.H99"] * 2,
    }
    asked = pa.array(["000.05.12.H99", "000.05.12.H99", "H99.41", "000.00.99.H99"])
    days = np.array(["2025-06-30", "2025-07-01", "2025-06-30", "2025-07-01"], dtype="datetime64[D]")
    nothing = pa.nulls(4, pa.string())
    for order in (slice(None), slice(None, None, -1)):
        found = AgencyLookup(pd.DataFrame(told)[order]).resolve(asked, nothing, nothing, days)
        assert found.codes.to_pylist() == ["H99.12", "H99.41", "H99.41", None]
        assert found.unknown.tolist() == [False, False, False, True]
