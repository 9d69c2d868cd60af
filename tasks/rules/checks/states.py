"""Checks of the status against the rest of the record (law 2.6; law 8, rows 1, 8, 11, 12)."""

# mypy: disable-error-code="no-any-return"
# (numpy declares == and some arithmetic of arrays as Any)
from __future__ import annotations

import numpy as np

from config.codes import ENDED_STATUSES, RESULTLESS_STATUSES, Status
from tasks.rules.arrays import Mask, one_of
from tasks.rules.checks.facts import CheckFacts
from tasks.rules.checks.registry import check

_DAY = np.timedelta64(1, "D")


@check
def status_missing(facts: CheckFacts) -> Mask:
    """No national status: blank at the source, or not in its map."""
    return facts.status == 0


@check
def finished_without_end(facts: CheckFacts) -> Mask:
    """Finished or handed over, without a time at which processing ended (HoSoGayLoiThongKe c)."""
    return facts.is_finished & ~facts.given("done_at")


@check
def ended_without_any_time(facts: CheckFacts) -> Mask:
    """Ended, and neither the record nor its log nor another system says when."""
    times = facts.given("done_at") | facts.given("returned_at") | facts.given("refused_at")
    log = facts.events.any(one_of(facts.events.number("status"), ENDED_STATUSES))
    return facts.is_ended & facts.given("received_at") & ~times & ~log & (facts.evidence.count() == 0)


@check
def end_without_finish_status(facts: CheckFacts) -> Mask:
    """Processing has an end, but the status says that it goes on: finished and not closed."""
    return facts.is_open & facts.given("done_at")


@check
def returned_but_open(facts: CheckFacts) -> Mask:
    """The result was handed over, but the dossier is open."""
    return facts.is_open & facts.given("returned_at")


@check
def result_but_open(facts: CheckFacts) -> Mask:
    """There is a result document, but the dossier is open."""
    return facts.is_open & (facts.flag("has_result") | facts.given("result_at"))


@check
def returned_status_without_time(facts: CheckFacts) -> Mask:
    """Handed over, without a time of it."""
    return (facts.status == Status.RETURNED) & ~facts.given("returned_at")


@check
def refused_without_time(facts: CheckFacts) -> Mask:
    """Refused or stopped after receipt, without a time of it."""
    times = facts.given("refused_at") | facts.given("done_at")
    return facts.status_in((Status.REFUSED, Status.STOPPED)) & facts.given("received_at") & ~times


@check
def withdrawn_without_time(facts: CheckFacts) -> Mask:
    """Withdrawn by the citizen, without a time of it."""
    return (facts.status == Status.WITHDRAWN) & facts.given("received_at") & ~facts.given("done_at")


@check
def refused_but_finished(facts: CheckFacts) -> Mask:
    """Both refused and finished."""
    return facts.is_finished & facts.given("refused_at")


@check
def refused_but_open(facts: CheckFacts) -> Mask:
    """Refused, but open."""
    return facts.is_open & facts.given("refused_at")


@check
def withdrawn_with_result(facts: CheckFacts) -> Mask:
    """Withdrawn, refused or stopped, yet a result was handed over: the number means something else here."""
    return facts.status_in(RESULTLESS_STATUSES) & facts.given("returned_at") & facts.flag("has_result")


@check
def registered_but_processed(facts: CheckFacts) -> Mask:
    """Only registered by its status, but received and processed by its dates."""
    return (facts.status == Status.REGISTERED) & (facts.given("received_at") | facts.given("done_at"))


@check
def result_without_end(facts: CheckFacts) -> Mask:
    """Finished, but no result document, although the citizen got something."""
    return (
        (facts.status == Status.RETURNED) & facts.given("returned_at") & ~facts.flag("has_result") & facts.given("has_result")
    )


@check
def waiting_for_collection(facts: CheckFacts, *, days: int) -> Mask:
    """Finished long ago and never handed over: forgotten at the desk, or closing blocked by a fee (law 8, row 1)."""
    long_ago = facts.day("done_at") < facts.today - days * _DAY
    return (facts.status == Status.DONE) & ~facts.given("returned_at") & long_ago


@check
def open_very_long(facts: CheckFacts, *, days: int) -> Mask:
    """Open for so long that it was more likely forgotten than worked on."""
    return facts.is_open & (facts.day("received_at") < facts.today - days * _DAY)


@check
def silent_while_open(facts: CheckFacts, *, days: int) -> Mask:
    """Open past its due date, and nothing was written for a long time."""
    last = np.fmax(facts.at("modified_at"), facts.events.last(facts.events.at("at"), np.ones(len(facts.events), dtype=bool)))
    quiet = last < facts.now - days * _DAY
    return facts.is_open & quiet & (facts.at("due_at") < facts.now)


@check
def waiting_for_supplement_long(facts: CheckFacts, *, days: int) -> Mask:
    """Waiting for the citizen for so long that the wait should have been ended (form 05)."""
    pauses = facts.pauses
    open_waits = pauses.is_text("kind", "supplement") & np.isnat(pauses.at("ended_at"))
    since = pauses.last(pauses.day("started_at"), open_waits)
    return (facts.status == Status.SUPPLEMENT) & (since < facts.today - days * _DAY)
