"""Index of hand-overs: the days of a span are counted without reading the dossiers of all other years."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    """Make it; a million dossiers take some seconds."""
    given = sa.text("returned_at IS NOT NULL")
    op.create_index("ix_core_dossiers_returned_at", "dossiers", ["returned_at"], schema="core", postgresql_where=given)
