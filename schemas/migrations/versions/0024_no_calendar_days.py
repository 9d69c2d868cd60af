"""Days off leave the warehouse: ref.calendar_days never held a row; comments say where codes are.

Calendars are files in config/calendar, each day with the document that says so.
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"

_REASONS = "Reason codes, space-separated, the strongest first; GLOSSARY.md defines them."
_REASON = "Why: a code of the reject reasons (docs/tables.md lists them)."


def upgrade() -> None:
    """Drop ref.calendar_days, which nothing has ever written to; say where the codes of raw.rejected are listed."""
    op.drop_table("calendar_days", schema="ref")
    op.alter_column("rejected", "reason", schema="raw", comment=_REASON)
    op.alter_column("verdicts", "reasons", schema="judged", comment=_REASONS)  # its module has moved
