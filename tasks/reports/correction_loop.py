"""Correction loop by agency and month: asked, answered in time, verified at the source.

How far a question has come is said in one place, the view ``quality.work_questions``; a question that one package after another
repeats is one question, asked when the first was made. It is verified only where the source has stated something new since and
what it states is what was asked for: no answer, and no correction of ours, makes it so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any

from tasks.warehouse.rows import fetch_as
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_LINES, _AGENCIES = _SQL["lines"], _SQL["agencies"]
_AUDITS = "SELECT month, corrections, looked_at, wrong, at_most_wrong FROM mart.audits ORDER BY month DESC LIMIT 12"


@dataclass(frozen=True)
class AuditResult:
    """What a month's random audit found; a row of ``mart.audits``.

    Attributes:
        month: of approval, as 2026-03.
        corrections: approved in it; looked_at: of these, drawn and held against the paper; wrong: of these, wrong.
        at_most_wrong: share of all that are wrong at most, in percent, 95 % sure.
    """

    month: str
    corrections: int
    looked_at: int
    wrong: int
    at_most_wrong: float


@dataclass(frozen=True)
class LoopLine:
    """What became of the questions that an agency was first asked in a month.

    A row of ``mart.work_loop``.

    Attributes:
        unit_code: the agency; None: dossiers whose agency is not known.
        month: its first day, in office time.
        asked: questions; answered: of these, with a decision; in_time: answered until due.
        overdue: not answered, and the due date has passed.
        approved, rejected, reported_fixed, verified, reopened: how far they have come (GLOSSARY.md).
        recurred: asked again after they had been verified.
        repeated: asked again in a later package, although the agency had decided before.
        hours: median of the working hours from question to answer; None while there is no answer.
    """

    unit_code: str | None
    month: date
    asked: int
    answered: int
    in_time: int
    overdue: int
    approved: int
    rejected: int
    reported_fixed: int
    verified: int
    reopened: int
    recurred: int
    repeated: int
    hours: float | None

    @property
    def is_unheard(self) -> bool:
        """Whether the agency was asked and has never answered anything."""
        return self.asked > 0 and not self.answered


@dataclass(frozen=True)
class LoopAgency:
    """What an agency has made of all that it was ever asked.

    Attributes:
        unit: the agency; ``?``: not known.
        again: questions that were asked again after they had been verified, or reopened.
        hours: median of the working hours from question to answer; None while there is no answer.
    """

    unit: str
    asked: int
    answered: int
    in_time: int
    verified: int
    again: int
    hours: float | None


def read_loop() -> list[LoopLine]:
    """Return a line an agency and month, in that order; empty where no package was made.

    Raises:
        WarehouseError: the question to the warehouse failed.
    """
    return fetch_as(LoopLine, _LINES)


def loop_by_agency() -> list[LoopAgency]:
    """Return a line an agency: who has never answered first, then by what they were asked."""
    return fetch_as(LoopAgency, _AGENCIES)


def unheard(lines: Iterable[LoopLine]) -> list[tuple[str | None, int, date]]:
    """Return the agencies that never answered anything: code, questions, first month; the most asked first."""
    by_unit = [(unit, list(some)) for unit, some in groupby(lines, key=lambda line: line.unit_code)]
    silent = [
        (unit, sum(line.asked for line in some), some[0].month)
        for unit, some in by_unit
        if all(line.is_unheard for line in some)
    ]
    return sorted(silent, key=lambda one: (-one[1], one[0] or ""))


def loop_rows(lines: Iterable[LoopLine]) -> list[dict[str, Any]]:
    """Return the lines as rows of a file."""
    return [asdict(line) for line in lines]


def audit_results() -> list[AuditResult]:
    """Return what the random audits of the last twelve audited months found, the newest first."""
    return fetch_as(AuditResult, _AUDITS)
