"""Record of inspections: the digest of each file that was drawn, in the ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from config.language import language
from tasks.inspecting.file import InspectionFile
from tasks.warehouse.load import load
from tasks.warehouse.rows import fetch_as

_ACTION = "inspect"
_RECORDED = """
    SELECT entry, digest FROM audit.ledger WHERE action = 'inspect' AND subject = %(subject)s ORDER BY entry DESC LIMIT 1
"""


@dataclass(frozen=True)
class RecordedInspection:
    """Entry of the ledger that holds the digest of an inspection's file."""

    entry: int
    digest: str


def record_inspection(file: InspectionFile, workbook: bytes) -> tuple[RecordedInspection, RecordedInspection | None]:
    """Write the digest of a file that was drawn to the ledger; the very file that was drawn last has its entry.

    Returns:
        Its entry, and that of the same publication, agency, seed and size before, where that was another file.
    """
    subject = f"{file.name}/{language()}"
    digest = hashlib.sha256(workbook).hexdigest()
    before = _recorded(subject)
    if before and before[0].digest == digest:
        return before[0], None
    with load(_ACTION, subject, digest=digest):
        pass
    return _recorded(subject)[0], before[0] if before else None


def _recorded(subject: str) -> list[RecordedInspection]:
    return fetch_as(RecordedInspection, _RECORDED, {"subject": subject})
