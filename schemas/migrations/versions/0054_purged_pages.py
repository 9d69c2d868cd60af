"""Purged pages: on which day a landing file went, and by which rule; rows of before were kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"

_PURGED_ON = "Day on which its bytes were purged from the landing zone; null while they are kept."
_RULE = "Rule by which they were (config/retention.yaml)."
_ACTION = (
    "What was done: pull, load, drift, gate, match, clock_faults, check, judge, differences, measure, publish, draft, withdraw, "
    "open data, audit, inspect, prove, keep, maintain, replay, propose, package, correct, undo, follow_up, tell, reference, erase, purge."
)


def upgrade() -> None:
    """Add the columns, and say what the ledger may hold."""
    op.add_column("pages", sa.Column("purged_on", sa.Date(), comment=_PURGED_ON), schema="raw")
    op.add_column("pages", sa.Column("purge_rule", sa.Text(), comment=_RULE), schema="raw")
    op.execute(f"COMMENT ON COLUMN audit.ledger.action IS '{_ACTION}'")
