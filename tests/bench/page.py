"""Published page of 130 agencies and 24 months with its tables: seconds to write it, and its size.

make bench ONLY=page
"""

from __future__ import annotations

import time
from functools import cache

from config.settings import settings
from tasks.reports.site.build import write_page
from tasks.warehouse.cluster import ensure_cluster
from tasks.warehouse.migrations import migrate
from tests.bench.agency_sheets import AGENCIES, MONTHS, publish_agencies
from tests.bench.line import Measured, line
from tests.bench.province import home
from tests.bench.second_engine import POLICY, settled_in

SECONDS, MEGABYTES = 10.0, 3.0


@cache
def written() -> tuple[float, float]:
    """Seconds to write the page and its tables where nothing of it is kept yet, and the megabytes of both."""
    with home() as folder, settled_in(folder):
        ensure_cluster(folder)
        migrate()
        publish_agencies()
        started = time.perf_counter()
        path = write_page(POLICY, folder / "page" / "index.html", settings().page_options)
        seconds = time.perf_counter() - started
        site = [file.stat().st_size for file in path.parent.rglob("*") if file.is_file()]
        assert len(site) > 1, "the page has no tables"
        return seconds, sum(site) / 1_000_000


@line("page-seconds", other=f"{AGENCIES} agencies, {MONTHS} months, at most", at_most=1.0)
def page_seconds() -> Measured:
    """Seconds to write the page and its tables, its charts and their library made anew."""
    return Measured(written()[0], SECONDS)


@line("page-size", other=f"{AGENCIES} agencies, {MONTHS} months, at most", at_most=1.0)
def page_size() -> Measured:
    """Megabytes of the page and its tables."""
    return Measured(written()[1], MEGABYTES, unit="MB")
