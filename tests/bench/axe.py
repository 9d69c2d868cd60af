"""Every page that we write under axe: what keeps a person who sees or moves otherwise from reading it.

    make score ONLY=axe

axe-core comes from the npm registry into the benches' own environment (Makefile); it is no part of the product.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from config.language import Language, use_language
from config.settings import ROOT, settings
from schemas.audits import AUDITS
from schemas.verdicts import VERDICTS_TABLE
from tasks.gates.data_docs import write_data_docs
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.reports.explanation.page import page
from tasks.reports.list_files import write_whole
from tasks.reports.site.build import write_page
from tasks.tracing.contributions import FigureName
from tasks.tracing.page import trace_page
from tasks.tracing.traces import trace
from tasks.warehouse.cluster import ensure_cluster
from tasks.warehouse.load import load
from tasks.warehouse.migrations import migrate
from tasks.warehouse.rows import fetch_column
from tests.bench.line import Measured, line
from tests.bench.province import home
from tests.bench.second_engine import POLICY, settled_in
from tests.browser.conftest import FLAGS, province
from tests.unit.test_explain_page import FACT
from tests.warehouse.verdict_rows import AS_OF, frame

AXE = ROOT / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS, SCHEMES = (1280, 390), ("light", "dark")
LANGUAGES: tuple[Language, ...] = ("vi", "en")
_RUN = """async () => {
    for (const one of document.querySelectorAll("details")) one.open = true;
    const found = await axe.run(document);
    return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id} (${v.impact}): ${n.target.join(" ")}`));
}"""


_AUDIT = {
    **{"month": "2026-02", "corrections": 73, "looked_at": 30, "wrong": 1, "at_most_wrong": 16.7, "entry": 1},
    **{"audited_by": "office", "digest": "0" * 64, "recorded_at": datetime(2026, 3, 5, tzinfo=UTC)},
}


@line("axe", other="looks (page, width, light or dark, language)", at_most=0.0)
def axe_finds_nothing() -> Measured:
    """What axe finds on the page, explanations, traces and gate pages, at two widths, light and dark, in both languages, everything unfolded."""
    if not AXE.is_file():
        raise FileNotFoundError(f"{AXE.name} is not there: npm could not fetch axe-core")
    with home() as folder, settled_in(folder):
        ensure_cluster(folder)
        migrate()
        with load("judge", "bench") as current:
            current.replace(VERDICTS_TABLE, frame(province()), {"policy": POLICY})
            current.merge(AUDITS, AUDITS.frame([_AUDIT]).drop(columns=list(AUDITS.managed)))
        measure_policy(POLICY, AS_OF)
        publish_policy(POLICY, AS_OF)
        pages = _pages(folder / "looked-at")
        found = _looked_at(pages)
    for said, times in found.most_common():
        print(f"axe: {said}, in {times} looks")
    return Measured(sum(found.values()), len(WIDTHS) * len(SCHEMES) * sum(map(len, pages.values())), unit="")


def _pages(folder: Path) -> dict[Language, list[Path]]:
    """Write every page that the product writes, in each language."""
    folder.mkdir(parents=True)
    pages: dict[Language, list[Path]] = {language: [] for language in LANGUAGES}
    (publication,) = fetch_column("SELECT publication_id FROM mart.current_publications")
    followed = trace(publication, FigureName.read("on_time_rate/H99.2"))
    for language in LANGUAGES:
        use_language(language)
        of = folder / language
        pages[language] = [
            write_page(POLICY, of / "index.html", settings().page_options),
            write_whole(of / "explained.html", page([FACT], language)),
            write_whole(of / "trace.html", trace_page(followed, language)),
            *_gate_pages(of / "gates"),
        ]
    use_language(None)
    return pages


def _gate_pages(folder: Path) -> list[Path]:
    drawn = write_data_docs(AS_OF, folder)
    assert drawn is not None
    return [drawn, folder / "index.html"]


def _looked_at(pages: dict[Language, list[Path]]) -> Counter[str]:
    found: Counter[str] = Counter()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for language, paths in pages.items():
            for path in paths:
                for width in WIDTHS:
                    for scheme in SCHEMES:
                        found.update(f"{path.name}: {said}" for said in _look(chromium, path, width, scheme, language))
        chromium.close()
    return found


def _look(chromium: Browser, path: Path, width: int, scheme: str, language: str) -> list[str]:
    # A page's own policy lets no script in; axe is let in by hand.
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True
    )
    page = context.new_page()
    page.goto(path.as_uri())
    if page.locator("#trend-chart").count():
        page.locator("#trend-chart svg").first.wait_for()
        page.locator(f"button[data-language={language}]").click()
        page.locator("#trend-chart svg").first.wait_for()
    page.add_script_tag(path=AXE)
    said: list[str] = page.evaluate(_RUN)
    context.close()
    return said
