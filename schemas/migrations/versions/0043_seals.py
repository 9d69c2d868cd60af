"""Seals of published rows, corrections and verdicts, and the sums over them that the ledger keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0037"

_SEALS = {
    "sealed_table": "Table of the row.",
    "part": "Part of the table that is sealed together: a policy, or '*' for all of it.",
    "row_key": "Values of the row's key, with | between them.",
    "digest": "Half the SHA-256 over all columns of the row.",
    "cells": "Three hexadecimal digits of the digest of each column, in order.",
}
_SUMS = {
    "through": "Change number up to which its rows are sealed.",
    "seals": "Rows sealed.",
    "first_sum": "Sum over the seals' digests, first 60 bits of each, without what overflows.",
    "second_sum": "The same of the next 60 bits.",
}


def upgrade() -> None:
    """Create both tables; they fill with the next publication."""
    op.create_table(
        "seals",
        *(sa.Column(name, sa.Text(), nullable=False, comment=comment) for name, comment in _SEALS.items()),
        sa.PrimaryKeyConstraint("sealed_table", "part", "row_key", name="seals_pkey"),
        schema="audit",
        comment="What each row of a sealed table said when it was sealed: an edited cell no longer fits its seal. "
        "Grain: sealed table × part × row.",
    )
    op.create_table(
        "seal_sums",
        sa.Column("sealed_table", sa.Text(), nullable=False, comment="Sealed table."),
        sa.Column("part", sa.Text(), nullable=False, comment="Part of it."),
        *(sa.Column(name, sa.BigInteger(), nullable=False, comment=comment) for name, comment in _SUMS.items()),
        sa.PrimaryKeyConstraint("sealed_table", "part", name="seal_sums_pkey"),
        schema="audit",
        comment="Sums over the seals of each part; the ledger keeps the digest of all of them with every publication. "
        "Grain: sealed table × part.",
    )
    for name in ("seals", "seal_sums"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON audit.{name} TO motcua_load, motcua_publish")
        op.execute(f"GRANT SELECT ON audit.{name} TO motcua_audit")
