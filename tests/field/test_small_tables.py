"""Tables that people make by hand, read by one reader: corrections, registers of letters, notices, files of `motcua table`."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from config.errors import ConfigError
from config.notices import read_notice
from flows.commands.cli import main
from tasks.cleaning.rules import CLEANING_RULES
from tasks.correcting.packages import _lines
from tasks.reports.letters import read_letters
from tasks.rules.corrections.lines import Accepted, Known, Refused, UnreadableFileError, sort_lines
from tasks.rules.corrections.refusals import REFUSAL_REASONS
from tasks.rules.text.codes import fold_procedures

CODES = [f"H99.12-260302-00000{n}" for n in range(1, 5)]
KNOWN = Known(dict.fromkeys(CODES, ("x",)), {"x": "Asia/Ho_Chi_Minh"})
HEAD = "Mã hồ sơ,Trường,Giá trị mới,Căn cứ,Người đề nghị,Người duyệt"


def lines(*values: str) -> list[str]:
    return [f"{code},Ngày kết thúc xử lý,{value},CV 12,Mẫu A,Mẫu B" for code, value in zip(CODES, values, strict=False)]


def text(*rows: str, end: str = "\r\n") -> bytes:
    return (end.join(rows) + end).encode("utf-8-sig")


def book(*rows: str) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row.split(","))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


FOUR = lines("05/03/2026 09:00", "05/03/2026 09:00", "05/03/2026 09:00", "05/03/2026 09:00")
FIFTH = "2026-03-05T09:00:00+07:00"
# The file; line by line the day that is taken, or the reason.
CORRECTIONS: dict[str, tuple[bytes, list[str]]] = {
    "months first, as two of them show": (
        text(HEAD, *lines("3/5/2026 9:00", "3/13/2026 9:00", "3/6/2026", "3/25/2026 9:00")),
        ["2026-03-05", "2026-03-13", "2026-03-06", "2026-03-25"],
    ),
    "days first, as one shows": (text(HEAD, *lines("3/5/2026", "13/5/2026")), ["2026-05-03", "2026-05-13"]),
    "both orders in one file": (
        text(HEAD, *lines("3/5/2026", "13/5/2026", "5/13/2026")),
        ["date_two_ways", "2026-05-13", "2026-05-13"],
    ),
    "nothing shows an order": (text(HEAD, *lines("3/5/2026")), ["2026-05-03"]),
    "a mark nobody closes": (text(HEAD, FOUR[0].replace("CV", '"CV'), *FOUR[1:]), ["2026-03-05"] * 4),
    "a comma too many": (text(HEAD, FOUR[0].replace("CV", "CV, số"), *FOUR[1:]), ["cell_count", *["2026-03-05"] * 3]),
    "a line cut off": (text(HEAD, *FOUR)[:-18], [*["2026-03-05"] * 3, "cell_count"]),
    "a bad byte": (text(HEAD, *FOUR).replace("Mẫu A".encode(), b"M\xe1\xba A", 1), ["damaged_text", *["2026-03-05"] * 3]),
    "a title of two rows and an empty one": (text("PHIẾU,,,,,", "Tháng 3", "", HEAD, *FOUR), ["2026-03-05"] * 4),
    "sep= and semicolons": (text("sep=;", *(row.replace(",", ";") for row in (HEAD, *FOUR))), ["2026-03-05"] * 4),
    "tabs": (text(*(row.replace(",", "\t") for row in (HEAD, *FOUR))), ["2026-03-05"] * 4),
    "vertical bars": (text(*(row.replace(",", "|") for row in (HEAD, *FOUR))), ["2026-03-05"] * 4),
    "UTF-16 without a mark": ("\n".join([HEAD, *FOUR]).encode("utf-16-le"), ["2026-03-05"] * 4),
    "a workbook": (book(HEAD, *FOUR), ["2026-03-05"] * 4),
}


@pytest.mark.parametrize("case", CORRECTIONS)
def test_every_line_of_a_correction_file_is_answered(case: str) -> None:
    body, right = CORRECTIONS[case]
    answers = sort_lines(_lines(body), KNOWN)
    assert [one.reason if isinstance(one, Refused) else str(one.new_value)[:10] for one in answers] == right
    assert all(REFUSAL_REASONS[one.reason] for one in answers if isinstance(one, Refused))
    assert all(isinstance(one, Accepted | Refused) for one in answers)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"<!doctype html><html>login</html>", "web page"),
        (b"%PDF-1.4", "PDF"),
        ("Mã hồ sơ".encode("cp1258", "replace") + b"\xfd\xfe", "UTF-8"),
        (b"PK\x03\x04 broken", "workbook"),
    ],
)
def test_what_is_no_table_is_told_by_what_it_is(body: bytes, what: str) -> None:
    with pytest.raises(UnreadableFileError, match=what):
        _lines(body)


def test_several_sheets_with_the_headings_are_refused_together_and_an_empty_one_is_none() -> None:
    made = openpyxl.load_workbook(io.BytesIO(book(HEAD, *FOUR[:2])))
    further = made.create_sheet("Tháng 4")
    further.append(HEAD.split(","))
    out = io.BytesIO()
    made.save(out)
    assert len(_lines(out.getvalue())) == 2
    further.append(FOUR[2].split(","))
    made.save(out := io.BytesIO())
    with pytest.raises(UnreadableFileError, match=r"2 sheets .* none was read"):
        _lines(out.getvalue())


def test_a_register_loses_no_letter(tmp_path: Path) -> None:
    rows = ["SỔ THƯ XIN LỖI,", "Mã hồ sơ,Ngày gửi", f'"{CODES[0]},3/5/2026', f"{CODES[1]},3/15/2026", f"{CODES[2]},x,y"]
    (tmp_path / "r.csv").write_bytes(text(*rows))
    read = read_letters(tmp_path / "r.csv")
    assert read.sent == {CODES[0]: (date(2026, 3, 5),), CODES[1]: (date(2026, 3, 15),)}
    assert read.refused == ((5, "cell_count"),)


def test_a_notice_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    head, one, other = "day;kind;document;announced_on", "4/30/2027;nghỉ;12/TB;3/1/2027", "5/8/2027;làm bù;12/TB;3/1/2027"
    (tmp_path / "n.csv").write_bytes(text("THÔNG BÁO;;;", head, one, other))
    assert [day.day for day in read_notice(tmp_path / "n.csv").days] == [date(2027, 4, 30), date(2027, 5, 8)]
    (tmp_path / "n.csv").write_bytes(text(head, one, other + ";;x"))
    with pytest.raises(ConfigError, match="line 3"):
        read_notice(tmp_path / "n.csv")


def test_a_table_held_against_rules_names_the_lines_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = "table: staff\nrules:\n  - {kind: pattern, columns: [phone], pattern: '\\d{10}', why: ten digits}\n"
    (tmp_path / "rules.yaml").write_text(rules)
    (tmp_path / "t.csv").write_bytes(text("BẢNG", "name;phone", '"A;0912345678', "B;1;2", "C;12"))
    assert main(["table", str(tmp_path / "t.csv"), str(tmp_path / "rules.yaml"), "--out", str(tmp_path / "o.csv")]) == 0
    with (tmp_path / "o.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["row"], row["column"]) for row in csv.DictReader(file)] == [("3", "phone")]
    assert "4" in capsys.readouterr().out


def test_a_code_that_became_a_number_gets_its_zeros_back() -> None:
    given = ["2.00072", "1,01012", "2", "2.000720", "1.004227.000.00.00.H99", "4.5", "X.1"]
    right = ["2.000720", "1.010120", "2.000000", "2.000720", "1.004227", "4.5", "X.1"]
    assert fold_procedures(pa.array(given)).to_pylist() == right
    assert "procedure_number" in CLEANING_RULES
