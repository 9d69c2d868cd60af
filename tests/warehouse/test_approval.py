"""Approval of corrections: what improves a dossier's lateness needs a document, and waits without one; nothing is lost."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from config.errors import ConfigError, DataError
from config.read_once import forget
from config.settings import settings
from flows.commands.cli import main
from schemas.verdicts import VERDICTS_TABLE
from tasks.correcting.audit_result import take_audit
from tasks.correcting.decisions import Decision, approvers_of, decide, waiting_lines, waiting_packages
from tasks.correcting.guard import audit_rows, audit_sample_of, suspicions
from tasks.correcting.packages import Package, receive_corrections
from tasks.correcting.preview import preview_lines
from tasks.correcting.proposal_files import read_proposals
from tasks.judge import judge_batch
from tasks.reports.site.quality import quality
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.load import load
from tests.warehouse.test_judge import DAY_ONE, MONTH, desk, verdicts

__all__ = ["desk"]
DOCUMENT = "Biên bản 12/BB-MC ngày 09/03/2026"
PEOPLE = """
people:
  - {account: can.bo, propose: ["*"]}
  - {account: mot.cua.12, propose: [H99.12]}
  - {account: lanh.dao, approve: ["*"]}
"""


@pytest.fixture(autouse=True)
def office(desk: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_PEOPLE_FILE", str(tmp_path / "people.yaml"))
    forget()
    judge_batch(MONTH, DAY_ONE)
    return tmp_path


def send(folder: Path, *lines: str, name: str = "a") -> Package:
    head = "dossier,field,new value,evidence,who,approved by,attachment"
    path = folder / f"{name}.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return receive_corrections(path, settings().home / "corrections")


def judged(verdict: str, state: str = "finished") -> pd.Series:
    query = (
        "SELECT * FROM judged.verdicts WHERE policy = 'qd766' AND verdict = %(verdict)s AND state = %(state)s "
        "AND received_at IS NOT NULL AND due_at IS NOT NULL ORDER BY code LIMIT 1"
    )
    return read_frame(query, {"verdict": verdict, "state": state}, VERDICTS_TABLE).iloc[0]


def day(moment: pd.Timestamp) -> str:
    return f"{moment.tz_convert('Asia/Ho_Chi_Minh'):%d/%m/%Y %H:%M}"


def soon(row: pd.Series) -> str:
    return day(row["received_at"] + timedelta(minutes=5))


def stands(code: str) -> list[tuple[str, bool | None, str | None]]:
    return fetch_all(
        "SELECT state, improves, document_number FROM quality.corrections WHERE code = %(code)s ORDER BY received_at, state",
        {"code": code},
    )


def test_a_late_dossier_is_not_cleared_without_a_document(office: Path) -> None:
    row = judged("late")
    line = f"{row['code']},done_at,{soon(row)},"
    package = send(office, f"{line}gọi điện hỏi,can.bo,lanh.dao,")
    assert (package.approved, package.proposed, package.refused) == (0, 1, ())
    assert package.waits == ((2, "no_document"),)
    assert "thiếu số và ngày văn bản" in package.result.read_text(encoding="utf-8")
    assert stands(row["code"]) == [("proposed", True, None)]
    before = verdicts()
    judge_batch(MONTH, DAY_ONE)
    pd.testing.assert_frame_equal(verdicts(), before)
    assert row["code"] in {one["code"] for one in read_proposals()}, "it waits, and is listed"
    package = send(office, f"{line}{DOCUMENT},can.bo,lanh.dao,", name="b")
    assert (package.approved, package.waits) == (1, ())
    assert stands(row["code"])[1] == ("approved", True, "12/BB-MC")
    judge_batch(MONTH, DAY_ONE)
    (now,) = fetch_all("SELECT timeliness FROM judged.verdicts WHERE code = %(c)s AND policy = 'qd766'", {"c": row["code"]})
    assert now[0] in {"early", "on_time"}


@pytest.mark.parametrize(
    ("verdict", "state", "change", "waits"),
    [
        # verdict and state before, field and value; whether it waits without a document
        ("on_time", "finished", lambda row: f"done_at,{day(row['due_at'] + timedelta(days=2))}", False),  # worse
        ("late", "finished", lambda row: f"done_at,{day(row['end_at'] + timedelta(days=1))}", False),  # late still
        ("late", "in_progress", lambda row: f"done_at,{soon(row)}", True),  # ended in time after all
        ("late", "in_progress", lambda row: f"received_at,{day(row['received_at'] + timedelta(days=30))}", True),
        ("on_time", "in_progress", lambda row: f"done_at,{soon(row)}", True),  # could have turned late tomorrow
        ("late", "finished", lambda _: "done_at,trống", True),  # ended nobody knows when
        ("on_time", "finished", lambda _: "channel,postal", False),
    ],
)
def test_what_needs_a_document(office: Path, verdict: str, state: str, change: object, waits: bool) -> None:
    row = judged(verdict, state)
    line = f"{row['code']},{change(row)},"  # type: ignore[operator]
    package = send(office, f"{line}xem lại,can.bo,lanh.dao,")
    assert package.refused == ()
    assert bool(package.waits) == waits
    assert send(office, f"{line}{DOCUMENT},can.bo,lanh.dao,", name="b").approved == 1


def test_lines_that_clear_a_dossier_together_wait_together(office: Path) -> None:
    row, other = judged("late"), judged("on_time")
    lines = [
        f"{row['code']},received_at,{day(row['received_at'] - timedelta(minutes=5))},xem lại,can.bo,lanh.dao,",
        f"{row['code']},done_at,{soon(row)},{DOCUMENT},can.bo,lanh.dao,",
        f"{other['code']},receipt_number,BN 12,xem lại,can.bo,lanh.dao,",
    ]
    package = send(office, *lines)
    assert (package.approved, package.waits) == (2, ((2, "no_document"),))


def test_a_file_sent_again_is_decided_when_it_can_be(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = judged("on_time")["code"]
    line = f"{code},receipt_number,BN 12,sổ 4,can.bo,lanh.dao,"
    monkeypatch.delenv("MOTCUA_PEOPLE_FILE")
    forget()
    first = send(office, line)
    assert (first.approved, first.proposed, first.waits) == (0, 1, ((2, "nobody_approves"),))
    monkeypatch.setenv("MOTCUA_PEOPLE_FILE", str(office / "people.yaml"))
    forget()
    assert send(office, line).new == 1
    assert send(office, line).new == 0
    assert stands(code) == [("approved", False, None)]


def test_an_account_speaks_for_its_agency_as_the_warehouse_knows_it(office: Path) -> None:
    rows = dict(fetch_all("SELECT unit_code, min(code) FROM core.dossiers WHERE role = 'primary' GROUP BY 1"))
    lines = [f"{rows[unit]},receipt_number,BN 1{place},sổ 4,mot.cua.12,lanh.dao," for place, unit in enumerate(sorted(rows))]
    package = send(office, *lines)
    assert (package.approved, package.refused) == (1, ((3, "may_not_propose"),))


@pytest.mark.parametrize(
    ("attachment", "right"),
    [
        ("so-tra.pdf", hashlib.sha256(b"scan").hexdigest()),
        ("0" * 64, "0" * 64),
        ("", None),
        ("khong-co.pdf", "no_attachment"),
        ("../people.yaml", "no_attachment"),
        ("/etc/hostname", "no_attachment"),
        (".", "no_attachment"),
    ],
)
def test_an_attached_file_is_kept_as_its_digest(office: Path, attachment: str, right: str | None) -> None:
    (office / "so-tra.pdf").write_bytes(b"scan")
    code = judged("on_time")["code"]
    package = send(office, f"{code},receipt_number,BN 12,sổ 4,can.bo,lanh.dao,{attachment}")
    if right == "no_attachment":
        assert package.refused == ((2, "no_attachment"),)
    else:
        assert fetch_all("SELECT attachment_digest FROM quality.corrections") == [(right,)]


def test_lines_that_wait_are_decided_by_command(office: Path) -> None:
    row, other = judged("late"), judged("on_time")
    first = send(
        office,
        f"{row['code']},done_at,{soon(row)},gọi điện hỏi,can.bo,,",
        f"{other['code']},receipt_number,BN 12,sổ 4,can.bo,,",
        name="waits",
    )
    assert first.proposed == 2
    (waits,) = waiting_packages()
    assert (waits.package, waits.lines) == (first.name, 2)
    folder = settings().home / "corrections"
    for by, why in (("can.bo", "same_person"), ("ai.do", "unknown_approver"), ("mot.cua.12", "may_not_approve")):
        refused = decide([first.name], Decision(by, approves=True), folder)
        assert {reason for _, reason in refused.refused} == {why}
        assert waiting_packages() == [waits], "what is refused goes on waiting, and is not there twice"
    half = decide([first.name], Decision("lanh.dao", approves=True), folder)
    assert (half.approved, half.waits) == (1, ((1, "no_document"),))
    assert [one.lines for one in waiting_packages()] == [1]
    done = decide([first.name], Decision("lanh.dao", True, "12/BB-MC", "2026-03-09"), folder)
    assert (done.approved, done.waits) == (1, ())
    assert waiting_packages() == []
    assert [one[0] for one in stands(row["code"])] == ["proposed", "approved"]
    with pytest.raises(ConfigError, match="names no line that waits"):
        decide([first.name], Decision("lanh.dao", approves=True), folder)


def test_a_line_turned_down_waits_no_more(office: Path) -> None:
    send(office, f"{judged('on_time')['code']},receipt_number,BN 12,sổ 4,can.bo,,")
    ((identity,),) = fetch_all("SELECT correction_id FROM quality.corrections")
    done = decide([identity[:8]], Decision("lanh.dao", approves=False), settings().home / "corrections")
    assert (done.rejected, waiting_packages()) == (1, [])


def test_who_may_decide_is_offered(office: Path) -> None:
    send(office, f"{judged('on_time')['code']},receipt_number,BN 12,sổ 4,can.bo,,")
    ((name,),) = fetch_all("SELECT DISTINCT package FROM quality.corrections")
    assert approvers_of(preview_lines(name, waiting_lines([name])).examined) == ["lanh.dao"]


def test_the_audit_sample_of_a_month_is_known_after_it_only(office: Path) -> None:
    codes = [code for (code,) in fetch_all("SELECT code FROM core.dossiers ORDER BY code LIMIT 30")]
    send(office, *(f"{code},receipt_number,BN {place},sổ 4,can.bo,lanh.dao," for place, code in enumerate(codes)))
    with load("test", "time") as current:
        current.execute("UPDATE quality.corrections SET received_at = '2026-03-10T03:00:00Z'")
    found = audit_sample_of("2026-03")
    assert (found.corrections, len(found.drawn)) == (30, 24)
    assert found == audit_sample_of("2026-03")
    assert len(audit_rows(found)) == 25
    assert found.bound(0) < found.bound(2) < 50
    for month, why in (("2999-01", "not ended"), ("2026-13", "no month"), ("hôm nay", "no month")):
        with pytest.raises(ConfigError, match=why):
            audit_sample_of(month)
    assert [[one.group for one in shares] for _, shares in suspicions()][1:] == [["can.bo"], ["lanh.dao"]]


def filled_in(office: Path, wrong: int, change: Callable[[list[list[str]]], object] = list, delimiter: str = ",") -> Path:
    """Write the sample of March as auditors send it back, so many lines of it wrong."""
    rows = [[str(cell) for cell in row] for row in audit_rows(audit_sample_of("2026-03"))]
    for place, row in enumerate(rows[1:]):
        row[-2] = "Sai" if place < wrong else "đúng"
    change(rows)
    with (office / "mau.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return office / "mau.csv"


@pytest.fixture
def audited(office: Path) -> Path:
    codes = [code for (code,) in fetch_all("SELECT code FROM core.dossiers ORDER BY code LIMIT 30")]
    send(office, *(f"{code},receipt_number,BN {place},sổ 4,can.bo,lanh.dao," for place, code in enumerate(codes)))
    with load("test", "time") as current:
        current.execute("UPDATE quality.corrections SET received_at = '2026-03-10T03:00:00Z'")
    return office


def test_the_result_of_an_audit_is_in_the_ledger_and_published_once(audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = filled_in(audited, 2, lambda rows: rows.insert(1, rows.pop()), delimiter=";")
    row = take_audit("2026-03", file, "thanh.tra")
    # Wilson's upper bound of 2 in 24, z = 1.96, worked out by hand.
    assert (row["corrections"], row["looked_at"], row["wrong"], row["at_most_wrong"]) == (
        30,
        24,
        2,
        pytest.approx(25.8, abs=0.1),
    )
    entries = "SELECT digest FROM audit.ledger WHERE action = 'audit' AND subject = 'corrections 2026-03'"
    assert fetch_all(entries) == [(hashlib.sha256(file.read_bytes()).hexdigest(),)]
    take_audit("2026-03", file, "thanh.tra")
    assert len(fetch_all(entries)) == 1
    assert quality("qd766", DAY_ONE)["audits"] == [["2026-03", 30, 24, 2, row["at_most_wrong"]]]
    assert main(["loop"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Kiểm tra ngẫu nhiên tháng 03/2026: 24 trong 30 đính chính được đối chiếu hồ sơ giấy, 2 sai; nhiều nhất 25," in told


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: rows.pop(), "1 lines say neither"),
        (lambda rows: rows[1].__setitem__(-2, ""), "1 lines say neither"),
        (lambda rows: rows[1].__setitem__(-2, "chưa rõ"), "1 lines say neither"),
        (lambda rows: rows[1].__setitem__(0, "0" * 64), "1 lines are not of the month's sample"),
        (lambda rows: rows[0].__setitem__(0, "id"), "lacks the columns"),
    ],
)
def test_an_audit_that_is_not_of_the_whole_sample_is_refused(
    audited: Path, change: Callable[[list[list[str]]], object], why: str
) -> None:
    with pytest.raises(DataError, match=why):
        take_audit("2026-03", filled_in(audited, 0, change), "thanh.tra")
    assert fetch_all("SELECT count(*) FROM mart.audits") == [(0,)]
    with pytest.raises(ConfigError, match="names nobody"):
        take_audit("2026-03", filled_in(audited, 0), " ")
