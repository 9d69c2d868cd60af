"""Comments only: several successors of a split agency, and the proposal rule that follows."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Say on the two columns what they hold by now."""
    op.alter_column(
        "units",
        "succeeded_by",
        schema="ref",
        comment="Agency that took over its dossiers after valid_to; several, of one that was split, with ; between them.",
        existing_comment="Agency that took over its dossiers after valid_to.",
    )
    op.alter_column(
        "proposals",
        "rule",
        schema="quality",
        comment="Reason of the verdict from which it follows; unit_succeeded: the directory's succession.",
        existing_comment="Reason of the verdict from which it follows.",
    )
