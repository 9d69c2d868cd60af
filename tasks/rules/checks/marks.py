"""Checks of marks that reading and cleaning left: one a mark, same name (law 8, rows 10 to 19)."""

from __future__ import annotations

from tasks.rules.arrays import Mask
from tasks.rules.checks.facts import CheckFacts
from tasks.rules.checks.registry import Test, check
from tasks.rules.marks import CODE_UNREADABLE, MARKS, NO_CODE_DATE, UNIT_UNKNOWN, UNKNOWN_STATUS

# Checks that look at the field itself, which a correction may have mended since the mark was set.
ASKED_ELSEWHERE = {
    CODE_UNREADABLE: "dossier_code_malformed",
    NO_CODE_DATE: "dossier_code_date_impossible",
    UNIT_UNKNOWN: "agency_unknown",
    UNKNOWN_STATUS: "status_missing",
}


def _check_of(mark: str) -> Test:
    def marked(facts: CheckFacts) -> Mask:
        return facts.marked(mark)

    marked.__name__ = mark
    marked.__doc__ = f"{MARKS[mark].en}."
    return marked


for _mark in MARKS:
    if _mark not in ASKED_ELSEWHERE:
        check(_check_of(_mark))
