"""Days of verdicts: null while a verdict moves with the day.

One that says the same the next day is then the same row, and is not written again.

The next run judges everything again, because the rules have moved, and writes the rows anew. Until then they hold the day of
their last judging; no index rests on it.
"""

from __future__ import annotations

from alembic import op

revision = "0050"
down_revision = "0049"

_AS_OF = "Day of the end, which the verdict speaks for; null while it moves with the day: then that of audit.progress."
_WORKED = "Working minutes from receipt to end, pauses left out; null while no end is known."


def upgrade() -> None:
    """Let the day be null, and say what both columns hold."""
    op.execute("ALTER TABLE judged.verdicts ALTER COLUMN as_of DROP NOT NULL")
    op.execute(f"COMMENT ON COLUMN judged.verdicts.as_of IS '{_AS_OF}'")
    op.execute(f"COMMENT ON COLUMN judged.verdicts.worked_minutes IS '{_WORKED}'")
