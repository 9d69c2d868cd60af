"""Indexes of what grows older by itself: open dossiers, results never collected, unended pauses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

_UNSETTLED = "status IN (2, 4, 5, 6) OR status = 9 AND returned_at IS NULL"
_FINDING = "as_of of the run that wrote the row as open, or of the last one that still saw it before it was resolved."


def upgrade() -> None:
    """Make the indexes: a new day asks of these rows alone. Findings say what their days mean now."""
    columns = ["source", "partition_month"]
    op.create_index("ix_core_dossiers_unsettled", "dossiers", columns, schema="core", postgresql_where=sa.text(_UNSETTLED))
    op.create_index(
        "ix_core_pauses_unended",
        "pauses",
        ["source", "started_at"],
        schema="core",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute(f"COMMENT ON COLUMN quality.findings.last_seen_on IS '{_FINDING}'")
