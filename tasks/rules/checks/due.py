"""Checks of the due date against catalogue limit and calendar (law 4.6, 4.7, 8).

Of law 8 they serve rows 4 to 7 and 21.
"""

# mypy: disable-error-code="no-any-return"
# (numpy declares == and some arithmetic of arrays as Any)
from __future__ import annotations

import numpy as np
import numpy.typing as npt

from config.codes import UNRECEIVED_STATUSES
from tasks.rules.arrays import MINUTE, Mask, before, group_numbers, one_of
from tasks.rules.checks.facts import CheckFacts
from tasks.rules.checks.registry import check, check_among
from tasks.rules.clock.due_dates import NONE, UNKNOWN, UNSETTLED, WORKING_DAY
from tasks.rules.dates.times import days

_DAY = np.timedelta64(1, "D")


def _has_limit(facts: CheckFacts) -> Mask:
    return ~one_of(facts.limits.unit, (NONE, UNSETTLED, UNKNOWN))


def _never_paused(facts: CheckFacts) -> Mask:
    return facts.once("due/never_paused", lambda: facts.pauses.count() == 0)


def _ratio(facts: CheckFacts) -> npt.NDArray[np.float64]:
    return facts.once("due/ratio", lambda: _worked_out_ratio(facts))


def _worked_out_ratio(facts: CheckFacts) -> npt.NDArray[np.float64]:
    """Working time given over working time by law, for dossiers that never paused; NaN where unknown."""
    lawful = facts.lawful_due
    start, end, lawful_end = facts.worked("received_at"), facts.worked("due_at"), facts.worked("lawful", lawful)
    given, owed = end - start, lawful_end - start
    known = (start >= 0) & (end >= start) & (lawful_end > start) & _never_paused(facts)
    return np.where(known, given / np.maximum(owed, 1), np.nan)


@check
def due_missing(facts: CheckFacts) -> Mask:
    """Received, but without a due date, although the catalogue sets a limit."""
    return ~facts.given("due_at") & facts.given("received_at") & ~facts.status_in(UNRECEIVED_STATUSES) & _has_limit(facts)


@check
def due_missing_limit_unknown(facts: CheckFacts) -> Mask:
    """Received, but without a due date, and the catalogue does not tell the limit either."""
    unknown = one_of(facts.limits.unit, (UNSETTLED, UNKNOWN))
    return ~facts.given("due_at") & facts.given("received_at") & ~facts.status_in(UNRECEIVED_STATUSES) & unknown


@check
def due_without_legal_limit(facts: CheckFacts) -> Mask:
    """A due date is given although the law sets no limit: it rests on the desk's own promise."""
    return facts.given("due_at") & (facts.limits.unit == NONE)


@check
def limit_unsettled(facts: CheckFacts) -> Mask:
    """The catalogue's limit leaves room for doubt, so that no due date can be derived."""
    return facts.limits.unit == UNSETTLED


@check
def due_before_received(facts: CheckFacts) -> Mask:
    """Due before it was received."""
    return before(facts.at("due_at"), facts.at("received_at"))


@check
def due_same_moment_as_received(facts: CheckFacts) -> Mask:
    """Due in the very minute of receipt: the system counted no time at all."""
    due, received = facts.at("due_at"), facts.at("received_at")
    return (due >= received) & (due < received + MINUTE)


@check
def due_on_day_off(facts: CheckFacts) -> Mask:
    """Due on a day on which the office is closed."""
    day = facts.day("due_at")
    return facts.closed_on(day)


@check
def due_outside_office_hours(facts: CheckFacts, *, first_minute: int, last_minute: int) -> Mask:
    """Due at night: a fault in adding hours (law 4.7)."""
    minute = facts.minute("due_at")
    known = minute > 0  # midnight means a day without an hour
    return known & ((minute < first_minute) | (minute > last_minute))


@check
def due_after_default_hours(facts: CheckFacts, *, hours: int) -> Mask:
    """Due exactly the system's default hours after receipt, for a procedure whose limit is in days (law 4.7)."""
    due, exactly = facts.at("due_at"), facts.at("received_at") + hours * 60 * MINUTE
    worked = facts.worked("due_at") - facts.worked("received_at")
    after = ((due >= exactly) & (due < exactly + MINUTE)) | (worked == hours * 60)
    return facts.limit_in_days & (due > facts.at("received_at")) & after


@check
def due_far_shorter(facts: CheckFacts, *, share: float) -> Mask:
    """Due after less than a share of the time that the law gives."""
    return _ratio(facts) < share


@check
def due_far_longer(facts: CheckFacts, *, times: float) -> Mask:
    """Due after more than so many times the time that the law gives: late only when it is far too late."""
    return _ratio(facts) > times


@check
def due_differs_from_limit(facts: CheckFacts) -> Mask:
    """Due on another day than the limit of the catalogue gives, without any pause."""
    due, lawful = facts.day("due_at"), facts.lawful_day
    return ~np.isnat(due) & ~np.isnat(lawful) & (due != lawful) & _never_paused(facts)


@check
def due_ignores_days_off(facts: CheckFacts) -> Mask:
    """Due on the day that comes out when holidays and make-up days are left out of account."""
    due = facts.day("due_at")
    lawful, plain = facts.lawful_day, days(facts.due_without_days_off)
    return ~np.isnat(lawful) & (due != lawful) & (due == plain) & _never_paused(facts)


@check
def due_counts_calendar_days(facts: CheckFacts) -> Mask:
    """Due as many calendar days after receipt as the law gives working days."""
    in_working_days = facts.limits.unit == WORKING_DAY
    longer = facts.limits.amount.astype(np.int64) * _DAY
    lawful = facts.lawful_day
    due = facts.day("due_at")
    return in_working_days & (due == facts.day("received_at") + longer) & ~np.isnat(lawful) & (due != lawful)


@check_among
def limit_misconfigured(facts: CheckFacts, *, least: int, share: float) -> Mask:
    """Nearly all dossiers of a procedure at an agency miss the lawful due date the same way: a wrong setting."""
    due, lawful = facts.day("due_at"), facts.lawful_day
    procedure, unit = facts.codes("procedure_code").index, facts.codes("unit_code").index
    known = ~np.isnat(due) & ~np.isnat(lawful) & _never_paused(facts) & (procedure >= 0) & (unit >= 0)
    rows = np.flatnonzero(known)
    group, size = group_numbers(facts.month.take(rows), procedure.take(rows), unit.take(rows))
    all_of_it = np.bincount(group, minlength=size)
    answer = facts.none()
    for wrong in (due < lawful, due > lawful):
        wrong_group = group.take(np.flatnonzero(wrong.take(rows)))
        failing = np.bincount(wrong_group, minlength=size)
        wrong_groups = (all_of_it >= least) & (failing >= share * all_of_it)
        answer[rows] |= wrong.take(rows) & wrong_groups.take(group)
    return answer


@check
def late_by_hours_only(facts: CheckFacts) -> Mask:
    """Ended on the due day, but at a later hour: late by instant, on time by date."""
    return (facts.at("done_at") > facts.at("due_at")) & (facts.day("done_at") == facts.day("due_at"))


@check
def late_by_hand_over_only(facts: CheckFacts) -> Mask:
    """Processing ended by the due date, the citizen came for the result after it."""
    return (facts.day("done_at") <= facts.day("due_at")) & (facts.day("returned_at") > facts.day("due_at"))


@check
def source_flag_contradicts_dates(facts: CheckFacts) -> Mask:
    """The source calls it on time or late against its own dates, by date and by instant alike."""
    end, due = facts.at("done_at"), facts.at("due_at")
    late = (end > due) & (facts.day("done_at") > facts.day("due_at"))
    in_time = end <= due
    return (facts.is_text("source_flag", "on_time") & late) | (facts.is_text("source_flag", "late") & in_time)
