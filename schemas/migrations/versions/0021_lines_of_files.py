"""Outcome of each line of a pull's files, and what was unusual in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_LINES = {
    "lines": "Lines of its files, or rows of their sheets; null where it brought none.",
    "heading_lines": "Of these, titles and headings.",
    "blank_lines": "Of these, lines without a value.",
    "rejected_lines": "Of these, lines of rows that could not be used; all others were loaded.",
}


def upgrade() -> None:
    """Add the columns, unknown for what was loaded before."""
    for name, comment in _LINES.items():
        op.add_column("pulls", sa.Column(name, sa.BigInteger(), nullable=True, comment=comment), schema="raw")
    op.add_column(
        "pages",
        sa.Column(
            "notes",
            sa.Text(),
            nullable=True,
            comment="What was odd in it when it was read, one thing a line: kind, about what, how often. No value.",
        ),
        schema="raw",
    )
