"""The summary of a run fits into a terminal of 80 characters, in either language."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from rich.console import Console

from config.read_once import forget
from flows.commands.console_tables import console_table, print_rows
from flows.commands.summary import print_summary
from tasks.reports.corrections import Waiting
from tasks.reports.summary import Rate, SourceLine, Summary, UnitLine

VERDICTS = Counter(on_time=1_234_567, late=11_111, phantom_late=22_222, hidden_late=33_333, undetermined=44_444)
RATES = {"recorded": Rate(8, 10, 79.48, None, None), "cleaned": Rate(9, 10, 90.74, 88.22, 91.0)}
UNIT = UnitLine("H99", "Chi nhánh Văn phòng Đăng ký đất đai khu vực Trúc Bạch Lĩnh tỉnh Mộc Lam", VERDICTS, 55_555, RATES)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_word_and_no_figure_is_cut_off(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", language)
    forget()
    source = SourceLine("catalogue", "loaded", 1_234_567, 66_666, 1_234_567, 77_777, 0, VERDICTS)
    console = Console(width=80)
    summary = Summary("qd766", "p1", date(2026, 3, 31), [source], [UNIT], RATES, {}, {}, Waiting())
    with console.capture() as captured:
        print_summary(summary, console)
    shown = captured.get()
    assert "…" not in shown
    rates = {"vi": ("79,48", "90,74", "88,22 – 91,00"), "en": ("79.48", "90.74", "88.22 – 91.00")}[language]
    for figure in ("1234567", "11111", "22222", "33333", "44444", "55555", "66666", "77777", *rates):
        assert figure in shown, figure
    words = {word for line in shown.splitlines() for word in line.split()}
    assert {*UNIT.name.split(), "catalogue"} <= words


@pytest.mark.parametrize(
    ("cell", "vietnamese"),
    [
        ("2026-03-31", "31/03/2026"),
        ("2026-03-31 14:27", "31/03/2026 14:27"),
        ("2026-03-31T14:27:05", "31/03/2026 14:27:05"),
        ("H99-2026-03-31", "H99-2026-03-31"),  # a code is no day
        ("motcua refresh --as-of 2026-03-31", "motcua refresh --as-of 2026-03-31"),
        ("", ""),
    ],
)
def test_a_cell_that_is_a_day_or_a_time_is_written_as_the_language_does(
    cell: str, vietnamese: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language, expected in (("vi", vietnamese), ("en", cell)):
        monkeypatch.setenv("MOTCUA_LANGUAGE", language)
        forget()
        table = console_table()
        table.add_column("a")
        table.add_row(cell)
        console = Console(width=80)
        with console.capture() as captured:
            console.print(table)
        assert captured.get().splitlines()[-2].strip() == expected


def test_a_list_shows_whole_columns_and_names_those_it_has_no_room_for() -> None:
    row = {
        "mã hồ sơ": "000.00.03.H99-250410-0001",
        "cơ quan": "H99.05.03",
        "hạn cũ": "2025-05-26 17:00",
        "lúc đổi": "trước khi quá hạn",
        "nộp lại với mã": "000.00.03.H99-250410-0002",
        "theo": "[bold]nhật ký",
    }
    console = Console(width=80)
    with console.capture() as captured:
        print_rows(console, [row, {**row, "hạn cũ": None}], 30)
    *table, said = captured.get().splitlines()
    assert all(len(line) <= 80 for line in table)
    shown = " ".join(" ".join(table).split())
    assert "…" not in shown
    for text in ("000.00.03.H99-250410-0001", "H99.05.03", "26/05/2025", "17:00", "lúc đổi"):
        assert text in shown
    assert "000.00.03.H99-250410-0002" not in shown
    assert said == "Còn nữa với `--csv FILE`: 28 dòng; nộp lại với mã, theo"
    wide = Console(width=200)
    with wide.capture() as captured:
        print_rows(wide, [row], 1)
    assert "H99-250410-0002" in captured.get()
    assert "[bold]nhật" in captured.get()
    assert "--csv" not in captured.get()
