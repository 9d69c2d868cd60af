"""Windows asked of a source, their pages, its own totals, completeness by agency and day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables, and carry on from where the pulls before them stood."""
    _create_raw_windows()
    _create_quality_completeness()
    op.add_column(
        "pages",
        sa.Column(
            "window_id",
            sa.Text(),
            nullable=True,
            comment="Window that brought it; it is loaded once that is done. Null in pulls without windows.",
        ),
        schema="raw",
    )
    op.add_column(
        "pages",
        sa.Column("met_in", sa.Text(), nullable=True, comment="Last pull in which the source gave these bytes."),
        schema="raw",
    )
    op.execute("UPDATE raw.pages SET met_in = pull_id")
    op.alter_column("pages", "met_in", nullable=False, schema="raw")
    op.add_column(
        "pulls",
        sa.Column(
            "source_total",
            sa.BigInteger(),
            nullable=True,
            comment="Records that the source held in all by its own count, where it was asked.",
        ),
        schema="raw",
    )
    op.add_column(
        "pulls",
        sa.Column(
            "shrinkage_accepted",
            sa.Boolean(),
            nullable=True,
            comment="Not a pull but an operator's word, that the source may hold fewer records than before.",
        ),
        schema="raw",
    )
    _carry_over()


def _carry_over() -> None:
    """A cursor says that everything before it has landed: one window from the beginning, done."""
    op.execute(
        "INSERT INTO raw.windows (window_id, source, pull_id, state, pages, records, newest_at, complete_to, started_at, ended_at) "
        "SELECT 'before-' || p.partition, p.partition, 'before-' || p.partition, 'done', 0, 0, c.at, c.at, c.at, c.at "
        "FROM audit.progress AS p CROSS JOIN LATERAL (SELECT p.cursor::timestamptz AS at) AS c "
        "WHERE p.step = 'pull' AND p.cursor IS NOT NULL"
    )


def _create_raw_windows() -> None:
    op.create_table(
        "windows",
        sa.Column("window_id", sa.Text(), nullable=False, comment="Pull that began it and its number there."),
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column("pull_id", sa.Text(), nullable=False, comment="The pull that brought it, raw.pulls."),
        sa.Column(
            "window_from",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Records modified from here were asked for; null asks from the beginning.",
        ),
        sa.Column(
            "window_to",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Records modified before here were asked for; null asks up to the newest.",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="running: begun, or left by a pull that died; failed: its pull ended with an error; refused: a gate did not accept it; done.",
        ),
        sa.Column(
            "mark", sa.Text(), nullable=True, comment="Where to go on after the last page recorded, in the adapter's own words."
        ),
        sa.Column("pages", sa.BigInteger(), nullable=False, comment="Pages recorded."),
        sa.Column("records", sa.BigInteger(), nullable=False, comment="Records in those pages."),
        sa.Column(
            "control_total",
            sa.BigInteger(),
            nullable=True,
            comment="Records in the window by the source's own count, where it tells one.",
        ),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True, comment="Latest modification met."),
        sa.Column(
            "complete_to",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="All that was modified before here, from window_from on, has landed; null until done.",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False, comment="When it was first asked."),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="When its last attempt ended."),
        sa.Column("error_class", sa.Text(), nullable=True, comment="Class of the error that ended its last attempt."),
        sa.PrimaryKeyConstraint("window_id"),
        schema="raw",
        comment="Windows of time that were asked of a source, by the last modification of its records; gaps are computed from those done. Grain: window asked.",
    )
    op.create_index("ix_raw_windows_source_state", "windows", ["source", "state"], unique=False, schema="raw")


def _create_quality_completeness() -> None:
    op.create_table(
        "completeness",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "unit",
            sa.Text(),
            nullable=False,
            comment="Agency: its code in ref.units, else as the source names it; empty where it names none.",
        ),
        sa.Column("day", sa.Date(), nullable=False, comment="Day of receipt, in the source's own time zone."),
        sa.Column("stated", sa.BigInteger(), nullable=False, comment="Dossiers by the source's own count."),
        sa.Column("held", sa.BigInteger(), nullable=False, comment="Dossiers of this source in core.dossiers."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "unit", "day"),
        schema="quality",
        comment="Dossiers of each agency and day of receipt: how many the source itself counts and how many are held here. Grain: source × agency × day of receipt.",
    )
