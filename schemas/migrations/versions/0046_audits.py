"""Audits: results of the random samples of corrections."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

_COLUMNS: tuple[tuple[str, sa.types.TypeEngine[Any], str], ...] = (
    ("month", sa.Text(), "Month of approval as YYYY-MM, office time."),
    ("corrections", sa.BigInteger(), "Corrections approved in it."),
    ("looked_at", sa.BigInteger(), "Of these, drawn and held against the paper."),
    ("wrong", sa.BigInteger(), "Of these, wrong."),
    ("at_most_wrong", sa.Double(), "Share of all that are wrong at most, in percent, 95 % sure (Wilson's upper bound)."),
    ("entry", sa.BigInteger(), "Entry of audit.ledger whose hash drew the sample."),
    ("audited_by", sa.Text(), "Account of who looked."),
    ("digest", sa.Text(), "SHA-256 of the file with the results."),
    ("recorded_at", sa.TIMESTAMP(timezone=True), "When the results came in."),
    ("changed_in", sa.BigInteger(), "Number of the load (audit.change_seq) that last changed the row."),
)


def upgrade() -> None:
    """Create the table; roles as in the rest of the layer."""
    columns = [sa.Column(name, kind, nullable=False, comment=said) for name, kind, said in _COLUMNS]
    comment = (
        "Random samples of approved corrections that were held against the paper, and how many of all are wrong at most. "
        "Grain: month."
    )
    op.create_table("audits", *columns, sa.PrimaryKeyConstraint("month"), schema="mart", comment=comment)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON mart.audits TO motcua_publish")
    op.execute("GRANT SELECT ON mart.audits TO motcua_read, motcua_audit")
