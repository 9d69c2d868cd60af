"""Documents behind corrections, and whether a dossier counts better by them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0030"

_IMPROVES = (
    "Whether the dossier counts better by it, or can no longer turn late, when it was taken in; null: was not looked at."
)
_COLUMNS: tuple[tuple[str, sa.types.TypeEngine[Any], str], ...] = (
    ("document_number", sa.Text(), "Number of the document that proves it, as the office writes such numbers."),
    ("document_date", sa.Date(), "Date of that document."),
    ("attachment_digest", sa.Text(), "SHA-256 of the attached file that holds the document."),
    ("improves", sa.Boolean(), _IMPROVES),
)


def upgrade() -> None:
    """Add the columns, unknown for what was taken in before."""
    for name, kind, comment in _COLUMNS:
        op.add_column("corrections", sa.Column(name, kind, nullable=True, comment=comment), schema="quality")
