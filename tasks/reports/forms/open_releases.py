"""Register of the releases of open data: what each told and what it kept back."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from schemas.open_data import OPEN_CELLS, OPEN_RELEASES
from tasks.recovery.manifests import keep_open_release
from tasks.reports.forms.open_data import OpenRelease
from tasks.reports.forms.published import Publication
from tasks.rules.disclosure.linked_cells import ReleasedTable
from tasks.rules.disclosure.released_counters import AGENCY_ALONE, released_rows, released_spans, released_table, row_counts
from tasks.rules.indicators.periods import period_named
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import load
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)


def keep_release(of: Publication, release: OpenRelease) -> bool:
    """Keep a release, before its file has its name; returns False where the very same one was kept before."""
    cells = _cells(release)
    release_id = hashlib.sha256(repr([sorted(cells[0]), [tuple(cell.values()) for cell in cells]]).encode()).hexdigest()[:16]
    row: dict[str, Any] = {"release_id": release_id, "policy": of.policy, "publication_id": of.publication_id}
    row |= {"period": release.period.name, "threshold": release.threshold, "released_at": datetime.now(UTC)}
    with load("open data", release.period.name, digest=release_id) as current:
        if current.fetch(_SQL["known"], {"release": release_id}):
            current.abandon()
            return False
        current.put(OPEN_RELEASES, row)
        current.merge(OPEN_CELLS, OPEN_CELLS.frame([{"release_id": release_id, **cell} for cell in cells]))
        keep_open_release(current, release_id)
    failpoint("release_kept")
    return True


def _cells(release: OpenRelease) -> list[dict[str, Any]]:
    return [
        {
            **{"scope": row.scope, "unit_code": row.code, "span": span.name, "counter": name, "dossiers": count},
            "shown": row.cell(name, span) in release.shown,
            "counted_with": release.department[row.code] if row.scope == AGENCY_ALONE else None,
        }
        for span in released_spans(release.period)
        for row in released_rows(release.department)
        for name, count in row_counts(row, span, release.counts).items()
    ]


def earlier_releases() -> list[ReleasedTable]:
    """Return all releases ever made, under whichever policy."""
    found = []
    for release_id, name in fetch_all(_SQL["releases"]):
        period, counts, department = period_named(name), dict[tuple[str, str], dict[str, int]](), dict[str, str]()
        spans = {span.name: span for span in released_spans(period)}
        told = fetch_all(_SQL["cells"], {"release": release_id})
        for scope, code, span, counter, dossiers, _, counted_with in told:
            if scope == AGENCY_ALONE and spans[span].first == spans[span].last:
                department[code] = counted_with
                counts.setdefault((code, f"{spans[span].first:%Y-%m}"), {})[counter] = dossiers
        rows = {(row.scope, row.code): row for row in released_rows(department)}
        shown = frozenset(
            rows[scope, code].cell(counter, spans[span]) for scope, code, span, counter, _, is_shown, _ in told if is_shown
        )
        found.append(released_table(counts, period, department, shown))
    return found
