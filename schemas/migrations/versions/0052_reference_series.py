"""Reference series: values of other bodies by year, beside our figures."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"

_COLUMNS: tuple[tuple[str, sa.types.TypeEngine[Any], bool, str], ...] = (
    ("series", sa.Text(), False, "Series."),
    ("unit_code", sa.Text(), False, "Agency that the value is of; '*' is the province."),
    ("year", sa.BigInteger(), False, "Year that the value is of."),
    ("published_by", sa.Text(), False, "Who published it, and where."),
    ("value", sa.Double(), False, "The value as published."),
    ("measure", sa.Text(), False, "What it is measured in."),
    ("indicator", sa.Text(), True, "Indicator of ours that is shown beside it; null: the headline."),
    ("remarks", sa.Text(), True, "Remarks of whoever entered it."),
    ("entered_by", sa.Text(), False, "Account of who entered it."),
    ("file_digest", sa.Text(), False, "SHA-256 of the file that it was entered from."),
    ("changed_in", sa.BigInteger(), False, "Number of the load (audit.change_seq) that last changed the row."),
)


def upgrade() -> None:
    """Create the table; roles as in the rest of the layer."""
    columns = [sa.Column(name, kind, nullable=nullable, comment=said) for name, kind, nullable, said in _COLUMNS]
    comment = (
        "Values of other bodies, as entered from a file: PAR index, SIPAS, PAPI, PCI, targets. No figure of ours is made of them. "
        "Grain: series × agency × year × publisher."
    )
    key = sa.PrimaryKeyConstraint("series", "unit_code", "year", "published_by")
    op.create_table("reference_series", *columns, key, schema="mart", comment=comment)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON mart.reference_series TO motcua_publish")
    op.execute("GRANT SELECT ON mart.reference_series TO motcua_read, motcua_audit")
