"""Circuit-breakers of sources, and the differences between two systems."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create both tables; the grants of their layers reach them by default."""
    _create_raw_breakers()
    _create_quality_differences()


def _create_raw_breakers() -> None:
    op.create_table(
        "breakers",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "failures", sa.BigInteger(), nullable=False, comment="Requests that failed one after the other, over all runs."
        ),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False, comment="When the last of them did."),
        sa.Column(
            "open_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Nothing is asked before; null while it may be asked.",
        ),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="Class of the error; asked_by_source where a Retry-After says so."
        ),
        sa.PrimaryKeyConstraint("source"),
        schema="raw",
        comment="Sources whose last requests failed; one that answers again has no row. Grain: source.",
    )


def _create_quality_differences() -> None:
    op.create_table(
        "differences",
        sa.Column("left_source", sa.Text(), nullable=False, comment="The system that is compared."),
        sa.Column("right_source", sa.Text(), nullable=False, comment="The system that it is compared with."),
        sa.Column("side", sa.Text(), nullable=False, comment="Which of the two hold the dossier."),
        sa.Column(
            "code", sa.Text(), nullable=False, comment="Its code in the left system; in the right one where only that holds it."
        ),
        sa.Column("other_code", sa.Text(), nullable=True, comment="Its code in the right system, where both hold it."),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="missing: the other system has no such dossier. duplicate: its own system holds the dossier a second time. lag: they differ and one was modified later. state, date, unit: they differ in that, modified together or nobody knows when. same: in nothing.",
        ),
        sa.Column(
            "fields",
            sa.Text(),
            nullable=True,
            comment="Names of the fields of core.dossiers in which they differ, space-separated.",
        ),
        sa.Column(
            "left_late",
            sa.Boolean(),
            nullable=True,
            comment="Whether the left system states it as late; null where it does not hold it.",
        ),
        sa.Column("right_late", sa.Boolean(), nullable=True, comment="Whether the right one does."),
        sa.Column(
            "as_of",
            sa.Date(),
            nullable=False,
            comment="Day whose end the row speaks for: open dossiers are judged at the end of it.",
        ),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("left_source", "right_source", "side", "code"),
        schema="quality",
        comment="Two systems compared dossier by dossier: the sums over the classes are the gaps between their totals. Grain: pair of sources × dossier, or pair of dossiers that are the same one.",
    )
    op.create_index(
        "ix_quality_differences_left_source_right_source_kind",
        "differences",
        ["left_source", "right_source", "kind"],
        unique=False,
        schema="quality",
    )
