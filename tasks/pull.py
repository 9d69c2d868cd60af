"""Pulling a source into the landing zone, and loading what landed into the warehouse."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from config.errors import ConfigError, MotcuaError, TransientError
from config.settings import settings
from config.sources import Source, load_sources
from schemas.raw import PAGES, PULLS
from schemas.table import Table
from tasks.counts import Counts
from tasks.courtesy import courtesy
from tasks.loading import load_source
from tasks.shield import shielded
from tasks.sources import landing
from tasks.sources.adapters import adapter_for
from tasks.sources.protocol import Adapter, Page, Window
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.kill import kill_point
from tasks.warehouse.load import load as open_load

_PULL = "pull"


def _is_transient(task: object, run: object, state: Any) -> bool:  # noqa: ARG001 - Prefect's signature
    """Retry what may pass, and nothing else."""
    return isinstance(state.result(raise_on_failure=False), TransientError)


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    task_run_name="pull-{source_name}",
    retries=3,
    retry_delay_seconds=exponential_backoff(backoff_factor=5),
    retry_jitter_factor=0.5,
    retry_condition_fn=_is_transient,
)
@shielded
def pull(source_name: str, as_of: date) -> str | None:  # noqa: ARG001 - names the run's day in the orchestrator
    """Pull a source if it may be asked now; see :func:`tasks.courtesy.courtesy` and :func:`pull_source`."""
    with courtesy(_source(source_name)) as source:
        return pull_source(source)


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="load-{source_name}")
@shielded
def load(source_name: str, as_of: date | None = None) -> Counts:
    """Load what a source's pulls have landed, through its gates; see :func:`load_source`."""
    from tasks import gates  # Great Expectations takes seconds to import

    source = _source(source_name)
    return load_source(source, gates=gates, as_of=as_of or datetime.now(source.timezone).date())


def _source(name: str) -> Source:
    found = load_sources(settings().sources_dir)
    if name not in found:
        raise ConfigError(f"source {name}", "has no file in the folder of sources", ", ".join(found))
    return found[name]


def pull_source(source: Source) -> str | None:
    """Land what is new at a source and write its receipt; nothing is loaded yet.

    Asks for what was modified since the last pull, less an overlap for rows that were committed late.
    When the source has moved on, the end of the list is asked for once more from the new mark: the
    same question that the next pull will ask, so that an unchanged source gives bytes already known.

    Returns:
        Id of the pull; None if nothing new came.

    Raises:
        TransientError: the network or the source failed in a way that may pass.
        SourceError: the source's answer cannot be used.
    """
    cursor = _cursor(source.name)
    window = Window(since=None if cursor is None else cursor - source.overlap)
    started = datetime.now(UTC)
    receipt = {
        "pull_id": f"{source.name}-{started:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        "source": source.name,
        "started_at": started,
        "window_from": window.since,
        "state": "running",
    }
    _write_receipt(receipt)
    try:
        adapter = adapter_for(source)
        landed = _land(adapter, window)
        total = adapter.control_total(window)
        newest = max([page.page.newest for page in landed if page.page.newest], default=None)
        if newest is not None and newest != cursor:
            landed += _land(adapter, Window(since=newest - source.overlap), len(landed))
    except BaseException as error:
        ours = isinstance(error, MotcuaError)
        _write_receipt(
            {**receipt, "state": "failed", "error_class": type(error).__name__, "error": str(error) if ours else None}
        )
        raise
    return _record(source, {**receipt, "control_total": total}, landed, newest or cursor)


@dataclass(frozen=True)
class _Landed:
    """A page whose bytes are in the landing zone."""

    digest: str
    page: Page
    number: int
    size: int

    def row(self, source: str, pull_id: str) -> dict[str, Any]:
        """Return the page's row of raw.pages."""
        page = self.page
        return {
            "source": source,
            "page_digest": self.digest,
            "pull_id": pull_id,
            "number": self.number,
            "name": page.name,
            "media_type": page.media_type,
            "bytes": self.size,
            "records": page.records or 0,
        }


def _land(adapter: Adapter, window: Window, first: int = 0) -> list[_Landed]:
    """Store every page of a window; only digests and numbers are kept in memory."""
    landed: list[_Landed] = []
    for number, page in enumerate(adapter.pages(window), start=first):
        digest = landing.store(page.body)
        kill_point("page_landed")
        light = Page(page.number, page.name, page.media_type, b"", page.records, page.newest)
        landed.append(_Landed(digest, light, number, len(page.body)))
    return landed


def _cursor(name: str) -> datetime | None:
    rows = fetch_all(
        "SELECT cursor FROM audit.progress WHERE step = %(step)s AND partition = %(p)s", {"step": _PULL, "p": name}
    )
    return datetime.fromisoformat(rows[0][0]) if rows and rows[0][0] else None


def _write_receipt(receipt: dict[str, Any]) -> None:
    """Write a receipt in a transaction of its own, so that a pull that dies leaves a trace."""
    ended = {} if receipt["state"] == "running" else {"ended_at": datetime.now(UTC)}
    with open_load(_PULL, receipt["source"]) as current:
        current.merge(PULLS, PULLS.frame([{"pages": 0, "records": 0, "rejected": 0, **receipt, **ended}]))


def _record(source: Source, receipt: dict[str, Any], landed: list[_Landed], cursor: datetime | None) -> str | None:
    """Write receipt, pages and cursor in one transaction."""
    digest = hashlib.sha256("".join(page.digest for page in landed).encode()).hexdigest()
    pull_id: str = receipt["pull_id"]
    with open_load(_PULL, source.name, digest=digest) as current:
        known = current.read(
            "SELECT page_digest FROM raw.pages WHERE source = %(s)s", {"s": source.name}, _only(PAGES, "page_digest")
        )
        fresh = {page.digest: page for page in landed if page.digest not in set(known["page_digest"])}
        row = {
            **receipt,
            "ended_at": datetime.now(UTC),
            "state": "landed" if fresh else "unchanged",
            "pages": len(landed),
            "records": sum(page.page.records or 0 for page in landed),
            "rejected": 0,
            "digest": digest,
        }
        current.merge(PULLS, PULLS.frame([row]))
        current.merge(PAGES, PAGES.frame([page.row(source.name, pull_id) for page in fresh.values()]))
        mark = cursor.isoformat() if cursor else None
        current.progress(_PULL, source.name, through=current.change_number, rules_digest="", cursor=mark)
    kill_point("pull_recorded")
    return pull_id if fresh else None


def _only(table: Table, *names: str) -> dict[str, pd.ArrowDtype]:
    return {name: table.dtypes[name] for name in names}
