"""Origin of the end of a pause; dossiers filed again after a withdrawal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column, unknown for what was loaded before, and say that matches hold one kind more."""
    op.add_column(
        "pauses",
        sa.Column(
            "end_origin",
            sa.Text(),
            nullable=True,
            comment="Which record tells its end: a supplement_record says that it came in, a progress_log only that work went on.",
        ),
        schema="core",
    )
    op.alter_column(
        "matches",
        "kind",
        schema="core",
        comment=(
            "evidence: the other record speaks about this dossier; duplicate_of: this row repeats the other, which is the one "
            "counted; refiled: the same person filed this one after the other was withdrawn."
        ),
        existing_comment=(
            "evidence: the other record speaks about this dossier; duplicate_of: this row repeats the other, which is the one "
            "counted."
        ),
    )
    op.create_table_comment(
        "matches",
        "The same dossier in two places: evidence of another system, a duplicate, or filed again. Grain: dossier × other record.",
        existing_comment="The same dossier in two places: evidence of another system, or a duplicate. Grain: dossier × other record.",
        schema="core",
    )
    op.alter_column(
        "proposals",
        "rule",
        schema="quality",
        comment=(
            "Reason of the verdict from which it follows; unit_succeeded: the directory's succession; "
            "waiting_elsewhere: another system's status."
        ),
        existing_comment="Reason of the verdict from which it follows; unit_succeeded: the directory's succession.",
    )
