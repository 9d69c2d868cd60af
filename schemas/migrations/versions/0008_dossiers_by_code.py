"""Key of dossiers begins with their code: one index fewer to maintain for each dossier."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the key serve the look-up by code alone, and drop the index that did."""
    op.drop_constraint("dossiers_pkey", "dossiers", schema="core")
    op.create_primary_key("dossiers_pkey", "dossiers", ["code", "source"], schema="core")
    op.drop_index("ix_core_dossiers_code", "dossiers", schema="core")
