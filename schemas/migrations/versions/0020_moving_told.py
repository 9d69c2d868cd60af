"""Verdicts that change with the day, as the rules mark them.

Among them are those whose record states a time after the day judged.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_INDEX = "ix_judged_verdicts_moving"
_BEFORE = "state = 'in_progress' OR recorded_state = 'in_progress' OR end_at IS NULL"


def upgrade() -> None:
    """Add the column, by the condition that held until now.

    The first run under the new rules judges everything again.
    """
    op.add_column(
        "verdicts",
        sa.Column(
            "moving",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="The verdict changes with the day: the dossier is open, its end unknown, or its record tells of a later time.",
        ),
        schema="judged",
    )
    op.execute(f"UPDATE judged.verdicts SET moving = true WHERE {_BEFORE}")
    op.alter_column("verdicts", "moving", schema="judged", server_default=None)
    op.drop_index(_INDEX, "verdicts", schema="judged")
    op.create_index(_INDEX, "verdicts", ["source", "code"], schema="judged", postgresql_where=sa.text("moving"))
