"""A source that changes its shape: accepted, warned about or stopped, noted once, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.errors import DataError
from config.sources import Source
from flows.runs.schema_drift import sentence
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.reports.artifacts import drift_table
from tasks.warehouse.engine import fetch_all
from tests.sources.desk import Desk, dossier

Make = Callable[..., Source]
CHANGED = "SELECT what, field, before, now, policy FROM quality.drift ORDER BY what, field"


@pytest.fixture
def notebook(tmp_path: Path) -> Callable[..., Source]:
    """Drop a file into a folder, and load it as a source file with the given policy says."""

    def drop(name: str, text: str, **drift: Any) -> Source:
        (tmp_path / name).write_text(text)
        columns = {"code": "Mã hồ sơ", "received_at": ["Ngày tiếp nhận", "Ngày nhận"], "unit": "Cơ quan"}
        given = {"name": "books", "title": "B", "kind": "files", "profile": "table", "columns": columns, "optional": ["unit"]}
        source = Source.model_validate({**given, **drift, "files": {"folder": str(tmp_path), "pattern": "*.csv"}})
        pull_source(source)
        load_source(source)
        return source

    return drop


@pytest.mark.usefixtures("warehouse")
def test_the_first_load_is_learnt_and_the_next_one_compared(desk: Desk, source_of: Make) -> None:
    desk.records = [dossier(n, GhiChu="x") for n in range(3)]
    source = source_of()
    pull_source(source)
    load_source(source)
    assert fetch_all(CHANGED) == []
    learnt = dict(fetch_all("SELECT name, meaning FROM quality.shapes"))
    assert (learnt["MaHoSo"], learnt["GhiChu"], learnt["NgayHenTra"]) == ("code", "summary", "due_at")
    desk.records = [dossier(9, NgayHenTra="2026-01-10 17:00:00", CoQuanThue=4)]
    pull_source(source)
    load_source(source)
    found = [
        ("changed_type", "NgayHenTra", "date yyyyMMdd", "date yyyy-MM-dd", "warn"),
        ("missing_field", "GhiChu", "text", None, "warn"),
        ("new_field", "CoQuanThue", None, "number", "accept"),
    ]
    assert fetch_all(CHANGED) == found
    assert len(fetch_all("SELECT 1 FROM core.dossiers")) == 4
    desk.records = [dossier(9, NgayHenTra="2026-01-11 17:00:00", CoQuanThue=4)]
    pull_source(source)
    load_source(source)
    assert fetch_all(CHANGED) == found


@pytest.mark.usefixtures("warehouse")
def test_a_change_that_stops_loads_nothing_until_the_office_accepts_it(notebook: Callable[..., Source]) -> None:
    notebook("a.csv", "Mã hồ sơ,Ngày tiếp nhận,Cơ quan\nH99.12-260105-0001,05/01/2026,Xã A\n")
    second = "Sổ theo dõi,,\nMã hồ sơ,Ngày nhận,Ghi chú\nH99.12-260106-0002,06/01/2026,x\n"
    with pytest.raises(DataError, match=r"renamed_heading 'Ngày tiếp nhận'.*motcua source check books"):
        notebook("b.csv", second, drift="stop")
    assert fetch_all("SELECT code FROM core.dossiers") == [("H99.12-260105-0001",)]
    assert [(what, field, policy) for what, field, _, _, policy in fetch_all(CHANGED)] == [
        ("missing_field", "Cơ quan", "stop"),
        ("moved_heading", "(heading row)", "stop"),
        ("new_field", "Ghi chú", "stop"),
        ("renamed_heading", "Ngày tiếp nhận", "stop"),
    ]
    notebook("b.csv", second)
    assert len(fetch_all("SELECT 1 FROM core.dossiers")) == 2
    assert {policy for *_, policy in fetch_all(CHANGED)} == {"accept", "warn"}
    assert fetch_all("SELECT kinds FROM quality.shapes WHERE field_key = '(heading row)'") == [("row 1, row 2",)]


def test_what_changed_is_told_in_a_table_and_a_sentence() -> None:
    rows = [("books", "Ngày nhận", "new_field", None, "text", "accept", "ab" * 32)]
    assert drift_table(rows) == [
        {
            "hệ thống": "books",
            "trường": "Ngày nhận",
            "thay đổi": "trường mới",
            "trước": "-",
            "nay": "text",
            "xử lý": "chấp nhận",
            "tệp gốc đầu tiên": "abababababab",
        }
    ]
    found = [(name, "missing_field") for name in ("A", "B", "C", "D")]
    assert sentence("books", found).endswith("A (trường mất), B (trường mất), C (trường mất) và 1 thay đổi khác.")
