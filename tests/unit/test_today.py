"""The page of today: two grids that stay readable with twenty sources and twenty agencies, and what to do, in one language."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from config.read_once import forget
from tasks.reports.today import (
    ARRIVED,
    DAYS,
    LATE,
    MISSING,
    NOTHING,
    PARTIAL,
    Morning,
    agency_grid,
    morning_markdown,
    source_grid,
)

TODAY = date(2026, 4, 1)

# pulls of the days before today (days back, ended well, records rejected), then the signs of the last five columns
SOURCES: list[tuple[str, list[tuple[int, bool, int]], str]] = [
    ("every day", [(4, True, 0), (3, True, 0), (2, True, 0), (1, True, 0), (0, True, 0)], ARRIVED * 5),
    ("failed in between", [(4, True, 0), (3, False, 0), (2, True, 0), (1, True, 0), (0, True, 0)], "✓▲✓✓✓"),
    ("not even asked in between", [(4, True, 0), (1, True, 0), (0, True, 0)], "✓▲▲✓✓"),
    ("down since", [(4, True, 0), (3, False, 0), (2, False, 0)], "✓✗✗✗✗"),
    ("some rejected", [(4, True, 0), (3, True, 0), (2, True, 7), (1, True, 0), (0, True, 0)], "✓✓◐✓✓"),
    ("new since yesterday", [(1, True, 0), (0, True, 0)], "···✓✓"),
    ("never asked", [], NOTHING * 5),
]


@pytest.mark.parametrize(("name", "pulls", "signs"), SOURCES, ids=[row[0] for row in SOURCES])
def test_a_source_arrived_came_late_in_part_or_is_missing(name: str, pulls: list[tuple[int, bool, int]], signs: str) -> None:
    grid = source_grid([(name, TODAY - timedelta(days=back), well, bad) for back, well, bad in pulls], [name], TODAY)
    assert "".join(grid[name].values())[-5:] == signs
    assert len(grid[name]) == DAYS


# dossiers held, and for each source that counts: its count and how many of them are held
AGENCIES: list[tuple[int, list[tuple[int, int]], str]] = [
    (0, [], NOTHING),
    (3, [], ARRIVED),
    (3, [(3, 3)], ARRIVED),
    (3, [(5, 3)], "-2"),
    (0, [(5, 0)], "✗5"),
    (3, [(5, 3), (4, 4)], "-2"),
    (3, [(3, 5), (4, 3)], "-1"),
]


@pytest.mark.parametrize(("held", "compared", "sign"), AGENCIES)
def test_an_agency_is_complete_or_says_how_many_are_missing(held: int, compared: list[tuple[int, int]], sign: str) -> None:
    received = [("H1", TODAY, held)] if held else []
    grid = agency_grid([*received, ("H2", TODAY, 1)], [("H1", TODAY, *one) for one in compared], TODAY)
    assert grid.get("H1", {TODAY: NOTHING})[TODAY] == sign


def morning(**other: object) -> Morning:
    names = [f"source-{number:02}" for number in range(20)]
    days = [TODAY - timedelta(days=back) for back in range(DAYS)]
    pulls = [(name, day, (day, name) != (TODAY, "source-07"), 0) for name in names for day in days]
    units = [f"H99.{number:02}" for number in range(20)]
    facts: dict[str, object] = {
        "as_of": TODAY - timedelta(days=1),
        "today": TODAY,
        "published": TODAY - timedelta(days=1),
        "stops": [],
        "failures": [],
        "warnings": [],
        "sources": source_grid(pulls, names, TODAY),
        "agencies": agency_grid([(unit, TODAY, 4) for unit in units], [("H99.13", TODAY, 5, 2)], TODAY),
        "names": {unit: f"Uỷ ban nhân dân xã có tên rất dài | số {unit}" for unit in units},
        "gates": {"load · land": (2, 9), "publish · figures": (0, 5)},
        "free": (80_000, 200_000),
        "floor": 200,
        "links": {"page": Path("/srv/motcua/page/index.html")},
    }
    return Morning(**{**facts, **other})  # type: ignore[arg-type]


def test_twenty_sources_and_twenty_agencies_are_two_tables_of_a_fortnight() -> None:
    said = morning_markdown(morning(failures=["Nguồn source-07: không trả lời."]))
    rows = [line for line in said.splitlines() if line.startswith("|")]
    assert len(rows) == 2 * (2 + 20)
    assert {line.count("|") for line in rows} == {DAYS + 2}, "a name with a bar in it moves no column"
    assert max(map(len, rows)) < 160
    assert rows[24].startswith("| Uỷ ban"), "an agency that lacks dossiers comes first"
    assert "| -3 |" in rows[24]
    assert f"{MISSING} |" in next(row for row in rows if row.startswith("| source-07"))
    assert LATE in said
    assert PARTIAL in said
    assert "`motcua refresh --source source-07`" in said
    assert "✗ đã công bố" in said
    assert "2 trong 9 kỳ vọng không đạt" in said
    assert "file:///srv/motcua/page/index.html" in said


# what a run found, and how the page begins
MORNINGS: list[tuple[dict[str, object], str]] = [
    ({}, "✓"),
    ({"warnings": ["x"]}, "▲"),
    ({"failures": ["x"]}, "✗ published, without"),
    ({"stops": ["x"], "failures": ["y"]}, "✗ nothing was published"),
]


@pytest.mark.parametrize(("found", "begins"), MORNINGS)
def test_it_is_in_one_language(monkeypatch: pytest.MonkeyPatch, found: dict[str, object], begins: str) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    said = morning_markdown(morning(**found, names={}))
    assert said.startswith(f"# Today 01/04/2026: {begins}")
    assert not [letter for letter in "ăđơưạảấầẩệộ" if letter in said]
