"""Banner of the page: which source is older than the day, and how many dossiers are undecided because of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from config.settings import settings
from tasks.reports.site.build import page as whole_page
from tests.browser.conftest import Opened, Published, drawn

GOOD = "2026-03-29T05:05+07:00"
FRESH = {"good_at": GOOD, "silent_since": None, "stale": False}
SILENT = {"good_at": GOOD, "silent_since": "2026-03-29", "stale": True}
NEVER = {"good_at": None, "silent_since": None, "stale": True}


def province_of(published: Published, pull: dict[str, Any]) -> dict[str, Any]:
    """The published data with one source, whose silence leaves 7 dossiers of an agency and 3 of another undecided."""
    data = published.data
    source, units = next(iter(data["sources"])), list(data["units"])
    kept = [row for row in data["verdicts"] if row[3] != "no_news"]
    rows = [[0, units.index(unit), "undetermined", "no_news", n, 0, n] for unit, n in (("H99.2", 7), ("H99.3", 3))]
    told = {"state": "loaded", "error": None, "records": 900, "rejected": 0, "source": source, "title": "Một cửa <tỉnh>"}
    return data | {"pulls": [told | pull], "verdicts": kept + (rows if pull["stale"] else [])}


def opened_with(chromium: Browser, published: Published, pull: dict[str, Any], *, scripts: bool = True) -> Page:
    path = published.path.with_name("stale.html")
    path.write_text(whole_page(province_of(published, pull), settings().page_options.cache), encoding="utf-8")
    page = chromium.new_context(java_script_enabled=scripts).new_page()
    page.goto(path.as_uri())
    if scripts:
        drawn(page, "vi *")
    return page


@pytest.mark.parametrize(
    ("pull", "vi", "en"),
    [
        (
            SILENT,
            "Một cửa <tỉnh>: không có tin từ 29/03/2026, lần lấy được gần nhất 29/03/2026 05:05 (UTC+07:00). "
            "Vì vậy 10 hồ sơ chưa kết luận được.",
            "Một cửa <tỉnh>: no news since 29/03/2026, last pulled 29/03/2026 05:05 (UTC+07:00). "
            "Dossiers that cannot be decided because of it: 10.",
        ),
        (
            NEVER,
            "Một cửa <tỉnh>: chưa lấy được lần nào. Vì vậy 10 hồ sơ chưa kết luận được.",
            "Một cửa <tỉnh>: never pulled yet. Dossiers that cannot be decided because of it: 10.",
        ),
        (FRESH, None, None),
    ],
    ids=["silent", "never", "fresh"],
)
def test_a_source_that_is_older_than_the_day_is_named(
    chromium: Browser, published: Published, pull: dict[str, Any], vi: str | None, en: str | None
) -> None:
    page = opened_with(chromium, published, pull)
    banner = page.locator("#stale")
    assert banner.is_visible() == (vi is not None)
    for language, words in (("Tiếng Việt", vi), ("English", en)):
        page.get_by_role("button", name=language).click()
        assert banner.locator("li").all_inner_texts() == ([] if words is None else [words])
    page.select_option("#unit", "H99.3")
    assert (" 3." in banner.inner_text()) == (vi is not None), "those of the agency that is chosen"
    page.context.close()
    plain = opened_with(chromium, published, pull, scripts=False)
    shown = plain.locator("noscript").inner_text()
    assert ("Vì vậy 10 hồ sơ chưa kết luận được." in shown) == (vi is not None)
    plain.context.close()


def test_the_banner_of_the_published_page_counts_as_the_list_of_what_is_missing(opened: Opened, published: Published) -> None:
    stale = [pull["source"] for pull in published.data["pulls"] if pull["stale"]]
    assert stale == ["land"], "it was asked and never answered"
    shown = opened.page.locator("#stale li").evaluate_all("all => all.map(one => one.dataset.source)")
    assert shown == stale
    embedded = json.loads(opened.page.locator("#data").text_content() or "")
    assert [pull["source"] for pull in embedded["pulls"] if pull["stale"]] == stale
