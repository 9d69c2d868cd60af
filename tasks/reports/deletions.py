"""Dossiers that their system has deleted: told with day and reason, counted nowhere.

A dossier that is deleted while it is late leaves the figures as one that was never there. So those come first, with what the
verdict says of them, and the inspector asks why. A number alone does not tell whether an agency empties its desk: so each day of
deletions stands beside what the agency had open then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from config.calendar import OFFICE_ZONE_NAME
from tasks.warehouse.rows import fetch_as
from tasks.warehouse.statements import statements_of

_DELETED = """
    SELECT v.source, v.code, v.unit_code, v.procedure_code, v.received_at, v.due_at, d.deleted_at, d.deletion_reason AS reason,
        v.timeliness
    FROM judged.verdicts AS v JOIN core.dossiers AS d ON d.source = v.source AND d.code = v.code
    WHERE v.policy = %(policy)s AND v.verdict = 'deleted'
    ORDER BY v.timeliness <> 'late', d.deleted_at DESC NULLS LAST, v.source, v.code
"""
_SQL = statements_of(__file__)
_SHARES = _SQL["shares"]


@dataclass(frozen=True)
class DeletedShare:
    """Open dossiers that an agency's system deleted on one day.

    Attributes:
        unit_code: None: their agency is not known.
        day: of the deletion, office time.
        deleted: how many were open when they were deleted.
        late: of these, how many were late by then, by the law.
        open: how many dossiers of the agency were open at some time of that day, the deleted ones among them; at least ``deleted``.
    """

    unit_code: str | None
    day: date
    deleted: int
    late: int
    open: int

    @property
    def share(self) -> float:
        """Share of the open dossiers that was deleted."""
        return self.deleted / self.open


@dataclass(frozen=True)
class AgencyDeletions:
    """Open dossiers of an agency that its system deleted, with the day to ask about first.

    Attributes:
        unit_code: None: their agency is not known.
        deleted: how many were open when they were deleted.
        late: of these, how many were late by then, by the law.
        worst: the day with most late ones among them, then with most in all, then the newest.
    """

    unit_code: str | None
    deleted: int
    late: int
    worst: DeletedShare


@dataclass(frozen=True)
class Deletion:
    """A dossier that is deleted at its system.

    Attributes:
        due_at: by the law; None where it has no limit, or none that can be derived.
        deleted_at: None where the source says no day.
        reason: as the source writes it, without what may speak of a person.
        timeliness: by the law, at its end if it had ended, else when it was deleted.
    """

    source: str
    code: str
    unit_code: str | None
    procedure_code: str | None
    received_at: datetime | None
    due_at: datetime | None
    deleted_at: datetime | None
    reason: str | None
    timeliness: str


def read_deletions(policy: str) -> list[Deletion]:
    """Return the deleted dossiers of a policy's verdicts, those first that were late by then, the newest first."""
    return fetch_as(Deletion, _DELETED, {"policy": policy})


def read_deleted_shares(policy: str) -> list[DeletedShare]:
    """Return a policy's deletions of open dossiers by agency and day, those first with the most late ones."""
    return fetch_as(DeletedShare, _SHARES, {"policy": policy, "zone": OFFICE_ZONE_NAME})


def deletions_by_agency(policy: str) -> list[AgencyDeletions]:
    """Return a policy's deletions of open dossiers by agency, those first with the most late ones."""
    days: dict[str | None, list[DeletedShare]] = {}
    for share in read_deleted_shares(policy):
        days.setdefault(share.unit_code, []).append(share)
    found = [
        AgencyDeletions(code, sum(day.deleted for day in some), sum(day.late for day in some), some[0])
        for code, some in days.items()
    ]
    return sorted(found, key=lambda one: (-one.late, -one.deleted, one.unit_code or ""))
