"""Publications of a day that had ended come before those of a day that had not."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"

_QUERY = (
    "SELECT DISTINCT ON (policy) * FROM mart.publications ORDER BY policy, "
    "(as_of < (current_since AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) DESC, as_of DESC, current_since DESC"
)
_COMMENT = (
    "The newest publication of each policy: of the latest day that had ended when it was published, the last to become current."
)


def upgrade() -> None:
    """Order the view anew; earlier versions published slipped days such as 2031 for 2026."""
    op.execute(f"CREATE OR REPLACE VIEW mart.current_publications AS {_QUERY}")
    op.execute(f"COMMENT ON VIEW mart.current_publications IS '{_COMMENT}'")
