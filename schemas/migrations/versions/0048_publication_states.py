"""States of publications, and drafts; a withdrawn publication is no longer the current one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

_POLICY = "Policy that answers what counts as late: the name of its file in config/policies."
_AS_OF = "Day whose end the row speaks for: open dossiers are judged at the end of it."
_ID = "Publication: the digest of its figures, policy and as_of."
_CHANGED = "Number of the load (audit.change_seq) that last changed the row."
_STATES: tuple[tuple[str, Any, bool, str], ...] = (
    ("publication_id", sa.Text(), False, _ID),
    ("policy", sa.Text(), False, _POLICY),
    ("as_of", sa.Date(), False, _AS_OF),
    ("at", sa.TIMESTAMP(timezone=True), False, "When; of a publication that was never a draft its published_at."),
    ("state", sa.Text(), False, "State from then on (GLOSSARY.md)."),
    ("decided_by", sa.Text(), True, "Account of who decided; null: a run, as the office has it."),
    ("reason", sa.Text(), True, "Why, in a sentence without personal values; of a withdrawal always."),
    ("changed_in", sa.BigInteger(), False, _CHANGED),
)
_DRAFTS: tuple[tuple[str, Any, bool, str], ...] = (
    ("publication_id", sa.Text(), False, _ID),
    ("policy", sa.Text(), False, _POLICY),
    ("as_of", sa.Date(), False, _AS_OF),
    ("drafted_at", sa.TIMESTAMP(timezone=True), False, "When the figures were worked out."),
    ("counts_digest", sa.Text(), False, "SHA-256 over all rows of mart.counts that it was made from."),
    ("rules_digest", sa.Text(), False, "SHA-256 over the rules in force, as in mart.publications."),
    ("dossiers", sa.BigInteger(), False, "Dossiers counted."),
    ("indicators", sa.Text(), False, "Digest of the landing file with its rows of mart.indicators."),
    ("verdict_counts", sa.Text(), False, "The same of mart.verdict_counts."),
    ("finding_counts", sa.Text(), False, "The same of mart.finding_counts."),
    ("changed_in", sa.BigInteger(), False, _CHANGED),
)
_WITHDRAWN = """
    CREATE VIEW mart.withdrawn_publications AS SELECT publication_id, policy, as_of, at AS withdrawn_at, reason FROM (
        SELECT DISTINCT ON (publication_id) * FROM audit.publication_states ORDER BY publication_id, at DESC
    ) AS newest WHERE state = 'withdrawn'
"""
_CURRENT = """
    CREATE OR REPLACE VIEW mart.current_publications AS SELECT DISTINCT ON (policy) * FROM mart.publications AS p
    WHERE NOT EXISTS (SELECT FROM mart.withdrawn_publications AS w WHERE w.publication_id = p.publication_id)
    ORDER BY policy, (as_of < (current_since AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) DESC, as_of DESC, current_since DESC
"""
_COMMENT = (
    "The newest publication of each policy that stands: of the latest day that had ended when it was published, the last to "
    "become current."
)


def upgrade() -> None:
    """Create both tables, say of each publication that it was published, and skip withdrawn ones."""
    _create(
        "publication_states",
        _STATES,
        ("publication_id", "at"),
        "What became of each publication, a row a step; nothing is ever removed, and the newest row holds. "
        "Grain: publication × step.",
    )
    _create(
        "publication_drafts",
        _DRAFTS,
        ("publication_id",),
        "Figures that wait for approval, each table of them as a landing file: in no view, page, form or reader's table. "
        "Grain: draft.",
    )
    op.execute(
        "INSERT INTO audit.publication_states SELECT publication_id, policy, as_of, published_at, 'published', NULL, NULL, 0 "
        "FROM mart.publications"
    )
    op.execute(_WITHDRAWN)
    op.execute("COMMENT ON VIEW mart.withdrawn_publications IS 'Publications that no longer stand, since when and why.'")
    op.execute("GRANT SELECT ON mart.withdrawn_publications TO motcua_read, motcua_audit, motcua_publish")
    op.execute(_CURRENT)
    op.execute(f"COMMENT ON VIEW mart.current_publications IS '{_COMMENT}'")


def _create(name: str, columns: tuple[tuple[str, Any, bool, str], ...], key: tuple[str, ...], comment: str) -> None:
    op.create_table(
        name,
        *(sa.Column(column, kind, nullable=null, comment=said) for column, kind, null, said in columns),
        sa.PrimaryKeyConstraint(*key),
        schema="audit",
        comment=comment,
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON audit.{name} TO motcua_load, motcua_publish")
    op.execute(f"GRANT SELECT ON audit.{name} TO motcua_audit")
