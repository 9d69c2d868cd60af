"""Open data: releases, with the cells that each told and kept back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

_RELEASE = ("release_id", sa.Text(), "Release: the digest of its cells.")
_Columns = tuple[tuple[str, sa.types.TypeEngine[Any], str], ...]
_RELEASES: _Columns = (
    _RELEASE,
    ("policy", sa.Text(), "Policy that answers what counts as late: the name of its file in config/policies."),
    ("publication_id", sa.Text(), "Publication whose figures it tells."),
    ("period", sa.Text(), "Period, as the command names it."),
    ("threshold", sa.BigInteger(), "Smallest count that it tells, besides 0."),
    ("released_at", sa.TIMESTAMP(timezone=True), "When it was made."),
)
_CELLS: _Columns = (
    _RELEASE,
    ("scope", sa.Text(), "Whose dossiers: of the agency, of it with its branches, of the province."),
    ("unit_code", sa.Text(), "Agency; '*' for the province."),
    ("span", sa.Text(), "Period or month of it."),
    ("counter", sa.Text(), "Column of form II.06a."),
    ("dossiers", sa.BigInteger(), "Dossiers."),
    ("shown", sa.Boolean(), "Whether the release tells the count."),
    ("counted_with", sa.Text(), "Agency with which a row of scope agency is counted together; itself where it is no branch."),
)


def upgrade() -> None:
    """Create the tables; roles as in the rest of the layer."""
    _create(
        "open_releases",
        _RELEASES,
        ("release_id",),
        "Releases of open data, for good: what was told once cannot be taken back, so each later release reckons with it. "
        "Grain: release.",
    )
    _create(
        "open_cells",
        _CELLS,
        ("release_id", "scope", "unit_code", "span", "counter"),
        "Cells of the releases of open data, those told and those kept back. Grain: release × scope × agency × span × counter.",
    )


def _create(name: str, columns: _Columns, key: tuple[str, ...], comment: str) -> None:
    declared = [sa.Column(column, kind, nullable=column == "counted_with", comment=said) for column, kind, said in columns]
    op.create_table(name, *declared, sa.PrimaryKeyConstraint(*key), schema="mart", comment=comment)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON mart.{name} TO motcua_publish")
    op.execute(f"GRANT SELECT ON mart.{name} TO motcua_read, motcua_audit")
