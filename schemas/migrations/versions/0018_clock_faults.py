"""Agencies whose clock is some hours off, so that their hours are not relied on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_COUNTS = {
    "receipts": "Receipts with a time of day.",
    "receipts_outside": "Of these, outside office hours.",
    "ends": "Ends with a time of day.",
    "ends_outside": "Of these, outside office hours.",
}


def upgrade() -> None:
    """Create the table; roles as in the rest of the layer. It fills with the next run."""
    op.create_table(
        "clock_faults",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column("unit_code", sa.Text(), nullable=False, comment="Agency in ref.units; empty where the dossiers name none."),
        sa.Column("month", sa.Date(), nullable=False, comment="First day of the calendar month, office time."),
        sa.Column(
            "receipt_minutes",
            sa.BigInteger(),
            nullable=False,
            comment="Minutes by which receipts are to be moved; 0: they are right.",
        ),
        sa.Column(
            "end_minutes", sa.BigInteger(), nullable=False, comment="Minutes by which ends are to be moved; 0: they are right."
        ),
        *(sa.Column(name, sa.BigInteger(), nullable=False, comment=comment) for name, comment in _COUNTS.items()),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "unit_code", "month", name="clock_faults_pkey"),
        schema="quality",
        comment="Agencies whose times lie outside office hours and would lie inside them if their clock were set right: a server "
        "that runs in UTC, or office time that was converted twice. Grain: source × agency × month of receipt.",
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON quality.clock_faults TO motcua_load")
    op.execute("GRANT SELECT ON quality.clock_faults TO motcua_publish")
