"""Ledger actions: the comment names every action that there is; it named seven."""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"

_ACTION = (
    "What was done: pull, load, drift, gate, match, clock_faults, check, judge, differences, measure, publish, draft, withdraw, "
    "open data, audit, inspect, prove, keep, maintain, replay, propose, package, correct, undo, follow_up, tell, reference, erase."
)


def upgrade() -> None:
    """Say what the column may hold."""
    op.execute(f"COMMENT ON COLUMN audit.ledger.action IS '{_ACTION}'")
