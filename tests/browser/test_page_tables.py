"""Tables of the page as workbooks: read back by another program, their sums are what the page shows."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from python_calamine import CalamineWorkbook

from tests.browser.conftest import Opened, Published, drawn

AGENCIES = ("*", "H99.3")


def whole_numbers(texts: list[str]) -> list[int]:
    """Numbers as the Vietnamese page writes them."""
    return [int(text.replace(".", "")) for text in texts]


def taken(page: Page, published: Published, name: str) -> CalamineWorkbook:
    """The workbook that a link of the page leads to."""
    link = page.locator(f'[data-take="{name}"] a').first.get_attribute("href")
    assert link
    return CalamineWorkbook.from_filelike(io.BytesIO((published.path.parent / link).read_bytes()))


def rows_of(book: CalamineWorkbook, place: int) -> tuple[list[str], list[list[Any]], list[Any] | None]:
    """Headings, rows and total of a sheet; the headings stand under title, day and publication."""
    cells = [[*row] for row in book.get_sheet_by_index(place).to_python(skip_empty_area=False)]
    start = next(at for at, row in enumerate(cells) if at > 3 and all(row[:2]))
    body = [row for row in cells[start + 3 :] if any(cell != "" for cell in row)]
    total = body.pop() if body[-1][0] == "TỔNG CỘNG" else None
    return cells[start], body, total


def column(heads: list[str], rows: list[list[Any]], heading: str) -> list[Any]:
    return [row[heads.index(heading)] for row in rows]


@pytest.mark.parametrize("unit", AGENCIES)
@pytest.mark.parametrize("part", ["moved", "inspect", "missing", "checks"])
def test_dossiers_of_a_table_add_up_to_those_of_the_page(opened: Opened, published: Published, part: str, unit: str) -> None:
    page = opened.page
    page.select_option("#unit", unit)
    drawn(page, f"vi {unit}")
    shown = whole_numbers(page.locator(f'#{part} tbody td[data-label="Hồ sơ"]').all_text_contents())
    heads, rows, total = rows_of(taken(page, published, part), 0)
    own = [row for row in rows if unit in ("*", row[heads.index("Mã cơ quan")])]
    assert sum(shown) > 0
    assert sum(column(heads, own, "Hồ sơ")) == sum(shown)
    assert total is not None
    assert total[heads.index("Hồ sơ")] == sum(column(heads, rows, "Hồ sơ"))


@pytest.mark.parametrize("period", ["*", "2026-02", "2026-Q1", "2026"])
def test_agencies_have_the_figures_of_the_page_in_every_period(opened: Opened, published: Published, period: str) -> None:
    page = opened.page
    page.select_option("#period", period)
    drawn(page, "vi *")
    _, rows, _ = rows_of(taken(page, published, "units"), 0 if period == "*" else 1)
    if period != "*":
        words = published.data["spans"]["names"][period]["vi"]
        rows = [row[1:] for row in rows if row[0] == words and row[1] != "*"]
    place = 2  # code and name stand first
    found = {row[0]: [int(row[place + at]) for at in (0, 1, 3, 4)] for row in rows}
    shown = {
        row.get_attribute("data-unit"): [
            int(number.replace(".", ""))
            for small in row.locator("td.n small").all_text_contents()[:2]
            for number in small.split("/")
        ]
        for row in page.locator("#units-table tbody tr").all()
    }
    assert {code: cells for code, cells in found.items() if any(cells)} == {
        c: cells for c, cells in shown.items() if any(cells)
    }
    assert len(shown) == len(published.data["units"])


def test_the_province_has_its_months_quarters_and_years(opened: Opened, published: Published) -> None:
    _, rows, _ = rows_of(taken(opened.page, published, "units"), 1)
    together = {row[0]: [row[3], row[4], row[6], row[7], row[9]] for row in rows if row[1] == "*"}
    spans = published.data["spans"]
    assert set(together) == {words["vi"] for words in spans["names"].values()}
    for name, words in spans["names"].items():
        recorded, cleaned = (spans["rates"]["*"][name][basis] for basis in ("recorded", "cleaned"))
        assert together[words["vi"]] == [*recorded[:2], *cleaned[:3]]


@pytest.mark.parametrize("unit", AGENCIES)
def test_every_indicator_is_in_its_workbook(opened: Opened, published: Published, unit: str) -> None:
    page = opened.page
    page.select_option("#unit", unit)
    drawn(page, f"vi {unit}")
    heads, rows, _ = rows_of(taken(page, published, "indicators"), 0)
    own = [row for row in rows if row[0] == unit]
    assert column(heads, own, "Chỉ số") == page.locator("#indicators-table tbody th").all_text_contents()
    for at, basis in ((3, "recorded"), (4, "cleaned")):
        assert [None if row[at] == "" else row[at] for row in own] == published.data["figures"][unit][basis]


def test_scores_conditions_and_sources_are_those_of_the_page(opened: Opened, published: Published) -> None:
    page, data = opened.page, published.data
    book = taken(page, published, "quality")
    for place, subject in enumerate(("unit", "procedure", "source")):
        heads, rows, total = rows_of(book, place)
        assert [[row[0], row[2], row[3]] for row in rows] == [one[:3] for one in data["quality"][subject]]
        assert total is not None
        assert [total[2], total[3]] == data["quality"]["total"][1:3]
    heads, rows, _ = rows_of(taken(page, published, "gates"), 0)
    page.click("#gates summary")
    assert len(rows) == page.locator("#gates tbody tr").count()
    assert sum(column(heads, rows, "Đã xét")) == sum(row["checked"] for row in data["gates"]["rows"])
    heads, rows, _ = rows_of(taken(page, published, "fresh"), 0)
    assert [column(heads, rows, name) for name in ("Bản ghi", "Không dùng được")] == [
        [pull[name] for pull in data["pulls"]] for name in ("records", "rejected")
    ]


def test_a_link_gives_the_file_and_the_page_asks_for_nothing_else(opened: Opened, published: Published) -> None:
    page = opened.page
    with page.expect_download() as asked:
        page.click('#units [data-take="units"] a')
    name = Path(str(asked.value.suggested_filename)).name
    assert re.fullmatch(r"units-vi-2026-03-31-[0-9a-f]{8}\.xlsx", name)
    assert asked.value.path().read_bytes() == (published.path.parent / "tables" / name).read_bytes()
    assert {url.split(":")[0] for url in opened.requests} <= {"file", "data", "blob"}


def test_every_shown_table_is_taken_in_the_language_that_the_reader_sees(opened: Opened, published: Published) -> None:
    page = opened.page
    cells: dict[str, list[list[Any]]] = {}
    for language, words, head in (
        ("English", "Download table (Excel)", "Agency code"),
        ("Tiếng Việt", "Tải bảng (Excel)", "Mã cơ quan"),
    ):
        page.get_by_role("button", name=language).click()
        for part in ("moved", "units", "inspect", "missing", "checks", "quality", "gates", "fresh"):
            assert page.locator(f"#{part} .take a").first.inner_text().startswith(words), part
        book = taken(page, published, "units")
        cells[head] = [list(row) for row in book.get_sheet_by_index(0).to_python()]
        assert any(head in row for row in cells[head]), f"{language}: the workbook speaks another language"
    one, other = ([[cell for cell in row if isinstance(cell, float)] for row in rows] for rows in cells.values())
    assert one == other, "the numbers of both are the same"
    assert sum(map(len, one)) > 20


def test_without_scripts_the_tables_can_be_taken(chromium: Browser, published: Published) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(published.path.as_uri())
    links = page.locator("noscript a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    tables = [path.name for path in (published.path.parent / "tables").iterdir()]
    assert sorted(links) == sorted(f"tables/{name}" for name in tables if "-vi-" in name), (
        "the page without scripts is Vietnamese"
    )
    context.close()
