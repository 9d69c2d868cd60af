"""What must hold after any fault and one run more: one function, used by every fault test."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from schemas.catalogue import TABLES
from schemas.table import Table
from tasks.auditing.seals import verify_seals
from tasks.sources import landing
from tasks.warehouse import ledger
from tasks.warehouse.engine import fetch_all

# What tells of a run, not of a dossier: it differs between a run that was killed and one that was not.
_OF_THE_RUN = {
    "changed_in",
    "seen_at",
    "pull_id",
    "page_digest",
    "page_position",
    "rejected_at",
    "published_at",
    "said_from",  # when a publication was made that says so
    "said_until",
    "current_since",
}
_MOMENTS = {"audit.publication_states": {"at"}, "audit.publication_drafts": {"drafted_at"}}  # of these tables besides
# Seals are digests of rows with the moments in them; whether they hold is asked of themselves.
_BOOKS = {"audit.ledger", "audit.progress", "audit.seals", "audit.seal_sums", "raw.pulls", "raw.windows", "raw.pages"}


def state() -> dict[str, str]:
    """Return a digest of every table's content: what readers and rules can see, not when or how it got there."""
    names = {table: _OF_THE_RUN | _MOMENTS.get(table.full_name, set()) for table in TABLES if table.full_name not in _BOOKS}
    return {table.full_name: _digest(table, without) for table, without in names.items()}


def everything() -> dict[str, str]:
    """Return a digest of every column of every table but the books of runs themselves."""
    kept = {"audit.ledger", "audit.progress", "raw.pulls", "raw.windows"}
    return {table.full_name: _digest(table, {"met_in"}) for table in TABLES if table.full_name not in kept}


def _digest(table: Table, without: set[str]) -> str:
    columns = ", ".join(name for name in table.columns if name not in without)
    rows = fetch_all(f"SELECT ROW({columns})::text FROM {table.full_name}")
    return f"{len(rows)} {hashlib.sha256(chr(10).join(sorted(row for (row,) in rows)).encode()).hexdigest()}"


def check_invariants(rerun: Callable[[], None], codes: dict[str, set[str]], rejected: int) -> None:
    """Check the warehouse after a fault and its recovery.

    Args:
        rerun: runs the whole pipeline once more; nothing has changed at the sources.
        codes: codes of all dossiers that each source has shown.
        rejected: how many of its records could not be used.
    """
    _nothing_is_lost(codes, rejected)
    _nothing_is_there_twice()
    _books_agree()
    before = everything()
    rerun()
    after = everything()
    changed = [name for name in before if before[name] != after[name]]
    assert changed == [], f"I3: a run without changes changed {changed}"
    assert ledger.verify() is None, "the ledger's chain is broken"
    assert verify_seals().edited == (), "a row is not what was sealed, though nobody edited any"


def _nothing_is_lost(codes: dict[str, set[str]], rejected: int) -> None:
    for source, expected in codes.items():
        query = "SELECT code FROM core.dossiers WHERE source = %(source)s"
        found = {code for (code,) in fetch_all(query, {"source": source})}
        assert found == expected, f"I1: {source} lost {len(expected - found)}, made up {len(found - expected)}"
    assert fetch_all("SELECT count(*) FROM raw.rejected") == [(rejected,)], "I1: rejected records"
    assert fetch_all("SELECT count(*) FROM raw.pages WHERE loaded_at IS NULL") == [(0,)], "I1: a page was never loaded"
    for (digest,) in fetch_all("SELECT DISTINCT page_digest FROM raw.pages"):
        landing.fetch(digest)  # checks the digest


def _nothing_is_there_twice() -> None:
    repeated = """
        SELECT count(*) FROM (
            SELECT ROW(status, unit_code, procedure_code, received_at, due_at, done_at, returned_at, modified_at) AS now,
                lag(ROW(status, unit_code, procedure_code, received_at, due_at, done_at, returned_at, modified_at))
                    OVER (PARTITION BY source, code ORDER BY changed_in) AS before,
                row_number() OVER (PARTITION BY source, code ORDER BY changed_in) AS place
            FROM core.dossier_versions
        ) AS v WHERE place > 1 AND now IS NOT DISTINCT FROM before
    """
    assert fetch_all(repeated) == [(0,)], "I2: a version that says what the one before said"
    without = "SELECT count(*) FROM core.dossiers d WHERE NOT EXISTS (SELECT FROM core.dossier_versions v WHERE v.source = d.source AND v.code = d.code)"
    assert fetch_all(without) == [(0,)], "I2: a dossier without a version"
    orphans = "SELECT count(*) FROM {0} c WHERE NOT EXISTS (SELECT FROM core.dossiers d WHERE d.source = c.source AND d.code = c.code)"
    for child in ("core.events", "core.pauses", "judged.verdicts", "quality.findings", "quality.changes"):
        assert fetch_all(orphans.format(child)) == [(0,)], f"I2: {child} without its dossier"


def _books_agree() -> None:
    """Every row carries the number of a load that the ledger knows: nothing of an undone load is left."""
    for table in TABLES:
        if "changed_in" in table.managed:
            query = f"SELECT count(*) FROM {table.full_name} WHERE changed_in NOT IN (SELECT change_number FROM audit.ledger)"
            assert fetch_all(query) == [(0,)], f"{table.full_name} has rows of a load that was never committed"
    inserted: list[tuple[Any, ...]] = fetch_all(
        "SELECT coalesce(sum(inserted - deleted), 0)::bigint FROM audit.ledger WHERE action = 'judge'"
    )
    assert inserted == fetch_all("SELECT count(*) FROM judged.verdicts"), "the ledger counts other verdicts than there are"
