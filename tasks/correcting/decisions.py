"""Decisions about corrections that wait: approved or turned down by package or id.

They pass through the same examination as a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from config.errors import ConfigError
from config.language import Bilingual
from tasks.correcting.examination import ExaminedLines, examine_lines
from tasks.correcting.packages import Package, take_in
from tasks.reports.corrections import UNSIGNED
from tasks.rules.corrections.lines import CorrectionLine
from tasks.rules.corrections.signatures import may_approve
from tasks.warehouse.rows import fetch_as

_WAITING = f"""
    SELECT c.correction_id, c.source, c.code, c.field, c.old_value, c.new_value, c.evidence, c.proposed_by,
        c.document_number, c.document_date, c.attachment_digest
    FROM quality.corrections AS c WHERE {UNSIGNED} AND (c.package = %(reference)s
        OR (length(%(reference)s) >= 8 AND starts_with(c.correction_id, %(reference)s)))
    ORDER BY c.received_at, c.correction_id
"""
_PACKAGES = f"""
    SELECT c.package, count(*) AS lines, min(c.received_at) AS since FROM quality.corrections AS c
    WHERE {UNSIGNED} GROUP BY 1 ORDER BY 3, 1
"""


@dataclass(frozen=True)
class Decision:
    """What somebody decides about lines that wait.

    Attributes:
        by: account of who decides.
        approves: else they are turned down.
        document, document_date: number and day of the document that proves them, where it came later than they.
    """

    by: str
    approves: bool
    document: str = ""
    document_date: str = ""


@dataclass(frozen=True)
class WaitingPackage:
    """A package of which lines wait, and since when the first of them does."""

    package: str
    lines: int
    since: datetime


def waiting_packages() -> list[WaitingPackage]:
    """List the packages of which lines of persons wait, the oldest first."""
    return fetch_as(WaitingPackage, _PACKAGES)


def waiting_lines(references: Sequence[str]) -> list[CorrectionLine]:
    """Return the lines that wait, in the order in which they came, each once.

    Args:
        references: packages, or ids of corrections (the first eight characters are enough).

    Raises:
        ConfigError: nothing that one of them names waits.
    """
    return [line for _, line in _waiting(references)]


def decide(references: Sequence[str], decision: Decision, folder: Path) -> Package:
    """Approve or turn down lines that wait; those that still cannot count go on waiting as they are.

    Args:
        references: see :func:`waiting_lines`.
        decision: of one person about all of them.
        folder: where the answers are kept.

    Raises:
        ConfigError: nothing waits under such a name, or people.yaml does not follow its model.
        WarehouseError: nothing was written.
    """
    found = _waiting(references)
    examined = examine_lines([_decided(line, decision) for _, line in found])
    name = _name(references, [identity for identity, _ in found], decision)
    return take_in(name, examined, folder, only_decided=True)


def approvers_of(examined: ExaminedLines) -> list[str]:
    """Return the accounts that may approve at least one of some lines today, in the order of people.yaml."""
    rights, known = examined.rights, examined.rights.people
    if known is None:
        return []
    asked = {(rights.agencies.get((one.source, one.line.code)), known.named(one.line.proposed_by)) for one in examined.accepted}
    return [
        person.account
        for person in known.people
        if any(person is not proposer and may_approve(person, agency, rights) for agency, proposer in asked)
    ]


def _waiting(references: Sequence[str]) -> list[tuple[str, CorrectionLine]]:
    found: dict[str, dict[str, Any]] = {}
    for reference in references:
        rows = fetch_as(dict[str, Any], _WAITING, {"reference": reference})
        if not rows:
            raise ConfigError(
                f"motcua corrections {reference}",
                Bilingual("không có dòng nào đang chờ duyệt", "names no line that waits"),
                Bilingual(
                    "một gói hoặc một mã đính chính đang chờ: xem `motcua corrections waiting`",
                    "a package or an id that waits: see `motcua corrections waiting`",
                ),
            )
        found |= {row["correction_id"]: row for row in rows}
    return [(identity, _line(place, row)) for place, (identity, row) in enumerate(found.items(), start=1)]


def _line(number: int, row: dict[str, Any]) -> CorrectionLine:
    old = row["old_value"]
    return CorrectionLine(
        number=number,
        code=row["code"],
        field=row["field"],
        new_value="empty" if row["new_value"] is None else row["new_value"],
        evidence=row["evidence"],
        proposed_by=row["proposed_by"],
        approved_by="",
        source=row["source"],
        old_value="" if old is None else old or "empty",
        document=row["document_number"] or "",
        document_date=row["document_date"].isoformat() if row["document_date"] else "",
        attachment=row["attachment_digest"] or "",
    )


def _decided(line: CorrectionLine, decision: Decision) -> CorrectionLine:
    return replace(
        line,
        approved_by=decision.by.strip(),
        decision="yes" if decision.approves else "no",
        document=decision.document.strip() or line.document,
        document_date=decision.document_date.strip() or line.document_date,
    )


def _name(references: Sequence[str], ids: Sequence[str], decision: Decision) -> str:
    """Name the package of a decision: what it is about, and a digest of what was decided by whom."""
    said = (*ids, decision.by, str(decision.approves), decision.document, decision.document_date)
    about = references[0][:40] if len(references) == 1 else f"{len(references)}-goi"
    digest = hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:12]
    return f"{'duyet' if decision.approves else 'bac'}-{about}-{digest}"
