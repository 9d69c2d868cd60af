"""A published page of a made-up province, and Debian's Chromium to look at it; nothing may leave the machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from config.settings import settings
from schemas.quality import FINDINGS
from schemas.raw import PULLS
from schemas.reference import UNITS
from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.reports.site.build import write_page
from tasks.reports.site.data import page_data
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.load import load
from tests.browser.flags import BROWSER_FLAGS
from tests.patience import HANGS
from tests.warehouse.verdict_rows import AS_OF, frame, verdict_rows

FLAGS = [*BROWSER_FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
NAMES = ("Sở Xây dựng", "Sở Tư pháp", "UBND phường Đồng Tâm", "UBND xã Ea Nuôl", "Văn phòng Đăng ký đất đai")


@dataclass
class Published:
    """The page's file and the data it was made from."""

    path: Path
    data: dict[str, Any]


@dataclass
class Opened:
    """A page in the browser and everything that it said or asked for."""

    page: Page
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def province() -> list[dict[str, Any]]:
    """The verdicts of which the page is made."""
    rows = verdict_rows(900)
    few = [row | {"code": f"H99-F{n}", "unit_code": "H99.FEW"} for n, row in enumerate(rows[:8])]
    return rows + few


def _write_surroundings(rows: list[dict[str, Any]]) -> None:
    units = [
        {"unit_code": f"H99.{n}", "valid_from": date(2025, 1, 1), "name": name, "level": "commune"}
        | ({"valid_to": date(2025, 6, 30)} if n == 5 else {})
        for n, name in enumerate(NAMES, start=1)
    ]
    pull = {
        "source": "province",
        "started_at": datetime(2026, 3, 31, 22, tzinfo=UTC),
        "pages": 3,
        "records": 900,
        "rejected": 2,
    }
    pulls = [
        pull | {"pull_id": "a", "state": "loaded", "ended_at": datetime(2026, 3, 31, 22, 5, tzinfo=UTC)},
        pull | {"pull_id": "b", "source": "land", "state": "failed", "error_class": "TransientError", "records": 0},
    ]
    seen = {"first_seen_on": AS_OF, "last_seen_on": AS_OF, "severity": "warn", "check_id": "code_date_differs"}
    findings = [{"source": row["source"], "code": row["code"]} | seen for row in rows[::9]]
    with load("test", "surroundings") as current:
        for table, given in ((UNITS, units), (PULLS, pulls), (FINDINGS, findings)):
            current.merge(table, table.frame(given).drop(columns=list(table.managed)))
        current.replace(VERDICTS_TABLE, frame(rows), {"policy": "qd766"})


_made: list[Published] = []


@pytest.fixture
def published(warehouse: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The page, published once a session."""
    assert warehouse.is_running
    if not _made:
        _write_surroundings(province())
        measure_policy("qd766", AS_OF)
        publish_policy("qd766", AS_OF)
        path = write_page("qd766", tmp_path_factory.mktemp("page") / "index.html", settings().page_options)
        _made.append(Published(path, page_data("qd766", settings().language)))
    return _made[0]


# Of a module: Playwright's event loop runs in this thread until it ends, and other tests need one of their own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser, published: Published, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """The page at 1400 px, in light colours; ``parametrize`` it indirectly with options of a browser context."""
    options = {"viewport": {"width": 1400, "height": 900}, "color_scheme": "light"} | getattr(request, "param", {})
    context = chromium.new_context(**options)
    context.set_default_timeout(1000 * HANGS)
    found = Opened(context.new_page())
    found.page.on("console", lambda message: found.messages.append(message.text))
    found.page.on("pageerror", lambda error: found.messages.append(str(error)))
    found.page.on("request", lambda asked: found.requests.append(asked.url))
    found.page.goto(published.path.as_uri())
    drawn(found.page, "vi *")
    yield found
    context.close()


def drawn(page: Page, what: str) -> None:
    """Wait until the chart shows a language and an agency."""
    page.wait_for_selector(f'#trend-chart[data-drawn="{what}"]', timeout=1000 * HANGS)
