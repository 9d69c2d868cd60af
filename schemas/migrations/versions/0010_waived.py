"""Number of waived findings in published counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column, nought for what was published before, and let readers see it."""
    op.add_column(
        "finding_counts",
        sa.Column(
            "waived",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="Dossiers with an open finding of it that a waiver leaves out.",
        ),
        schema="mart",
    )
    op.alter_column("finding_counts", "waived", server_default=None, schema="mart")
    op.alter_column(
        "finding_counts",
        "dossiers",
        comment="Dossiers with an open finding of it that is not waived.",
        existing_comment="Dossiers with an open finding of it.",
        schema="mart",
    )
    op.alter_column(
        "publications",
        "rules_digest",
        comment="SHA-256 over policies, calendars, checks, indicators, waivers and rules code in force.",
        existing_comment="SHA-256 over policies, calendars, checks, indicators and rules code in force.",
        schema="mart",
    )
    op.execute(
        "CREATE OR REPLACE VIEW mart.current_finding_counts AS SELECT p.policy, p.as_of, f.* "
        "FROM mart.current_publications AS p JOIN mart.finding_counts AS f USING (publication_id)"
    )
