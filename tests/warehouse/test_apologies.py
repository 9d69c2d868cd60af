"""Letters of apology read back from the Word file: as many as the list above them, saying what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest

from config.errors import ConfigError
from flows.commands.forms import report
from tasks.warehouse.cluster import Cluster
from tests.warehouse.test_judge import DAY_ONE, desk  # noqa: F401 - a fixture
from tests.warehouse.test_late_forms import MARCH, office  # noqa: F401 - a fixture

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CODE = re.compile(r"hồ sơ mã số (\S+) về thủ tục hành chính (.+)\.$")


def written(path: Path) -> list[list[str]]:
    """The paragraphs of each letter, in their order: whatever stands between two breaks of a page, heads and feet too."""
    letters: list[list[str]] = [[]]
    for paragraph in docx.Document(str(path)).element.body.iter(f"{_W}p"):
        letters[-1].append("".join(text.text or "" for text in paragraph.iter(f"{_W}t")))
        if any(one.get(f"{_W}type") == "page" for one in paragraph.iter(f"{_W}br")):
            letters.append([])
    return letters


def listed(path: Path, **asked: Any) -> list[dict[str, Any]]:
    """The list as its JSON tells it."""
    report("letters", MARCH, None, asked.get("unit"), "then", str(path), register=asked.get("register"))
    (sheet,) = json.loads(path.read_text(encoding="utf-8"))["sheets"]
    return [dict(zip(sheet["columns"], row, strict=True)) for row in sheet["rows"]]


@pytest.fixture
def letters(office: pd.DataFrame, tmp_path: Path) -> tuple[list[dict[str, Any]], list[list[str]]]:  # noqa: F811
    """The list of March, and its letters."""
    assert len(office)
    report("letters", MARCH, None, None, "then", str(tmp_path / "letters.docx"))
    return listed(tmp_path / "letters.json"), written(tmp_path / "letters.docx")


def test_there_is_a_letter_for_each_late_dossier(
    office: pd.DataFrame,  # noqa: F811
    letters: tuple[list[dict[str, Any]], list[list[str]]],
) -> None:
    late = office[office["counted"].to_numpy(dtype=bool) & (office["timeliness"] == "late").to_numpy(dtype=bool)]
    rows, papers = letters
    assert len(papers) == len(rows) == len(late) > 20
    assert sorted(row["code"] for row in rows) == sorted(late["code"])


def test_a_letter_says_what_its_row_says(letters: tuple[list[dict[str, Any]], list[list[str]]]) -> None:
    going = ended = 0
    for row, paper in zip(*letters, strict=True):
        text = "\n".join(paper)
        (named,) = [found for line in paper if (found := _CODE.search(line))]
        assert (named[1], named[2]) == (row["code"], row["procedure"])
        assert paper.count(row["agency"].upper()) == 1, "the head names who writes"
        assert f"{row['agency']} đã tiếp nhận ngày {row['received']} hồ sơ" in text
        assert f"chậm nhất ngày {row['due']}" in text
        over = row["days_over"]
        assert not over or f"quá hạn {int(over) if over >= 1 else 'chưa đến 1'} ngày làm việc" in text
        assert f"Lý do: {row['reason']}." in text
        assert text.count("«nguoi_nop»") == 1
        if row["ended"]:
            ended += 1
            assert f"hồ sơ đến ngày {row['ended']} mới" in text
            assert "«ngay_hen_lai»" not in text
            assert "THƯ XIN LỖI" in paper
        else:
            going += 1
            assert f"đến hết ngày {DAY_ONE:%d/%m/%Y} hồ sơ chưa giải quyết xong" in text
            assert "THƯ XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ" in paper
            assert f"{row['agency']} hẹn lại ngày trả kết quả: «ngay_hen_lai»" in paper
        for fixed in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: ……/……", "Nơi nhận:"):
            assert paper.count(fixed) == 1
    assert min(going, ended) > 5


def test_applicant_and_new_day_are_fields_that_an_office_merges(
    letters: tuple[list[dict[str, Any]], list[list[str]]], tmp_path: Path
) -> None:
    body = docx.Document(str(tmp_path / "letters.docx")).element.body
    fields = [one.get(f"{_W}instr").split() for one in body.iter(f"{_W}fldSimple")]
    still_open = sum(row["ended"] is None for row in letters[0])
    assert fields.count(["MERGEFIELD", "nguoi_nop"]) == len(letters[0])
    assert fields.count(["MERGEFIELD", "ngay_hen_lai"]) == still_open


def test_the_same_letters_are_the_same_file(letters: tuple[list[dict[str, Any]], list[list[str]]], tmp_path: Path) -> None:
    assert letters
    report("letters", MARCH, None, None, "then", str(tmp_path / "again.docx"))
    parts = [docx.Document(str(tmp_path / name)).element.xml for name in ("letters.docx", "again.docx")]
    assert parts[0] == parts[1]


def test_who_has_a_letter_gets_no_other(letters: tuple[list[dict[str, Any]], list[list[str]]], tmp_path: Path) -> None:
    first, *rest = letters[0]
    register = tmp_path / "so-thu.csv"
    register.write_text(f"code,sent\n{first['code']},2026-03-20\n", encoding="utf-8")
    assert listed(tmp_path / "rest.json", register=str(register)) == [
        {**row, "number": place} for place, row in enumerate(rest, start=1)
    ]


def test_one_agency_writes_its_own_letters(letters: tuple[list[dict[str, Any]], list[list[str]]], tmp_path: Path) -> None:
    own = listed(tmp_path / "own.json", unit="H99.13")
    assert 0 < len(own) < len(letters[0])
    assert {row["code"] for row in own} <= {row["code"] for row in letters[0]}


def test_a_register_is_for_letters_alone(desk: Cluster) -> None:  # noqa: F811
    assert desk.is_running
    with pytest.raises(ConfigError, match="register"):
        report("late", MARCH, None, None, "then", None, register="so-thu.csv")
