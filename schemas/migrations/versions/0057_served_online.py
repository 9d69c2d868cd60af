"""Facts of dossiers served online and digitised; fees and results of procedures.

Unknown for what was read before; the next time a record or the catalogue comes in, or a replay, fills them in.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"

_DOSSIERS = (
    ("paid_online", "Paid on the national portal or the province's gateway (DuocThanhToanTrucTuyen 1, 2)."),
    ("has_components", "A file of a paper that was handed in is attached (TaiLieuNop)."),
    ("reuses_component", "A paper was reused (HoSoCoThanhPhanSoHoa, DuocSoHoa or DuocTaiSuDung says so)."),
    ("taken_from_store", "A paper was taken from the citizen's store of results (DuocLayTuKhoDMQG)."),
    ("verified_by_vneid", "The account was verified by VNeID (TaiKhoanDuocXacThucVoiVNeID)."),
)
_PROCEDURES = (
    ("has_fee", "The catalogue names a fee or charge above 0 (PHILEPHI); null where it says nothing."),
    ("gives_result", "The catalogue lists a result (KETQUATHUCHIEN); null where it says nothing."),
)


def upgrade() -> None:
    """Add the columns; none has a default, so no row is written."""
    for schema, table, columns in (("core", "dossiers", _DOSSIERS), ("ref", "procedures", _PROCEDURES)):
        for name, comment in columns:
            op.add_column(table, sa.Column(name, sa.Boolean(), nullable=True, comment=comment), schema=schema)
