"""What a look at a source says: mapping, unknown codes, dates that read two ways, drift; and never a value of a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.read_once import forget
from config.sources import Source
from flows.commands import cli
from flows.commands.source import drift_lines, look_lines
from tasks.loading.schema_drift import SchemaDrift
from tasks.preview.source_check import look_at, look_into
from tasks.rules.sources.schema_drift import SchemaChange
from tasks.sources.pages import read_page
from tasks.sources.protocol import JSON
from tests.sources.desk import dossier, envelope
from tests.sources.test_profiles import WIRE, example

NOTEBOOK = """Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Trạng thái,Người nộp,Ghi chú
H99.12-260305-0001,05/03/2026,20/03/2026,Đang giải quyết,Nguyễn Thị Canary,x
H99.12-260305-0002,03/05/2026,04/06/2026,Chờ ký,Nguyễn Thị Canary,x
H99.12-260307-0003,07/03/2026,46101,Chờ ký,Nguyễn Thị Canary,x
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Source:
    (tmp_path / "so.csv").write_text(NOTEBOOK)
    columns = {"code": "Mã hồ sơ", "received_at": "Ngày tiếp nhận", "due_at": "Ngày hẹn trả", "status": "Trạng thái"}
    columns |= {"applicant_name": "Người nộp", "phone": "Điện thoại"}
    given = {"name": "books", "title": "B", "kind": "files", "profile": "table", "columns": columns, "optional": ["phone"]}
    given["statuses"] = {"Đang giải quyết": 4}
    return Source.model_validate({**given, "files": {"folder": str(tmp_path), "pattern": "*.csv"}})


def test_a_look_says_what_would_be_read_and_what_is_doubtful(notebook: Source) -> None:
    look = look_at(notebook, datetime(2026, 3, 8, tzinfo=UTC))
    assert (look.pages, look.records, look.kept) == (1, 3, {"dossiers": 3})
    assert ("Ngày tiếp nhận", "received_at", 3) in look.mapping
    assert (look.unmapped, look.lacking) == (["Ghi chú"], ["phone"])
    assert [(found.field, found.counts) for found in look.unknown] == [("status", {"Chờ ký": 2})]
    dates = {one.field: one for one in look.dates}
    assert (dates["received_at"].two_ways, dates["due_at"].serial) == (3, 1)
    assert look.marks["unknown_status"] == 2


def test_it_is_said_in_plain_words_without_any_person(notebook: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "\n".join(look_lines(notebook, look_at(notebook, datetime(2026, 3, 8, tzinfo=UTC))))
    assert "books: đọc thử 1 trang, 3 bản ghi; sẽ nạp: 3 hồ sơ. Chưa nạp gì." in said
    assert "Mã lạ ở status: 'Chờ ký' × 2." in said
    assert "Canary" not in said
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    said = "\n".join(look_lines(notebook, look_at(notebook, datetime(2026, 3, 8, tzinfo=UTC))))
    assert "Unknown codes in status: 'Chờ ký' × 2." in said
    assert "Columns not read: Ghi chú." in said
    forget()


def test_a_file_that_cannot_be_read_does_not_hide_the_others(notebook: Source) -> None:
    assert notebook.files is not None
    (Path(str(notebook.files.folder)) / "khac.csv").write_text("Mã,Ngày\n1,2\n")
    look = look_at(notebook, datetime(2026, 3, 8, tzinfo=UTC))
    assert (look.pages, look.records, list(look.faults)) == (2, 3, ["khac.csv"])
    said = "\n".join(look_lines(notebook, look))
    assert "Không đọc được khac.csv: trang" in said
    assert "thiếu: " in said


def test_values_that_can_be_no_codes_are_counted_and_not_shown() -> None:
    records = [dossier(n, TrangThaiHoSo=f"lạ {n}") for n in range(40)]
    source = example("dvcqg")
    found = next(
        one for one in look_into(source, [read_page(envelope(records), JSON, source)]).unknown if one.field == "status"
    )
    assert (found.counts, found.different, found.records) == ({}, 40, 40)


def test_values_that_are_persons_are_counted_and_not_shown() -> None:
    records = [dossier(n, TrangThaiHoSo=f"Nguyễn Văn Canary {n}") for n in range(40)]
    source = example("dvcqg")
    look = look_into(source, [read_page(envelope(records), JSON, source)])
    found = next(one for one in look.unknown if one.field == "status")
    assert (found.counts, found.different, found.records) == ({"[che]": 40}, 1, 40)
    assert "Canary" not in "\n".join(look_lines(source, look))


def test_names_inside_lists_are_told_too() -> None:
    source = example("dvcqg")
    look = look_into(source, [read_page((WIRE / "exchange-2024.json").read_bytes(), JSON, source)])
    names = {name: meaning for name, meaning, _ in look.mapping}
    assert names["DanhSachTienDo[].ThoiDiemXuLy"] == "events.at"
    assert names["DanhSachHoSoBoSung[].NgayHenTraMoi"] == "pauses.due_after_at"
    assert names["DuocThanhToanTrucTuyen"] == "paid_online"
    assert "DSKetNoiCSDL[].MaCSDL" in look.unmapped


def test_changes_are_told_with_what_is_made_of_them() -> None:
    change = SchemaChange("Ngày hẹn", "renamed_heading", "Ngày hẹn", "Hẹn trả", "ab" * 32)
    assert list(drift_lines(SchemaDrift("books", ((change, "stop"),), {}))) == [
        "Thay đổi: Ngày hẹn: tên trường đổi (Ngày hẹn → Hẹn trả); dừng."
    ]


@pytest.mark.usefixtures("warehouse")
def test_the_commands_print_it_and_load_nothing(
    tmp_path: Path, notebook: Source, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tasks.warehouse.engine import fetch_all

    folder = tmp_path / "sources"
    folder.mkdir()
    given = notebook.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
    (folder / "books.yaml").write_text(json.dumps(given, ensure_ascii=False))
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(folder))
    forget()
    assert cli.main(["source", "check", "books"]) == 0
    assert "3 bản ghi" in capsys.readouterr().out
    assert cli.main(["source", "diagnose", "books"]) == 0
    assert "xem xét 3 hồ sơ" in capsys.readouterr().out
    assert cli.main(["source", "check", "nobody"]) == 2
    assert fetch_all("SELECT (SELECT count(*) FROM raw.pulls) + (SELECT count(*) FROM quality.shapes)") == [(0,)]
    forget()
