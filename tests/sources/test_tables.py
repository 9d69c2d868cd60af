"""Workbooks and text files with every habit of law 6.2, and those that are an attack."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from config.errors import SourceError
from config.sources import Source
from tasks.rules.text.legacy_fonts import Font
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import ParsedRecords
from tasks.sources.protocol import CSV, OLD_WORKBOOK, WORKBOOK
from tasks.sources.tables import workbook_chunks, workbooks
from tests.unit.test_fonts import typed

HEADINGS = ["STT", "Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái"]
ROW = ["1", "H99.12-260105-0001", "05/01/2026 08:00", "12/01/2026", "Đang xử lý"]


def source(**changes: Any) -> Source:
    given: dict[str, Any] = {
        "name": "books",
        "title": "Books",
        "kind": "files",
        "profile": "table",
        "columns": {
            "code": ["Mã hồ sơ", "Mã số hồ sơ"],
            "received_at": "Ngày tiếp nhận",
            "due_at": "Ngày hẹn trả",
            "status": "Trạng thái",
        },
        "files": {"folder": "/nowhere", **changes.pop("files", {})},
    }
    return Source.model_validate({**given, **changes})


def workbook(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for place, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet{place + 1}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(rows: list[list[str]], delimiter: str = ",") -> str:
    return "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)


def codes(readings: ParsedRecords) -> list[str]:
    return readings.dossiers["code"].tolist()


def reasons(readings: ParsedRecords) -> list[tuple[int, str]]:
    return list(zip(readings.rejected["page_position"].tolist(), readings.rejected["reason"].tolist(), strict=True))


def test_headings_are_found_wherever_they_stand() -> None:
    title = [["UBND XÃ AN BÌNH"], [], ["SỔ THEO DÕI HỒ SƠ", None, None, "Tháng 1/2026"], []]
    for above in range(5):
        found = read_page(workbook([*title[:above], HEADINGS, ROW]), WORKBOOK, source())
        assert codes(found) == [ROW[1]]
        assert found.dossiers["page_position"].tolist() == [above + 1]
        assert found.dossiers["due_at"].tolist() == ["12/01/2026"]


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda t: unicodedata.normalize("NFD", t),
        lambda t: f"  {t}\n",
        lambda t: t.replace(" ", "  "),
        lambda t: t + " (*)",
    ],
)
def test_headings_are_known_in_any_spelling(change: Callable[[str], str]) -> None:
    assert codes(read_page(workbook([[change(h) for h in HEADINGS], ROW]), WORKBOOK, source())) == [ROW[1]]


def test_headings_over_two_rows_belong_together() -> None:
    upper = ["STT", "Mã hồ sơ", "Ngày", None, "Trạng thái"]
    lower = [None, None, "tiếp nhận", "hẹn trả", None]
    found = read_page(workbook([["Title"], upper, lower, ROW]), WORKBOOK, source())
    assert found.dossiers["received_at"].tolist() == [ROW[2]]
    assert found.dossiers["due_at"].tolist() == [ROW[3]]


def test_formula_rows_totals_and_notes_are_no_records() -> None:
    rows = [
        HEADINGS,
        ["(1)", "(2)", "(3)", "(4)=(2)+(3)", "(5)"],
        ROW,
        ["Trong đó: trực tuyến", None, "1", "1", "1"],
        [None, None, None, None, None],
        ["Tổng cộng", None, "2", "2", "2"],
        ["2", "H99.12-260105-0002", "05/01/2026", None, None],
        [None, "TỔNG SỐ", "1.234", None, None],
        ["Người lập biểu", None, None, None, None],
        ["3", None, "06/01/2026", "13/01/2026", "Đang xử lý"],
    ]
    found = read_page(workbook(rows), WORKBOOK, source())
    assert codes(found) == ["H99.12-260105-0001", "H99.12-260105-0002"]
    assert reasons(found) == [
        (1, "not_a_record"),
        (3, "not_a_record"),
        (5, "not_a_record"),
        (7, "not_a_record"),
        (8, "not_a_record"),
        (9, "no_code"),
    ]


def test_another_name_of_a_heading_and_an_optional_one() -> None:
    rows = [["Mã số hồ sơ", "Ngày tiếp nhận", "Trạng thái"], [ROW[1], ROW[2], ROW[4]]]
    with pytest.raises(SourceError, match="Ngày hẹn trả"):
        read_page(workbook(rows), WORKBOOK, source())
    found = read_page(workbook(rows), WORKBOOK, source(optional=["due_at"]))
    assert codes(found) == [ROW[1]]
    assert found.dossiers["due_at"].isna().all()


def test_the_sheet_with_the_headings_is_taken() -> None:
    book = workbook([["Hướng dẫn"]], [HEADINGS, ROW])
    assert codes(read_page(book, WORKBOOK, source())) == [ROW[1]]
    with pytest.raises(SourceError, match="missing"):
        read_page(book, WORKBOOK, source(files={"sheet": "Sheet1"}))
    with pytest.raises(SourceError, match="Sheet9"):
        read_page(book, WORKBOOK, source(files={"sheet": "Sheet9"}))


def test_cells_of_every_kind_become_text() -> None:
    rows = [HEADINGS, [1, "H99.12-260105-0001", datetime(2026, 1, 5, 8, 0), 46034, 4.0]]
    found = read_page(workbook(rows), WORKBOOK, source()).dossiers.iloc[0]
    assert (found["received_at"], found["due_at"], found["status"]) == ("2026-01-05 08:00:00", "46034", "4")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_files_in_the_encodings_that_say_so(encoding: str) -> None:
    body = table([HEADINGS, ROW]).encode(encoding)
    assert read_page(body, CSV, source()).dossiers["status"].tolist() == ["Đang xử lý"]


def windows_1258(text: str) -> bytes:
    """Encode as Windows does: a letter of the alphabet, and its tone mark apart."""

    def apart(letter: str) -> str:
        marks = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
        return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones)) + tones

    return "".join(apart(letter) for letter in text).encode("cp1258")


def test_windows_1258_is_read_as_such() -> None:
    found = read_page(windows_1258(table([HEADINGS, ROW])), CSV, source())
    assert codes(found) == [ROW[1]]
    assert unicodedata.normalize("NFC", found.dossiers["status"][0]) == "Đang xử lý"


FONT_ROWS = [["SỔ THEO DÕI HỒ SƠ"], HEADINGS, ROW, ["2", "H99.12-260105-0002", "06/01/2026", "13/01/2026", "Đã trả kết quả"]]


@pytest.mark.parametrize("font", ["tcvn3", "vni"])
@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("form", ["bytes", "utf-8", "workbook"])
def test_legacy_fonts_become_unicode_headings_and_cells(font: Font, declared: bool, form: str) -> None:
    rows = [[typed(cell, font) for cell in row] for row in FONT_ROWS]
    body = workbook(rows) if form == "workbook" else table(rows).encode("utf-8" if form == "utf-8" else "latin-1")
    source_file = source(font=font) if declared else source()
    found = read_page(body, WORKBOOK if form == "workbook" else CSV, source_file)
    assert found.dossiers["status"].tolist() == ["Đang xử lý", "Đã trả kết quả"]


def test_text_of_today_is_left_alone_where_the_file_says_so() -> None:
    rows = [[typed(cell, "vni") for cell in row] for row in FONT_ROWS]
    with pytest.raises(SourceError, match="missing"):
        read_page(table(rows).encode(), CSV, source(font="unicode"))


def test_the_delimiter_is_declared_never_guessed() -> None:
    body = table([HEADINGS, ROW], ";").encode()
    assert codes(read_page(body, CSV, source(files={"delimiter": ";"}))) == [ROW[1]]
    with pytest.raises(SourceError, match="missing"):
        read_page(body, CSV, source())


def test_numbers_in_text_files_stay_as_written() -> None:
    body = table([HEADINGS, ["00012", "H99.12-260105-0001", "NA", "1e5", "00123456"]]).encode()
    found = read_page(body, CSV, source()).dossiers.iloc[0]
    assert (found["received_at"], found["due_at"], found["status"]) == ("NA", "1e5", "00123456")


def test_a_nul_character_does_no_harm_and_a_short_row_is_kept_aside() -> None:
    body = (table([HEADINGS]) + "\n1,H99.12-260105-0001\x00,05/01/2026,,\n2,H99.12-260105-0002,05/01/2026\n").encode()
    found = read_page(body, CSV, source())
    assert codes(found) == ["H99.12-260105-0001\x00"]
    assert reasons(found) == [(2, "cell_count")]


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 broken", b"<html>", b"\xff\xfe\x00\xd8"])
@pytest.mark.parametrize("media_type", [CSV, WORKBOOK, OLD_WORKBOOK])
def test_what_is_no_table_is_an_error_with_the_name_of_the_source(body: bytes, media_type: str) -> None:
    with pytest.raises(SourceError, match="books"):
        read_page(body, media_type, source())


def bomb(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def test_an_archive_that_would_explode_is_refused_before_it_is_opened() -> None:
    body = bomb(("xl/worksheets/sheet1.xml", b"0" * 120_000_000))
    assert len(body) < 300_000
    with pytest.raises(SourceError, match="grow more than"):
        read_page(body, WORKBOOK, source())


def test_an_archive_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    body = bytearray(bomb(("xl/worksheets/sheet1.xml", b"0" * 3_000_000)))
    for place in range(len(body) - 4):
        if body[place : place + 4] == (3_000_000).to_bytes(4, "little"):
            body[place : place + 4] = (10).to_bytes(4, "little")
    monkeypatch.setattr(workbooks, "MOST_BYTES", 1_000_000)
    with pytest.raises(SourceError):
        read_page(bytes(body), WORKBOOK, source())


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(SourceError, match="entries"):
        read_page(bomb(*((f"{n}.xml", b"") for n in range(1001))), WORKBOOK, source())


def test_one_cell_far_out_is_refused_before_its_rectangle_is_made() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(SourceError, match="spans"):
        read_page(out.getvalue(), WORKBOOK, source())


def rewritten(body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change the XML of a workbook's first sheet."""
    good = zipfile.ZipFile(io.BytesIO(body))
    return bomb(*((name, change(good.read(name)) if "sheet1" in name else good.read(name)) for name in good.namelist()))


@pytest.mark.parametrize("far", [b"r='CV900000'", b'r="cv900000"', b'\tr = "CV900000"', b'r="XFD1048576"'])
def test_a_cell_far_out_is_seen_however_its_place_is_written(far: bytes) -> None:
    body = rewritten(workbook([HEADINGS, ROW]), lambda xml: xml.replace(b'r="B2"', far))
    with pytest.raises(SourceError, match="spans"):
        read_page(body, WORKBOOK, source())


def test_the_name_of_a_file_does_not_say_how_it_is_checked() -> None:
    with pytest.raises(SourceError, match="entries"):
        read_page(bomb(*((f"{n}.xml", b"") for n in range(1001))), OLD_WORKBOOK, source())
    assert codes(read_page(workbook([HEADINGS, ROW]), OLD_WORKBOOK, source())) == [ROW[1]]


def test_a_web_page_named_as_a_workbook_is_refused_with_what_to_do() -> None:
    with pytest.raises(SourceError, match=r"web page .* save it as .xlsx"):
        read_page(b"<html><table><tr><td>x</td></tr></table></html>", OLD_WORKBOOK, source())


def test_a_formula_that_was_never_computed_is_told_and_no_row_vanishes() -> None:
    rows = [HEADINGS, ["=ROW()-1", *ROW[1:3], "=C2+7", ROW[4]], ["2", "=B2", *ROW[2:]], ["=SUM(A2:A3)"]]
    found = read_page(workbook(rows), WORKBOOK, source())
    assert codes(found) == [ROW[1]]
    assert found.dossiers["due_at"].tolist() == ["=C2+7"]  # no date: marked as unreadable, not taken for absent
    assert reasons(found) == [(2, "formula_not_computed"), (3, "not_a_record")]


def test_a_formula_that_gave_an_empty_text_is_an_empty_cell() -> None:
    body = workbook([HEADINGS, ROW, [*ROW[:1], "H99.12-260105-0002", ROW[2], '=IF(E3="","",C3+7)', ROW[4]]])
    computed = rewritten(body, lambda xml: xml.replace(b'<c r="D3"><f>', b'<c r="D3" t="str"><f>'))
    assert computed != body
    found = read_page(computed, WORKBOOK, source())
    assert found.dossiers["due_at"].isna().tolist() == [False, True]


@pytest.mark.parametrize("shared", [True, False])
def test_a_workbook_in_pieces_reads_as_it_does_whole(monkeypatch: pytest.MonkeyPatch, shared: bool) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True} if shared else {"constant_memory": True})
    notes, sheet = book.add_worksheet("Ghi chú"), book.add_worksheet("Sổ")
    notes.write_column(2, 1, [f"dòng {n}" for n in range(40)])
    sheet.write_row(3, 1, HEADINGS)
    for n in range(300):
        sheet.write_row(n + 4 + 5 * (n // 100), 1, [str(n), f"H99.12-260105-{n:04d}", "05/01/2026", 46034.5, "Đang xử lý"])
    book.close()
    whole = read_page(out.getvalue(), WORKBOOK, source())
    for module, name, value in (
        (workbook_chunks, "PIECE", 2000),
        (workbook_chunks, "CHUNK", 1500),
        (workbooks, "CHUNK", 1500),
        (workbooks, "_CELLS_AS_ONE", 0),
    ):
        monkeypatch.setattr(module, name, value)
    assert sum(1 for _ in workbook_chunks.pieces(out.getvalue())) > 3
    cut = read_page(out.getvalue(), WORKBOOK, source())
    assert len(whole.dossiers) == 300
    pd.testing.assert_frame_equal(cut.dossiers, whole.dossiers)


def test_entities_that_multiply_are_not_followed() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><worksheet><sheetData><row><c t="str"><v>&l9;</v></c></row></sheetData></worksheet>'
    good = zipfile.ZipFile(io.BytesIO(workbook([HEADINGS, ROW])))
    parts = [(name, xml.encode() if "sheet1" in name else good.read(name)) for name in good.namelist()]
    with pytest.raises(SourceError):
        read_page(bomb(*parts), WORKBOOK, source())


def test_a_large_workbook_is_read_in_slices(tmp_path: Path) -> None:
    place = tmp_path / "large.xlsx"
    book = xlsxwriter.Workbook(str(place), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    for n in range(20_500):
        sheet.write_row(n + 1, 0, [str(n), f"H99.12-260105-{n:05d}", "05/01/2026", "12/01/2026", "4"])
    book.close()
    found = read_page(place.read_bytes(), WORKBOOK, source())
    assert len(found.dossiers) == 20_500
    assert codes(found)[-1] == "H99.12-260105-20499"
