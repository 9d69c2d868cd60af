"""Bridge from recorded to cleaned: why a received dossier is not counted, and counters of each reason.

The next run judges and counts everything anew, because the rules have moved; until then the reasons are null and the counters 0.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

_WHY = "Why it is not counted although it was received (GLOSSARY.md); null: counted, not received or deleted."
_COUNTERS = (
    ("left_out_second_entry", "Recorded as received in the month, not counted after cleaning: repeats another dossier."),
    ("left_out_test", "The same: made to try the system."),
    ("left_out_by_policy", "The same: ended in a way that the policy does not count."),
    ("left_out_unreceived", "The same: never received, or deleted, by the evidence."),
    ("added_unshown", "Received in the month and counted after cleaning; its system shows it as not received, or as deleted."),
)
_COUNTS = (
    "The counters of form II.06a, and of the bridge from recorded to cleaned, for every agency, field, channel and month: "
    "working copy, not yet published. Grain: policy × basis × unit × field × channel × month."
)


def upgrade() -> None:
    """Add the columns; a default stands for the rows that are there, and goes again."""
    for table in ("verdicts", "recounts", "verdict_versions"):
        op.add_column(table, sa.Column("left_out", sa.Text(), nullable=True, comment=_WHY), schema="judged")
    for name, comment in _COUNTERS:
        column = sa.Column(name, sa.BigInteger(), nullable=False, comment=comment, server_default="0")
        op.add_column("counts", column, schema="mart")
        op.alter_column("counts", name, server_default=None, schema="mart")
    op.execute(f"COMMENT ON TABLE mart.counts IS '{_COUNTS}'")
