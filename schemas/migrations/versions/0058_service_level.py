"""Level of the online service of each dossier, and whether its result is returned by post.

Unknown for what was read before; the next time a record comes in, or a replay, fills them in.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """Add the columns; none has a default, so no row is written."""
    by_post = "The result is returned by post (HinhThuc 1)."
    op.add_column("dossiers", sa.Column("returned_by_post", sa.Boolean(), nullable=True, comment=by_post), schema="core")
    level = "Level of the online service by which it came (MucDo 4, 3, 2): full, partial, information only."
    op.add_column("dossiers", sa.Column("service_level", sa.Text(), nullable=True, comment=level), schema="core")
