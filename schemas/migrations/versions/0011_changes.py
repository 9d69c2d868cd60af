"""Changes made by cleaning, dossier by dossier and field by field."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the table; roles as in the rest of the layer. It fills as pages are loaded, or by a replay."""
    op.create_table(
        "changes",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
        ),
        sa.Column("field", sa.Text(), nullable=False, comment="Field of core.dossiers that was changed."),
        sa.Column(
            "source_value",
            sa.Text(),
            nullable=True,
            comment="Value as the source gives it; null: none, or one that may be personal and stands in the landing "
            "file alone.",
        ),
        sa.Column(
            "cleaned_value",
            sa.Text(),
            nullable=True,
            comment="Value kept, instants in the source's own time; null: left empty, or a pseudonym.",
        ),
        sa.Column("rule", sa.Text(), nullable=False, comment="What changed it (tasks/cleaning/rules.py)."),
        sa.Column("rule_version", sa.BigInteger(), nullable=False, comment="Version of the rule that did it."),
        sa.Column("confidence", sa.Double(), nullable=False, comment="How far the cleaned value is to be trusted."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "code", "field"),
        schema="quality",
        comment="Every field of a dossier that cleaning changed: the value as given, the value kept, and the rule that made "
        "it. Grain: dossier × field.",
    )
    op.create_index("ix_quality_changes_rule", "changes", ["rule"], schema="quality")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON quality.changes TO motcua_load")
    op.execute("GRANT SELECT ON quality.changes TO motcua_publish")
