"""How corrections stand: counts of every state, and one by one where the source contradicts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tasks.offices import zones
from tasks.rules.corrections import CORRECTABLE
from tasks.rules.standing import standing_of
from tasks.rules.values import value_text
from tasks.warehouse.engine import fetch_all

# An approved one that a later approved one about the same field has replaced says nothing any more.
_APPROVED = f"""
    SELECT c.correction_id, c.package, c.source, c.code, c.field, c.old_value, c.new_value, d.code IS NOT NULL,
        EXISTS (SELECT FROM quality.corrections AS l WHERE l.source = c.source AND l.code = c.code AND l.field = c.field
            AND l.state = 'approved' AND (l.received_at, l.correction_id) > (c.received_at, c.correction_id)),
        d.unit_code, {", ".join(f"d.{name}" for name in CORRECTABLE)}
    FROM quality.corrections AS c LEFT JOIN core.dossiers AS d ON d.source = c.source AND d.code = c.code
    WHERE c.state = 'approved' ORDER BY c.source, c.code, c.field, c.received_at, c.correction_id
"""
_OTHERS = "SELECT state, count(*) FROM quality.corrections WHERE state <> 'approved' GROUP BY 1 ORDER BY 1"


@dataclass(frozen=True)
class Standing:
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


def read_standings() -> list[Standing]:
    """Hold every approved correction against what its source states now, in order of source, dossier and field."""
    known = zones()
    found = []
    for one, package, source, code, field, old, new, held, replaced, unit, *values in fetch_all(_APPROVED):
        zone = known.get(source, "UTC")
        now = value_text(values[CORRECTABLE.index(field)], zone) if field in CORRECTABLE else None
        standing = "replaced" if replaced else standing_of(field, old, new, now, zone) if held else "gone"
        found.append(Standing(one, package, source, code, unit, field, old, new, now, standing))
    return found


def counts(standings: list[Standing]) -> Counter[str]:
    """Count corrections by standing, and those that are not applied by state."""
    return Counter(one.standing for one in standings) + Counter(dict(fetch_all(_OTHERS)))
