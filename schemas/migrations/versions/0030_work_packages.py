"""Work packages and their rows: what agencies were asked and what they answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0026"

_CHANGED_IN = "Number of the load (audit.change_seq) that last changed the row."


def upgrade() -> None:
    """Create both tables; roles as in the rest of the layer."""
    _create_packages()
    _create_package_rows()
    for table in ("packages", "package_rows"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON quality.{table} TO motcua_load")
        op.execute(f"GRANT SELECT ON quality.{table} TO motcua_publish")


def _text(name: str, comment: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _create_packages() -> None:
    op.create_table(
        "packages",
        _text("package", "Day, agency and digest of what is asked: the same questions are one package.", nullable=False),
        _text("unit_code", "Agency that is asked, in ref.units; null: dossiers whose agency is not known."),
        sa.Column(
            "as_of",
            sa.Date(),
            nullable=False,
            comment="Day whose end the row speaks for: open dossiers are judged at the end of it.",
        ),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it was made first."),
        sa.Column("rows", sa.BigInteger(), nullable=False, comment="Rows that it holds."),
        sa.Column("changed_in", sa.BigInteger(), nullable=False, comment=_CHANGED_IN),
        sa.PrimaryKeyConstraint("package"),
        schema="quality",
        comment="Work packages made: one workbook for an agency, with all that it is asked about its dossiers. Grain: package.",
    )


def _create_package_rows() -> None:
    op.create_table(
        "package_rows",
        _text("row_key", "Keyed digest of package, dossier, question and what the row says.", nullable=False),
        _text("package", "Package that holds the row, quality.packages.", nullable=False),
        _text("source", "One-stop system the row comes from: the name of its file in config/sources.", nullable=False),
        _text(
            "code",
            "Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
            nullable=False,
        ),
        _text("kind", "What the row asks about.", nullable=False),
        _text("rule", "Reason, check or missing evidence that it follows from (GLOSSARY.md).", nullable=False),
        _text("field", "Field of core.dossiers that an answer corrects; null: none by itself."),
        _text("old_value", "Value that stood when the package was made, as in quality.corrections; null: none."),
        _text("new_value", "Value that was proposed; null: a finding without a proposal."),
        _text("decision", "Newest answer that was taken in; null while there is none."),
        _text("answered_by", "Account of who answered."),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=True, comment="When that answer came in."),
        _text("answered_in", "File that brought it, by name and digest, as in quality.corrections."),
        sa.Column("changed_in", sa.BigInteger(), nullable=False, comment=_CHANGED_IN),
        sa.PrimaryKeyConstraint("row_key"),
        schema="quality",
        comment="Rows of work packages, each a question about one field or finding of a dossier, with the answer once it came. "
        "Grain: package × dossier × field or finding.",
    )
    op.create_index("ix_quality_package_rows_package", "package_rows", ["package"], schema="quality")
    op.create_index("ix_quality_package_rows_source_code", "package_rows", ["source", "code"], schema="quality")
