"""Cells that are there and say nothing certain: unreadable, or two columns of one heading that differ. No verdict rests on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.read_once import forget
from tasks.judging.judged_sources import source_named
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.warehouse.engine import fetch_all
from tests.field.test_silence import judge, office, verdict

__all__ = ["office"]

DESK = """
title: Một cửa thử nghiệm
kind: files
profile: table
recorded: {end: [done_at, returned_at], compare: date, no_due: on_time}
columns: {code: [code], procedure_code: [procedure], status: [status], received_at: [received], due_at: [due], done_at: [done],
  returned_at: [returned]}
files: {folder: {env: DESK_FOLDER}, pattern: "*.csv"}
"""
HEADINGS = "code,code,procedure,procedure,status,received,due,due,done,done,returned"
# Received on Tuesday 3 March, five working days: due on the 10th; the day judged is the 20th.
DUE, IN_TIME, LATE = "2026-03-10", "2026-03-09", "2026-03-16"
# status; cells of due, due, done, done, returned; verdict, and what is missing
CASES: dict[str, tuple[str, str, str, str | None]] = {
    "all plain, in time": ("9", f"{DUE},,{IN_TIME},,", "on_time", None),
    "all plain, late": ("9", f"{DUE},,{LATE},,", "late", None),
    "two equal columns": ("9", f"{DUE},{DUE},{IN_TIME},{IN_TIME},", "on_time", None),
    "only the second column is filled": ("9", f",{DUE},,{LATE},", "late", None),
    "two due dates: the law knows one, the record's word is not known": ("9", f"{DUE},2026-03-31,{LATE},,", "late", None),
    "two due dates, ended in time": ("9", f"{DUE},2026-03-06,{IN_TIME},,", "on_time", None),
    "a due date that cannot be read hides nothing": ("9", f"mười ba,,{LATE},,", "late", None),
    "no due date stated, late: the record hides it": ("9", f",,{LATE},,", "hidden_late", None),
    "two ends": ("9", f"{DUE},,{IN_TIME},{LATE},", "undetermined", "end"),
    "two ends, handed over late": ("9", f"{DUE},,{IN_TIME},{LATE},{LATE}", "undetermined", "unreadable"),
    "two ends, handed over in time": ("10", f"{DUE},,2026-03-05,2026-03-06,{IN_TIME}", "on_time", None),
    "an end that cannot be read, handed over late": ("10", f"{DUE},,9/3/26?,,{LATE}", "undetermined", "unreadable"),
    "an end that cannot be read, still open": ("4", f"{DUE},,hôm qua,,", "undetermined", "unreadable"),
    "still open and overdue": ("4", f"{DUE},,,,", "late", None),
}


@pytest.fixture
def desk(office: Path) -> Callable[..., None]:
    (office / "sources" / "desk.yaml").write_text(DESK, encoding="utf-8")
    forget()

    def tell(*lines: str) -> None:
        (office / "desk" / "desk.csv").write_text("\n".join([HEADINGS, *lines]) + "\n", encoding="utf-8")
        pull_source(source_named("desk"))
        load_source(source_named("desk"))
        judge()

    return tell


def code(number: int) -> str:
    return f"H99.12-260303-{number:04}"


def test_no_verdict_rests_on_a_cell_that_says_nothing_certain(desk: Callable[..., None]) -> None:
    desk(*(f"{code(n)},,1.000001,,{status},2026-03-03,{cells}" for n, (status, cells, _, _) in enumerate(CASES.values())))
    found = {name: verdict(n) for n, name in enumerate(CASES)}
    assert found == {name: (right, missing) for name, (_, _, right, missing) in CASES.items()}


def test_a_row_with_two_codes_is_rejected_and_one_with_two_procedures_is_not_concluded(desk: Callable[..., None]) -> None:
    rest = f"9,2026-03-03,{DUE},,{LATE},,"
    desk(f"{code(1)},{code(2)},1.000001,,{rest}", f"{code(3)},,1.000001,1.000002,{rest}", f",{code(4)},,1.000001,{rest}")
    assert fetch_all("SELECT reason FROM raw.rejected") == [("two_codes",)]
    assert [verdict(n) for n in (3, 4)] == [("undetermined", "procedure"), ("late", None)]
    assert "heading_twice" in fetch_all("SELECT string_agg(notes, ' ') FROM raw.pages")[0][0]


EVERY_ROW = {
    "every due date differs": (f"9,2026-03-03,{DUE},2026-03-31,{{end}},,", "due_unreadable"),
    "every end differs": (f"9,2026-03-03,{DUE},,{{end}},2026-03-20,", "date_unreadable"),
}


@pytest.mark.parametrize("kind", EVERY_ROW)
def test_a_file_whose_two_columns_differ_in_every_row_is_read_and_told(desk: Callable[..., None], kind: str) -> None:
    row, check = EVERY_ROW[kind]
    desk(*(f"{code(n)},,1.000001,,{row.format(end=f'2026-03-{n:02}')}" for n in range(4, 12)))
    assert fetch_all("SELECT count(*)::int FROM core.dossiers") == [(8,)]
    assert "heading_twice" in fetch_all("SELECT string_agg(notes, ' ') FROM raw.pages")[0][0]
    assert fetch_all(
        "SELECT count(*)::int FROM core.dossiers WHERE %(mark)s = ANY(string_to_array(marks, ' '))", {"mark": check}
    ) == [(8,)]
