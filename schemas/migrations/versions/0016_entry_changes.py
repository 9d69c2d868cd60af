"""Changes made by cleaning in progress logs and pauses, beside those in dossiers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Say of each change whose row it is; what is there is about dossiers.

    Entries fill in as pages are loaded, or by a replay.
    """
    op.add_column(
        "changes",
        sa.Column(
            "table_name",
            sa.Text(),
            nullable=False,
            server_default="core.dossiers",
            comment="Table of the row that was changed.",
        ),
        schema="quality",
    )
    op.add_column(
        "changes",
        sa.Column(
            "seq",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="Place of the entry or pause, as in its table; below 0 where it was left out; 0 of a dossier.",
        ),
        schema="quality",
    )
    op.alter_column("changes", "table_name", schema="quality", server_default=None)
    op.alter_column("changes", "seq", schema="quality", server_default=None)
    op.alter_column(
        "changes",
        "field",
        schema="quality",
        comment="Field of that table.",
        existing_comment="Field of core.dossiers that was changed.",
    )
    op.execute("ALTER TABLE quality.changes DROP CONSTRAINT changes_pkey")
    op.create_primary_key("changes_pkey", "changes", ["source", "code", "table_name", "seq", "field"], schema="quality")
    op.create_table_comment(
        "changes",
        "Every field that cleaning changed of a dossier, an entry of its log or a pause: the value as given, the value kept, and "
        "the rule that made it. Grain: dossier, entry or pause × field.",
        schema="quality",
    )
