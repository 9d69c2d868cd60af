"""A day's intake against all history: 20,000 new records, 2 million old ones of three systems, in one warehouse.

What repeats what is known, because it is planted: the matches must be exactly those, no more and no fewer, and those
of the history must stand as they stood.
"""

from __future__ import annotations

from datetime import date

from psycopg2 import sql

from schemas.dossiers import DOSSIERS
from tasks.match import match_all
from tasks.warehouse.engine import connection, fetch_all
from tasks.warehouse.load import load
from tests.bench.line import Measured, line, timed
from tests.bench.load import scratch_warehouse

AS_OF = date(2026, 3, 31)
HISTORY, INTAKE = 2_000_000, 20_000
ALLOWED = 60.0  # seconds on two cores
_COLUMNS = """source, code, partition_month, role, alias_code, receipt_number, procedure_code, unit_code, applicant_key, status,
    received_at, page_digest, page_position, changed_in"""
# Of every forty: four records of the land office, each with the receipt number of the dossier before it; an application
# handed in twice (13 of 12: untouched); two that one person did hand in twice (7 of 6, 27 of 26: both worked on). People
# come back for the same procedure at the same agency, on other days.
_HISTORY = f"""
    INSERT INTO core.dossiers ({_COLUMNS})
    SELECT CASE WHEN n % 10 = 0 THEN 'land' WHEN n % 3 = 0 THEN 'communes' ELSE 'province' END,
        'H99.' || place || '-' || to_char(day, 'YYMMDD') || '-' || n, date_trunc('month', day)::date,
        CASE WHEN n % 10 = 0 THEN 'evidence' ELSE 'primary' END, NULL,
        'BN' || CASE WHEN n % 10 = 0 THEN n - 1 ELSE n END, '1.' || leader % 200, 'H99.' || place,
        md5((leader % 600000)::text) || 'applicant', CASE WHEN n % 40 = 13 THEN 2 ELSE 9 END,
        (day + interval '7 hours 30 minutes' + leader % 1100 * interval '30 seconds'
            + CASE WHEN leader = n THEN interval '0' ELSE interval '10 minutes' END) AT TIME ZONE 'Asia/Ho_Chi_Minh',
        repeat('a', 64), n % 1000, {{number}}
    FROM (
        SELECT n, leader, leader % 120 AS place, timestamp '2021-01-04' + leader / 1100 * interval '1 day' AS day
        FROM (
            SELECT n, CASE WHEN n % 40 IN (7, 13, 27) OR n % 10 = 0 THEN n - 1 ELSE n END AS leader
            FROM generate_series(1, {{rows}}) AS n) AS numbered) AS dated
"""
# Each speaks about one old dossier, the third of a forty: a stranger to it; it under another code in the other system; an
# untouched second entry of it; the same person with the same wish, on another day or again worked on; a record of the
# land office about it; its own code in the other system.
_INTAKE = f"""
    INSERT INTO core.dossiers ({_COLUMNS})
    SELECT CASE WHEN kind = 4 THEN 'land' WHEN kind IN (1, 5) AND o.source = 'province' THEN 'communes'
            WHEN kind IN (1, 5) THEN 'province' ELSE o.source END,
        CASE WHEN kind = 5 THEN o.code ELSE 'H99.new-' || k END, o.partition_month,
        CASE WHEN kind = 4 THEN 'evidence' ELSE 'primary' END,
        CASE WHEN kind = 1 THEN o.code END, CASE WHEN kind = 4 THEN o.receipt_number ELSE 'NEW' || k END,
        o.procedure_code, o.unit_code, CASE WHEN kind IN (0, 4) THEN 'new-' || k ELSE o.applicant_key END,
        CASE WHEN kind = 2 THEN 2 ELSE 9 END,
        o.received_at + CASE WHEN kind = 3 AND k % 2 = 0 THEN interval '3 days' ELSE interval '20 minutes' END,
        repeat('b', 64), k % 1000, {{number}}
    FROM (SELECT k, k % 6 AS kind, k * 80 + 3 AS old FROM generate_series(1, {{rows}}) AS k) AS made
    JOIN core.dossiers AS o ON o.receipt_number = 'BN' || old AND o.role = 'primary'
"""
# Told by receipt numbers: the number of a record of the land office is that of the dossier it speaks about.
_PLANTED = f"""
    SELECT 'evidence', 'BN' || n - 1, 'BN' || n - 1 FROM generate_series(10, {HISTORY}, 10) AS n
    UNION ALL SELECT 'duplicate_of', 'BN' || n, 'BN' || n - 1 FROM generate_series(13, {HISTORY}, 40) AS n
    UNION ALL SELECT 'duplicate_of', 'NEW' || k, 'BN' || k * 80 + 3 FROM generate_series(1, {INTAKE}) AS k WHERE k % 6 IN (1, 2, 5)
    UNION ALL SELECT 'evidence', 'BN' || k * 80 + 3, 'BN' || k * 80 + 3 FROM generate_series(1, {INTAKE}) AS k WHERE k % 6 = 4
    UNION ALL SELECT 'evidence', 'BN' || k * 80 + 3, 'NEW' || k FROM generate_series(1, {INTAKE}) AS k WHERE k % 6 IN (1, 5)
"""
_FOUND = """
    SELECT m.kind, d.receipt_number, o.receipt_number FROM core.matches AS m
    JOIN core.dossiers AS d ON d.source = m.source AND d.code = m.code
    JOIN core.dossiers AS o ON o.source = m.other_source AND o.code = m.other_code
"""
_DIFFERENT = f"(({_FOUND}) EXCEPT ALL ({_PLANTED})) UNION ALL (({_PLANTED}) EXCEPT ALL ({_FOUND}))"
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'core' AND tablename = 'dossiers' ORDER BY 1"


@line("duplicates", other=f"allowed, {INTAKE} among {HISTORY}", at_most=1.0)
def bench_duplicates() -> Measured:
    """Match a day's intake with all history, by code, second code, receipt number and application, across systems."""
    with scratch_warehouse():
        _make_history()
        assert match_all(AS_OF).read == HISTORY
        before = _standing()
        with load("load", "intake") as current:
            assert current.execute(_INTAKE.format(rows=INTAKE, number=current.change_number)) == INTAKE
        ours = timed(lambda: match_all(AS_OF))
        assert fetch_all(f"SELECT count(*) FROM ({_DIFFERENT}) AS different") == [(0,)], "not exactly what is planted"
        assert _standing(before[1]) == before, "the history's matches stand untouched, each under the dossier it was under"
        assert ours.result.read < HISTORY / 10
        assert match_all(AS_OF).read == 0
    return Measured(ours.seconds, ALLOWED)


def _make_history() -> None:
    """Write the old records; indexes come after the rows, as with any restored warehouse."""
    with connection("prepare") as driver, driver.cursor() as cursor:
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        cursor.execute("ALTER TABLE core.dossiers DROP CONSTRAINT dossiers_pkey")
        for name, _ in indexes:
            cursor.execute(sql.SQL("DROP INDEX IF EXISTS core.{}").format(sql.Identifier(name)))
        cursor.execute(_HISTORY.format(rows=HISTORY, number="(SELECT nextval('audit.change_seq'))"))
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(DOSSIERS.schema, DOSSIERS.name)))


def _standing(until: int = 2**62) -> tuple[int, int]:
    """Count the matches written until a change, and tell the newest change among them."""
    ((count, newest),) = fetch_all(
        "SELECT count(*), max(changed_in) FROM core.matches WHERE changed_in <= %(until)s", {"until": until}
    )
    return int(count), int(newest)
