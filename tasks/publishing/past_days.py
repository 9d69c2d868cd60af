"""Past days of a policy: which were published, under which rules, and how far a re-statement came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from schemas.expectations import SOURCE_WARNINGS
from tasks.judging.rules_digest import figures_digest
from tasks.warehouse.load import load
from tasks.warehouse.rows import fetch_as, fetch_value

DayChoice = Literal["missing", "missing-and-failed", "all"]
"""Which days are stated again: those without figures; those, and the ones on which a gate failed; or every one."""
_STEP = "restate"
_REACHED = "SELECT cursor FROM audit.progress WHERE step = %(step)s AND partition = %(order)s AND rules_digest = %(rules)s"
_DAYS = """
    SELECT d.day::date AS day, p.publication_id AS publication, p.rules_digest IS NOT DISTINCT FROM %(rules)s AS current,
        EXISTS (
            SELECT FROM quality.gate_results AS g
            WHERE g.as_of = d.day AND NOT g.success AND NOT (g.gate = 'source' AND g.expectation = ANY(%(warnings)s))
        ) AS failed
    FROM generate_series(%(since)s::date, %(until)s::date, interval '1 day') AS d (day)
    LEFT JOIN LATERAL (
        SELECT publication_id, rules_digest FROM mart.publications AS m
        WHERE policy = %(policy)s AND as_of = d.day
            AND NOT EXISTS (SELECT FROM mart.withdrawn_publications AS w WHERE w.publication_id = m.publication_id)
        ORDER BY current_since DESC LIMIT 1
    ) AS p ON true ORDER BY 1
"""


@dataclass(frozen=True)
class PastDay:
    """A day and what is published of it.

    Attributes:
        publication: the one in force; None where the day was never published.
        current: whether it was made under the rules of now.
        failed: whether a gate failed on the day; one that only warns has not.
    """

    day: date
    publication: str | None
    current: bool
    failed: bool

    @property
    def standing(self) -> str:
        """``missing``, ``failed``, ``outdated`` (published under other rules) or ``current``."""
        if self.publication is None:
            return "missing"
        if self.failed:
            return "failed"
        return "current" if self.current else "outdated"

    def is_chosen(self, what: DayChoice) -> bool:
        """Tell whether a choice takes the day."""
        return what == "all" or self.standing == "missing" or (what == "missing-and-failed" and self.failed)


def past_days(policy: str, since: date, until: date) -> list[PastDay]:
    """Return the days of a span, both ends included, in order."""
    span = {"policy": policy, "since": since, "until": until}
    return fetch_as(PastDay, _DAYS, {**span, "rules": figures_digest(), "warnings": list(SOURCE_WARNINGS)})


def publication_of(policy: str, day: date) -> str | None:
    """Return the publication in force of a day."""
    return past_days(policy, day, day)[0].publication


def reached(order: str) -> date | None:
    """Return the last day that an order of this name had done under today's rules when it was cut off."""
    given: dict[str, Any] = {"step": _STEP, "order": order, "rules": figures_digest()}
    found = fetch_value(_REACHED, given)
    return date.fromisoformat(found) if found else None


def note_reached(order: str, day: date | None) -> None:
    """Note how far an order has come; None: to its end, so that the next of its name begins anew."""
    with load("keep", f"restate/{order}") as current:
        cursor = None if day is None else day.isoformat()
        current.progress(_STEP, order, through=current.change_number, rules_digest=figures_digest(), cursor=cursor)
