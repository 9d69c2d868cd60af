"""Status of corrections: counts by state, and a list where the source contradicts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.quality import CORRECTABLE
from tasks.judging.judged_sources import zones
from tasks.rules.corrections.status import status_of
from tasks.rules.corrections.value_texts import value_text
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_as

# An approved one that a later approved one about the same field has replaced says nothing any more.
_APPROVED = f"""
    SELECT c.correction_id, c.package, c.source, c.code, c.field, c.old_value, c.new_value, d.code IS NOT NULL AS held,
        EXISTS (SELECT FROM quality.corrections AS l WHERE l.source = c.source AND l.code = c.code AND l.field = c.field
            AND l.state = 'approved' AND (l.received_at, l.correction_id) > (c.received_at, c.correction_id)) AS replaced,
        d.unit_code AS unit, {", ".join(f'd.{name} AS "now {name}"' for name in CORRECTABLE)}
    FROM quality.corrections AS c LEFT JOIN core.dossiers AS d ON d.source = c.source AND d.code = c.code
    WHERE c.state = 'approved' ORDER BY c.source, c.code, c.field, c.received_at, c.correction_id
"""
# What follows from the evidence waits until somebody turns the value down; approved, it follows no more.
UNDECIDED = """
    NOT EXISTS (SELECT FROM quality.corrections AS c WHERE c.source = p.source AND c.code = p.code AND c.field = p.field
        AND c.state = 'rejected' AND c.new_value IS NOT DISTINCT FROM p.new_value)
"""
# A person's proposal waits until somebody decides about the same value of the same field.
UNSIGNED = """
    c.state = 'proposed' AND NOT EXISTS (
        SELECT FROM quality.corrections AS later WHERE later.source = c.source AND later.code = c.code
        AND later.field = c.field AND later.state IN ('approved', 'rejected')
        AND later.new_value IS NOT DISTINCT FROM c.new_value)
"""
_WAITING = f"""
    SELECT count(*) AS proposals, count(DISTINCT (p.source, p.code)) AS dossiers,
        count(*) FILTER (WHERE p.proposed_on = %(as_of)s) AS new,
        (SELECT count(*) FROM quality.corrections AS c WHERE {UNSIGNED}) AS unsigned
    FROM quality.proposals AS p WHERE {UNDECIDED}
"""
_OTHERS = "SELECT state, count(*) FROM quality.corrections WHERE state <> 'approved' GROUP BY 1 ORDER BY 1"


@dataclass(frozen=True)
class CorrectionStatus:
    """One approved correction and what its source states now; values as corrections hold them."""

    correction_id: str
    package: str
    source: str
    code: str
    unit_code: str | None
    field: str
    old_value: str | None
    new_value: str | None
    now: str | None
    standing: str


@dataclass(frozen=True)
class Waiting:
    """How much waits for a decision.

    Attributes:
        proposals: of the evidence, about so many dossiers; new: of these, made for the first time on the day asked about.
        unsigned: lines of persons that nobody has signed yet.
    """

    proposals: int = 0
    dossiers: int = 0
    new: int = 0
    unsigned: int = 0


def count_waiting(as_of: date | None) -> Waiting:
    """Count what waits for a decision; ``as_of`` is the day of which new ones are told."""
    (found,) = fetch_as(Waiting, _WAITING, {"as_of": as_of})
    return found


def read_statuses() -> list[CorrectionStatus]:
    """Hold every approved correction against what its source states now, in order of source, dossier and field."""
    known = zones()
    found = []
    for row in fetch_as(dict[str, Any], _APPROVED):
        field, old, new, zone = row["field"], row["old_value"], row["new_value"], known.get(row["source"], "UTC")
        now = value_text(row[f"now {field}"], zone) if field in CORRECTABLE else None
        standing = "replaced" if row["replaced"] else status_of(field, old, new, now, zone) if row["held"] else "gone"
        what = (row["correction_id"], row["package"], row["source"], row["code"], row["unit"])
        found.append(CorrectionStatus(*what, field, old, new, now, standing))
    return found


def counts(standings: list[CorrectionStatus]) -> Counter[str]:
    """Count corrections by standing, and those that are not applied by state."""
    return Counter(one.standing for one in standings) + Counter(dict(fetch_all(_OTHERS)))
