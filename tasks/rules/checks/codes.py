"""Checks of dossier, procedure and agency codes (law 3.1 to 3.3)."""

# mypy: disable-error-code="no-any-return"
# (numpy declares == and some arithmetic of arrays as Any)
from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tasks.rules.arrays import Mask, Numbers, Times
from tasks.rules.checks.facts import CheckFacts
from tasks.rules.checks.registry import check

_DAY = np.timedelta64(1, "D")
_REORGANISATION = np.datetime64("2025-07-01", "D")


@check
def dossier_code_malformed(facts: CheckFacts) -> Mask:
    """The code has none of the forms that are in use."""
    return ~facts.code_parts.well_formed & facts.frames.coded


@check
def dossier_code_date_impossible(facts: CheckFacts) -> Mask:
    """The code is well formed, but the date inside it is no date."""
    return facts.code_parts.well_formed & np.isnat(facts.code_parts.day)


@check
def code_date_differs(facts: CheckFacts, *, tolerance_days: int) -> Mask:
    """The date inside the code and the day of receipt differ by more than a fault of the time zone explains."""
    return facts.code_gap > tolerance_days * _DAY


@check
def code_date_one_day_off(facts: CheckFacts) -> Mask:
    """The date inside the code and the day of receipt differ by one day: a time zone mixed up."""
    return facts.code_gap == _DAY


@check
def receipt_year_slip(facts: CheckFacts) -> Mask:
    """Day and month of receipt are those inside the code, the year is another one."""
    return _where_apart(facts, lambda received, coded: _year_day(received) == _year_day(coded))


@check
def receipt_day_month_swapped(facts: CheckFacts) -> Mask:
    """Day and month of receipt change places in the date inside the code."""
    return _where_apart(facts, _swapped)


@check
def code_date_in_future(facts: CheckFacts) -> Mask:
    """The date inside the code lies after the day that is looked at."""
    return facts.code_parts.day > facts.today


@check
def code_agency_unknown(facts: CheckFacts) -> Mask:
    """The agency inside the code stands in the directory under no code, new or old."""
    if facts.directory.empty:
        return facts.none()
    things = facts.directory.by_any_code.things
    return facts.code_parts.unit.where(text not in things for text in facts.code_parts.unit.texts)


@check
def code_agency_not_valid_on_day(facts: CheckFacts) -> Mask:
    """The agency inside the code is in the directory, but was not in force on the date inside the code."""
    if facts.directory.empty:
        return facts.none()
    parts, versions = facts.code_parts, facts.directory.by_any_code
    thing = versions.numbers(parts.unit.texts).take(parts.unit.index)
    return (thing >= 0) & ~np.isnat(parts.day) & (versions.find(thing, parts.day) < 0)


@check
def code_province_closed(facts: CheckFacts, *, closed: tuple[str, ...]) -> Mask:
    """The code names a province whose code was closed by the merger, on a day after it."""
    parts = facts.code_parts
    names_closed = parts.unit.where(_level_one(text) in closed for text in parts.unit.texts)
    return names_closed & (parts.day >= _REORGANISATION)


@check
def code_is_random_alias(facts: CheckFacts, *, digits: int) -> Mask:
    """The running number looks drawn by lot, as the synchronisation layer does when it invents a code (law 2.10)."""
    parts = facts.code_parts
    return (parts.digits == digits) & (parts.sequence >= 10 ** (digits - 1)) & facts.given("alias_code")


@check
def procedure_code_missing(facts: CheckFacts) -> Mask:
    """No procedure is given."""
    return ~facts.given("procedure_code")


@check
def procedure_code_malformed(facts: CheckFacts, *, pattern: str) -> Mask:
    """The procedure code is no national code: invented at the desk, or cut off."""
    return facts.given("procedure_code") & ~facts.matching("procedure_code", pattern)


@check
def procedure_unknown(facts: CheckFacts) -> Mask:
    """The procedure stands in no version of the catalogue."""
    if facts.catalogue.empty:
        return facts.none()
    return facts.given("procedure_code") & ~facts.catalogue.known


@check
def procedure_not_in_force(facts: CheckFacts) -> Mask:
    """The procedure is in the catalogue, but no version of it was in force on the day of receipt."""
    return facts.catalogue.known & facts.given("received_at") & (facts.catalogue.row < 0)


@check
def procedure_field_differs(facts: CheckFacts) -> Mask:
    """The field of the dossier is not the field of its procedure in the catalogue."""
    given = facts.codes("field_code")
    names = {text: number for number, text in enumerate(given.texts)}
    of_row = np.array([names.get(text, -2) if text else -3 for text in facts.catalogue.texts("field_code")])
    return (given.index >= 0) & (facts.catalogue.row >= 0) & (of_row.take(facts.catalogue.row) != given.index)


@check
def online_not_offered(facts: CheckFacts) -> Mask:
    """Received online although the catalogue offers no online channel for the procedure (HoSoGayLoiThongKe a)."""
    online = facts.is_text("channel", "online")
    return online & (facts.catalogue.row >= 0) & (facts.catalogue.own_channel < 0)


@check
def agency_unknown(facts: CheckFacts) -> Mask:
    """The agency could not be found in the directory."""
    return ~facts.given("unit_code") if not facts.directory.empty else facts.none()


@check
def agency_not_valid_on_day(facts: CheckFacts) -> Mask:
    """The agency is in the directory, but was not in force on the day of receipt."""
    unit, received = facts.codes("unit_code"), facts.day("received_at")
    return facts.directory.knows(unit) & ~np.isnat(received) & ~facts.directory.valid_on(unit, received)


@check
def agency_abolished_still_open(facts: CheckFacts) -> Mask:
    """The dossier is still open at an agency that is no longer in force."""
    unit = facts.codes("unit_code")
    today = np.full(len(facts), facts.today)
    return facts.is_open & facts.directory.knows(unit) & ~facts.directory.valid_on(unit, today)


@check
def agency_is_no_agency(facts: CheckFacts, *, pattern: str) -> Mask:
    """The agency's name says that it is none: a disused account, a group of agencies."""
    return facts.matching("unit_as_given", pattern)


def _where_apart(facts: CheckFacts, holds: Callable[[Times, Times], Mask]) -> Mask:
    """Ask a question of day of receipt and day inside the code, where there are both and they differ."""
    answer = facts.none()
    apart = np.flatnonzero(facts.code_gap > np.timedelta64(0, "D"))
    answer[apart] = holds(facts.day("received_at")[apart], facts.code_parts.day[apart])
    return answer


def _swapped(received: Times, coded: Times) -> Mask:
    same_year = received.astype("datetime64[Y]") == coded.astype("datetime64[Y]")
    (day, month), (other_day, other_month) = _day_and_month(received), _day_and_month(coded)
    return same_year & (day == other_month) & (month == other_day)


def _year_day(days: Times) -> Numbers:
    day, month = _day_and_month(days)
    return month * 100 + day


def _day_and_month(days: Times) -> tuple[Numbers, Numbers]:
    months = days.astype("datetime64[M]")
    return (days - months.astype("datetime64[D]")).astype(np.int64) + 1, months.astype(np.int64) % 12 + 1


def _level_one(unit: str) -> str:
    """Return the level-one code of an agency code of either style: H22 of H22.05 and of 000.00.05.H22."""
    first, _, rest = unit.partition(".")
    return rest.rpartition(".")[2] if first.isdigit() else first
