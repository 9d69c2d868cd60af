"""What stands beside the three numbers: the line that leads from recorded to cleaned, and what other bodies published."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page

from config.calendar import OFFICE_ZONE_NAME
from config.settings import settings
from tasks.reports.reference_figures import MEASURE_WORDS, SERIES_WORDS
from tasks.reports.site.build import page as whole_page
from tasks.tracing.contributions import FigureName
from tests.browser.conftest import Opened, Published, drawn, province
from tests.warehouse.verdict_rows import AS_OF

PERIODS = {
    "*": (date.min, AS_OF),
    "2026-02": (date(2026, 2, 1), date(2026, 2, 28)),
    "2026-Q1": (date(2026, 1, 1), AS_OF),
    "2025-H2": (date(2025, 7, 1), date(2025, 12, 31)),
}


def stands(row: dict[str, Any], basis: str, unit: str, period: str) -> bool:
    """Tell by a dossier's own days whether a basis counts it in a period."""
    prefix = "recorded_" if basis == "recorded" else ""
    first, last = PERIODS[period]
    received, ended = (
        at and at.astimezone(ZoneInfo(OFFICE_ZONE_NAME)).date() for at in (row["received_at"], row[f"{prefix}end_at"])
    )
    here = (basis == "recorded" or row["counted"]) and unit in ("*", row["unit_code"])
    return bool(here and received <= last and (ended is None or max(ended, received) >= first))  # decision 0008


@pytest.mark.parametrize("unit", ["*", "H99.2", "H99.FEW"])
@pytest.mark.parametrize("period", list(PERIODS))
def test_the_line_leads_from_recorded_to_cleaned(opened: Opened, unit: str, period: str) -> None:
    page = opened.page
    page.select_option("#unit", unit)
    page.select_option("#period", period)
    drawn(page, f"vi {unit}")
    recorded, cleaned = ([row for row in province() if stands(row, basis, unit, period)] for basis in ("recorded", "cleaned"))
    gap = len(recorded) - len(cleaned)
    said = page.locator("#bridge").inner_text()
    numbers = [int(number.replace(".", "")) for number in re.findall(r"\d[\d.]*\d|\d", said)]
    assert numbers[:2] == [len(recorded), len(cleaned)]
    assert len(numbers) == 4, "nothing is netted"
    assert sum(numbers[2:4]) == len(cleaned)
    if period == "*":
        assert numbers[3] == sum(row["timeliness"] == "undetermined" for row in cleaned)
    assert ("kết thúc ở kỳ khác" in said) == (period != "*" and gap != 0)


def received_within(row: dict[str, Any], unit: str, period: str) -> bool:
    """Tell whether a dossier was received by an agency in a period."""
    first, last = PERIODS[period]
    received = row["received_at"].astimezone(ZoneInfo(OFFICE_ZONE_NAME)).date()
    return unit in ("*", row["unit_code"]) and first <= received <= last


@pytest.mark.parametrize("unit", ["*", "H99.2", "H99.FEW"])
@pytest.mark.parametrize("period", list(PERIODS))
def test_the_bridge_says_each_class_and_leads_to_its_dossiers(opened: Opened, unit: str, period: str) -> None:
    page = opened.page
    page.select_option("#unit", unit)
    page.select_option("#period", period)
    drawn(page, f"vi {unit}")
    rows = [row for row in province() if received_within(row, unit, period)]
    out = Counter(row.get("left_out") for row in rows if not row["counted"])
    classes = [(sign, n) for sign, n in (("−", out["second_entry"]), ("−", out["test"])) if n]
    expected = [("", len(rows)), *classes, ("=", len(rows) - sum(out.values()))]
    told = page.locator("#bridge-table [data-bridge]").all_text_contents()
    numbers = [(text.split(" ")[0] if " " in text else "", int(text.split(" ")[-1].replace(".", ""))) for text in told]
    assert numbers == expected
    kind = "list" if period == "*" else "bridge-trace"
    followed = page.locator(f"#bridge-table code[data-{kind}]").evaluate_all("all => all.map(one => Number(one.dataset.count))")
    assert followed == [n for _, n in classes]
    if period != "*":
        commands = page.locator("#bridge-table code[data-bridge-trace]").evaluate_all(
            "all => all.map(one => one.dataset.bridgeTrace)"
        )
        assert all(FigureName.read(one).basis == "recorded" and FigureName.read(one).period == period for one in commands)


def value(series: str, year: int, number: float, measure: str, unit: str = "*", indicator: int = 0) -> dict[str, Any]:
    words = {"series": SERIES_WORDS[series], "measure": MEASURE_WORDS[measure]}
    both = {name: {"vi": one.vi, "en": one.en} for name, one in words.items()}
    return {"unit": unit, "year": str(year), "value": number, "published_by": "VÍ DỤ <b>", "indicator": indicator, **both}


@pytest.fixture
def beside(chromium: Browser, published: Published, tmp_path: Path) -> Iterator[Page]:
    """The page with values of others, as if an office had entered some."""
    names = [one["name"] for one in published.data["indicators"]]
    entered = [
        value("par_index", 2025, 87.25, "points", indicator=names.index("on_time_rate")),
        value("target", 2026, 1200, "points", indicator=names.index("finished")),
        value("pci", 2019, 12, "rank", indicator=names.index("on_time_rate")),
        value("sipas", 2025, 90.5, "percent", unit="H99.2", indicator=names.index("on_time_rate")),
    ]
    path = tmp_path / "index.html"
    path.write_text(whole_page(published.data | {"references": entered}, settings().page_options.cache), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(path.as_uri())
    drawn(page, "vi *")
    yield page
    context.close()


def rows(page: Page) -> list[list[str]]:
    lines = page.locator("#references tbody tr")
    return [lines.nth(at).locator("th, td").all_inner_texts() for at in range(lines.count())]


def test_values_of_others_stand_beside_ours_of_the_same_year(beside: Page, published: Published) -> None:
    names = [one["name"] for one in published.data["indicators"]]
    figures = {year: published.data["spans"]["figures"]["*"][year]["cleaned"] for year in ("2025", "2026")}
    rate = f"{figures['2025'][names.index('on_time_rate')]:.2f} %".replace(".", ",")
    finished = f"{figures['2026'][names.index('finished')]:,}".replace(",", ".")
    found = rows(beside)
    assert [row[:4] for row in found] == [
        ["PAR Index", "2025", "87,25 điểm", "VÍ DỤ <b>"],
        ["chỉ tiêu được giao", "2026", "1.200 điểm", "VÍ DỤ <b>"],
        ["PCI", "2019", "12 hạng", "VÍ DỤ <b>"],
    ]
    assert [
        row[4].replace("\n", " ").split(" (")[0].startswith(shown)
        for row, shown in zip(found, (rate, finished, "không có"), strict=True)
    ] == [True] * 3
    assert ["chưa hết năm" in row[4] for row in found] == [False, True, False]
    beside.select_option("#unit", "H99.2")
    drawn(beside, "vi H99.2")
    assert [row[0] for row in rows(beside)] == ["SIPAS"]
    beside.select_option("#unit", "H99.1")
    drawn(beside, "vi H99.1")
    assert beside.locator("#references").inner_text() == ""


def test_where_nothing_was_entered_nothing_is_shown(opened: Opened, published: Published) -> None:
    assert "references" not in published.data
    assert opened.page.locator("#references").inner_text() == ""


def test_what_was_deleted_at_the_source_stands_with_what_was_open(
    chromium: Browser, published: Published, tmp_path: Path
) -> None:
    units = list(published.data["units"])
    at, other = units.index("H99.2"), units.index("H99.3")
    gone = [[0, at, "deleted", "-", 7, 0, 0], [0, other, "deleted", "-", 1_000, 0, 0]]
    told = [["H99.2", 5, 3, "2026-03-30", 4, 9], ["H99.3", 2, 0, "2026-02-02", 2, 400]]
    path = tmp_path / "index.html"
    data = published.data | {"verdicts": [*published.data["verdicts"], *gone], "deletions": told}
    path.write_text(whole_page(data, settings().page_options.cache), encoding="utf-8")
    page = chromium.new_context(viewport={"width": 390, "height": 800}).new_page()
    page.goto(path.as_uri())
    drawn(page, "vi *")

    def lines() -> list[list[str]]:
        found = page.locator("#inspect table:has(td[data-label='Lúc đó đã trễ']) tbody tr")
        return [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in found.all()]

    assert [row[1:] for row in lines()] == [
        ["5", "3", "30/03/2026: xóa 4 trong 9 hồ sơ đang giải quyết (44,4 %)"],
        ["2", "0", "02/02/2026: xóa 2 trong 400 hồ sơ đang giải quyết (0,5 %)"],
    ]
    assert "1.007 hồ sơ đã bị xóa" in page.locator("#inspect").inner_text()
    page.select_option("#unit", "H99.2")
    drawn(page, "vi H99.2")
    assert len(lines()) == 1
    command = page.locator("#inspect code[data-list=deleted]")
    assert command.text_content() == "motcua list deleted --unit H99.2 --csv danh-sach.csv"
    assert command.get_attribute("data-count") == "7"
    page.select_option("#unit", "H99.1")
    drawn(page, "vi H99.1")
    assert lines() == []
    assert "đã bị xóa" not in page.locator("#inspect").inner_text(), "an agency of which nothing was deleted says nothing of it"
    page.context.close()
