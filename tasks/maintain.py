"""Maintenance: leftovers of killed runs, old gate results and landing files, vacuum."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg2.extensions
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.language import Bilingual
from config.retention import GATE_DAYS, load_retention
from config.settings import settings
from tasks.auditing.seals import verify_seals
from tasks.gates.data_docs import draw_missing, forget_data_docs
from tasks.judging.judged_sources import office_today
from tasks.retention.purging import purge_landing
from tasks.runtime.safe_errors import with_safe_errors
from tasks.warehouse.engine import read_with
from tasks.warehouse.ledger import verify
from tasks.warehouse.load import load
from tasks.warehouse.rows import fetch_value

# A file that is being written is younger than this by far; seconds.
_OLD = 24 * 3600.0
# What a promise came to last is kept however old it is: the page shows it.
_OLD_RESULTS = """
    FROM quality.gate_results AS g
    WHERE g.as_of < (SELECT max(as_of) FROM quality.gate_results WHERE as_of < now()) - %(days)s AND EXISTS (
        SELECT FROM quality.gate_results AS later
        WHERE later.gate = g.gate AND later.subject = g.subject AND later.expectation = g.expectation AND later.as_of > g.as_of)
"""


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="verify-ledger")
@with_safe_errors
def verify_ledger() -> int | None:
    """Return the first broken entry of the ledger, or None."""
    return verify()


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="verify-seals")
@with_safe_errors
def verify_published() -> Bilingual | None:
    """Name the sealed rows that were edited, or return None."""
    found = verify_seals()
    return found.said if found.edited else None


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="remove-leftovers")
@with_safe_errors
def remove_leftovers_of_killed_runs() -> int:
    """Remove half-written landing files; return how many."""
    return remove_leftovers()


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="forget-gate-results")
@with_safe_errors
def forget_old_gate_results() -> int:
    """Delete old results of gates with their pages; return how many results.

    Pages that are missing or tell of earlier results are drawn.
    """
    days = load_retention().tables.gate_results
    forget_data_docs(days, settings().data_docs)
    draw_missing(days, settings().data_docs)
    return forget_gate_results(days)


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="purge-landing")
@with_safe_errors
def purge_old_landing_files() -> int:
    """Purge the landing files that ``config/retention.yaml`` no longer keeps; return how many.

    None while a draft of a publication waits for its decision.
    """
    return purge_landing(load_retention(), settings().policy, office_today()).files


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="vacuum")
@with_safe_errors
def vacuum_warehouse() -> None:
    """Vacuum and analyse the warehouse."""
    vacuum()


def remove_leftovers(older_than: float = _OLD) -> int:
    """Remove half-written files below the home and return how many.

    Landing files themselves are left: a replay needs them, and only the rule of retention purges any.

    Args:
        older_than: seconds since a file was last written.
    """
    before = time.time() - older_than
    drafts = list((settings().home / "corrections").rglob("*.draft"))
    zone = settings().landing_folder
    if zone is not None:
        drafts += zone.rglob(".new-*")
    return sum(_remove(path, before) for path in drafts)


def forget_gate_results(days: int = GATE_DAYS) -> int:
    """Delete old results of gates, but for the last of each expectation; return how many.

    Old is what lies more than so many days before the newest.

    Raises:
        WarehouseError: a statement failed; nothing was deleted.
    """
    if not fetch_value(f"SELECT EXISTS (SELECT {_OLD_RESULTS})", {"days": days}):
        return 0
    with load("maintain", "gate_results") as current:
        return current.execute(f"DELETE {_OLD_RESULTS}", {"days": days})


def _remove(path: Path, before: float) -> bool:
    if not path.is_file() or path.stat().st_mtime > before:
        return False
    path.unlink()
    return True


def vacuum() -> None:
    """Give the space of dead rows back and renew the planner's statistics.

    Raises:
        WarehouseError: the warehouse does not answer.
    """

    def clean(driver: psycopg2.extensions.connection) -> None:
        # VACUUM runs in no transaction; the connection goes back as it came.
        level = driver.isolation_level
        driver.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
        try:
            with driver.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE)")
        finally:
            if not driver.closed:  # else its own error would hide why
                driver.set_isolation_level(level)

    read_with("vacuum", clean)  # changes no row: as safe to begin again as a read
