"""Accounts of agencies find their rows by an index; one that sees every agency has a role of its own.

Nobody sees more or fewer rows than before: both roles ask ``audit.agency_readers`` as the one role did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"

_AGENCY, _EVERY = "motcua_agency", "motcua_every_agency"
# From the given agencies down, where 0055 went up from every agency of the directory: the same agencies, in a tenth of the time.
_SEEN = """
    CREATE OR REPLACE FUNCTION audit.seen_agencies() RETURNS SETOF text LANGUAGE sql STABLE ROWS 10 SET search_path = pg_catalog AS $$
        WITH RECURSIVE newest AS MATERIALIZED (
            SELECT DISTINCT ON (unit_code) unit_code,
                coalesce(parent_code, nullif(regexp_replace(unit_code, '\\.[^.]*$', ''), unit_code)) AS parent_code,
                CASE WHEN succeeded_by IS NOT NULL THEN (SELECT CASE WHEN count(DISTINCT one) = 1 THEN min(one) END
                    FROM regexp_split_to_table(succeeded_by, '[;,|+]') AS said (one) WHERE one <> '') END AS heir
            FROM ref.units ORDER BY unit_code, valid_from DESC
        ), below (one) AS (
            SELECT * FROM audit.given_agencies()
            UNION SELECT n.unit_code FROM below AS b JOIN newest AS n ON n.parent_code = b.one
        ), followed (unit_code, one) AS (
            SELECT unit_code, heir FROM newest WHERE heir IS NOT NULL
            UNION SELECT f.unit_code, n.heir FROM followed AS f JOIN newest AS n ON n.unit_code = f.one WHERE n.heir IS NOT NULL
        )
        SELECT one FROM below
        UNION SELECT f.unit_code FROM followed AS f WHERE f.one IN (SELECT b.one FROM below AS b)
            AND NOT EXISTS (SELECT FROM newest AS n WHERE n.unit_code = f.one AND n.heir IS NOT NULL)
    $$
"""
# A function, so that the planner takes it for the little that it is: written out, its cost was counted for every row.
_COUNTED = """
    CREATE FUNCTION audit.counted_codes() RETURNS SETOF text LANGUAGE sql STABLE ROWS 100 SET search_path = pg_catalog AS $$
        SELECT DISTINCT code FROM judged.verdicts
    $$
"""
# What gives each account the roles that audit.agency_readers means for it: the new one where an agency of its own is every agency,
# the old one where that is not always so. Only what this account gave is taken back.
_ORDERS = f"""
    CREATE FUNCTION audit.role_orders() RETURNS SETOF text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
        WITH given AS (
            SELECT r.reader, r.unit_code = '*' OR coalesce((
                SELECT u.level FROM ref.units AS u WHERE u.unit_code = r.unit_code ORDER BY u.valid_from DESC LIMIT 1
            ) = 'province', false) AS every, r.since IS NULL AND r.until IS NULL AS always
            FROM audit.agency_readers AS r
        ), wanted AS (
            SELECT reader, '{_EVERY}' AS role FROM given WHERE every GROUP BY 1
            UNION ALL SELECT reader, '{_AGENCY}' FROM given GROUP BY 1 HAVING bool_or(NOT every) AND NOT bool_or(every AND always)
        ), held AS (
            SELECT r.rolname::text AS reader, g.rolname::text AS role, m.grantor = current_user::regrole AS ours
            FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member JOIN pg_roles AS g ON g.oid = m.roleid
            WHERE g.rolname IN ('{_AGENCY}', '{_EVERY}') AND r.rolname IN (SELECT reader FROM given)
        )
        SELECT format('GRANT %I TO %I', role, reader) FROM wanted JOIN pg_roles ON rolname = reader
            WHERE (reader, role) NOT IN (SELECT h.reader, h.role FROM held AS h)
        UNION ALL SELECT format('REVOKE %I FROM %I', role, reader) FROM held
            WHERE ours AND (reader, role) NOT IN (SELECT w.reader, w.role FROM wanted AS w)
    $$
"""
_OWN = "unit_code = ANY (ARRAY(SELECT audit.seen_agencies()))"
# The verdict says which agency counts a dossier; its codes are looked up, then each row is asked.
_COUNTED_BY = (
    "code = ANY (ARRAY(SELECT audit.counted_codes())) AND "
    "EXISTS (SELECT FROM judged.verdicts AS v WHERE v.source = dossiers.source AND v.code = dossiers.code)"
)
_OWN_ROWS = {
    **dict.fromkeys(("judged.verdicts", "quality.packages", "quality.proposals"), _OWN),
    "core.dossiers": f"{_OWN} OR {_COUNTED_BY}",
}
_ROWS = (
    *_OWN_ROWS,
    *("core.dossier_versions", "core.events", "core.pauses", "core.matches"),
    *("quality.findings", "quality.corrections", "quality.package_rows"),
)
_READ = (*_ROWS, "quality.agency_questions", "audit.agency_readers", "ref.units", "ref.procedures")
_CONNECT = f"""
    DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO {_EVERY}', current_database()); END $$
"""


def upgrade() -> None:
    """Make role, indexes and policies, and give the accounts that see every agency their role."""
    op.execute(
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{_EVERY}') THEN CREATE ROLE {_EVERY} NOLOGIN; "
        f"COMMENT ON ROLE {_EVERY} IS 'Reads the dossiers of every agency.'; END IF; END $$"
    )
    op.drop_index("ix_judged_verdicts_policy_unit_code", "verdicts", schema="judged")
    op.create_index("ix_judged_verdicts_unit_code_policy", "verdicts", ["unit_code", "policy"], schema="judged")
    where = sa.text("unit_code IS NOT NULL")
    op.create_index("ix_core_dossiers_unit_code", "dossiers", ["unit_code"], schema="core", postgresql_where=where)
    for statement in (_SEEN, _COUNTED, _ORDERS, _CONNECT):
        op.execute(statement)
    op.execute(f"GRANT USAGE ON SCHEMA core, ref, quality, judged, audit TO {_EVERY}")
    op.execute(f"GRANT SELECT ON {', '.join(_READ)} TO {_EVERY}")
    op.execute(f"ALTER POLICY own_agencies ON audit.agency_readers TO {_AGENCY}, {_EVERY}")
    for table, own in _OWN_ROWS.items():
        op.execute(f"ALTER POLICY own_agencies ON {table} USING ({own})")
    for table in _ROWS:
        # Asked once a statement. PostgreSQL takes policies from the last name to the first: of an account that has both roles the
        # rows of its own agencies are looked for only where it does not see all.
        using = "(SELECT audit.sees_every_agency())"
        op.execute(f"CREATE POLICY whole_province ON {table} FOR SELECT TO {_EVERY} USING ({using})")
    _carry_over()


def _carry_over() -> None:
    bind = op.get_bind()
    for order in bind.scalars(sa.text("SELECT audit.role_orders()")).all():
        bind.execute(sa.text(order))
