"""Work packages over a warehouse: made, answered as an office does, taken in, told, and made again."""

from __future__ import annotations

import csv
import os
import stat
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import WarehouseError
from config.policies import load_policies
from config.settings import settings
from tasks.check import check_batch
from tasks.correcting.landing_folder import make_folders, take_answers
from tasks.correcting.making import MadePackage, make_packages
from tasks.correcting.packages import Package, receive_corrections
from tasks.correcting.workbooks import HELP_SHEET, RESULT_HEADING, TODO_SHEET, TOTALS_SHEET, WORK_COLUMNS
from tasks.judge import judge_batch
from tasks.recovery.manifests import read_manifests
from tasks.warehouse.engine import connection, fetch_all
from tests.warehouse.test_judge import DAY_ONE, MONTH, desk

__all__ = ["desk"]
pytestmark = pytest.mark.usefixtures("desk")
FIRST = 7
COLUMN = {column.name: place for place, column in enumerate(WORK_COLUMNS, 1)}


@pytest.fixture
def made(tmp_path: Path) -> list[MadePackage]:
    check_batch(MONTH, DAY_ONE)
    judge_batch(MONTH, DAY_ONE)
    return make_packages(tmp_path / "out", load_policies()[settings().policy])


def filled(
    file: Path, to: Path, change: Callable[[Worksheet, int], None], answerer: str = "can.bo", approver: str = ""
) -> Path:
    """Fill in a workbook row by row, as an officer does."""
    book = openpyxl.load_workbook(file)
    sheet = book[TODO_SHEET]
    sheet["C3"], sheet["C4"] = answerer or None, approver or None
    for row in range(FIRST, sheet.max_row + 1):
        change(sheet, row)
    book.save(to)
    return to


def agreed(sheet: Worksheet, row: int) -> None:
    sheet.cell(row, COLUMN["decision"]).value = "Đồng ý"


def take(file: Path) -> Package:
    return receive_corrections(file, settings().home / "corrections")


def states(sql: str = "SELECT state, count(*) FROM quality.corrections GROUP BY 1") -> dict[str, int]:
    return dict(fetch_all(sql))


def test_every_proposal_is_asked_once_of_its_own_agency(made: list[MadePackage]) -> None:
    assert [one.package.unit_code for one in made] == ["H99.12", "H99.13"]
    asked = [item.question for one in made for item in one.package.items]
    proposed = fetch_all("SELECT source, code, field, old_value, new_value FROM quality.proposals")
    told = [(q.source, q.code, q.field, q.old_value, q.new_value) for q in asked if q.kind == "proposal"]
    assert Counter(told) == Counter(proposed)
    kinds = Counter(q.kind for q in asked)
    assert min(kinds["finding"], kinds["missing"]) > 0, "what has no proposal is asked about, too"
    lacking = {
        code for (code,) in fetch_all("SELECT code FROM judged.verdicts WHERE policy = 'qd766' AND verdict = 'undetermined'")
    }
    assert {q.code for q in asked if q.kind == "missing"} == lacking


def test_a_workbook_speaks_vietnamese_and_is_its_owners_alone(made: list[MadePackage]) -> None:
    for one in made:
        assert stat.S_IMODE(one.file.stat().st_mode) == 0o600
        book = openpyxl.load_workbook(one.file)
        assert book.sheetnames == [TODO_SHEET, HELP_SHEET, TOTALS_SHEET]
        sheet = book[TODO_SHEET]
        assert sheet.protection.sheet
        rows = list(sheet.iter_rows(min_row=FIRST))
        assert len(rows) == len(one.package.items)
        for row in rows:
            cells = dict(zip(COLUMN, row, strict=False))
            words = " ".join(str(cells[name].value) for name in ("says", "why", "todo"))
            assert not [code for code in ("core.", "ref.", "seq ", "_at", "working_day", "None") if code in words], words
            assert cells["received"].is_date, "a date is a date"
            assert {name for name, cell in cells.items() if not cell.protection.locked} == {
                c.name for c in WORK_COLUMNS if c.answer
            }
            assert all(cell.data_type != "f" for cell in row)
        assert sheet.column_dimensions["O"].hidden


def test_the_same_questions_are_the_same_package(made: list[MadePackage], tmp_path: Path) -> None:
    before = fetch_all("SELECT * FROM quality.package_rows ORDER BY row_key")
    again = make_packages(tmp_path / "again", load_policies()[settings().policy], "H99.12")
    assert [one.package.name for one in again] == [made[0].package.name]
    assert fetch_all("SELECT * FROM quality.package_rows ORDER BY row_key") == before
    assert [receipt.chain for receipt in read_manifests() if receipt.chain == "packages"] == ["packages"]


READ = (
    "core.dossiers",
    "core.events",
    "core.pauses",
    "quality.findings",
    "judged.verdicts",
    "quality.proposals",
    "ref.procedures",
)


def test_a_package_made_again_over_rows_in_another_order_is_the_same_file(made: list[MadePackage], tmp_path: Path) -> None:
    before = fetch_all("SELECT code FROM core.dossiers")
    with connection("test") as driver, driver.cursor() as cursor:
        for table in READ:  # whatever is written again lies after the rest
            cursor.execute(f"CREATE TEMP TABLE rows ON COMMIT DROP AS SELECT * FROM {table}; DELETE FROM {table}")
            cursor.execute(f"INSERT INTO {table} SELECT * FROM rows ORDER BY md5(rows::text)")
            cursor.execute("DROP TABLE rows")
    assert fetch_all("SELECT code FROM core.dossiers") != before
    again = make_packages(tmp_path / "again", load_policies()[settings().policy])
    assert [one.package.name for one in again] == [one.package.name for one in made]
    assert [one.file.read_bytes() for one in again] == [one.file.read_bytes() for one in made]


def test_answers_wait_for_a_second_person_and_are_taken_once(made: list[MadePackage], tmp_path: Path) -> None:
    one = made[0]
    proposals = sum(item.question.new_value is not None for item in one.package.items)
    file = filled(one.file, tmp_path / "a.xlsx", agreed)
    package = take(file)
    assert (package.approved, package.proposed, package.refused, package.undecided) == (0, proposals, (), 0)
    assert package.noted == len(one.package.items) - proposals
    assert states() == {"proposed": proposals}
    answered = fetch_all(
        "SELECT count(*), min(answered_by), min(decision) FROM quality.package_rows WHERE decision IS NOT NULL"
    )
    assert answered == [(len(one.package.items), "can.bo", "agree")]
    again = take(file)
    assert (again.new, states()) == (0, {"proposed": proposals}), "the same file twice is taken once"
    signed = take(filled(one.file, tmp_path / "b.xlsx", agreed, approver="lanh.dao"))
    assert (signed.approved, signed.refused) == (proposals, ())
    same = take(filled(one.file, tmp_path / "c.xlsx", agreed, approver="can.bo"))
    assert {reason for _, reason in same.refused} == {"same_person"}


def test_the_answer_is_the_same_workbook_with_a_word_for_every_row(made: list[MadePackage], tmp_path: Path) -> None:
    def mixed(sheet: Worksheet, row: int) -> None:
        cells = ("Đồng ý", "Không", "Cần xem lại", "gì đó", None)
        sheet.cell(row, COLUMN["decision"]).value = cells[row % len(cells)]
        sheet.cell(row, COLUMN["note"]).value = f"ghi chú {row}"

    package = take(filled(made[1].file, tmp_path / "tra-loi.xlsx", mixed))
    assert package.result == tmp_path / "tra-loi.ket-qua.xlsx"
    assert stat.S_IMODE(package.result.stat().st_mode) == 0o600
    sheet = openpyxl.load_workbook(package.result)[TODO_SHEET]
    assert sheet.cell(FIRST - 1, len(WORK_COLUMNS) + 1).value == RESULT_HEADING
    beginnings = ("Đã", "Đã ghi nhận", "Đã ghi nhận: còn xem lại", "Không nhận: quyết định không rõ", "Chưa quyết định")
    for row in range(FIRST, sheet.max_row + 1):
        assert sheet.cell(row, COLUMN["note"]).value == f"ghi chú {row}", "what the officer wrote is still there"
        assert str(sheet.cell(row, len(WORK_COLUMNS) + 1).value).startswith(beginnings[row % 5])
    undecided = sum(row % 5 == 4 for row in range(FIRST, sheet.max_row + 1))
    assert package.undecided == undecided
    again = take(package.result)
    assert (again.new, again.undecided) == (0, undecided), "an answer that is sent back says the same"


def test_a_package_of_text_is_answered_line_by_line(made: list[MadePackage], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(filled(made[0].file, tmp_path / "a.xlsx", agreed))
    with (tmp_path / "a.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(["" if v is None else v for v in row] for row in book[TODO_SHEET].values)
    package = take(tmp_path / "a.csv")
    assert not package.refused
    assert package.proposed + package.noted == len(made[0].package.items)
    with package.result.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == len(made[0].package.items) + 1


def test_a_time_that_cannot_be_is_refused_and_its_neighbours_are_taken(made: list[MadePackage], tmp_path: Path) -> None:
    items = made[0].package.items
    ends = [place for place, item in enumerate(items) if item.question.field in ("done_at", "received_at") and item.received]
    wrong = dict(zip(ends, ("31/12/2099", "01/01/1900", "01/01/2031"), strict=False))

    def change(sheet: Worksheet, row: int) -> None:
        if row - FIRST in wrong:
            values = {"decision": "Giá trị khác", "value": wrong[row - FIRST], "document": "5/BC"}
            for name, value in values.items():
                sheet.cell(row, COLUMN[name]).value = value
        else:
            agreed(sheet, row)

    package = take(filled(made[0].file, tmp_path / "a.xlsx", change))
    assert {number for number, _ in package.refused} >= {FIRST + place for place in wrong}
    assert {reason for _, reason in package.refused} <= {
        "in_future",
        "before_first_year",
        "end_before_receipt",
        "receipt_after_end",
    }
    assert package.proposed > 0


def put_in(folder: Path, name: str, body: bytes, age: float = 60) -> Path:
    """Put a file into the landing folder as somebody did a minute ago."""
    file = make_folders(folder) / name
    file.write_bytes(body)
    os.utime(file, (time.time() - age, time.time() - age))
    return file


def test_files_of_the_landing_folder_are_taken_once_and_moved_aside(made: list[MadePackage], tmp_path: Path) -> None:
    folder, results = tmp_path / "packages", settings().home / "corrections"
    answered = filled(made[0].file, tmp_path / "a.xlsx", agreed).read_bytes()
    put_in(folder, "trả lời.xlsx", answered)
    put_in(folder, "ảnh.xlsx", b"\x89PNG", age=90)
    put_in(folder, "đang chép.xlsx", answered[:200], age=1)
    put_in(folder, "~$trả lời.xlsx", b"open")
    (folder / "in" / "link.xlsx").symlink_to(tmp_path / "a.xlsx")
    broken, taken = take_answers(folder, results)
    assert (broken.package, taken.error) == (None, "")
    assert broken.error
    assert taken.package is not None
    assert taken.package.proposed > 0
    assert sorted(path.name for path in taken.place.iterdir()) == ["trả lời.ket-qua.xlsx", "trả lời.xlsx"]
    assert sorted(path.name for path in broken.place.iterdir()) == ["ảnh.ly-do.txt", "ảnh.xlsx"]
    assert {path.name for path in (folder / "in").iterdir()} == {"đang chép.xlsx", "~$trả lời.xlsx", "link.xlsx"}
    assert list(take_answers(folder, results)) == [], "nothing is taken twice"
    put_in(folder, "gửi lại.xlsx", answered)
    (again,) = take_answers(folder, results)
    assert again.package is not None
    assert again.package.new == 0


def test_a_file_stays_until_what_it_says_is_committed(made: list[MadePackage], tmp_path: Path) -> None:
    file = put_in(tmp_path, "a.xlsx", filled(made[0].file, tmp_path / "b.xlsx", agreed).read_bytes())
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute("ALTER TABLE quality.package_rows ADD CONSTRAINT nobody CHECK (answered_by IS NULL)")
        driver.commit()
    try:
        with pytest.raises(WarehouseError):
            list(take_answers(tmp_path, settings().home / "corrections"))
        assert file.exists()
        assert states() == {}
    finally:
        with connection("test") as driver, driver.cursor() as cursor:
            cursor.execute("ALTER TABLE quality.package_rows DROP CONSTRAINT nobody")
            driver.commit()
    (taken,) = take_answers(tmp_path, settings().home / "corrections")
    assert taken.package is not None
    assert taken.package.new > 0
