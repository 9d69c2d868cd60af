"""The page of an explanation in Chromium: it shows its picture, asks nobody, and fits a telephone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tasks.reports.explanation.page import page
from tests.unit.test_explain_page import FACT


def test_the_timeline_is_shown_and_nothing_is_asked_for(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "one.html"
    file.write_text(page([FACT], "vi"), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    opened = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(file.as_uri())
    assert opened.locator("svg rect.held").count() == 2
    assert opened.locator("svg rect.held.citizen").bounding_box()["width"] > 50
    for width in (1200, 390):
        opened.set_viewport_size({"width": width, "height": 900})
        fits = opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert fits, f"at {width} pixels the page scrolls sideways"
    colours = opened.evaluate("[...document.querySelectorAll('svg rect.held')].map(r => getComputedStyle(r).fill)")
    assert len(set(colours)) == 2
    assert asked == [file.as_uri()]
    assert said == []
    context.close()
