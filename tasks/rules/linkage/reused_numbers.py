"""Reused numbers: whether two records with one code are two dossiers, and the code of each.

Books begin again each year, and number 00052 is given out once more. Then neither record may overwrite the other. A receipt
whose year merely slipped, stated again rightly, is no other dossier.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tasks.rules.dates.times import YEARS_APART

FAR: timedelta = YEARS_APART.item()
_YEAR, _SAME_SEASON = 365.25, 15  # days
BEARER_TIMES = ("received_at", "submitted_at", "due_at", "done_at", "returned_at")
BEARER_FIELDS = (*BEARER_TIMES, "applicant_key", "procedure_code")
_SUFFIX = re.compile(r"~\d{4}(?:\.\d+)?$")
DATED_CODE = r"-(?:\d{6}|\d{8})-\d{4,8}$"
"""The end of a code that carries a date, which is given once."""
_DATED = re.compile(DATED_CODE)


@dataclass(frozen=True)
class Bearer:
    """A record that bears a code.

    Attributes:
        code: as it is kept: the code itself or one with a year, ``00052~2026``.
        year: of its receipt, else of what it states; office time.
        facts: ``FIELDS``: instants, keys, or None.
        told_at: when it was last modified, where that matters.
    """

    code: str
    year: int
    facts: Mapping[str, Any]
    told_at: datetime | None = None

    @property
    def moment(self) -> datetime | None:
        """Return the receipt, else the first other time that is stated."""
        return next((self.facts[name] for name in BEARER_TIMES if self.facts[name] is not None), None)


def base_of(code: str) -> str:
    """Return the code as its source writes it, without the year."""
    return _SUFFIX.sub("", code)


def family_of(code: str) -> list[str]:
    """Return the codes under which dossiers that bear a code may be kept, the plain one first."""
    base = base_of(code)
    return [base, *(f"{base}~{year}" for year in range(1990, 2100))]


def are_two(one: Bearer, other: Bearer) -> bool:
    """Tell whether two records that bear one code are two dossiers.

    Their receipts (else the same other time of both) lie far apart, no due date and no end is the same, and applicant or
    procedure differ, or the earlier had ended before the later was received, or each has a due date of its own and was received
    on another day of the year, so that no year slipped. A code that carries a date is given once: of such a one the receipts
    themselves lie far apart, and both applicant and procedure differ.
    """
    apart = _apart(one, other)
    if not apart or any(_both(one, other, name, equal=True) for name in ("due_at", "done_at", "returned_at")):
        return False
    person, procedure = (_both(one, other, name, equal=False) for name in ("applicant_key", "procedure_code"))
    if _DATED.search(base_of(one.code)):
        return apart == "received_at" and person and procedure
    return person or procedure or (apart == "received_at" and (_ended_before(one, other) or _each_by_itself(one, other)))


def _apart(one: Bearer, other: Bearer) -> str:
    """Return the first time that both state, where it lies far apart; else nothing."""
    for name in BEARER_TIMES:
        if one.facts[name] is not None and other.facts[name] is not None:
            return name if abs(one.facts[name] - other.facts[name]) > FAR else ""
    return ""


def _both(one: Bearer, other: Bearer, name: str, *, equal: bool) -> bool:
    given = one.facts[name] is not None and other.facts[name] is not None
    return given and (one.facts[name] == other.facts[name]) == equal


def _ended_before(one: Bearer, other: Bearer) -> bool:
    """Tell whether the earlier ended between its own receipt and the later's, which did not end before it began."""
    first, second = sorted((one, other), key=lambda each: each.facts["received_at"])
    begun, again = first.facts["received_at"], second.facts["received_at"]
    ends, later = ([each.facts[name] for name in ("done_at", "returned_at")] for each in (first, second))
    own = [end for end in ends if end is not None]
    return bool(own) and all(begun <= end < again for end in own) and all(end is None or end >= again for end in later)


def _each_by_itself(one: Bearer, other: Bearer) -> bool:
    """Tell whether each was received on another day of the year, with a due date that follows its own receipt."""
    days = abs(one.facts["received_at"] - other.facts["received_at"]) / timedelta(days=1) % _YEAR
    if min(days, _YEAR - days) <= _SAME_SEASON:
        return False  # a year that slipped
    return all(
        each.facts["due_at"] is not None and timedelta(0) <= each.facts["due_at"] - each.facts["received_at"] < FAR
        for each in (one, other)
    )


def grouped(bearers: Sequence[Bearer]) -> list[int]:
    """Number the dossiers to which several statements about one code belong, the earliest 0.

    Returns a number for each statement.

    A statement that may be about several is about the nearest in time; one without a receipt about the last that had begun.
    """
    earliest = datetime.min.replace(tzinfo=_zone(bearers))
    order = sorted(range(len(bearers)), key=lambda place: (bearers[place].moment is None, bearers[place].moment or earliest))
    dossiers: list[list[Bearer]] = []
    found = [0] * len(bearers)
    for place in order:
        one = bearers[place]
        open_to = [n for n, each in enumerate(dossiers) if not any(are_two(one, other) for other in each)]
        if open_to:
            found[place] = min(open_to, key=lambda n: min(_away(one, other) for other in dossiers[n]))
        else:
            found[place] = len(dossiers)
            dossiers.append([])
        dossiers[found[place]].append(one)
    return found


def _away(one: Bearer, other: Bearer) -> timedelta:
    """Return how far a statement lies from another one; none that had not begun yet is near one without a receipt."""
    if one.facts["received_at"] is not None or one.facts["submitted_at"] is not None:
        return _distance(one, other)
    at = one.moment or one.told_at
    if at is None or other.moment is None or other.moment > at:
        return timedelta.max
    return at - other.moment


def settled(given: Sequence[Bearer], known: Sequence[Bearer]) -> list[str]:
    """Return the code of each dossier given: that of the known one it is, else one that nobody bears.

    Args:
        given: dossiers that bear one code, each another one.
        known: dossiers that are kept under the code, with or without a year.
    """
    taken: set[str] = set()
    codes = []
    for one in given:
        same = [each for each in known if each.code not in taken and not are_two(one, each)]
        if same:
            code = min(same, key=lambda each: _distance(one, each)).code
        else:
            code = free_code(base_of(one.code), one.year, taken | {each.code for each in known})
        taken.add(code)
        codes.append(code)
    return codes


def free_code(base: str, year: int, taken: Collection[str]) -> str:
    """Return the plain code if nobody bears it, else one with the year."""
    return next(code for code in _codes(base, year) if code not in taken)


def _codes(base: str, year: int) -> Iterator[str]:
    yield base
    yield f"{base}~{year}"
    yield from (f"{base}~{year}.{number}" for number in itertools.count(2))


def _distance(one: Bearer, other: Bearer) -> timedelta:
    if one.moment is None or other.moment is None:
        return timedelta.max
    return abs(one.moment - other.moment)


def _zone(bearers: Sequence[Bearer]) -> Any:
    return next((each.moment.tzinfo for each in bearers if each.moment is not None), None)
