"""Dossiers that their system deleted, and shows again: told, not counted, and never by an older word."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.policies import load_policies
from config.sources import Source
from flows.commands.cli import main
from tasks.auditing.second_engine import look_again
from tasks.judge import judge_batch
from tasks.judging.rules_digest import rules_digest
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.reports.deletions import AgencyDeletions, DeletedShare, deletions_by_agency, read_deleted_shares, read_deletions
from tasks.reports.summary import read_summary
from tasks.rules.privacy.masking import HIDDEN
from tasks.warehouse.batches import Batch
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import pending
from tests.faults import small_desk as desk
from tests.faults.plain_model import AS_OF, FINISHED, OPEN, Facts

CODE = "H88.09-250602-0001"
COLUMNS = {
    "code": "Mã",
    "applicant_name": "Người nộp",
    "received_at": "Nhận",
    "status": "Trạng thái",
    "is_deleted": "Đã xóa",
    "deleted_at": "Xóa lúc",
    "deletion_reason": "Lý do xóa",
    "modified_at": "Sửa",
}
STATE = "SELECT is_deleted, (deleted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::text, deletion_reason FROM core.dossiers"
STANDS = "Trần Văn Mẫu,02/06/2025 08:00,4,,,,05/06/2025 09:00"
DELETED = "Trần Văn Mẫu,02/06/2025 08:00,4,,10/06/2025 09:00,Nhập nhầm,10/06/2025 09:00"
AGAIN = "Trần Văn Mẫu,02/06/2025 08:00,4,,,,12/06/2025 09:00"
GONE = (True, "2025-06-10 09:00:00", "Nhập nhầm")
NOTHING = (None, None, None)

CASES: dict[str, tuple[list[str], tuple[Any, ...]]] = {
    "chưa từng": ([STANDS], NOTHING),
    "xóa": ([STANDS, DELETED], GONE),
    "xóa từ lần lấy đầu": ([DELETED], GONE),
    "phục hồi": ([STANDS, DELETED, AGAIN], NOTHING),
    "xóa lại sau phục hồi": ([DELETED, AGAIN, DELETED.replace("10/06", "13/06")], (True, "2025-06-13 09:00:00", "Nhập nhầm")),
    "tin xóa cũ đến muộn": ([AGAIN, DELETED], NOTHING),
    "tin cũ đến muộn không phục hồi": ([DELETED, STANDS], GONE),
    "cùng giờ sửa thì tin lấy sau": ([DELETED, AGAIN.replace("12/06", "10/06")], NOTHING),
    "cùng giờ sửa, xóa đến sau": ([AGAIN.replace("12/06", "10/06"), DELETED], GONE),
    "đã phục hồi, còn ghi ngày xóa": ([DELETED.replace(",4,,", ",4,0,")], (False, None, None)),
    "chỉ ghi là đã xóa": ([STANDS.replace(",4,,", ",4,1,")], (True, None, None)),
    "ngày xóa không đọc được": ([DELETED.replace("10/06/2025 09:00,Nhập", "hôm qua,Nhập")], NOTHING),
    "ngày xóa năm 0001": ([DELETED.replace("10/06/2025 09:00,Nhập", "01/01/0001 00:00,Nhập")], NOTHING),
    "lý do nêu tên": ([DELETED.replace("Nhập nhầm", "Trùng hồ sơ của Trần Văn Mẫu")], (*GONE[:2], HIDDEN)),
    "lý do nêu người khác": ([DELETED.replace("Nhập nhầm", "Bà Lê Thị Giả Định nộp nhầm")], (*GONE[:2], HIDDEN)),
    "lý do có số điện thoại": ([DELETED.replace("Nhập nhầm", "Gọi 0912 345 678 xin bỏ")], (*GONE[:2], HIDDEN)),
}


def drop(folder: Path, name: str, *rows: str, **given: Any) -> None:
    (folder / name).write_text("\n".join([",".join(COLUMNS.values()), *(f"{CODE},{row}" for row in rows)]) + "\n")
    said = {"name": "books", "title": "B", "kind": "files", "profile": "table", "columns": COLUMNS, "dates": {"order": "dmy"}}
    source = Source.model_validate({**said, **given, "files": {"folder": str(folder), "pattern": "*.csv"}})
    pull_source(source)
    load_source(source)


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("name", CASES)
def test_the_last_word_of_the_source_decides_whether_a_dossier_stands(tmp_path: Path, name: str) -> None:
    statements, right = CASES[name]
    for number, statement in enumerate(statements):
        drop(tmp_path, f"{number}.csv", statement)
    assert fetch_all(STATE) == [right]


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("at_once", [True, False], ids=["together", "apart"])
def test_a_system_that_sends_only_what_changed_takes_no_fact_away_with_the_dossier(tmp_path: Path, at_once: bool) -> None:
    words = [STANDS, ",,,,10/06/2025 09:00,,10/06/2025 09:00"]
    if at_once:
        drop(tmp_path, "a.csv", *words, statements="partial")
    else:
        for number, word in enumerate(words):
            drop(tmp_path, f"{number}.csv", word, statements="partial")
    kept = fetch_all("SELECT is_deleted, received_at IS NOT NULL, status FROM core.dossiers")
    assert kept == [(True, True, 4)]


@pytest.fixture
def office(warehouse: Cluster, tmp_path: Path) -> Iterator[Path]:
    """A small desk with an overdue dossier, one in time, one that ended in time and one that ended late."""
    with desk.small_office(warehouse, tmp_path):
        for number, facts in enumerate(DOSSIERS):
            desk.show(tmp_path, code_of(number), facts, number)
        desk.whole_run()
        yield tmp_path


def code_of(number: int) -> str:
    return f"000.00.01.H99-260302-{number:04d}"


MONDAY = date(2026, 3, 2)
DOSSIERS = (
    Facts("H99.1", "1.000001", OPEN, MONDAY, date(2026, 3, 5)),
    Facts("H99.1", "1.000003", OPEN, date(2026, 3, 24), date(2026, 4, 3)),
    Facts("H99.1", "1.000001", FINISHED, MONDAY, date(2026, 3, 5), date(2026, 3, 4)),
    Facts("H99.1", "1.000001", FINISHED, MONDAY, date(2026, 3, 5), date(2026, 3, 11)),
)


@contextmanager
def desk_numbers(folder: Path) -> Iterator[Callable[[str, tuple[str, ...]], object]]:
    """Change rows of the desk's own table."""
    with closing(sqlite3.connect(folder / "desk.db")) as table, table:
        yield table.execute


def rerun_for(day: date) -> None:
    """Check and judge what is pending for a day."""
    for partition in pending("judge", day, rules_digest()):
        judge_batch(Batch.of(partition), day)


def received() -> dict[str, int]:
    found = desk.published()
    return {basis: found.get((basis, "H99.1", "received"), 0) for basis in ("recorded", "cleaned")}


def test_deleted_dossiers_leave_both_counts_and_come_back(office: Path) -> None:
    before = desk.published()
    assert received() == {"recorded": 4, "cleaned": 4}
    for number, facts in enumerate(DOSSIERS[:3]):
        desk.show(office, code_of(number), Facts(**{**vars(facts), "deleted": True}), 10 + number)
    desk.whole_run()
    assert received() == {"recorded": 1, "cleaned": 1}
    assert read_summary("qd766").verdicts == {"deleted": 3, "late": 1}
    told = [(one.code, one.timeliness, one.reason) for one in read_deletions("qd766")]
    assert told[0] == (code_of(0), "late", "Nhập nhầm"), "the one that was late when it was deleted comes first"
    assert {(code, timely) for code, timely, _ in told[1:]} == {(code_of(1), "early"), (code_of(2), "early")}
    overdue = (
        "SELECT code FROM quality.findings WHERE check_id = 'deleted_overdue' AND resolved_on IS NULL AND severity = 'warn'"
    )
    assert fetch_all(overdue) == [(code_of(0),)]
    kept = fetch_all("SELECT DISTINCT check_id FROM quality.findings WHERE code = ANY(%(c)s) AND resolved_on IS NULL",
                     {"c": [code_of(n) for n in range(3)]})  # fmt: skip
    assert kept == [("deleted_overdue",)], "nobody is asked to mend what is no longer there"
    looked = look_again(load_policies()["qd766"], AS_OF, 10, "0" * 16)
    assert (looked.looked, looked.differing) == (4, ())
    states = "SELECT v.is_deleted FROM core.dossier_versions AS v WHERE code = %(c)s ORDER BY changed_in"
    assert fetch_all(states, {"c": code_of(0)}) == [(None,), (True,)]
    for number, facts in enumerate(DOSSIERS[:3]):
        desk.show(office, code_of(number), facts, 20 + number)
    desk.whole_run()
    assert desk.published() == before
    assert read_deletions("qd766") == []
    assert fetch_all(overdue) == []
    assert fetch_all(states, {"c": code_of(0)}) == [(None,), (True,), (None,)]


def test_deletions_stand_beside_what_the_agency_had_open(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, facts in enumerate(DOSSIERS[:3]):
        desk.show(office, code_of(number), Facts(**{**vars(facts), "deleted": True}), 10 + number)
    others = [Facts("H99.1", "1.000003", OPEN, date(2026, 3, 24), date(2026, 4, 3))] * 2
    others += [Facts("H99.2", "1.000003", OPEN, date(2026, 3, 24), date(2026, 4, 3))]
    for number, facts in enumerate(others, 20):
        desk.show(office, code_of(number), facts, number)
    desk.whole_run()
    # By hand: of the three that are gone one had ended weeks before; four were open on the day, two are left.
    share = DeletedShare("H99.1", date(2026, 3, 31), deleted=2, late=1, open=4)
    assert read_deleted_shares("qd766") == [share]
    assert deletions_by_agency("qd766") == [AgencyDeletions("H99.1", deleted=2, late=1, worst=share)]
    assert main(["list", "deleted", "--policy", "qd766"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "H99.1: ngày 31/03/2026 xóa 2 trong 4 hồ sơ đang giải quyết (50,0%), 1 hồ sơ đã quá hạn khi bị xóa" in said


def test_a_day_before_the_deletion_counts_what_stood_then(office: Path) -> None:
    desk.show(office, code_of(0), Facts(**{**vars(DOSSIERS[0]), "deleted": True}), 10)
    desk.ingest()
    rows = "SELECT verdict, moving FROM judged.verdicts WHERE policy = 'qd766' AND code = %(c)s"
    yesterday = date(2026, 3, 30)
    rerun_for(yesterday)
    assert fetch_all(rows, {"c": code_of(0)}) == [("late", True)]
    rerun_for(AS_OF)
    assert fetch_all(rows, {"c": code_of(0)}) == [("deleted", False)]


def test_a_second_entry_that_is_deleted_takes_the_first_not_with_it(office: Path) -> None:
    first, second = code_of(0), code_of(9)
    desk.show(office, second, DOSSIERS[0], 10)
    with desk_numbers(office) as change:
        change("UPDATE ho_so SET bien_nhan = 'BN-7', cap_nhat = ? WHERE ma IN (?, ?)", ("2026-03-31 06:10:00", first, second))
    desk.whole_run()
    repeats = fetch_all("SELECT code FROM core.matches WHERE kind = 'duplicate_of'")
    assert len(repeats) == 1, "one of them repeats the other"
    kept = ({first, second} - {repeats[0][0]}).pop()
    with desk_numbers(office) as change:
        change("UPDATE ho_so SET xoa_luc = cap_nhat, cap_nhat = ? WHERE ma = ?", ("2026-03-31 06:20:00", kept))
    desk.whole_run()
    assert fetch_all("SELECT code FROM core.matches WHERE kind = 'duplicate_of'") == []
    assert received() == {"recorded": 4, "cleaned": 4}
