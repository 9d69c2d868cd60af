"""Comments of columns that hold codes name GLOSSARY.md, which keeps its place when a module moves."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"

_COMMENTS = {
    "core.dossiers.marks": "Names of defects met while reading and cleaning the record, space-separated (GLOSSARY.md).",
    "quality.changes.rule": "What changed it (GLOSSARY.md).",
}


def upgrade() -> None:
    """Write the comments anew."""
    for column, comment in _COMMENTS.items():
        op.execute(f"COMMENT ON COLUMN {column} IS '{comment}'")
