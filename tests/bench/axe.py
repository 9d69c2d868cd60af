"""The published page under axe: what keeps a person who sees or moves otherwise from reading it.

    make score ONLY=axe

axe-core comes from the npm registry into the benches' own environment (Makefile); it is no part of the product.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from config.settings import ROOT, settings
from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.reports.site.build import write_page
from tasks.warehouse.cluster import ensure_cluster
from tasks.warehouse.load import load
from tasks.warehouse.migrations import migrate
from tests.bench.line import Measured, line
from tests.bench.province import home
from tests.bench.second_engine import POLICY, settled_in
from tests.browser.conftest import FLAGS, province
from tests.warehouse.verdict_rows import AS_OF, frame

AXE = ROOT / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS, SCHEMES, LANGUAGES = (1280, 390), ("light", "dark"), ("vi", "en")
_RUN = """async () => {
    for (const one of document.querySelectorAll("details")) one.open = true;
    const found = await axe.run(document);
    return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id} (${v.impact}): ${n.target.join(" ")}`));
}"""


@line("axe", other="looks (width, light or dark, language)", at_most=0.0)
def axe_finds_nothing() -> Measured:
    """What axe finds on the page, at two widths, light and dark, in both languages, everything unfolded."""
    if not AXE.is_file():
        raise FileNotFoundError(f"{AXE.name} is not there: npm could not fetch axe-core")
    with home() as folder, settled_in(folder):
        ensure_cluster(folder)
        migrate()
        with load("judge", "bench") as current:
            current.replace(VERDICTS_TABLE, frame(province()), {"policy": POLICY})
        measure_policy(POLICY, AS_OF)
        publish_policy(POLICY, AS_OF)
        found = _looked_at(write_page(POLICY, folder / "looked-at" / "index.html", settings().page_options))
    for said, times in found.most_common():
        print(f"axe: {said}, in {times} looks")
    return Measured(sum(found.values()), len(WIDTHS) * len(SCHEMES) * len(LANGUAGES), unit="")


def _looked_at(path: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for width in WIDTHS:
            for scheme in SCHEMES:
                for language in LANGUAGES:
                    found.update(_look(chromium, path, width, scheme, language))
        chromium.close()
    return found


def _look(chromium: Browser, path: Path, width: int, scheme: str, language: str) -> list[str]:
    # The page's own policy lets no script in; axe is let in by hand.
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True
    )
    page = context.new_page()
    page.goto(path.as_uri())
    page.locator("#trend-chart svg").first.wait_for()
    page.locator(f"button[data-language={language}]").click()
    page.locator("#trend-chart svg").first.wait_for()
    page.add_script_tag(path=AXE)
    said: list[str] = page.evaluate(_RUN)
    context.close()
    return said
