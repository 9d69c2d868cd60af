"""Accounts of agencies in a large warehouse: each question goes by an index, as the same question of the owner does."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import pytest
from psycopg2 import extensions

from tasks.warehouse.agency_readers import GrantedAgency, end_reader, let_see
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection
from tests.warehouse.agency_world import looking

AGENCIES, EACH = 200, 125
WRITTEN = (
    f"""
    INSERT INTO ref.units (unit_code, valid_from, name, level, parent_code, changed_in)
    SELECT 'H99', DATE '2025-07-01', 'Tỉnh', 'province', NULL, 1 UNION ALL
    SELECT 'H99.' || i, DATE '2025-07-01', 'Xã ' || i, 'commune', 'H99', 1 FROM generate_series(1, {AGENCIES}) AS i
    """,
    f"""
    INSERT INTO core.dossiers (source, code, partition_month, role, unit_code, changed_in)
    SELECT 'a', 'D' || i, DATE '2026-03-01', 'primary', 'H99.' || 1 + i % {AGENCIES}, 1
    FROM generate_series(0, {AGENCIES * EACH - 1}) AS i
    """,
    """
    INSERT INTO judged.verdicts (source, code, policy, unit_code, recorded_state, recorded_timeliness, state, timeliness, verdict,
        counted, moving, changed_in)
    SELECT source, code, policy, unit_code, 'finished', 'on_time', 'finished', 'on_time', 'on_time', true, false, 1
    FROM core.dossiers CROSS JOIN unnest(ARRAY['qd766', 'bieu06']) AS policy
    """,
    """
    INSERT INTO quality.findings (source, code, check_id, severity, first_seen_on, last_seen_on, changed_in)
    SELECT source, code, 'c', 'warning', DATE '2026-03-02', DATE '2026-03-02', 1 FROM core.dossiers
    """,
    # A dossier that its source states for the second agency, and that counts for the first.
    "UPDATE judged.verdicts SET unit_code = 'H99.1' WHERE code = 'D1'",
    "ANALYZE ref.units, core.dossiers, judged.verdicts, quality.findings",
)
QUESTIONS = {
    "its verdicts": ("SELECT count(*) FROM judged.verdicts WHERE policy = 'qd766'", EACH + 1),
    "its verdicts of every policy": ("SELECT count(*) FROM judged.verdicts", 2 * EACH + 2),
    "its dossiers": ("SELECT count(*) FROM core.dossiers", EACH + 1),
    "its dossiers with their verdicts": (
        "SELECT count(*) FROM judged.verdicts AS v JOIN core.dossiers AS d USING (source, code) WHERE v.policy = 'qd766'",
        EACH + 1,
    ),
    "its findings": (
        "SELECT count(*) FROM judged.verdicts AS v JOIN quality.findings AS f USING (source, code) WHERE v.policy = 'qd766'",
        EACH + 1,
    ),
    "one dossier": ("SELECT count(*) FROM core.dossiers WHERE code = 'D200'", 1),
    "one dossier of another": ("SELECT count(*) FROM core.dossiers WHERE code = 'D2'", 0),
    "one that it is counted by": ("SELECT count(*) FROM core.dossiers WHERE code = 'D1'", 1),
}
OF_ALL = {
    "one dossier": ("SELECT count(*) FROM core.dossiers WHERE code = 'D2'", 1),
    "its verdicts": ("SELECT count(*) FROM judged.verdicts WHERE unit_code = 'H99.9' AND policy = 'qd766'", EACH),
    "its findings": ("SELECT count(*) FROM quality.findings WHERE source = 'a' AND code = 'D2'", 1),
}


@pytest.fixture
def large(warehouse: Cluster) -> Iterator[str]:
    """Fifty thousand verdicts, and the name of an account to be."""
    assert warehouse.is_running
    for statement in WRITTEN:
        with connection("test") as driver, driver.cursor() as cursor:
            cursor.execute(statement)
    name = f"reader_{secrets.token_hex(4)}"
    yield name
    end_reader(name)


def plan_of(cursor: extensions.cursor, question: str) -> str:
    cursor.execute(f"EXPLAIN {question}")
    return "\n".join(line for (line,) in cursor.fetchall())


def test_an_account_of_an_agency_reads_no_table_whole(large: str) -> None:
    address = let_see(large, [GrantedAgency("H99.1")])
    assert address is not None
    with looking(address) as cursor:
        for asked, (question, rows) in QUESTIONS.items():
            plan = plan_of(cursor, question)
            assert "Seq Scan" not in plan, f"{asked}\n{plan}"
            assert "unit_code = ANY" in plan, f"{asked}\n{plan}"
            assert "Index Cond" in plan, f"{asked}\n{plan}"
            cursor.execute(question)
            assert cursor.fetchall() == [(rows,)], asked


def test_an_account_of_every_agency_asks_as_the_owner_does(large: str) -> None:
    address = let_see(large, [GrantedAgency("*")])
    assert address is not None
    with looking(address) as cursor, connection("test") as owner, owner.cursor() as owners:
        for asked, (question, rows) in OF_ALL.items():
            theirs, plan = plan_of(cursor, question), plan_of(owners, question)
            indexes = set(re.findall(r"\w+_pkey|ix_\w+", plan))
            assert indexes, plan
            assert set(re.findall(r"\w+_pkey|ix_\w+", theirs)) == indexes, f"{asked}\n{theirs}"
            assert "SubPlan" not in theirs, "no row is asked whose it is"
            assert "seen_agencies" not in theirs
            cursor.execute(question)
            assert cursor.fetchall() == [(rows,)], asked
