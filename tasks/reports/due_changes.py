"""Changes of due dates that a pull or a request record shows, and whether each was too late.

Two witnesses: the states of a dossier that successive pulls have shown, and the due dates that a request for a supplement
states before and after. Where both tell the same change, it is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from tasks.warehouse.rows import fetch_as

# The only statement that reads how versions are kept. Every state of a dossier in the order in which it was seen: those of
# core.dossier_versions and the present one, which may or may not be among them; a state told twice is no change.
_STATES = """
    SELECT v.source, v.code, v.changed_in, 0 AS present, v.seen_at, v.due_at, v.modified_at, v.page_digest
    FROM core.dossier_versions AS v WHERE %(source)s::text IS NULL OR (v.source, v.code) = (%(source)s, %(code)s)
    UNION ALL
    SELECT d.source, d.code, d.changed_in, 1, NULL, d.due_at, d.modified_at, d.page_digest
    FROM core.dossiers AS d WHERE d.role = 'primary' AND (%(source)s::text IS NULL OR (d.source, d.code) = (%(source)s, %(code)s))
"""
_BY_PULL = f"""
    WITH state AS ({_STATES}), step AS (
        SELECT s.*, lag(s.due_at) OVER w AS old_due, lag(s.seen_at) OVER w AS seen_before, row_number() OVER w AS number
        FROM state AS s WINDOW w AS (PARTITION BY s.source, s.code ORDER BY s.changed_in, s.present)
    )
    SELECT t.source, t.code, d.unit_code AS unit, t.old_due AS old, t.due_at AS new, t.seen_before,
        coalesce(t.seen_at, (SELECT min(l.at) FROM audit.ledger AS l WHERE l.change_number = t.changed_in)) AS seen,
        t.modified_at AS modified, t.page_digest AS page
    FROM step AS t JOIN core.dossiers AS d ON d.source = t.source AND d.code = t.code AND d.role = 'primary'
    WHERE t.number > 1 AND t.old_due IS DISTINCT FROM t.due_at
    ORDER BY t.source, t.code, t.changed_in, t.present
"""
_BY_REQUEST = """
    SELECT p.source, p.code, d.unit_code AS unit, p.due_before_at AS old, p.due_after_at AS new, p.started_at AS asked,
        coalesce(p.ended_at, p.started_at) AS ended, d.page_digest AS page
    FROM core.pauses AS p JOIN core.dossiers AS d ON d.source = p.source AND d.code = p.code AND d.role = 'primary'
    WHERE p.due_before_at IS NOT NULL AND p.due_after_at IS NOT NULL AND p.due_before_at <> p.due_after_at
        AND (%(source)s::text IS NULL OR (p.source, p.code) = (%(source)s, %(code)s))
    ORDER BY p.source, p.code, p.seq
"""
WHEN: Final = {
    "before_expiry": ("trước khi quá hạn", "before it expired"),
    "after_expiry": ("SAU KHI QUÁ HẠN", "AFTER IT HAD EXPIRED"),
    "unclear": ("không rõ trước hay sau hạn", "before or after, nobody knows"),
}
"""When a due date was changed, in Vietnamese and in English."""

BY: Final = {
    "request": ("phiếu yêu cầu bổ sung", "request for a supplement"),
    "pull": ("so hai lần lấy dữ liệu", "two pulls compared"),
    "both": ("phiếu yêu cầu bổ sung, và hai lần lấy dữ liệu", "request for a supplement, and two pulls"),
}
"""Which witness tells it, in Vietnamese and in English."""


@dataclass(frozen=True)
class DueChange:
    """One change of a recorded due date.

    Attributes:
        old_due, new_due: None where there was, or is, no due date.
        not_before, at: between these moments it was changed; ``not_before`` is None where nothing tells.
        when: a key of :data:`WHEN`; by: a key of :data:`BY`.
        page_digest: landing file whose record shows the new date.
    """

    source: str
    code: str
    unit_code: str | None
    old_due: datetime | None
    new_due: datetime | None
    not_before: datetime | None
    at: datetime | None
    when: str
    by: str
    page_digest: str | None

    @property
    def later(self) -> bool:
        """Whether it gave more time: the due date was moved on."""
        return self.old_due is not None and self.new_due is not None and self.new_due > self.old_due


def read_due_changes(source: str | None = None, code: str | None = None) -> list[DueChange]:
    """Return every change of a due date of a primary dossier, in order of dossier and time.

    Args:
        source: with ``code``, of this dossier only.
        code: of a dossier of that source.
    """
    parameters = {"source": source, "code": code}
    told = fetch_as(_of_request, _BY_REQUEST, parameters)
    seen = fetch_as(_of_pull, _BY_PULL, parameters)
    return sorted(joined_changes(told, seen), key=lambda one: (one.source, one.code, str(one.at), str(one.new_due), one.by))


def joined_changes(told: Iterable[DueChange], seen: Iterable[DueChange]) -> list[DueChange]:
    """Join what requests tell and what pulls show: the same step of the same dossier is one change."""
    shown: dict[tuple[Any, ...], list[DueChange]] = defaultdict(list)
    for one in seen:
        shown[_step(one)].append(one)
    found = []
    for one in told:
        same = shown[_step(one)]
        found.append(replace(one, by="both", page_digest=same.pop(0).page_digest) if same else one)
    return found + [one for rest in shown.values() for one in rest]


def repeated(changes: Iterable[DueChange], more_than: int) -> list[tuple[DueChange, int]]:
    """Return the dossiers whose due date was moved on more than so many times.

    With the last such change and how many there were.
    """
    moved: dict[tuple[str, str], list[DueChange]] = defaultdict(list)
    for one in changes:
        if one.later:
            moved[one.source, one.code].append(one)
    found = [(each[-1], len(each)) for each in moved.values() if len(each) > more_than]
    return sorted(found, key=lambda each: (-each[1], each[0].source, each[0].code))


def _step(one: DueChange) -> tuple[Any, ...]:
    return one.source, one.code, one.old_due, one.new_due


def _of_request(
    source: str, code: str, unit: str | None, old: datetime, new: datetime, asked: datetime, ended: datetime, page: str | None
) -> DueChange:
    # The wait begins with the request: asked for in time, the date may move whenever the papers come.
    when = "after_expiry" if asked > old else "before_expiry"
    return DueChange(source, code, unit, old, new, asked, ended, when, "request", page)


def _of_pull(
    source: str,
    code: str,
    unit: str | None,
    old: datetime | None,
    new: datetime | None,
    seen_before: datetime | None,
    seen: datetime | None,
    modified: datetime | None,
    page: str | None,
) -> DueChange:
    """The old date was still there when it was seen before, and the new one at the source's last modification."""
    at = seen
    if modified is not None and (seen is None or modified < seen) and (seen_before is None or modified > seen_before):
        at = modified
    return DueChange(source, code, unit, old, new, seen_before, at, expiry(old, seen_before, at), "pull", page)


def expiry(old: datetime | None, not_before: datetime | None, at: datetime | None) -> str:
    """Tell whether a due date had expired when it was changed between two moments; a key of :data:`WHEN`."""
    if old is None or (at is not None and at <= old):
        return "before_expiry"
    return "after_expiry" if not_before is not None and not_before >= old else "unclear"
