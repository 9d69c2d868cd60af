"""Loop of work packages: who answered, in time or not, and what only the source itself can verify."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from flows.commands.cli import main
from schemas.dossiers import DOSSIERS
from tasks.correcting.answer_times import answer_due, with_first_answers
from tasks.correcting.making import MadePackage
from tasks.reports.correction_loop import LoopLine, loop_by_agency, read_loop, unheard
from tasks.rules.corrections.value_texts import same_value
from tasks.warehouse.engine import connection, fetch_all, read_frame
from tasks.warehouse.load import load
from tests.warehouse.test_judge import desk
from tests.warehouse.test_work_packages import COLUMN, FIRST, agreed, filled, made, take

__all__ = ["desk", "made"]
pytestmark = pytest.mark.usefixtures("desk")
MOVABLE = ("done_at", "status", "due_at")
MONDAY = datetime(2026, 3, 23, 2, tzinfo=UTC)  # nine o'clock in Vietnam


def change(sql: str, *values: object) -> None:
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute(sql, values)


def lines() -> dict[str | None, LoopLine]:
    return {line.unit_code: line for line in read_loop()}


def states(unit: str = "H99.12") -> dict[str, int]:
    return dict(
        fetch_all("SELECT state, count(*) FROM quality.work_questions WHERE unit_code = %(unit)s GROUP BY 1", {"unit": unit})
    )


def state(code: str, field: str, value: str) -> None:
    """Have the source state a value by itself."""
    row = read_frame("SELECT * FROM core.dossiers WHERE code = %(code)s", {"code": code}, DOSSIERS)
    row[field] = pd.array([int(value) if field == "status" else pd.Timestamp(value)], dtype=row[field].dtype)
    with load("load", "desk") as current:
        current.merge(DOSSIERS, row[list(DOSSIERS.given_columns)])


def test_nothing_is_said_where_no_package_was_made() -> None:
    assert read_loop() == []


@pytest.mark.parametrize(
    ("answer", "in_time", "hours"),
    [
        (MONDAY + timedelta(hours=2), True, 2.0),
        (MONDAY + timedelta(days=7), True, 40.0),  # the fifth working day after
        (MONDAY + timedelta(days=8), False, 48.0),
        (MONDAY + timedelta(days=5), True, 38.5),  # on a Saturday: nobody works, nothing counts
    ],
)
def test_an_answer_is_in_time_by_the_offices_own_days(answer: datetime, in_time: bool, hours: float) -> None:
    due = answer_due(MONDAY, "desk", "H99.12", 5)
    assert due is not None
    assert (answer <= due) is in_time
    row = {"source": "desk", "asked_unit": "H99.12", "asked_at": MONDAY, "first_answered_at": None, "working_minutes": None}
    before = {**row, "first_answered_at": MONDAY, "working_minutes": 7}
    assert [one["working_minutes"] for one in with_first_answers([row, before], answer)] == [hours * 60, 7]


def test_the_figures_are_those_of_the_answers(made: list[MadePackage], tmp_path: Path) -> None:
    take(filled(made[0].file, tmp_path / "a.xlsx", agreed))
    total = len(made[0].package.items)
    assert (lines()["H99.12"].asked, lines()["H99.12"].answered, lines()["H99.12"].in_time) == (total, total, total)
    change("UPDATE quality.package_rows SET working_minutes = 90 WHERE first_answered_at IS NOT NULL")
    change("UPDATE quality.packages SET due_at = made_at")
    assert (lines()["H99.12"].in_time, lines()["H99.12"].hours) == (0, 1.5)
    agency = {one.unit: one for one in loop_by_agency()}
    assert (agency["H99.12"].answered, agency["H99.12"].hours, agency["H99.13"].answered) == (total, 1.5, 0)
    assert loop_by_agency()[0].unit == "H99.13", "who has never answered stands first"


def test_who_has_never_answered_is_named_and_is_overdue_when_the_days_are_over(made: list[MadePackage], tmp_path: Path) -> None:
    take(filled(made[0].file, tmp_path / "a.xlsx", agreed))
    silent = len(made[1].package.items)
    assert lines()["H99.13"].overdue == 0
    change("UPDATE quality.packages SET due_at = now() - interval '1 minute'")
    found = lines()
    assert (found["H99.13"].asked, found["H99.13"].answered, found["H99.13"].overdue) == (silent, 0, silent)
    assert found["H99.12"].overdue == 0
    assert unheard(found.values()) == [("H99.13", silent, found["H99.13"].month)]


def test_a_question_goes_from_proposed_to_verified_and_opens_again(made: list[MadePackage], tmp_path: Path) -> None:
    items = made[0].package.items
    place = next(at for at, item in enumerate(items) if item.question.new_value and item.question.field in MOVABLE)
    question, total = items[place].question, len(items)
    assert states() == {"sent": total}

    def reported(sheet: Worksheet, row: int) -> None:
        if row - FIRST == place:
            sheet.cell(row, COLUMN["decision"]).value = "Đã sửa"

    take(filled(made[0].file, tmp_path / "a.xlsx", reported))
    assert states() == {"sent": total - 1, "reported_fixed": 1}
    state(question.code, "received_at", "2026-03-01T01:00:00Z")
    assert states()["reopened"] == 1, "the source has stated something since, and something else"
    state(question.code, str(question.field), str(question.new_value))
    assert states()["verified"] == 1
    change("DELETE FROM quality.package_rows WHERE code = %s AND field = %s", question.code, question.field)
    assert "verified" not in states()
    assert states().get("proposed", 0) == 1, "a proposal that no package asks about"


@pytest.mark.parametrize(("approver", "decision", "state"), [("", "Đồng ý", "answered"), ("lanh.dao", "Không", "rejected")])
def test_what_was_decided_is_the_state(
    made: list[MadePackage], tmp_path: Path, approver: str, decision: str, state: str
) -> None:
    proposals = [at for at, item in enumerate(made[0].package.items) if item.question.new_value]

    def decided(sheet: Worksheet, row: int) -> None:
        if row - FIRST in proposals:
            sheet.cell(row, COLUMN["decision"]).value = decision

    take(filled(made[0].file, tmp_path / "a.xlsx", decided, approver=approver))
    assert states()[state] == len(proposals)


def test_a_finding_is_verified_when_the_source_moved_and_the_check_finds_it_no_more(made: list[MadePackage]) -> None:
    asked = next(item.question for item in made[0].package.items if item.question.kind == "finding")
    change("UPDATE quality.findings SET resolved_on = '2026-03-25' WHERE code = %s", asked.code)
    assert "verified" not in states(), "the source has stated nothing since: it was a rule that moved"
    state(asked.code, "received_at", "2026-03-01T01:00:00Z")
    verified = states()["verified"]
    assert verified >= 1
    change("UPDATE quality.package_rows SET verified_at = now() WHERE code = %s", asked.code)
    change("UPDATE quality.findings SET resolved_on = NULL WHERE code = %s", asked.code)
    assert states()["reopened"] >= 1


TIMES = [
    f"2026-03-{day:02d}T{time}"
    for day, time in product((9, 10), ("00:00:00", "17:00:00", "08:15:00", "08:15:30.5", "23:59:00"))
]


def test_the_warehouse_compares_values_as_corrections_do(desk: object) -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    local = [datetime.fromisoformat(text).replace(tzinfo=zone) for text in TIMES]
    pairs = [
        (field, stated.astimezone(UTC).isoformat(), wanted.isoformat())
        for field, stated, wanted in product(("due_at", "done_at"), local, local)
    ]
    pairs += [("status", "10", "10"), ("status", "9", "10"), ("channel", "online", "online"), ("unit_code", "H99.12", "H99.13")]
    given = {name: [pair[place] for pair in pairs] for place, name in enumerate(("fields", "stated", "wanted"))}
    told = fetch_all(
        "SELECT quality.same_value(f, s, w) FROM unnest(%(fields)s, %(stated)s, %(wanted)s) WITH ORDINALITY AS a(f, s, w, n) "
        "ORDER BY n",
        given,
    )
    assert [one for (one,) in told] == [same_value(*pair, "Asia/Ho_Chi_Minh") for pair in pairs]


def test_only_what_the_source_states_itself_is_verified(made: list[MadePackage], tmp_path: Path) -> None:
    package = take(filled(made[0].file, tmp_path / "a.xlsx", agreed, approver="lanh.dao"))
    assert package.approved > 1
    assert lines()["H99.12"].verified == 0, "no approval of ours makes the source right"
    proposed = [i.question for i in made[0].package.items if i.question.new_value and i.question.field in MOVABLE]
    question = proposed[0]
    state(question.code, "received_at", "2026-03-01T01:00:00Z")
    assert lines()["H99.12"].verified == 0, "it stated something new, but something else"
    state(question.code, str(question.field), str(question.new_value))
    assert lines()["H99.12"].verified == 1


def test_a_question_that_two_packages_ask_is_one_question(made: list[MadePackage], tmp_path: Path) -> None:
    before = lines()["H99.13"].asked
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute(
            "INSERT INTO quality.packages (package, unit_code, as_of, made_at, rows, changed_in) "
            "SELECT 'later', unit_code, as_of + 7, made_at + interval '7 days', rows, changed_in "
            "FROM quality.packages WHERE unit_code = 'H99.13'"
        )
        cursor.execute(
            "INSERT INTO quality.package_rows (row_key, package, source, code, kind, rule, field, old_value, new_value, changed_in) "
            "SELECT 'later' || row_key, 'later', source, code, kind, rule, field, old_value, "
            "new_value, changed_in FROM quality.package_rows AS r "
            "WHERE package = (SELECT package FROM quality.packages WHERE unit_code = 'H99.13' AND package <> 'later')"
        )
    line = lines()["H99.13"]
    assert (line.asked, line.repeated) == (before, 0), "it was never answered, so it did not come back"


def test_the_command_prints_agencies_by_name_and_writes_all_lines(
    made: list[MadePackage], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["loop", "--csv", str(tmp_path / "loop.csv")]) == 0
    told = capsys.readouterr().out
    assert "Chưa từng trả lời" in told
    assert len((tmp_path / "loop.csv").read_text(encoding="utf-8-sig").splitlines()) == 1 + len(made)
