"""The shape of each source and its changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the two tables; who loads writes them, who publishes reads them, as the rest of the layer."""
    _create_quality_shapes()
    _create_quality_drift()
    for table in ("shapes", "drift"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON quality.{table} TO motcua_load")
        op.execute(f"GRANT SELECT ON quality.{table} TO motcua_publish")


def _create_quality_shapes() -> None:
    op.create_table(
        "shapes",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "field_key",
            sa.Text(),
            nullable=False,
            comment="Name of the field in lower case; a field of a list is List[].Field.",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name as the source first spelled it."),
        sa.Column("meaning", sa.Text(), nullable=False, comment="Our field that it is read into; empty where it is not read."),
        sa.Column(
            "kinds",
            sa.Text(),
            nullable=False,
            comment="What its values were so far, comma-separated: text, number, a form of date …",
        ),
        sa.Column(
            "always",
            sa.Boolean(),
            nullable=False,
            comment="Whether every record (of tables: every file) had it, so that it can be missed.",
        ),
        sa.Column("first_page", sa.Text(), nullable=False, comment="Landing file that showed it first."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "field_key"),
        schema="quality",
        comment="Fields of each source as its last accepted load showed them; what comes next is compared with it. Grain: source × field.",
    )


def _create_quality_drift() -> None:
    op.create_table(
        "drift",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column("field", sa.Text(), nullable=False, comment="Name of the field or heading."),
        sa.Column("what", sa.Text(), nullable=False, comment="What happened to it."),
        sa.Column(
            "first_page",
            sa.Text(),
            nullable=False,
            comment="Landing file that showed the change first; its records are kept there.",
        ),
        sa.Column("before", sa.Text(), nullable=True, comment="Kinds, name or place before."),
        sa.Column("now", sa.Text(), nullable=True, comment="Kinds, name or place now."),
        sa.Column(
            "policy",
            sa.Text(),
            nullable=False,
            comment="What the source's file says about such a change: accept, warn (the run says so), stop (nothing was loaded).",
        ),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "field", "what", "first_page"),
        schema="quality",
        comment="What changed in the shape of a source, and what its policy made of it. Names and kinds only, never a value. Grain: source × field × change × landing file.",
    )
