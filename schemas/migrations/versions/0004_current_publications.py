"""Views for readers: the newest publication of each policy, whole."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

_VIEWS = {
    "current_publications": (
        "The newest publication of each policy: of the latest day, the one that became current last.",
        "SELECT DISTINCT ON (policy) * FROM mart.publications ORDER BY policy, as_of DESC, current_since DESC",
    ),
    "current_indicators": (
        "The indicators of the newest publication of each policy.",
        "SELECT p.policy, p.as_of, i.* FROM mart.current_publications AS p JOIN mart.indicators AS i USING (publication_id)",
    ),
    "current_verdict_counts": (
        "Dossiers by source, agency, verdict and reason in the newest publication of each policy.",
        "SELECT p.policy, p.as_of, v.* FROM mart.current_publications AS p JOIN mart.verdict_counts AS v USING (publication_id)",
    ),
    "current_finding_counts": (
        "Dossiers that fail a check, by source and agency, in the newest publication of each policy.",
        "SELECT p.policy, p.as_of, f.* FROM mart.current_publications AS p JOIN mart.finding_counts AS f USING (publication_id)",
    ),
}


def upgrade() -> None:
    """Create the views. One statement on a view sees one publication, never half of the next."""
    for name, (comment, query) in _VIEWS.items():
        op.execute(f"CREATE VIEW mart.{name} AS {query}")
        op.execute(f"COMMENT ON VIEW mart.{name} IS '{comment}'")
    op.execute("GRANT SELECT ON ALL TABLES IN SCHEMA mart TO motcua_read, motcua_audit, motcua_publish")
