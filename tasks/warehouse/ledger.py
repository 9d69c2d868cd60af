"""Ledger: one row for every committed load, each with the hash of the row before.

Changing, removing or reordering a row breaks the chain at that row. That the newest rows were cut off
shows only against a head kept elsewhere: compare :func:`head` with the one that a publication printed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import psycopg2

from schemas.audit import LEDGER
from tasks.warehouse.engine import fetch_all, read_with
from tasks.warehouse.failpoints import failpoint

_LOCK = 0x6D6F746375610001  # "motcua", 1: whoever appends holds it until commit
_HASHED = tuple(name for name in LEDGER.columns if name != "hash")
_BATCH = 10_000


def append(driver: psycopg2.extensions.connection, **facts: Any) -> str:
    """Append a row within the caller's open transaction; to be called last, because it holds a lock of all.

    Args:
        driver: connection whose transaction the row speaks of.
        facts: action, subject, change_number, inserted, updated, unchanged, digest … as the table declares.

    Returns:
        The hash of the new row.
    """
    with driver.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        cursor.execute(
            "SELECT l.entry, l.hash, clock_timestamp() FROM (SELECT 1) AS one "
            "LEFT JOIN (SELECT entry, hash FROM audit.ledger ORDER BY entry DESC LIMIT 1) AS l ON true"
        )
        entry, previous, at = cursor.fetchone()
        failpoint("ledger_locked")
        row = {**facts, "entry": (entry or 0) + 1, "previous_hash": previous or "", "at": at}
        row["hash"] = row_hash(row)
        names = ", ".join(LEDGER.columns)
        slots = ", ".join(f"%({name})s" for name in LEDGER.columns)
        cursor.execute(f"INSERT INTO audit.ledger ({names}) VALUES ({slots})", row)
    return str(row["hash"])


def row_hash(row: dict[str, Any]) -> str:
    """Return the SHA-256 of a row's canonical text: a JSON array of all its fields but the hash."""
    values = [_canonical(row[name]) for name in _HASHED]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def verify() -> int | None:
    """Recompute the whole chain.

    Returns:
        Number of the first entry that does not fit the one before or its own hash; None if all do.
    """
    return read_with("verify the ledger", _first_misfit)


def _first_misfit(driver: psycopg2.extensions.connection) -> int | None:
    previous, expected = "", 1
    with driver.cursor(name="ledger") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(f"SELECT {', '.join(LEDGER.columns)} FROM audit.ledger ORDER BY entry")
        for values in cursor:
            row = dict(zip(LEDGER.columns, values, strict=True))
            if row["entry"] != expected or row["previous_hash"] != previous or row["hash"] != row_hash(row):
                return expected
            previous, expected = row["hash"], expected + 1
    return None


def head() -> tuple[int, str]:
    """Return number and hash of the newest entry, to be kept outside the database; (0, '') without any."""
    found = fetch_all("SELECT entry, hash FROM audit.ledger ORDER BY entry DESC LIMIT 1", purpose="read the ledger")
    return (int(found[0][0]), str(found[0][1])) if found else (0, "")


def _canonical(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
