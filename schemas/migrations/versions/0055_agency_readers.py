"""Readers of agencies: accounts of the database, and the agencies that each stands for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"

_ROLE = "motcua_agency"
_COLUMNS: tuple[tuple[str, sa.types.TypeEngine[Any], bool, str], ...] = (
    ("reader", sa.Text(), False, "Account of the database."),
    ("unit_code", sa.Text(), False, "Agency whose dossiers it sees, with all below it; '*': every agency."),
    ("account", sa.Text(), True, "Account in people.yaml from which the agency was taken; null: named by itself."),
    ("since", sa.Date(), True, "First day on which it sees them, office time; null: at once."),
    ("until", sa.Date(), True, "Last such day; null: no end is known."),
    ("changed_in", sa.BigInteger(), False, "Number of the load (audit.change_seq) that last changed the row."),
)
_ACTION = (
    "What was done: pull, load, drift, gate, match, clock_faults, check, judge, differences, measure, publish, draft, withdraw, "
    "open data, audit, inspect, prove, keep, maintain, replay, propose, package, correct, undo, follow_up, tell, reference, erase, "
    "purge, access."
)
# Invoker's rights: what they read of agency_readers is what its policy shows to the account that asks.
_GIVEN = """
    CREATE FUNCTION audit.given_agencies() RETURNS SETOF text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
        SELECT unit_code FROM audit.agency_readers WHERE reader = current_user
            AND (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date BETWEEN coalesce(since, '-infinity') AND coalesce(until, 'infinity')
    $$
"""
_EVERY = """
    CREATE FUNCTION audit.sees_every_agency() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
        SELECT EXISTS (
            SELECT FROM audit.given_agencies() AS given (unit_code) WHERE given.unit_code = '*' OR (
                SELECT u.level FROM ref.units AS u WHERE u.unit_code = given.unit_code ORDER BY u.valid_from DESC LIMIT 1
            ) = 'province'
        )
    $$
"""
# As tasks/rules/indicators/structure.py counts them: the newest version of a code speaks, an agency that ended stands under
# the one in its place, of one that was split none does. A code without an agency above it stands below what it begins with.
_SEEN = """
    CREATE FUNCTION audit.seen_agencies() RETURNS SETOF text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
        WITH RECURSIVE newest AS (
            SELECT DISTINCT ON (unit_code) unit_code,
                coalesce(parent_code, nullif(regexp_replace(unit_code, '\\.[^.]*$', ''), unit_code)) AS parent_code,
                (SELECT CASE WHEN count(DISTINCT one) = 1 THEN min(one) END
                    FROM regexp_split_to_table(succeeded_by, '[;,|+]') AS said (one) WHERE one <> '') AS heir
            FROM ref.units ORDER BY unit_code, valid_from DESC
        ), followed (unit_code, one) AS (
            SELECT unit_code, heir FROM newest WHERE heir IS NOT NULL
            UNION SELECT f.unit_code, n.heir FROM followed AS f JOIN newest AS n ON n.unit_code = f.one WHERE n.heir IS NOT NULL
        ), line (unit_code, one) AS (
            SELECT unit_code, unit_code FROM newest
            UNION SELECT unit_code, one FROM followed AS f
                WHERE NOT EXISTS (SELECT FROM newest AS n WHERE n.unit_code = f.one AND n.heir IS NOT NULL)
            UNION SELECT l.unit_code, n.parent_code FROM line AS l JOIN newest AS n ON n.unit_code = l.one
                WHERE n.parent_code IS NOT NULL
        )
        SELECT unit_code FROM line WHERE one IN (SELECT * FROM audit.given_agencies())
        UNION SELECT * FROM audit.given_agencies()
    $$
"""


def upgrade() -> None:
    """Create role, table and functions; the ledger says who was given access."""
    op.execute(
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{_ROLE}') THEN CREATE ROLE {_ROLE} NOLOGIN; "
        f"COMMENT ON ROLE {_ROLE} IS 'Reads the dossiers of its own agencies.'; END IF; END $$"
    )
    columns = [sa.Column(name, kind, nullable=nullable, comment=said) for name, kind, nullable, said in _COLUMNS]
    comment = (
        "Accounts of the database that see dossiers, each those of its own agencies alone; a policy on each table asks it. "
        "Grain: account × agency."
    )
    key = sa.PrimaryKeyConstraint("reader", "unit_code")
    op.create_table("agency_readers", *columns, key, schema="audit", comment=comment)
    for statement in (_GIVEN, _EVERY, _SEEN):
        op.execute(statement)
    op.execute(f"COMMENT ON COLUMN audit.ledger.action IS '{_ACTION}'")
