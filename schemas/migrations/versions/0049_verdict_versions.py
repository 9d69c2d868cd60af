"""What publications counted of each verdict, and the configuration under which figures were made."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0049"
down_revision = "0048"

_TYPES: dict[str, Any] = {
    **dict.fromkeys(("received_at", "recorded_due_at", "recorded_end_at", "due_at", "end_at"), sa.TIMESTAMP(timezone=True)),
    **dict.fromkeys(("said_from", "said_until"), sa.TIMESTAMP(timezone=True)),
    "counted": sa.Boolean(),
}
_OF_VERDICTS = (
    *("unit_code", "procedure_code", "field_code", "channel", "received_at", "recorded_due_at", "recorded_end_at"),
    *("recorded_state", "recorded_timeliness", "due_at", "end_at", "state", "timeliness", "counted", "verdict", "reasons"),
    "missing",
)
_OWN = {
    "findings": "Open findings as check:severity, space-separated, in order; empty: none.",
    "cause": "Why it differs from the row before (GLOSSARY.md).",
    "said_from": "When the first publication or draft that rests on it was made.",
    "said_until": "When the first that no longer does was made; null while none is.",
}
_ARCHIVE = {
    "rules_digest": "Digest of rules and configuration, as in mart.publications.",
    "calendar_digest": "Digest of the calendars alone.",
    "code_digest": "Digest of the rules' code alone, which is not kept.",
    "rest_digest": "Digest of all the rest: what differs where a rule changed.",
    "files": "Text of each file by its name below the configuration.",
    "zones": "IANA zone of each source.",
    "changed_in": "Number of the load (audit.change_seq) that last changed the row.",
}


def upgrade() -> None:
    """Create both tables; they fill with the next publication, and tell nothing of those before."""
    said = _comments()
    columns = [sa.Column(name, sa.Text(), nullable=False, comment=said[name]) for name in ("policy", "source", "code")]
    columns += [sa.Column(name, _TYPES.get(name, sa.Text()), comment=said[name]) for name in _OF_VERDICTS]
    columns += [
        sa.Column(name, _TYPES.get(name, sa.Text()), nullable=name == "said_until", comment=comment)
        for name, comment in _OWN.items()
    ]
    op.create_table(
        "verdict_versions",
        *columns,
        sa.PrimaryKeyConstraint("policy", "source", "code", "said_from"),
        schema="judged",
        comment="What publications counted of each verdict: a row once for as long as it stayed the same, with why it changed. "
        "Grain: policy × dossier × first publication or draft that rests on it.",
    )
    op.create_index(
        "ix_judged_verdict_versions_standing",
        "verdict_versions",
        ["policy"],
        schema="judged",
        postgresql_where=sa.text("said_until IS NULL"),
    )
    kinds: dict[str, Any] = {"files": JSONB(), "zones": JSONB()}
    kinds["changed_in"] = sa.BigInteger()
    op.create_table(
        "rules_archive",
        *(sa.Column(name, kinds.get(name, sa.Text()), nullable=False, comment=said) for name, said in _ARCHIVE.items()),
        sa.PrimaryKeyConstraint("rules_digest"),
        schema="audit",
        comment="Configuration under which figures were made, whole: indicators, waivers, calendars, policies, checks. "
        "Grain: rules digest.",
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON judged.verdict_versions TO motcua_load")
    op.execute("GRANT SELECT ON judged.verdict_versions TO motcua_publish")
    op.execute("GRANT SELECT, INSERT, UPDATE ON audit.rules_archive TO motcua_load, motcua_publish")
    op.execute("GRANT SELECT ON audit.rules_archive TO motcua_audit")


def _comments() -> dict[str, str]:
    """Return the comments of the columns of judged.verdicts, which mean the same here."""
    query = (
        "SELECT attname, coalesce(col_description(attrelid, attnum), '') FROM pg_attribute "
        "WHERE attrelid = 'judged.verdicts'::regclass AND attnum > 0 AND NOT attisdropped"
    )
    return {str(name): str(said) for name, said in op.get_bind().exec_driver_sql(query)}
