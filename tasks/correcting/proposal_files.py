"""Proposal files: corrections that the evidence supports, listed for each agency to approve.

Nobody's data is changed by a proposal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from config.policies import Policy
from schemas.quality import PROPOSALS
from tasks.judging.offices import settled_parts
from tasks.judging.proposals import frame_of, proposals_of
from tasks.reports.corrections import UNDECIDED, UNSIGNED
from tasks.reports.list_files import write_rows
from tasks.rules.corrections.lines import PROPOSER
from tasks.rules.corrections.proposals import Proposal, rule_words
from tasks.rules.corrections.value_texts import is_instant
from tasks.warehouse.batches import MAX_BATCH_ROWS, Batch
from tasks.warehouse.dossiers import Selection, read_batch
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.load import load
from tasks.warehouse.merge import Merged
from tasks.warehouse.partitions import Partition, last_day_of

# Only a verdict with a reason, or an agency that another took over, gives something to propose.
_EXPLAINED = """
    SELECT d.source, d.partition_month, d.code FROM judged.verdicts AS v
    JOIN core.dossiers AS d ON d.source = v.source AND d.code = v.code
    WHERE v.policy = %(policy)s AND d.role = 'primary' AND (v.reasons IS NOT NULL
        OR d.unit_code IN (SELECT unit_code FROM ref.units WHERE succeeded_by IS NOT NULL)) ORDER BY 1, 2, 3
"""
_OPEN = f"""
    SELECT {", ".join(f"p.{column}" for column in PROPOSALS.columns)} FROM quality.proposals AS p
    WHERE (%(unit)s::text IS NULL OR p.unit_code = %(unit)s) AND {UNDECIDED}
    ORDER BY p.unit_code NULLS LAST, p.source, p.code, p.field
"""
_WAITING = f"""
    SELECT c.source, c.code, c.field, d.unit_code, c.old_value, c.new_value, c.evidence, c.proposed_by
    FROM quality.corrections AS c LEFT JOIN core.dossiers AS d ON d.source = c.source AND d.code = c.code
    WHERE {UNSIGNED} AND (%(unit)s::text IS NULL OR d.unit_code = %(unit)s)
    ORDER BY d.unit_code NULLS LAST, c.source, c.code, c.field, c.received_at, c.correction_id
"""
HEADINGS = {
    "unit_code": "mã cơ quan",
    "code": "mã hồ sơ",
    "field": "trường",
    "old_value": "giá trị cũ",
    "new_value": "giá trị mới",
    "confidence": "độ tin cậy",
    "rule": "nguyên nhân",
    "evidence": "căn cứ",
    "proposed_by": "người đề nghị",
    "decision": "duyệt (có/không)",
    "approved_by": "người duyệt",
    "source": "nguồn",
}


def refresh_proposals(policy: Policy, as_of: date | None = None) -> Merged:
    """Propose anew for all dossiers at once; what no longer follows from the evidence is withdrawn.

    Judging does the same for the dossiers that it judges, so that after a run this changes nothing.

    Args:
        policy: the office's own; MOTCUA_POLICY.
        as_of: day of which open dossiers are looked at; the last one that was judged by default.

    Raises:
        DataError: nothing was judged yet.
        WarehouseError: a statement failed; nothing was written.
    """
    day = as_of or last_day_of()
    found = list(_propose(day, policy))
    with load("propose", "proposals") as current:
        frame = frame_of(found, day)
        kept = {source for (source,) in current.fetch("SELECT DISTINCT source FROM quality.proposals")}
        sources = sorted({*frame["source"], *kept})
        return current.replace(PROPOSALS, frame, {"source": sources}) if sources else Merged()


def _propose(as_of: date, policy: Policy) -> Iterator[Proposal]:
    rows = fetch_all(_EXPLAINED, {"policy": policy.policy})
    for source, group in groupby(rows, key=lambda row: row[0]):
        own = list(group)
        for start in range(0, len(own), MAX_BATCH_ROWS):
            some = own[start : start + MAX_BATCH_ROWS]
            batch = Batch.of(*{Partition(source, month) for _, month, _ in some})
            frames = read_batch(batch, Selection(codes=tuple(code for _, _, code in some)))
            yield from proposals_of(settled_parts(frames, source, as_of), policy)


def read_proposals(unit: str | None = None) -> list[dict[str, object]]:
    """Read what waits for a decision: by the evidence, and by persons whose lines nobody has signed yet.

    Args:
        unit: of this agency only.

    Returns:
        Rows with the keys of :data:`HEADINGS`, in order of agency, dossier and field. Values as corrections hold them.
    """
    rows = read_frame(_OPEN, {"unit": unit}, PROPOSALS)
    names = [name for name in HEADINGS if name in rows.columns]
    listed = [
        {**dict(zip(names, row, strict=True)), "proposed_by": PROPOSER}
        for row in zip(*(rows[name].astype(object).where(rows[name].notna(), None) for name in names), strict=True)
    ]
    keys = ("source", "code", "field", "unit_code", "old_value", "new_value", "evidence", "proposed_by")
    return listed + [dict(zip(keys, row, strict=True)) for row in fetch_all(_WAITING, {"unit": unit})]


def write_proposals(rows: list[dict[str, object]], path: Path) -> Path:
    """Write proposals as a file that an officer fills in and `motcua correct` reads; readable by the owner only.

    Raises:
        ConfigError: the file cannot be written.
    """
    return write_rows(path, [HEADINGS.values(), *([_cell(name, row) for name in HEADINGS] for row in rows)], private=True)


def _cell(name: str, row: dict[str, object]) -> str:
    value = row.get(name)
    if name in ("old_value", "new_value"):
        return shown(str(row["field"]), None if value is None else str(value))
    if name == "rule" and value:
        return rule_words(str(value))[0]
    return "" if value is None else str(value)


def shown(field: str, text: str | None) -> str:
    """Write a value as officials do: day before month, office time; ``trống`` for none."""
    if not text:
        return "trống"
    if not is_instant(field):
        return text
    moment = datetime.fromisoformat(text)
    return f"{moment:%d/%m/%Y %H:%M:%S}" if moment.second else f"{moment:%d/%m/%Y %H:%M}"
