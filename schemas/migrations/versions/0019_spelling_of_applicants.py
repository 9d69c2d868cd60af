"""Applicants with one telephone: names that differ in a diacritic are two people.

A name without diacritics may be either of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column.

    It fills in as pages are loaded, or by a replay, and until then names are compared without marks.
    """
    op.add_column(
        "dossiers",
        sa.Column(
            "applicant_spelling",
            sa.Text(),
            nullable=True,
            comment="Keyed pseudonym, shortened, of the applicant's name with its marks, where applicant_key stands for name and "
            "phone; null for a name without marks.",
        ),
        schema="core",
    )
