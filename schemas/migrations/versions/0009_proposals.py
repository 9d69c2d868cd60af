"""Proposals of corrections; corrections keep the value before them and who withdrew them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table of proposals and add three columns to the corrections; roles as in the rest of the layer."""
    _create_quality_proposals()
    _extend_quality_corrections()
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON quality.proposals TO motcua_load")
    op.execute("GRANT SELECT ON quality.proposals TO motcua_publish")


def _create_quality_proposals() -> None:
    op.create_table(
        "proposals",
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
        sa.Column("field", sa.Text(), nullable=False, comment="Field of core.dossiers that would be corrected."),
        sa.Column("unit_code", sa.Text(), nullable=True, comment="Agency that is asked: the dossier's, in ref.units."),
        sa.Column(
            "old_value",
            sa.Text(),
            nullable=True,
            comment="Value that stands now, written as in quality.corrections; null: none.",
        ),
        sa.Column("new_value", sa.Text(), nullable=False, comment="Value that the evidence speaks for."),
        sa.Column("rule", sa.Text(), nullable=False, comment="Reason of the verdict from which it follows."),
        sa.Column(
            "confidence",
            sa.Double(),
            nullable=False,
            comment="How far the rule's kind of evidence is to be trusted.",
        ),
        sa.Column(
            "evidence",
            sa.Text(),
            nullable=False,
            comment="Tables and fields that it rests on, with what they say.",
        ),
        sa.Column("proposed_on", sa.Date(), nullable=False, comment="as_of of the first proposal of this value."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "code", "field"),
        schema="quality",
        comment="New values that the evidence speaks for, waiting for a person; none is applied before it is approved as a "
        "correction. Grain: dossier × field.",
    )


def _extend_quality_corrections() -> None:
    op.add_column(
        "corrections",
        sa.Column(
            "old_value",
            sa.Text(),
            nullable=True,
            comment="What the source stated when the correction came in, written as the new value; empty: nothing; "
            "null: not kept then.",
        ),
        schema="quality",
    )
    op.add_column(
        "corrections",
        sa.Column("undone_by", sa.Text(), nullable=True, comment="Account of who took it back."),
        schema="quality",
    )
    op.add_column(
        "corrections",
        sa.Column("undone_at", sa.TIMESTAMP(timezone=True), nullable=True, comment="When it was taken back."),
        schema="quality",
    )
