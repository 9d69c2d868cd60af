"""Checks of pauses: supplement, financial obligation, stop, posting (law 4.3; law 8, row 3)."""

# mypy: disable-error-code="no-any-return"
# (numpy declares == and some arithmetic of arrays as Any)
from __future__ import annotations

import numpy as np

from config.codes import ASKED_STATUSES, WORKING_STATUSES
from tasks.rules.arrays import MINUTE, Mask, before
from tasks.rules.checks.facts import CheckFacts
from tasks.rules.checks.registry import check

_DAY = np.timedelta64(1, "D")
_OWN = ("supplement_record", "progress_log")


@check
def pause_without_end(facts: CheckFacts) -> Mask:
    """A pause never ended, although the dossier went on or was finished."""
    pauses = facts.pauses
    lasting = pauses.any(np.isnat(pauses.at("ended_at")))
    return lasting & (facts.is_finished | facts.status_in(WORKING_STATUSES))


@check
def pause_ends_before_start(facts: CheckFacts) -> Mask:
    """A pause ends before it begins."""
    return facts.pauses.any(facts.pauses.at("ended_at") < facts.pauses.at("started_at"))


@check
def pause_before_received(facts: CheckFacts) -> Mask:
    """A pause begins before the dossier was received."""
    pauses = facts.pauses
    return pauses.any(before(pauses.at("started_at"), pauses.of_dossier(facts.at("received_at"))))


@check
def pause_after_end(facts: CheckFacts) -> Mask:
    """A pause begins after processing had ended."""
    pauses = facts.pauses
    return pauses.any(before(pauses.of_dossier(facts.at("done_at")), pauses.at("started_at")))


@check
def pause_in_future(facts: CheckFacts) -> Mask:
    """A pause begins or ends after the day that is looked at."""
    pauses = facts.pauses
    return pauses.any((pauses.at("started_at") > facts.now) | (pauses.at("ended_at") > facts.now))


@check
def pauses_overlap(facts: CheckFacts) -> Mask:
    """Two pauses of one record overlap: taken one by one, their time is given back twice."""
    pauses = facts.pauses
    own = pauses.is_text("origin", *_OWN)
    start, end = pauses.at("started_at"), pauses.at("ended_at")
    before = pauses.follows[1:] & own[1:] & own[:-1] & (start[1:] < end[:-1])
    return pauses.any(np.r_[False, before][: len(pauses)])


@check
def supplement_without_moved_due(facts: CheckFacts) -> Mask:
    """The supplement came in, but the due date was not moved: the wait is charged to the agency."""
    pauses = facts.pauses
    before, after = pauses.at("due_before_at"), pauses.at("due_after_at")
    unmoved = np.isnat(after) | (after <= before)
    complete = ~np.isnat(pauses.at("ended_at")) & (pauses.at("ended_at") > pauses.at("started_at"))
    record = pauses.is_text("origin", "supplement_record")
    waits = record & complete & unmoved & (pauses.day("ended_at") > pauses.day("started_at"))
    stated = pauses.of_dossier(facts.at("due_at"))
    moved_elsewhere = ~np.isnat(before) & (stated > before)
    return pauses.any(waits & ~moved_elsewhere)


@check
def moved_due_not_taken_over(facts: CheckFacts) -> Mask:
    """The last pause gave a new due date, but the dossier shows an older one."""
    pauses = facts.pauses
    newest = pauses.last(pauses.at("due_after_at"), ~np.isnat(pauses.at("due_after_at")))
    return before(facts.at("due_at"), newest - MINUTE)


@check
def due_moved_after_expiry(facts: CheckFacts) -> Mask:
    """The due date was moved later when it had already passed."""
    pauses = facts.pauses
    before, after = pauses.at("due_before_at"), pauses.at("due_after_at")
    return pauses.any((after > before) & (pauses.day("started_at") > pauses.day("due_before_at")))


@check
def pause_begun_just_before_due(facts: CheckFacts, *, minutes: int) -> Mask:
    """A supplement was asked for in the last hours before the due date."""
    pauses = facts.pauses
    stated = pauses.of_dossier(facts.at("due_at"))
    due = np.where(np.isnat(pauses.at("due_before_at")), stated, pauses.at("due_before_at"))
    left = facts.clocks.ask(lambda clock: clock.working_minutes_between(pauses.at("started_at"), due), pauses.position)
    asked = pauses.is_text("kind", "supplement") & (pauses.at("started_at") <= due)
    return pauses.any(asked & (left >= 0) & (left <= minutes))


@check
def waiting_without_pause(facts: CheckFacts) -> Mask:
    """The status says that the agency waits, but no pause is recorded: nothing can be subtracted."""
    return facts.status_in(ASKED_STATUSES) & (facts.pauses.count() == 0)


@check
def repeated_supplement(facts: CheckFacts, *, most: int) -> Mask:
    """More requests for a supplement than the law allows (NĐ 107/2021); the national index counts them late."""
    pauses = facts.pauses
    requests = pauses.is_text("kind", "supplement") & pauses.is_text("origin", "supplement_record")
    return pauses.count(requests) > most


@check
def pause_very_long(facts: CheckFacts, *, days: int) -> Mask:
    """A pause lasts, or lasted, longer than any wait that the law knows."""
    pauses = facts.pauses
    end = np.where(np.isnat(pauses.at("ended_at")), facts.now, pauses.at("ended_at"))
    return pauses.any(end - pauses.at("started_at") > days * _DAY)


@check
def pause_recorded_elsewhere_only(facts: CheckFacts) -> Mask:
    """Only the land software knows of a pause: the one-stop system counts the time as its own."""
    pauses = facts.pauses
    return pauses.any(pauses.is_text("origin", "land_software")) & ~pauses.any(pauses.is_text("origin", *_OWN))
