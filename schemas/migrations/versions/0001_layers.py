"""The layers, and the sequence from which every load draws its change number."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_LAYERS = {
    "raw": "Landing zone: receipts, landing files, rejected records. The only layer that may lead to personal values.",
    "ref": "Reference data with validity.",
    "core": "Dossiers as the sources state them, cleaned, without personal values.",
    "quality": "Failed checks, gate results, corrections.",
    "judged": "Verdicts with evidence.",
    "mart": "Counts, indicators and publications: what readers see.",
    "audit": "What was done, when, and how far each step has come.",
}


def upgrade() -> None:
    """Create the layers."""
    for name, comment in _LAYERS.items():
        op.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
        op.execute(f"COMMENT ON SCHEMA {name} IS '{comment}'")
    op.execute("CREATE SEQUENCE audit.change_seq")
    op.execute("COMMENT ON SEQUENCE audit.change_seq IS 'Change numbers: one a load, drawn under the lock on its subject.'")
