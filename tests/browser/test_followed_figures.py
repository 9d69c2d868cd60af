"""From a figure of the page to the list of its dossiers: each command is one that there is, and its count is the figure's."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from playwright.sync_api import Page

from flows.commands.arguments import parser
from tasks.tracing.contributions import FigureName
from tests.browser.conftest import Opened, Published, drawn

LISTS = {"phantom": "phantom_late", "hidden": "hidden_late", "undetermined": "undetermined"}
TOTALS = {"truly-late": "late", "on-time": "on_time"}


def commands(page: Page, kind: str) -> list[tuple[Any, int]]:
    """The arguments of each command as the program itself reads them, and the count beside it."""
    found = page.locator(f"code[data-{kind}]").evaluate_all("all => all.map(one => [one.textContent, one.dataset.count])")
    read = [(shlex.split(text), int(count)) for text, count in found]
    assert all(words[0] == "motcua" for words, _ in read)
    return [(parser().parse_args(words[1:]), count) for words, count in read]


def test_every_figure_of_every_agency_leads_to_its_list(opened: Opened, published: Published) -> None:
    page, data = opened.page, published.data
    units = list(data["units"])
    seen = 0
    for unit in ("*", *units):
        page.select_option("#unit", unit)
        drawn(page, f"vi {unit}")
        expected: dict[tuple[str, str | None, str | None], int] = {}
        for _, at, verdict, reason, dossiers, _, correct in data["verdicts"]:
            if unit in ("*", units[at]):
                for name, more in [("to-correct", correct), *((one, dossiers) for one, of in TOTALS.items() if of == verdict)]:
                    key = (name, None if unit == "*" else unit, None)
                    expected[key] = expected.get(key, 0) + more
            for name in (name for name, of in LISTS.items() if of == verdict and unit in ("*", units[at])):
                for why in (None, reason):
                    key = (name, None if unit == "*" else unit, why)
                    expected[key] = expected.get(key, 0) + dossiers
        names = [one["name"] for one in data["indicators"]]
        for name, figure in (("second-entries", "bridge_second_entries"), ("tests", "bridge_tests")):
            expected[name, None if unit == "*" else unit, None] = data["figures"][unit]["recorded"][names.index(figure)]
        told = {(given.name, given.unit, given.reason): count for given, count in commands(page, "list")}
        assert told == {key: count for key, count in expected.items() if count}, unit
        seen += len(told)
        for part, name in (("moved", "phantom"), ("inspect", "hidden"), ("missing", "undetermined")):
            shown = page.locator(f'#{part} tbody td[data-label="Hồ sơ"]').all_text_contents()
            followed = [count for (one, _, why), count in told.items() if one == name and why]
            assert sorted(int(text.replace(".", "")) for text in shown) == sorted(followed), (unit, part)
    assert seen > 40


@pytest.mark.parametrize(
    ("unit", "period"),
    [
        ("*", "*"),
        ("H99.3", "*"),
        ("H99.2", "2026-02"),
        ("*", "2026-03"),
        ("*", "2026-Q1"),
        ("H99.2", "2025-H2"),
        ("H99.1", "2026"),
    ],
)
def test_a_rate_leads_to_as_many_dossiers_as_it_is_made_of(
    opened: Opened, published: Published, unit: str, period: str
) -> None:
    page = opened.page
    page.select_option("#unit", unit)
    page.select_option("#period", period)
    drawn(page, f"vi {unit}")
    shown = page.locator("#three .count").all_inner_texts()
    found = commands(page, "trace")
    assert [f"/ {count:,} hồ sơ".replace(",", ".") for _, count in found] == [text[text.index("/") :] for text in shown]
    rates = published.data["rates"][unit].get(period) or published.data["spans"]["rates"][unit][period]
    for (given, count), basis in zip(found, ("recorded", "cleaned"), strict=True):
        assert FigureName.read(given.figure) == FigureName("on_time_rate", unit, period, basis=basis)
        assert count == rates[basis][1], "what is published, and traced in tests/warehouse/test_tracing.py"
