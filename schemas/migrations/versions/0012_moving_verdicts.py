"""Index of verdicts that change with the day, found without reading all the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Index the few verdicts of dossiers for which time still runs."""
    op.create_index(
        "ix_judged_verdicts_moving",
        "verdicts",
        ["source", "code"],
        schema="judged",
        postgresql_where=sa.text("state = 'in_progress' OR recorded_state = 'in_progress' OR end_at IS NULL"),
    )
