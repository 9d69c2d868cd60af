"""Checks of the order of a dossier's dates, some from report HoSoGayLoiThongKe (law 8, row 8)."""

# mypy: disable-error-code="no-any-return"
# (numpy declares == and some arithmetic of arrays as Any)
from __future__ import annotations

import numpy as np

from config.codes import UNRECEIVED_STATUSES
from tasks.rules.arrays import MINUTE, Mask, before
from tasks.rules.checks.facts import CheckFacts
from tasks.rules.checks.registry import check

_DAY = np.timedelta64(1, "D")


@check
def received_missing(facts: CheckFacts, *, except_statuses: tuple[int, ...]) -> Mask:
    """No time of receipt, in a status that presupposes one (HoSoGayLoiThongKe b)."""
    return ~facts.given("received_at") & (facts.status > 0) & ~facts.status_in(except_statuses)


@check
def submitted_in_future(facts: CheckFacts) -> Mask:
    """Submitted after the day that is looked at."""
    return facts.at("submitted_at") > facts.now


@check
def received_in_future(facts: CheckFacts) -> Mask:
    """Received after the day that is looked at (HoSoGayLoiThongKe d)."""
    return facts.at("received_at") > facts.now


@check
def done_in_future(facts: CheckFacts) -> Mask:
    """Processing ended after the day that is looked at (HoSoGayLoiThongKe e)."""
    return facts.at("done_at") > facts.now


@check
def returned_in_future(facts: CheckFacts) -> Mask:
    """Handed over after the day that is looked at."""
    return facts.at("returned_at") > facts.now


@check
def refused_in_future(facts: CheckFacts) -> Mask:
    """Refused after the day that is looked at."""
    return facts.at("refused_at") > facts.now


@check
def submitted_after_received(facts: CheckFacts, *, tolerance_minutes: int) -> Mask:
    """Received before it was submitted."""
    submitted, received = facts.at("submitted_at"), facts.at("received_at")
    return before(received, submitted) & (submitted > received + tolerance_minutes * MINUTE)


@check
def received_after_done(facts: CheckFacts) -> Mask:
    """Processing ended before receipt (HoSoGayLoiThongKe f)."""
    return before(facts.at("done_at"), facts.at("received_at"))


@check
def received_after_returned(facts: CheckFacts) -> Mask:
    """Handed over before receipt."""
    return before(facts.at("returned_at"), facts.at("received_at"))


@check
def done_after_returned(facts: CheckFacts, *, tolerance_minutes: int) -> Mask:
    """Handed over before processing ended."""
    done, returned = facts.at("done_at"), facts.at("returned_at")
    return before(returned, done) & (done > returned + tolerance_minutes * MINUTE)


@check
def refused_before_received(facts: CheckFacts) -> Mask:
    """Refused before receipt, although it counts as received."""
    return before(facts.at("refused_at"), facts.at("received_at")) & ~facts.status_in(UNRECEIVED_STATUSES)


@check
def result_before_received(facts: CheckFacts) -> Mask:
    """The document of the result is dated before the dossier was received."""
    return facts.day("result_at") < facts.day("received_at")


@check
def result_after_done(facts: CheckFacts) -> Mask:
    """The document of the result is dated after processing is said to have ended: closed before the work was."""
    return facts.day("result_at") > facts.day("done_at")


@check
def received_implausibly_early(facts: CheckFacts, *, first_year: int) -> Mask:
    """Received in a year in which there was no one-stop system."""
    return facts.day("received_at") < np.datetime64(f"{first_year}-01-01", "D")


@check
def received_on_day_off(facts: CheckFacts) -> Mask:
    """Received at the counter on a day on which the office is closed."""
    day = facts.day("received_at")
    return facts.is_text("channel", "counter") & facts.closed_on(day)


@check
def done_on_day_off(facts: CheckFacts) -> Mask:
    """Processing ended on a day on which the office is closed."""
    day = facts.day("done_at")
    return facts.closed_on(day)


@check
def finished_within_minutes(facts: CheckFacts, *, minutes: int) -> Mask:
    """Received and finished within minutes: entered after the fact, or closed to look good."""
    done, received = facts.at("done_at"), facts.at("received_at")
    return facts.limit_in_days & (done >= received) & (done <= received + minutes * MINUTE)


@check
def ended_after_last_change(facts: CheckFacts, *, tolerance_minutes: int) -> Mask:
    """The end lies after the last change of the record: written down before it happened."""
    done, modified = facts.at("done_at"), facts.at("modified_at")
    return before(modified, done) & (done > modified + tolerance_minutes * MINUTE)


@check
def times_without_hour(facts: CheckFacts) -> Mask:
    """Receipt and end stand at midnight: the system keeps days only, or lost the hours."""
    received, done = facts.at("received_at"), facts.at("done_at")
    return (received == facts.day("received_at")) & (done == facts.day("done_at"))


@check
def january_year_slip(facts: CheckFacts, *, days: int) -> Mask:
    """A date of early January lies a year before the others: last year's number was typed on (law 8, row 20)."""
    coded, modified, given = facts.code_parts.day, facts.day("modified_at"), facts.day("received_at")
    far = np.flatnonzero((coded > given + 300 * _DAY) | (np.isnat(coded) & (modified > given + 300 * _DAY)))
    received, other = given[far], np.where(np.isnat(coded[far]), modified[far], coded[far])
    month, year = received.astype("datetime64[M]"), received.astype("datetime64[Y]")
    january = (month.astype(np.int64) % 12 == 0) & (received - month.astype("datetime64[D]") < days * _DAY)
    answer = facts.none()
    answer[far] = january & (other.astype("datetime64[Y]") - year == np.timedelta64(1, "Y"))
    return answer
