"""Invariants I1 to I8 after any fault and one run more: one function, used by every fault test and every row of kills."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from config.settings import settings
from schemas.catalogue import TABLES
from schemas.table import Table
from tasks.auditing.seals import verify_seals
from tasks.maintain import remove_leftovers
from tasks.sources import landing
from tasks.warehouse import ledger
from tasks.warehouse.engine import fetch_all
from tests.faults.landed_rows import counted, newest_of, rows_of
from tests.faults.readers import Readers
from tests.patience import wait_for

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
_MOMENTS = {  # of these tables besides
    "audit.publication_states": {"at"},
    "audit.publication_drafts": {"drafted_at"},
    "quality.corrections": {"received_at", "undone_at"},
    "quality.packages": {"made_at", "due_at"},
    "quality.loop_events": {"at", "due_at"},
}
# Seals are digests of rows with the moments in them; whether they hold is asked of themselves.
_BOOKS = {"audit.ledger", "audit.progress", "audit.seals", "audit.seal_sums", "raw.pulls", "raw.windows", "raw.pages"}

DESK = "desk"
"""The source of dossiers in every office of fault tests; its rows have the same columns in all of them."""
_VAULT = {"landing", "cluster", "keys"}  # the cluster is looked at through SQL
_MOST_MEMORY, _MOST_DISK = 1_500_000_000, 100_000_000  # bytes
_REJECTS = f"SELECT page_digest, page_position, reason, pull_id FROM raw.rejected WHERE source = '{DESK}'"
_ROWS = """
    SELECT p.publication_id, p.rows, (SELECT count(*) FROM mart.indicators AS i WHERE i.publication_id = p.publication_id)
    FROM mart.publications AS p
"""
_COUNTED = """
    SELECT figure, to_char(month, 'YYYY-MM'), unit_code, sum(number) FROM mart.counts CROSS JOIN LATERAL (VALUES
        ('received', received),
        ('finished', finished_early + finished_on_time + finished_late + finished_undetermined)) AS c (figure, number)
    WHERE policy = %(policy)s AND basis = 'recorded' GROUP BY 1, 2, 3
"""
_PUBLISHED = """
    SELECT i.indicator, i.period, i.unit_code, i.numerator FROM mart.indicators AS i
    JOIN mart.current_publications AS p ON p.publication_id = i.publication_id
    WHERE p.policy = %(policy)s AND i.basis = 'recorded' AND i.indicator IN ('received', 'finished') AND i.period <> '*'
        AND i.unit_code = '*' AND i.field_code = '*' AND i.channel = '*'
"""
_HELD = """
    SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database
        WHERE datname = current_database())) + (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid())
"""


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


@dataclass(frozen=True)
class Expected:
    """What a fault test knows of its world.

    Attributes:
        codes: codes of all dossiers that its desk has shown.
        rejected: how many of its records could not be used.
        planted: names and numbers of persons that the desk holds, and that may stand in the landing zone only.
        logs: files outside the home that its processes wrote.
        publish: whether the run after the fault publishes.
    """

    codes: set[str]
    rejected: int = 0
    planted: tuple[str, ...] = ()
    logs: tuple[Path, ...] = ()
    publish: bool = True


def check_invariants(rerun: Callable[[], None], expected: Expected, readers: Readers | None = None) -> None:
    """Check the warehouse after a fault and its recovery.

    Args:
        rerun: runs the whole pipeline once more; nothing has changed at the sources.
        expected: what there has to be.
        readers: those who read what is published during the fault and its recovery; they have stopped.
    """
    _nothing_is_lost(expected)
    _nothing_is_there_twice()
    _books_agree()
    before = everything()
    rerun()
    after = everything()
    changed = [name for name in before if before[name] != after[name]]
    assert changed == [], f"I3: a run without changes changed {changed}"
    assert ledger.verify() is None, "the ledger's chain is broken"
    assert verify_seals().edited == (), "a row is not what was sealed, though nobody edited any"
    _publications_are_whole(readers)
    _nobody_leaked(expected)
    _recount_agrees(expected)
    _little_is_held()


def _nothing_is_lost(expected: Expected) -> None:
    """I1, I5: each landed row is a reject with its reason, or its dossier is there and says what was told of it last."""
    stated = fetch_all(f"SELECT code, unit_code, status FROM core.dossiers WHERE source = '{DESK}'")
    found = {code for code, _, _ in stated}
    assert found == expected.codes, f"I1: lost {len(expected.codes - found)}, made up {len(found - expected.codes)}"
    read, rejects = rows_of(DESK), fetch_all(_REJECTS)
    assert len(rejects) == expected.rejected, "I1: rejected records"
    places = {(digest, place): row for digest, place, row in read}
    refused = {(digest, place) for digest, place, reason, pull in rejects if reason and pull}
    assert len(refused) == len(rejects), "I5: a reject without its reason or its pull"
    assert refused <= set(places), "I5: a reject whose bytes are not kept"
    accepted = [row["ma"] for place, row in places.items() if place not in refused]
    superseded = len(accepted) - len(set(accepted))
    assert len(places) == len(found) + len(rejects) + superseded, "I1: read is not accepted, rejected and superseded"
    told = {code: (unit, int(row["trang_thai"])) for code, row, unit in newest_of(DESK)}
    assert {code: (unit or "?", status) for code, unit, status in stated} == told, (
        "I1: a dossier does not say what was told last"
    )
    assert fetch_all("SELECT count(*) FROM raw.pages WHERE loaded_at IS NULL") == [(0,)], "I1: a page was never loaded"
    for (digest,) in fetch_all("SELECT DISTINCT page_digest FROM raw.pages"):
        landing.fetch(digest)  # checks the digest


def _publications_are_whole(readers: Readers | None) -> None:
    """I4: each publication has all of its rows, a policy has one that is current, and nobody ever read another."""
    counted_rows = fetch_all(_ROWS)
    assert [one for one, rows, there in counted_rows if rows != there] == [], "I4: a publication lacks rows"
    current = fetch_all("SELECT policy FROM mart.current_publications GROUP BY policy, as_of HAVING count(*) > 1")
    assert current == [], "I4: two publications are current"
    if readers is not None:
        readers.check({one: rows for one, rows, _ in counted_rows})


def _nobody_leaked(expected: Expected) -> None:
    """I6: planted persons stand in no table, log, page or other file but those of the landing zone."""
    home = settings().home
    texts = {
        table.full_name: "\n".join(row for (row,) in fetch_all(f"SELECT t::text FROM {table.full_name} AS t"))
        for table in TABLES
    }
    files = [path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] not in _VAULT]
    for path in [*files, *expected.logs, home / "cluster" / "log"]:
        texts[path.name] = path.read_bytes().decode("utf-8", errors="replace")
    hits = sorted({place for place, text in texts.items() for word in expected.planted if word in text})
    assert hits == [], f"I6: planted persons stand in {hits}"
    if expected.planted:
        landed = json.dumps([row for _, _, row in rows_of(DESK)], ensure_ascii=False)
        assert any(word in landed for word in expected.planted), "I6: nobody was planted, and the scan finds nothing"


def _recount_agrees(expected: Expected) -> None:
    """I7: dossiers received and finished, counted in plain Python from the landed bytes, are those of the counts and of the page."""
    recount, given = counted(DESK), {"policy": settings().policy}
    if fetch_all("SELECT count(*) FROM quality.corrections WHERE field = 'unit_code'") != [(0,)]:
        recount = _in_all(recount)  # a correction says whose a dossier is
    found = _counters(fetch_all(_COUNTED, given))
    if any(unit == "*" for _, _, unit in recount):
        found = _in_all(found)
    assert found == recount, f"I7: the counts are not those of the landed bytes: {(found - recount) + (recount - found)}"
    if expected.publish:
        published = _counters(fetch_all(_PUBLISHED, given))
        assert published == _in_all(recount), "I7: the publication is not what the landed bytes say"


def _counters(rows: list[tuple[Any, ...]]) -> Counter[tuple[str, str, str]]:
    return Counter({(figure, month, unit): int(number) for figure, month, unit, number in rows if number})


def _in_all(counts: Counter[tuple[str, str, str]]) -> Counter[tuple[str, str, str]]:
    total: Counter[tuple[str, str, str]] = Counter()
    for (figure, month, _), number in counts.items():
        total[figure, month, "*"] += number
    return total


def _little_is_held() -> None:
    """I8: no lock and no transaction is left, this process is of a bounded size, and so is what lies beside the database."""
    wait_for(lambda: fetch_all(_HELD) == [(0,)])
    assert psutil.Process().memory_info().rss < _MOST_MEMORY, "I8: memory"
    home = settings().home
    files = [path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] != "cluster"]
    assert sum(path.stat().st_size for path in files) < _MOST_DISK, "I8: disk"
    remove_leftovers(older_than=0)
    drafts = [path for path in (home / "landing").rglob(".*") if path.is_file()]
    assert drafts == [], "I8: drafts of killed runs cannot be removed"


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
