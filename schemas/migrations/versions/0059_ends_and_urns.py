"""Indexes of ends and of urns of dossiers: what they ask for is looked up and no longer searched.

A check that looks for dossiers that ended together asks who ended about a time; the second engine's sample takes the dossiers of
urns that their codes fall into by a hash.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"

_URN = "hashtext(code)"


def upgrade() -> None:
    """Make both; a million dossiers take some seconds."""
    given = sa.text("done_at IS NOT NULL")
    op.create_index("ix_core_dossiers_done_at", "dossiers", ["done_at"], schema="core", postgresql_where=given)
    primary = sa.text("role = 'primary'")
    op.create_index("ix_core_dossiers_urn", "dossiers", [sa.text(_URN)], schema="core", postgresql_where=primary)
