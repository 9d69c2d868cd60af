"""Roles and their rights, and a ledger that can only be added to.

The roles cannot log in; an office grants them to its own accounts. Readers see the publication layer and
nothing else.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_ROLES = {
    "motcua_load": "Loads, checks and judges; cannot publish.",
    "motcua_publish": "Measures and publishes.",
    "motcua_read": "Reads publications.",
    "motcua_audit": "Reads the ledger and publications.",
}
_WORK = ("raw", "ref", "core", "quality", "judged")
_WRITE = "SELECT, INSERT, UPDATE, DELETE"


def upgrade() -> None:
    """Create the roles, grant what each needs, and close the ledger."""
    for role, comment in _ROLES.items():
        op.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} NOLOGIN; COMMENT ON ROLE {role} IS '{comment}'; END IF; END $$"
        )
    # The layer public is not ours where the database is an office's own: then it stays as it is.
    op.execute(
        "DO $$ BEGIN REVOKE ALL ON SCHEMA public FROM PUBLIC; "
        "EXCEPTION WHEN insufficient_privilege OR invalid_schema_name THEN NULL; END $$"
    )
    for layer in _WORK:
        _grant(layer, _WRITE, "motcua_load")
    for layer in ("ref", "core", "quality", "judged"):
        _grant(layer, "SELECT", "motcua_publish")
    _grant("mart", _WRITE, "motcua_publish")
    for role in ("motcua_read", "motcua_audit"):
        _grant("mart", "SELECT", role)
    _grant("audit", "SELECT", "motcua_audit")
    _grant_bookkeeping()
    _close_ledger()


def _grant(layer: str, verbs: str, role: str) -> None:
    op.execute(f"GRANT USAGE ON SCHEMA {layer} TO {role}")
    op.execute(f"GRANT {verbs} ON ALL TABLES IN SCHEMA {layer} TO {role}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {layer} GRANT {verbs} ON TABLES TO {role}")


def _grant_bookkeeping() -> None:
    for role in ("motcua_load", "motcua_publish"):
        op.execute(f"GRANT USAGE ON SCHEMA audit TO {role}")
        op.execute(f"GRANT SELECT, INSERT ON audit.ledger TO {role}")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON audit.progress TO {role}")
        op.execute(f"GRANT SELECT ON audit.schema_version TO {role}")
        op.execute(f"GRANT SELECT, USAGE ON SEQUENCE audit.change_seq TO {role}")


def _close_ledger() -> None:
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON audit.ledger FROM PUBLIC, CURRENT_USER")
    op.execute(
        "CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$ "
        "BEGIN RAISE EXCEPTION 'audit.ledger is only added to' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.ledger "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()"
    )
