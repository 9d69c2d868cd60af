"""Deletions at the source: when and why a system deleted a dossier, and since which state seen of it.

The columns are empty until a source tells of a deletion; rows of before mean what they meant.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"

_IS_DELETED = "Deleted at its system (IsDeleted, or a day of deletion); null where that says nothing of it."
_DELETED_AT = "Deletion at its system, as the source states it (DeletedOn); null while it stands there."
_REASON = "Why it was deleted, as the source writes it (LyDoXoa), shortened; hidden as a whole where it may speak of a person."
_COUNTED = "Counted in the cleaned indicators: received, not deleted, not a duplicate, not a test."


def upgrade() -> None:
    """Add the columns, and say what a counted verdict is."""
    for table in ("dossiers", "dossier_versions"):
        op.add_column(table, sa.Column("is_deleted", sa.Boolean(), comment=_IS_DELETED), schema="core")
        op.add_column(table, sa.Column("deleted_at", sa.TIMESTAMP(timezone=True), comment=_DELETED_AT), schema="core")
    op.add_column("dossiers", sa.Column("deletion_reason", sa.Text(), comment=_REASON), schema="core")
    for table in ("verdicts", "recounts", "verdict_versions"):
        op.execute(f"COMMENT ON COLUMN judged.{table}.counted IS '{_COUNTED}'")
