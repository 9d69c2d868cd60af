"""Any file held against declared rules from the command line: places are told, values are not."""

from __future__ import annotations

import csv
import lzma
from pathlib import Path

import pytest

from flows.commands.cli import main
from tasks.reports.list_files import write_rows
from tests.bench.tables import DATA

RULES = """
table: staff
rules:
  - {kind: pattern, columns: [phone], pattern: '0\\d{9}', why: telephone numbers have ten digits}
  - {kind: group, columns: [office], by: [room], why: a room belongs to one office}
"""
STAFF = "\ufeffname;room;office;phone\nNguyễn Bí Mật;1;A;0912345678\nB;1;A;912345678\nC;1;Z;0912345670\nD;2\n"


def files(tmp_path: Path, table: str = STAFF, rules: str = RULES) -> list[str]:
    for name, text in (("table.csv", table), ("rules.yaml", rules)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return ["table", str(tmp_path / "table.csv"), str(tmp_path / "rules.yaml"), "--out", str(tmp_path / "out.csv")]


def places(tmp_path: Path) -> list[tuple[str, str, str]]:
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["row"], row["column"], row["rule"]) for row in csv.DictReader(file)]


def test_places_are_told_and_values_are_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(files(tmp_path)) == 0
    assert places(tmp_path) == [("2", "phone", "pattern"), ("3", "office", "group")]
    said = capsys.readouterr().out + (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert "telephone numbers have ten digits" in said
    assert not [value for value in ("Bí Mật", "0912345678", "912345678") if value in said]


def test_no_cell_of_a_written_file_is_a_formula(tmp_path: Path) -> None:
    write_rows(tmp_path / "out.csv", [("a", "=1+1", -1, None, "", "-x"), ("+1", "@x", "1-1", 2, "\tx", "é")])
    text = (tmp_path / "out.csv").read_bytes().decode("utf-8-sig")
    assert text == "a,'=1+1,-1,,,'-x\r\n'+1,'@x,1-1,2,'\tx,é\r\n"


def test_rows_that_speak_about_one_person_are_told(tmp_path: Path) -> None:
    (tmp_path / "persons.csv").write_bytes(lzma.decompress((DATA / "febrl" / "dataset1.csv.xz").read_bytes()))
    out = tmp_path / "out.csv"
    assert main(["table", str(tmp_path / "persons.csv"), str(DATA / "febrl" / "persons.yaml"), "--out", str(out)]) == 0
    assert {rule for _, _, rule in places(tmp_path)} == {"same"}
    assert len(places(tmp_path)) == 500


@pytest.mark.parametrize(
    ("table", "rules", "complaint"),
    [
        ("name;room\nA;1\n", RULES, "names columns that table.csv lacks: phone, office"),
        ("", RULES, "cannot be read"),
        ('a,b\n"1,2\n3', RULES, "names columns that table.csv lacks: phone, office"),
        ("<html>login</html>", RULES, "web page"),
        (STAFF, "table: staff", "neither rules nor same"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(
    table: str, rules: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    assert main(files(tmp_path, table, rules)) == 2
    said = capsys.readouterr().err
    assert complaint in said
    assert len(said.strip().splitlines()) == 1
