"""The published page as its readers meet it: pictures, filter, language, phone, keyboard, paper, and no network."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from config.settings import settings
from tasks.reports.site.build import page as whole_page
from tests.browser.conftest import Opened, Published, drawn, province

DARK = {"color_scheme": "dark"}
PHONE = {"viewport": {"width": 390, "height": 844}}


def vi(value: float) -> str:
    """A percentage as Vietnamese readers write it."""
    return f"{value:.2f} %".replace(".", ",")


def headline(page: Page) -> list[str]:
    return page.locator("#three .value").all_inner_texts()


def words(page: Page) -> str:
    return page.locator("body").inner_text()


def test_the_three_numbers_are_those_published(opened: Opened, published: Published) -> None:
    recorded, cleaned = (published.data["rates"]["*"]["*"][basis] for basis in ("recorded", "cleaned"))
    interval = f"{vi(cleaned[4])[:-2]} – {vi(cleaned[5])}"
    assert headline(opened.page) == [vi(recorded[3]), vi(cleaned[3]), interval]
    assert f"{cleaned[0]} / {cleaned[1]} hồ sơ" in words(opened.page)


def test_the_pictures_are_drawn(opened: Opened, published: Published) -> None:
    months = len(published.data["rates"]["*"]) - 1
    chart = opened.page.locator("#trend-chart svg")
    assert chart.locator(".mark-symbol path").count() == 2 * months
    assert chart.locator(".mark-area path").count() >= 1
    assert chart.bounding_box()["width"] > 900  # type: ignore[index]
    assert opened.page.locator("#scale svg circle").count() == 2
    bars = opened.page.locator("#moved .meter i").evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().width)")
    assert len(bars) >= 4
    assert all(width > 5 for width in bars)


def test_the_page_asks_nobody_for_anything_and_reports_no_error(opened: Opened, published: Published) -> None:
    opened.page.get_by_role("button", name="English").click()
    drawn(opened.page, "en *")
    opened.page.locator("#trend-chart .mark-symbol path").first.hover(force=True)
    assert opened.requests == [published.path.as_uri()]
    assert opened.messages == []


def test_an_agency_filters_every_part(opened: Opened, published: Published) -> None:
    page, unit = opened.page, "H99.3"
    whole = headline(page), page.locator("#keys").inner_text(), page.locator("#trend-table").text_content()
    page.select_option("#unit", unit)
    drawn(page, f"vi {unit}")
    cleaned = published.data["rates"][unit]["*"]["cleaned"]
    assert headline(page)[1] == vi(cleaned[3])
    filtered = headline(page), page.locator("#keys").inner_text(), page.locator("#trend-table").text_content()
    assert all(one != other for one, other in zip(whole, filtered, strict=True))
    assert page.locator("tr.chosen").get_attribute("data-unit") == unit
    place = list(published.data["units"]).index(unit)
    moved = sum(r[4] for r in published.data["verdicts"] if r[1] == place and r[2] in ("phantom_late", "hidden_late"))
    assert page.locator("#moved .lead").inner_text().startswith(f"{moved} hồ sơ")
    assert "unit=H99.3" in page.url


def by_hand(rows: list[dict[str, Any]], unit: str | None) -> tuple[int, int]:
    """Numerator and denominator of the headline in the last quarter of 2025: handled in time, and handled, by the end of it."""
    since, until = datetime(2025, 9, 30, 17, tzinfo=UTC), datetime(2025, 12, 31, 17, tzinfo=UTC)
    good = handled = 0
    for row in rows:
        gone = row["end_at"] if row["state"] != "in_progress" else None
        if not row["counted"] or (unit and row["unit_code"] != unit) or row["received_at"] >= until or (gone and gone < since):
            continue
        if row["timeliness"] == "undetermined":
            continue
        late = row["timeliness"] == "late" if gone and gone < until else row["due_at"] < until
        good, handled = good + (not late), handled + 1
    return good, handled


@pytest.mark.parametrize("unit", ["*", "H99.3"])
def test_a_period_is_chosen_and_its_figures_are_those_of_the_dossiers(opened: Opened, unit: str) -> None:
    page = opened.page
    if unit != "*":
        page.select_option("#unit", unit)
    page.select_option("#period", "2025-Q4")
    good, handled = by_hand(province(), None if unit == "*" else unit)
    assert headline(page)[1] == vi(100 * good / handled)
    assert f"{good} / {handled} hồ sơ" in page.locator("#three").inner_text()
    assert page.locator("#period-note").is_visible()
    assert "quý 4 năm 2025" in page.locator("#status").inner_text()
    assert "period=2025-Q4" in page.url
    row = page.locator('tr[data-unit="H99.3"]').inner_text()
    assert "{}/{}".format(*by_hand(province(), "H99.3")) in row
    page.select_option("#period", "*")
    assert page.locator("#period-note").is_hidden()
    assert "period" not in page.url


def test_a_link_opens_the_period_that_it_was_sent_with(chromium: Browser, published: Published) -> None:
    page = chromium.new_page()
    page.goto(f"{published.path.as_uri()}#lang=en&unit=H99.3&period=2026-Q1")
    drawn(page, "en H99.3")
    assert page.locator("#period").input_value() == "2026-Q1"
    assert headline(page)[1] == f"{published.data['spans']['rates']['H99.3']['2026-Q1']['cleaned'][3]:.2f} %"
    page.close()


def test_the_quality_score_is_shown_for_agencies_procedures_and_systems(opened: Opened, published: Published) -> None:
    page, data = opened.page, published.data["quality"]
    for by in ("source", "procedure", "unit"):
        page.click(f'[data-by="{by}"]')
        shown = page.locator("#quality-table > .scroll tbody td:nth-child(3) small").all_inner_texts()
        assert len(shown) == min(10, len(data[by]))
        assert {f"{right}/{held}" for _, held, right, _, _ in data[by]} >= set(shown)
        assert page.locator(f'[data-by="{by}"]').get_attribute("aria-pressed") == "true"
    assert page.locator("#quality-table tr").last.locator(".tag").inner_text() == "ít hồ sơ", "not ranked"
    assert page.locator("#quality-table .spark path").first.bounding_box()["width"] > 50  # type: ignore[index]
    name, held, right, trend, months = data["total"]
    assert f"{held - right} hồ sơ phải sửa" in page.locator("#quality-lead").inner_text()
    assert (name, sum(m[0] for m in months) <= held, trend in ("better", "same", "worse")) == ("*", True, True)
    page.select_option("#unit", "H99.3")
    drawn(page, "vi H99.3")
    assert page.locator("#quality-table tbody tr").count() == 1
    assert not page.locator("#quality-tabs").is_visible()


def test_a_link_opens_the_page_as_it_was_sent(chromium: Browser, published: Published) -> None:
    page = chromium.new_page()
    page.goto(f"{published.path.as_uri()}#lang=en&unit=H99.2")
    drawn(page, "en H99.2")
    assert page.locator("#unit").input_value() == "H99.2"
    assert page.locator("html").get_attribute("lang") == "en"
    page.close()


def test_the_table_is_filtered_without_diacritics(opened: Opened) -> None:
    opened.page.fill("#filter", "dong tam")
    names = opened.page.locator("#units-table tbody th button").all_inner_texts()
    assert names == ["UBND phường Đồng Tâm"]
    assert opened.page.locator("#units-count").inner_text() == "1 cơ quan"


def test_the_table_is_sorted_by_its_headings_and_small_agencies_are_not_ranked(opened: Opened) -> None:
    page = opened.page
    corrections = [int(text) for text in page.locator("#units-table tbody td:nth-child(9)").all_inner_texts()]
    assert corrections == sorted(corrections, reverse=True), "most rows to correct first"
    page.click('[data-sort="cleaned"]')
    page.click('[data-sort="cleaned"]')
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    shown = page.locator("#units-table tbody td:nth-child(4)").all_inner_texts()
    rates = [float(text.split(" ")[0].replace(",", ".")) for text in shown[:-1]]
    assert rates == sorted(rates)
    last = page.locator("#units-table tbody tr").last
    assert last.get_attribute("data-unit") == "H99.FEW"
    assert "ít hồ sơ" in last.inner_text()


@pytest.mark.parametrize("period", ["*", "2025-Q4"])
def test_the_rank_of_an_agency_is_told_with_its_band_and_its_places(opened: Opened, published: Published, period: str) -> None:
    page, data = opened.page, published.data
    page.select_option("#period", period)
    ranked = data["ranks"] if period == "*" else {unit: of.get(period) for unit, of in data["spans"]["ranks"].items()}
    assert len([one for one in ranked.values() if one]) >= 4
    for unit in data["units"]:
        shown = page.locator(f'tr[data-unit="{unit}"]').inner_text()
        if ranked.get(unit):
            band, best, worst, many = ranked[unit]
            assert 1 <= best <= worst <= many
            assert f"nhóm {band}" in shown
            assert (f"thứ {best} – {worst} / {many}" if best < worst else f"thứ {best} / {many}") in shown
        else:
            assert "ít hồ sơ" in shown
    assert page.locator("#rank-note").is_visible()
    page.click('[data-sort="rank"]')
    assert page.locator("th[aria-sort]").inner_text() == "Thứ hạng"


def test_the_language_switches_without_loading_again(opened: Opened) -> None:
    page = opened.page
    page.evaluate("window.stillHere = true")
    assert page.get_by_role("button", name="Tiếng Việt").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="English").click()
    drawn(page, "en *")
    assert page.evaluate("window.stillHere") is True
    assert page.locator("html").get_attribute("lang") == "en"
    assert "After cleaning" in words(page)
    assert "Sau khi làm sạch" not in words(page)
    assert "," not in headline(page)[0], "English writes a decimal point"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_word_is_missing(opened: Opened, language: str) -> None:
    opened.page.click(f'[data-language="{language}"]')
    drawn(opened.page, f"{language} *")
    for details in opened.page.locator("summary").all():
        details.click()
    assert not re.findall(r"undefined|NaN|null|\{\w+\}|\b[a-z]+_[a-z_]+\b(?=\s*$)", words(opened.page), re.MULTILINE)


def test_both_languages_have_the_same_words(opened: Opened) -> None:
    found = json.loads(opened.page.locator("#words").text_content() or "")
    assert set(found["vi"]) == set(found["en"])
    places = {key: [sorted(re.findall(r"\{\w+\}", found[language][key])) for language in ("vi", "en")] for key in found["vi"]}
    assert {key: both for key, both in places.items() if both[0] != both[1]} == {}


@pytest.mark.parametrize("opened", [PHONE, {"viewport": {"width": 320, "height": 700}}, {}], indirect=True)
def test_nothing_is_wider_than_the_screen(opened: Opened) -> None:
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]  # type: ignore[index]
    assert page.locator("#trend-chart svg").bounding_box()["width"] <= page.viewport_size["width"]  # type: ignore[index]


CONTRAST = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  const channels = name => { probe.style.color = `var(--${name})`; return getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number); };
  const light = name => { const [r, g, b] = channels(name).slice(0, 3).map(c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  return ["ink", "soft", "cleaned", "recorded"].flatMap(t => ["paper", "card", "wash"].map(p => [t, p, ratio(t, p)]));
}"""


@pytest.mark.parametrize("opened", [{}, DARK], indirect=True, ids=["light", "dark"])
def test_text_stands_out_from_its_ground(opened: Opened) -> None:
    """At least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    weak = [(text, ground, round(ratio, 2)) for text, ground, ratio in opened.page.evaluate(CONTRAST) if ratio < 4.5]
    assert weak == []


def test_the_keyboard_reaches_what_the_mouse_does(opened: Opened) -> None:
    page = opened.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.dataset.language"))
    assert reached[:4] == ["vi", "en", "print", "unit"]
    page.locator("#units-table tbody th button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("tr.chosen")
    assert page.evaluate("document.activeElement.id") == "unit"


@pytest.mark.parametrize("opened", [{}, PHONE, DARK], indirect=True, ids=["desktop", "phone", "dark"])
@pytest.mark.parametrize("unit", ["*", "H99.3"])
def test_on_paper_it_is_two_pages(opened: Opened, unit: str) -> None:
    page = opened.page
    page.select_option("#unit", unit)
    drawn(page, f"vi {unit}")
    page.emulate_media(media="print")
    assert not page.locator("#unit").is_visible()
    assert page.locator("#three .value").count() == 3
    assert page.locator("#units tbody tr").first.is_visible()
    assert page.locator("#about-paper").is_visible(), "paper says that it has the first rows alone"
    assert page.locator("#about-paper").inner_text().count(published_as(page)) == 1
    assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) == 2


def published_as(page: Page) -> str:
    """The publication that the page is made of."""
    return str(page.evaluate("JSON.parse(document.getElementById('data').textContent).meta.publication_id"))


def test_conditions_of_the_gates_are_in_words(opened: Opened, published: Published) -> None:
    page = opened.page
    page.click("#gates summary")
    shown = page.locator("#gates tbody tr").all_inner_texts()
    assert len(shown) == len(published.data["gates"]["rows"])
    assert any("quá hạn: phải có giá trị" in row for row in shown)
    assert not [
        row for row in shown if re.search(r"[a-z]_[a-z]|: (given|one of|pattern|between|unique|is 0|not before)\b", row)
    ]


def test_a_foreign_script_does_not_run(opened: Opened) -> None:
    blocked = opened.page.evaluate(
        "() => new Promise(resolve => { document.addEventListener('securitypolicyviolation', e => resolve(e.effectiveDirective));"
        "const script = document.createElement('script'); script.textContent = 'window.ran = true'; document.body.append(script);"
        "setTimeout(() => resolve('ran'), 2000); })"
    )
    assert blocked == "script-src-elem"
    assert opened.page.evaluate("window.ran") is None


def test_nothing_can_be_fetched(opened: Opened) -> None:
    failed = opened.page.evaluate("() => fetch('https://example.org/').then(() => 'fetched', () => 'refused')")
    assert failed == "refused"


def test_without_scripts_the_three_numbers_are_there(chromium: Browser, published: Published) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(published.path.as_uri())
    cleaned = published.data["rates"]["*"]["*"]["cleaned"]
    shown = page.locator("noscript").inner_text()
    assert f"({cleaned[0]}/{cleaned[1]})" in shown
    agency = published.data["rates"]["H99.3"]["*"]["recorded"]
    assert f"{vi(agency[3])} ({agency[0]}/{agency[1]})" in shown
    context.close()


def test_an_empty_denominator_reads_none(chromium: Browser, published: Published) -> None:
    nothing = [0, 0, 3, None, 0.0, 100.0]
    data = published.data | {
        "rates": {"*": {"*": {"recorded": [0, 0, 0, None, None, None], "cleaned": nothing}}},
        "verdicts": [],
    }
    data |= {
        "spans": {"names": {}, "rates": {}, "figures": {}, "ranks": {}},
        "ranks": {},
        "units": {},
        "findings": [],
        "gates": {"rows": [], "words": {}},
        "pulls": [],
        "figures": {},
        "standing": {},
    }
    path = published.path.with_name("empty.html")
    path.write_text(whole_page(data, settings().page_options.cache), encoding="utf-8")
    page = chromium.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    drawn(page, "vi *")
    assert headline(page)[:2] == ["không có", "không có"]
    assert "100,00 %" not in "".join(headline(page)[:2])
    assert errors == []
    page.close()


def test_sources_that_failed_and_checks_that_fail_are_named(opened: Opened) -> None:
    fresh = opened.page.locator("#fresh").inner_text()
    assert "lỗi" in fresh
    assert "01/04/2026 05:05 (UTC+07:00)" in fresh
    assert "Ngày trong mã hồ sơ lệch ngày tiếp nhận" in opened.page.locator("#checks").inner_text()
    assert "điều kiện đạt" in opened.page.locator("#gates").inner_text()


def test_every_indicator_of_the_configuration_is_shown_in_its_own_words(opened: Opened, published: Published) -> None:
    page, declared = opened.page, published.data["indicators"]
    for language, unit in (("vi", "*"), ("en", "H99.3")):
        page.get_by_role("button", name={"vi": "Tiếng Việt", "en": "English"}[language]).click()
        page.select_option("#unit", unit)
        drawn(page, f"{language} {unit}")
        assert page.locator("#indicators-table tbody th").all_text_contents() == [one["title"][language] for one in declared]
        brief = [one for one in declared if one["shown"] == "brief"]
        facts = page.locator("#facts span")
        assert facts.evaluate_all("all => all.map(one => one.dataset.indicator)") == [one["name"] for one in brief]
        assert all(one["short"][language] in said for one, said in zip(brief, facts.all_inner_texts(), strict=True))
    place = next(at for at, one in enumerate(declared) if one["name"] == "received")
    received = published.data["figures"]["H99.3"]["cleaned"][place]
    assert facts.nth(0).locator("b").inner_text() == f"{received:,.0f}"
    page.locator("#indicators summary").click()
    assert page.locator("#indicators-table td").first.is_visible()
    page.get_by_role("button", name="Tiếng Việt").click()
