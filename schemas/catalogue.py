"""All tables, in the order in which the migrations create them."""

from __future__ import annotations

from schemas.audit import AGENCY_READERS, LEDGER, PROGRESS, SEAL_SUMS, SEALS
from schemas.audits import AUDITS
from schemas.breakers import BREAKERS
from schemas.differences import DIFFERENCES
from schemas.dossiers import DOSSIER_VERSIONS, DOSSIERS, EVENTS, MATCHES, PAUSES
from schemas.drift import DRIFT, SHAPES
from schemas.indicators import (
    COUNTS,
    PUBLICATIONS,
    STORED,
    STORED_FINDING_COUNTS,
    STORED_INDICATORS,
    STORED_VERDICT_COUNTS,
)
from schemas.open_data import OPEN_CELLS, OPEN_RELEASES
from schemas.outbox import DELIVERIES, LOOP_EVENTS
from schemas.packages import AGENCY_QUESTIONS, PACKAGE_ROWS, PACKAGES, WORK_LOOP, WORK_QUESTIONS
from schemas.publications import PUBLICATION_DRAFTS, PUBLICATION_STATES, RULES_ARCHIVE
from schemas.quality import CHANGES, CLOCK_FAULTS, COMPLETENESS, CORRECTIONS, FINDINGS, GATE_RESULTS, PROPOSALS
from schemas.raw import MENTIONS, PAGES, PULLS, REJECTED, WINDOWS
from schemas.reference import PROCEDURES, UNITS
from schemas.reference_series import REFERENCE_SERIES
from schemas.table import Table
from schemas.verdicts import RECOUNTS, VERDICT_VERSIONS, VERDICTS_TABLE

LAYERS = {
    "raw": "Landing zone: receipts, landing files, rejected records. The only layer that may lead to personal values.",
    "ref": "Reference data with validity.",
    "core": "Dossiers as the sources state them, cleaned, without personal values.",
    "quality": "Failed checks, gate results, corrections.",
    "judged": "Verdicts with evidence.",
    "mart": "Counts, indicators and publications: what readers see.",
    "audit": "What was done, when, and how far each step has come.",
}

VERSION_LAYER = "audit"
VERSION_TABLE = "schema_version"
"""Table of the migration that the warehouse is at; Alembic writes it."""

TABLES: tuple[Table, ...] = (
    PULLS,
    WINDOWS,
    PAGES,
    MENTIONS,
    REJECTED,
    BREAKERS,
    UNITS,
    PROCEDURES,
    DOSSIERS,
    DOSSIER_VERSIONS,
    EVENTS,
    PAUSES,
    MATCHES,
    CHANGES,
    FINDINGS,
    CORRECTIONS,
    PROPOSALS,
    PACKAGES,
    PACKAGE_ROWS,
    LOOP_EVENTS,
    DELIVERIES,
    GATE_RESULTS,
    COMPLETENESS,
    CLOCK_FAULTS,
    DIFFERENCES,
    SHAPES,
    DRIFT,
    VERDICTS_TABLE,
    RECOUNTS,
    VERDICT_VERSIONS,
    COUNTS,
    PUBLICATIONS,
    STORED_INDICATORS,
    STORED_VERDICT_COUNTS,
    STORED_FINDING_COUNTS,
    AUDITS,
    OPEN_RELEASES,
    OPEN_CELLS,
    LEDGER,
    PROGRESS,
    SEALS,
    SEAL_SUMS,
    PUBLICATION_STATES,
    PUBLICATION_DRAFTS,
    RULES_ARCHIVE,
    AGENCY_READERS,
    REFERENCE_SERIES,
)

VIEWS: tuple[Table, ...] = (*STORED, WORK_QUESTIONS, AGENCY_QUESTIONS, WORK_LOOP)
"""What is read like a table and stored elsewhere."""


def table(full_name: str) -> Table:
    """Return the table of that name (``core.dossiers``); KeyError where there is none."""
    for candidate in TABLES:
        if candidate.full_name == full_name:
            return candidate
    raise KeyError(full_name)
