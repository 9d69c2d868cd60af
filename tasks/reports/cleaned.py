"""Changes made by cleaning: counted by source, field and rule, or listed by dossier."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.quality import CHANGES
from tasks.cleaning.rules import CLEANING_RULES
from tasks.reports.list_files import write_frame
from tasks.warehouse.engine import read_frame
from tasks.warehouse.rows import fetch_as

_WHERE = "(%(source)s::text IS NULL OR source = %(source)s) AND (%(rule)s::text IS NULL OR rule = %(rule)s)"
# A field of a dossier by its name, one of an entry or a pause after its table's: ``events.at``.
_FIELD = "CASE c.table_name WHEN 'core.dossiers' THEN c.field ELSE split_part(c.table_name, '.', 2) || '.' || c.field END"
_COUNTS = f"""
    SELECT c.source, {_FIELD} AS field, c.rule, c.rule_version AS version, c.confidence, count(*) AS changed,
        coalesce(r.rows, 0) AS rows
    FROM quality.changes AS c
    LEFT JOIN (
        SELECT source, 'core.dossiers' AS table_name, count(*) AS rows FROM core.dossiers GROUP BY 1
        UNION ALL SELECT source, 'core.events', count(*) FROM core.events GROUP BY 1
        UNION ALL SELECT source, 'core.pauses', count(*) FROM core.pauses GROUP BY 1
    ) AS r USING (source, table_name)
    WHERE {_WHERE} GROUP BY 1, 2, 3, 4, 5, 7 ORDER BY 6 DESC, 1, 2, 3, 4, 5
"""
_COLUMNS = tuple(name for name in CHANGES.columns if name != "changed_in")
_ROWS = f"SELECT {', '.join(_COLUMNS)} FROM quality.changes WHERE {_WHERE} ORDER BY {', '.join(CHANGES.key)}"
_OF_DOSSIER = """
    SELECT CASE table_name WHEN 'core.dossiers' THEN field
        ELSE split_part(table_name, '.', 2) || ' ' || CASE WHEN seq < 0 THEN '?' ELSE seq::text END || '.' || field END AS field,
        source_value AS given, cleaned_value AS kept, rule, rule_version AS version, confidence FROM quality.changes
    WHERE source = %(source)s AND code = %(code)s ORDER BY table_name, seq, field
"""


@dataclass(frozen=True)
class Cleaning:
    """How often one version of a rule changed one field of a source's dossiers, entries or pauses, of how many."""

    source: str
    field: str
    rule: str
    version: int
    confidence: float
    changed: int
    rows: int


def count_changes(source: str | None = None, rule: str | None = None) -> list[Cleaning]:
    """Count the changes, the most frequent first.

    Args:
        source: of this source only.
        rule: by this rule only, a key of :data:`tasks.cleaning.rules.CLEANING_RULES`.
    """
    return fetch_as(Cleaning, _COUNTS, {"source": source, "rule": rule})


def write_changes(path: Path, source: str | None = None, rule: str | None = None) -> Path:
    """Write every change as CSV.

    The value as given unless it may be personal, the value kept, rule, version, confidence.

    Raises:
        ConfigError: the file cannot be written.
    """
    rows = read_frame(_ROWS, {"source": source, "rule": rule}, {name: CHANGES.dtypes[name] for name in _COLUMNS})
    return write_frame(path, rows)


def changes_of(source: str, code: str) -> list[dict[str, Any]]:
    """Return what cleaning changed of one dossier, of its entries and pauses, field by field."""
    return fetch_as(dict[str, Any], _OF_DOSSIER, {"source": source, "code": code})


def rule_words(rule: str) -> tuple[str, str]:
    """Return what a rule does in Vietnamese and English; one that is no longer there stands for itself."""
    known = CLEANING_RULES.get(rule)
    return (known.vi, known.en) if known else (rule, rule)
