"""A look at a folder says what a load of it would do: which file is held, which gate stops it, from which column."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from config.errors import DataError
from config.read_once import forget
from config.sources import Source
from flows.commands.source import check_source
from tasks.gates.contracts import GateKeeper
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.warehouse.engine import fetch_all
from tests.field.test_displaced_cells import FIELDS, Rows, books, drop, inserted, register

KEPT = "SELECT (SELECT count(*) FROM raw.pulls) + (SELECT count(*) FROM quality.gate_results) + (SELECT count(*) FROM quality.drift)"
ALTERNATIVES = {**FIELDS, "received_at": ["Ngày nhận hồ sơ", "nhan", "Hẹn"]}


def unchanged(rows: Rows) -> Rows:
    return rows


# What is dropped, what the source's file says, what is said in both languages, and what a load then ends with.
Case = tuple[Callable[[Rows], Rows], Mapping[str, object], list[tuple[str, str]], type[Exception] | None]
CASES: dict[str, Case] = {
    "a sound file": (
        unchanged,
        FIELDS,
        [
            ("  so-1.csv: 30 bản ghi", "  so-1.csv: 30 records"),
            ("  Nhận → received_at (30)", "  Nhận → received_at (30)"),
            ("Không thấy giá trị nào nằm sai cột.", "No values were seen to stand in another column."),
            ("Cổng nguồn (source): sẽ cho qua.", "Source gate: would let it pass."),
            ("Cổng dữ liệu đã làm sạch (cleaned): sẽ cho qua.", "Gate of cleaned data: would let it pass."),
        ],
        None,
    ),
    "a heading written without marks, of several that the file may have": (
        unchanged,
        ALTERNATIVES,
        [("  Nhận → received_at (30)", "  Nhận → received_at (30)"), ("  Hẹn → due_at (30)", "  Hẹn → due_at (30)")],
        None,
    ),
    "the wrong column for received_at": (
        unchanged,
        {**FIELDS, "received_at": "Người nộp"},
        [
            (
                "Lệch cột: so-1.csv: received_at (Người nộp) chứa giá trị của cột khác; lần nạp sẽ giữ lại, không nạp gì của nó.",
                "Displaced cells: so-1.csv: received_at (Người nộp) hold values of another column; "
                "the load would hold it back and load nothing of it.",
            ),
            (
                "Cổng nguồn (source): sẽ dừng lần nạp: received_at (Người nộp) pattern (30/30).",
                "Source gate: would stop the load: received_at (Người nộp) pattern (30/30).",
            ),
        ],
        DataError,
    ),
    "columns shifted by one": (
        inserted(7),
        FIELDS,
        [
            ("Lệch cột: so-1.csv: ", "Displaced cells: so-1.csv: "),
            ("received_at (Nhận)", "received_at (Nhận)"),
            (
                "Cổng nguồn (source): sẽ dừng lần nạp: received_at (Nhận) given (30/30)",
                "Source gate: would stop the load: received_at (Nhận) given (30/30)",
            ),
        ],
        DataError,
    ),
}


def configured(folder: Path, source: Source, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    (folder / "sources").mkdir(exist_ok=True)
    given = source.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
    (folder / "sources" / "books.yaml").write_text(json.dumps(given, ensure_ascii=False))
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(folder / "sources"))
    monkeypatch.setenv("MOTCUA_LANGUAGE", language)
    forget()


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("case", CASES)
def test_a_look_foresees_the_load(tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    change, columns, wanted, ends = CASES[case]
    source = books(tmp_path, columns=columns)
    drop(tmp_path, "so-1.csv", change(register(5, 30)))
    for place, language in enumerate(("vi", "en")):
        configured(tmp_path, source, monkeypatch, language)
        said = "\n".join(check_source("books"))
        assert [words for words in wanted if words[place] not in said] == [], said
        assert "Người 1" not in said
    assert fetch_all(KEPT) == [(0,)]
    forget()
    pull_source(source)
    if ends is None:
        load_source(source, gates=GateKeeper(date(2025, 8, 1)))
    else:
        with pytest.raises(ends):
            load_source(source, gates=GateKeeper(date(2025, 8, 1)))


@pytest.mark.usefixtures("warehouse")
def test_of_records_the_names_that_values_were_taken_from_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {"code": "ma", "received_at": ["nhan", "tiep_nhan", "nop"], "status": "trang_thai"}
    source = books(tmp_path, columns=columns).model_dump(mode="json", exclude_defaults=True)
    source["files"]["pattern"] = "*.jsonl"
    rows: list[dict[str, str | None]] = [
        {"ma": f"H88.211-250602-{n:04d}", "nop": "01/06/2025", "trang_thai": "Đang giải quyết"} for n in range(1, 6)
    ]
    rows = [{**row, "nhan": "02/06/2025" if n < 3 else None, "tiep_nhan": "02/06/2025"} for n, row in enumerate(rows)]
    (tmp_path / "so.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    configured(tmp_path, Source.model_validate(source), monkeypatch, "vi")
    said = check_source("books")
    assert {"  nhan → received_at (3)", "  tiep_nhan → received_at (2)", "Cột không đọc: nop."} <= set(said), said
    forget()
