"""Counters kept by difference: verdicts to count again, and indexes that find what a month counts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

_AT = sa.DateTime(timezone=True)
_COLUMNS: dict[str, tuple[Any, bool, str]] = {
    "source": (sa.Text(), False, "One-stop system the row comes from: the name of its file in config/sources."),
    "code": (
        sa.Text(),
        False,
        "Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
    ),
    "policy": (sa.Text(), False, "Policy that answers what counts as late: the name of its file in config/policies."),
    "held": (sa.Boolean(), False, "The counters hold the dossier as the row says; false: they do not hold it yet."),
    "unit_code": (
        sa.Text(),
        True,
        "Agency responsible for the dossier, as in ref.units; null where it is not in the directory.",
    ),
    "field_code": (sa.Text(), True, "Procedure field (MaLinhVuc), e.g. G03-GD10."),
    "channel": (
        sa.Text(),
        True,
        "How the dossier was submitted; a source that gives none means the counter (QD 766, 3.3).",
    ),
    "received_at": (_AT, True, "Receipt by the one-stop desk (NgayTiepNhan)."),
    "recorded_due_at": (_AT, True, "Due date as the source states it."),
    "recorded_end_at": (
        _AT,
        True,
        "End as the source would count it; null while it counts the dossier as open.",
    ),
    "recorded_state": (sa.Text(), True, "State as the source states it."),
    "recorded_timeliness": (sa.Text(), True, "Early, on time or late by the source's own rule."),
    "due_at": (_AT, True, "Due date derived from the law and the cleaned facts; null: no limit, or not derivable."),
    "end_at": (_AT, True, "End derived from the evidence; null while in progress."),
    "state": (sa.Text(), True, "Derived state."),
    "timeliness": (sa.Text(), True, "Derived: early, on time, late, or undetermined."),
    "counted": (sa.Boolean(), True, "Counted in the cleaned indicators: received, not a duplicate, not a test."),
}


def upgrade() -> None:
    """Create the table and the indexes.

    Counters that stand are counted anew once, because verdicts that changed since were noted nowhere.
    """
    op.create_table(
        "recounts",
        *(sa.Column(name, kind, nullable=null, comment=said) for name, (kind, null, said) in _COLUMNS.items()),
        sa.PrimaryKeyConstraint("source", "code", "policy"),
        schema="judged",
        comment="Verdicts of which something changed that is counted, each as the counters of its policy hold it until they are "
        "brought up to date. Grain: dossier × policy.",
    )
    op.create_index("ix_judged_recounts_policy", "recounts", ["policy"], schema="judged")
    op.create_index("ix_judged_verdicts_policy_unit_code", "verdicts", ["policy", "unit_code"], schema="judged")
    op.create_index(
        "ix_judged_verdicts_settled",
        "verdicts",
        ["policy", sa.text("GREATEST(received_at, end_at, recorded_end_at)")],
        schema="judged",
        postgresql_where=sa.text("NOT moving"),
    )
    op.execute("UPDATE audit.progress SET rules_digest = '' WHERE step = 'measure'")
