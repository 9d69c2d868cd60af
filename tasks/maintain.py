"""Care of what lasts: files that killed runs left half-written, and the warehouse's own housekeeping."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg2.extensions

from config.settings import settings
from tasks.warehouse.engine import connection

# A file that is being written is younger than this by far; seconds.
_OLD = 24 * 3600.0


def remove_leftovers(older_than: float = _OLD) -> int:
    """Remove half-written files below the home and return how many.

    Landing files themselves are never removed: a replay needs them.

    Args:
        older_than: seconds since a file was last written.
    """
    before = time.time() - older_than
    drafts = list((settings().home / "corrections").rglob("*.draft"))
    zone = settings().landing_folder
    if zone is not None:
        drafts += zone.rglob(".new-*")
    return sum(_remove(path, before) for path in drafts)


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
    with connection("vacuum") as driver:
        # VACUUM runs in no transaction; the connection goes back as it came.
        level = driver.isolation_level
        driver.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
        try:
            with driver.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE)")
        finally:
            driver.set_isolation_level(level)
