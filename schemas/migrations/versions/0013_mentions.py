"""Page index: which pages speak of which dossier, for sources that send only changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the table, empty.

    A page that no row names is read beside every new one, as all were before, and then named.
    """
    op.create_table(
        "mentions",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column("code", sa.Text(), nullable=False, comment="Dossier code as the source's records are put together by it."),
        sa.Column("page_digest", sa.Text(), nullable=False, comment="SHA-256 of the landing file that holds the record."),
        sa.PrimaryKeyConstraint("source", "code", "page_digest", name=op.f("mentions_pkey")),
        schema="raw",
        comment="Which pages speak of which dossier, where a source's records tell only what changed: a new page is read beside the "
        "earlier ones about its dossiers. Grain: page × dossier.",
    )
    op.create_index(
        op.f("ix_raw_mentions_source_page_digest"), "mentions", ["source", "page_digest"], unique=False, schema="raw"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON raw.mentions TO motcua_load")
