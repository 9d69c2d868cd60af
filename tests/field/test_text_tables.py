"""Text tables as offices really send them: no line vanishes, none swallows another, what was not read is told."""

from __future__ import annotations

import codecs
import io
import random
import re
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import SourceError
from config.sources import Source
from tasks.sources.file_notes import NOTES
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import ParsedRecords
from tasks.sources.protocol import CSV, OLD_WORKBOOK, WORKBOOK

HEAD = "Mã hồ sơ,Cơ quan,Ngày hẹn trả,Trạng thái"
A, B, C, D = (f"H99.12-260302-00000{n},UBND xã An Khê,16/03/2026,Đã giải quyết" for n in range(1, 5))
FOUR = [1, 2, 3, 4]


def source(**changes: Any) -> Source:
    columns = {"code": "Mã hồ sơ", "unit": "Cơ quan", "due_at": "Ngày hẹn trả", "status": "Trạng thái"}
    files = {"folder": "/nowhere", **changes.pop("files", {})}
    given_keys = {"name": "x", "title": "X", "kind": "files", "profile": "table", "columns": columns, "files": files}
    return Source.model_validate({**given_keys, **changes})


def text(*lines: str, end: str = "\n") -> bytes:
    return (end.join(lines) + end).encode()


def codes(found: ParsedRecords) -> list[int]:
    return [int(code.rpartition("-")[2]) for code in found.dossiers["code"]]


def refused(found: ParsedRecords) -> list[tuple[int, str]]:
    return [(place + 1, why) for place, why in zip(found.rejected["page_position"], found.rejected["reason"], strict=True)]


def cell(line: str, place: int, value: str) -> str:
    cells = line.split(",")
    cells[place] = value
    return ",".join(cells)


# What the file holds, the dossiers that come, lines refused and why, notes.
CASES: dict[str, tuple[bytes, list[int], list[tuple[int, str]], set[str]]] = {
    "a mark opens a cell and nobody closes it": (text(HEAD, A, cell(B, 1, '"KP 3'), C, D), FOUR, [], {"stray_mark"}),
    "in the first column": (text(HEAD, A, '"' + B, C, D), FOUR, [], {"stray_mark"}),
    "in the last column": (text(HEAD, A, cell(B, 3, '"Đã giải quyết'), C, D), FOUR, [], {"stray_mark"}),
    "in the last column, ended as on Windows": (
        text(HEAD, A, cell(B, 3, '"Đã giải quyết'), C, D, end="\r\n"),
        FOUR,
        [],
        {"stray_mark"},
    ),
    "a second one closes it lines later": (
        text(HEAD, cell(A, 1, '"KP 3'), B, cell(C, 1, 'KP 4"'), D),
        FOUR,
        [],
        {"stray_mark"},
    ),
    "a second one opens a cell lines later": (
        text(HEAD, cell(A, 1, '"KP 3'), B, cell(C, 1, '"KP 4'), D),
        FOUR,
        [],
        {"stray_mark"},
    ),
    "among cells that are all enclosed": (
        text(HEAD, *(re.sub("([^,]+)", r'"\1"', line) for line in (A, B)), cell(C, 1, '"KP 3'), D),
        FOUR,
        [],
        {"stray_mark"},
    ),
    "words in marks at the beginning of a cell": (text(HEAD, cell(A, 1, '"UBND" xã'), B, C, D), FOUR, [], {"stray_mark"}),
    "a cell of three lines stays one": (text(HEAD, A, cell(B, 1, '"UBND\nxã, thôn\nAn Khê"'), C, D), FOUR, [], set()),
    "a heading of two lines": (text(HEAD.replace("Cơ quan", '"Cơ\nquan"'), A, B, C, D), FOUR, [], set()),
    "a comma that nobody encloses": (text(HEAD, A, cell(B, 1, "UBND xã, tổ 3"), C, D), [1, 3, 4], [(3, "cell_count")], set()),
    "a comma lost": (text(HEAD, A, B.replace("Khê,", "Khê "), C, D), [1, 3, 4], [(3, "cell_count")], set()),
    "two rows on one line": (text(HEAD, A, B + C, D), [1, 4], [(3, "cell_count")], set()),
    "a row of a thousand cells": (text(HEAD, A, B + "," * 500 + "x", C, D), [1, 3, 4], [(3, "cell_count")], set()),
    "a last line cut off": (text(HEAD, A, B, C, D)[:-30], [1, 2, 3], [(5, "cell_count")], set()),
    "cut off within a letter of the last cell": (
        text(HEAD, A, B, C, D)[:-4],
        [1, 2, 3],
        [(5, "cut_off")],
        {"cut_off", "damaged_text"},
    ),
    "cut off within an enclosed last cell": (
        text(HEAD, A, B, C, cell(D, 3, '"Đã giải'))[:-1],
        [1, 2, 3],
        [(5, "cut_off")],
        {"cut_off", "stray_mark"},
    ),
    "no end of line at the end": (text(HEAD, A, B, C, D)[:-1], FOUR, [], set()),
    "one letter cut in two": (
        text(HEAD, A, B, C, D).replace("ã An Khê".encode(), b"\xc3 An Kh\xc3\xaa", 1),
        FOUR,
        [],
        {"damaged_text"},
    ),
    "a bad byte in a heading": (text(HEAD, A, B, C, D).replace("Mã".encode(), b"M\xc3", 1), FOUR, [], {"damaged_text"}),
    "a bad byte in a code": (
        text(HEAD, A, B, C, D).replace(b"000002", b"00000\xff", 1),
        [1, 3, 4],
        [(3, "code_damaged")],
        {"damaged_text"},
    ),
    "codes and days kept from a spreadsheet by a formula": (
        text(HEAD, *(re.sub("([^,]+)", r'="\1"', line) for line in (A, B)), re.sub("([^,]+)", r'"=""\1"""', C), D),
        FOUR,
        [],
        set(),
    ),
    "a code that a spreadsheet rounded": (
        text(HEAD, A, cell(B, 0, "1.23457E+12"), C, D),
        [1, 3, 4],
        [(3, "code_rounded")],
        set(),
    ),
    "a first line that says the delimiter": (
        text("sep=;", *(line.replace(",", ";") for line in (HEAD, A, B, C, D))),
        FOUR,
        [],
        {"delimiter_stated"},
    ),
    "the same with tabs and a mark of order": (
        codecs.BOM_UTF8 + text("sep=\t", *(line.replace(",", "\t") for line in (HEAD, A, B, C, D)), end="\r\n"),
        FOUR,
        [],
        {"delimiter_stated"},
    ),
    "a title of three rows": (text("UBND XÃ AN KHÊ,,,", "SỔ THEO DÕI", "", HEAD, A, B, C, D), FOUR, [], set()),
    "the headings again as a page begins": (text(HEAD, A, B, HEAD, C, D), FOUR, [(4, "not_a_record")], set()),
    "the headings again in another order": (
        text(
            HEAD,
            A,
            B,
            "Trạng thái,Mã hồ sơ,Ngày hẹn trả,Cơ quan",
            *(",".join(line.split(",")[p] for p in (3, 0, 2, 1)) for line in (C, D)),
        ),
        FOUR,
        [(4, "not_a_record")],
        set(),
    ),
    "totals and a sentence below": (
        text(HEAD, A, B, C, D, "Tổng cộng: 4,,,", "", "Danh sách này gồm 4 hồ sơ,,,"),
        FOUR,
        [(6, "not_a_record"), (8, "not_a_record")],
        set(),
    ),
    "empty columns at the right": (text(HEAD + ",,", A + ",,", B, C + ",,,,", D + ","), FOUR, [], set()),
    "UTF-16 with a mark": (text(HEAD, A, B, C, D).decode().encode("utf-16"), FOUR, [], set()),
    "UTF-32 with a mark": (codecs.BOM_UTF32_BE + text(HEAD, A, B, C, D).decode().encode("utf-32-be"), FOUR, [], set()),
    "UTF-16 without a mark": (text(HEAD, A, B, C, D).decode().encode("utf-16-le"), FOUR, [], set()),
    "UTF-16 the other way without a mark": (text(HEAD, A, B, C, D).decode().encode("utf-16-be"), FOUR, [], set()),
    "lines that are empty, or commas only": (text(HEAD, A, "", B, ",,,", C, "  ", D), FOUR, [], set()),
    "a tail of nothing": (text(HEAD, A, B, C, D) + b"\x00" * 40, FOUR, [(6, "cell_count")], set()),
    "a heading twice": (
        text(HEAD + ",Ngày hẹn trả", A + ",", B + ",16/03/2026", cell(C, 2, "") + ",16/03/2026", D + ", 16/03/2026"),
        FOUR,
        [],
        {"heading_twice"},
    ),
    "a heading twice, of the code": (
        text(
            HEAD + ",MÃ HỒ SƠ",
            A + ",",
            B + ",H99.12-260302-000008",
            cell(C, 0, "") + ",H99.12-260302-000003",
            D + ",H99.12-260302-000009",
        ),
        [1, 3],
        [(3, "two_codes"), (5, "two_codes")],
        {"heading_twice"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_no_line_vanishes_and_what_is_odd_is_told(case: str) -> None:
    body, dossiers, lines, notes = CASES[case]
    found = read_page(body, CSV, source())
    assert codes(found) == dossiers
    assert refused(found) == lines
    assert {note.kind for note in found.notes} == notes
    assert set(found.dossiers["due_at"]) == {"16/03/2026"}, "no cell stands for another"
    assert all(note.said() for note in found.notes)
    assert notes <= set(NOTES)


def test_a_delimiter_that_nobody_declared_is_named() -> None:
    for sign in ";\t|":
        with pytest.raises(SourceError, match=rf"missing: .* divided by {re.escape(repr(sign))}"):
            read_page(text(HEAD, A, B).replace(b",", sign.encode()), CSV, source())


def workbook(*sheets: tuple[str, list[list[Any]]], merged: tuple[str, ...] = (), from_1904: bool = False) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    if from_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for span in merged:
            sheet.merge_cells(span)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROWS = [line.split(",") for line in (HEAD, A, B, C, D)]
WEB = "<html><body><table>" + "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in ROWS) + "</table></body></html>"


EXCEL_XML = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table>'
    + "".join(f"<Row>{''.join(f'<Cell><Data>{value}</Data></Cell>' for value in row)}</Row>" for row in ROWS)
    + "</Table></Worksheet></Workbook>"
)
ARCHIVE = b'Content-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n' + WEB.encode()


def test_every_sheet_with_the_headings_is_read_and_the_others_are_told() -> None:
    book = workbook(("Tháng 1", [ROWS[0], ROWS[1]]), ("Tháng 2", [["SỔ"], ROWS[0], *ROWS[2:4]]), ("Tổng hợp", [["Quý", 1]]))
    found = read_page(book, WORKBOOK, source())
    assert codes(found) == [1, 2, 3]
    assert [(note.kind, note.about) for note in found.notes] == [("sheet_left_out", "Tổng hợp")]
    assert found.dossiers["page_position"].is_unique
    assert codes(read_page(book, WORKBOOK, source(files={"sheet": "Tháng 2"}))) == [2, 3]


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (text(*(line.replace(",", "\t") for line in (HEAD, A, B, C, D))), OLD_WORKBOOK),
        (text(HEAD, A, B, C, D), WORKBOOK),
        (WEB.encode(), OLD_WORKBOOK),
        (WEB.encode("utf-16"), CSV),
        (workbook(("Sổ", ROWS)), CSV),
        (workbook(("Sổ", ROWS)), OLD_WORKBOOK),
    ],
)
def test_a_file_is_what_its_bytes_say(body: bytes, media_type: str) -> None:
    assert codes(read_page(body, media_type, source())) == FOUR


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"<!DOCTYPE html><html><body><form>login</form></body></html>", "web page"),
        (b"%PDF-1.7 ...", "PDF"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (EXCEL_XML.encode(), "XML Spreadsheet 2003.*save it as .xlsx"),
        (EXCEL_XML.encode("utf-16"), "XML Spreadsheet 2003"),
        (EXCEL_XML.partition("?>")[2].encode(), "XML Spreadsheet 2003"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n" + ARCHIVE, "MHTML.*save it as .xlsx"),
        (b"From: <Saved by Excel>\r\nSubject: \r\nMIME-Version: 1.0\r\n" + ARCHIVE, "MHTML"),
        (workbook(("Sổ", ROWS))[:900], "workbook"),
    ],
)
@pytest.mark.parametrize("media_type", [CSV, WORKBOOK, OLD_WORKBOOK])
def test_what_is_no_table_is_named_in_one_sentence(body: bytes, what: str, media_type: str) -> None:
    with pytest.raises(SourceError, match=what):
        read_page(body, media_type, source())


def test_days_counted_from_1904_are_those_of_everybody() -> None:
    rows = [ROWS[0], [*ROWS[1][:2], 44635, "x"], [*ROWS[2][:2], 44635.5, "x"]]  # 16 March 2026 from 1904 on
    found = read_page(workbook(("Sổ", rows), from_1904=True), WORKBOOK, source())
    assert found.dossiers["due_at"].tolist() == ["46097", "46097.5"]
    assert {note.kind for note in found.notes} == {"dates_1904"}
    plain = read_page(workbook(("Sổ", rows)), WORKBOOK, source())
    assert plain.dossiers["due_at"].tolist() == ["44635", "44635.5"]


def test_merged_cells_hold_for_each_of_their_rows_but_a_code_is_one_row() -> None:
    rows = [ROWS[0], ROWS[1], [ROWS[2][0], None, *ROWS[2][2:]], [None, None, None, None], ROWS[3]]
    found = read_page(workbook(("Sổ", rows), merged=("B2:B4", "A3:A4", "C3:C4", "D3:D4")), WORKBOOK, source())
    assert codes(found) == [1, 2, 3]
    assert found.dossiers["unit"].tolist() == ["UBND xã An Khê"] * 3
    assert (found.lines.blank, refused(found)) == (1, [])


def test_texts_that_all_end_at_one_length_are_told() -> None:
    names = [f"Trung tâm Phục vụ hành chính công phường số {n} thuộc Ủy ban nhân dân tỉnh Mẫu"[:60] for n in range(10, 20)]
    body = text(HEAD, *(cell(A, 1, name) for name in names))
    assert [(note.kind, note.count) for note in read_page(body, CSV, source()).notes] == [("cut_text", 10)]


# A generator of hostile files, which knows of each line what it wrote there and nothing of how it is read.
FAULTS = ('"{}', '{}"', '"{}"x', "{},{}", '"', '""', "{}\x00", '{}\\"', "'{}", '"{}""', "", "{}" * 9)


def hostile(seed: int) -> tuple[bytes, list[str]]:
    """Return a file and the codes of the dossiers in it, each written once at the beginning of a line."""
    roll = random.Random(seed)  # noqa: S311 - made-up data
    end = roll.choice(["\n", "\r\n", "\r"])
    lines, written = [HEAD], []
    for number in range(roll.randint(0, 60)):
        cells = [f"H99.12-260302-{seed % 1000:03}{number:03}", "UBND xã An Khê", "16/03/2026", roll.choice(["4", "Xong", ""])]
        written.append(cells[0])
        if roll.random() < 0.3:
            place = roll.randint(1, 3)
            cells[place] = roll.choice(FAULTS).replace("{}", cells[place])
        elif roll.random() < 0.2:
            cells[roll.randint(1, 3)] = '"' + end.join(["một", "hai, ba", ""][: roll.randint(1, 3)]) + '"'
        lines.append(",".join(cells[: 4 if roll.random() < 0.95 else roll.randint(1, 3)]))
        lines += [roll.choice(["", ",,,", " "])] * (roll.random() < 0.1)
    body = (end.join(lines) + end * roll.randint(0, 1)).encode()
    for _ in range(roll.randint(0, 2)):
        at = roll.randrange(len(body))
        body = body[:at] + bytes((roll.randrange(0x80, 0x100),)) + body[at:] if at > len(HEAD.encode()) else body
    return body, written


@given(st.integers(0, 1_000_000))
@settings(max_examples=300, deadline=None)
def test_lines_are_loaded_rejected_or_blank_whatever_a_file_holds(seed: int) -> None:
    body, written = hostile(seed)
    found = read_page(body, CSV, source())
    lines = re.split(rb"\r\n|\r|\n", body)
    lines = lines[:-1] if lines[-1] == b"" else lines
    counted = found.lines
    assert counted.physical == len(lines)
    assert counted.above == 1
    least, most = (sum(not line.strip(signs) for line in lines) for signs in (b", ", b', "'))
    assert least <= counted.blank + inside(found) <= most
    begun = {int(place) for place in (*found.dossiers["page_position"], *found.rejected["page_position"])}
    assert len(begun) == len(found.dossiers) + len(found.rejected), "a line is loaded or rejected once"
    loaded = set(found.dossiers["code"])
    kept_aside = b"\n".join(lines[place] for place in found.rejected["page_position"])
    for code in written:
        assert code in loaded or code.encode() in kept_aside or code.encode() not in body, "nothing vanishes"
    several = sum(str(value).count("\n") + str(value).replace("\r\n", "\n").count("\r") for value in texts_of(found))
    assert counted.read == len(found.dossiers) + several


def texts_of(found: ParsedRecords) -> list[str]:
    """Return the texts of loaded cells that take several lines, with their ends of line as one sign each."""
    return [
        str(value).replace("\r\n", "\n") for name in ("unit", "due_at", "status") for value in found.dossiers[name].dropna()
    ]


def inside(found: ParsedRecords) -> int:
    """Count empty lines that are inside a loaded cell."""
    return sum(not line.strip(', "') for value in texts_of(found) for line in re.split("[\r\n]", value)[1:-1])
