"""Checks of the progress log: its order, its speed, its hours (law 8, rows 11, 13, 16 and 23)."""

# mypy: disable-error-code="no-any-return"
# (numpy declares == and some arithmetic of arrays as Any)
from __future__ import annotations

import numpy as np
import numpy.typing as npt

from config.codes import CLOSED_STATUSES, FINISHED_STATUSES, OPEN_STATUSES, PAUSED_STATUSES, Status
from tasks.rules.arrays import MINUTE, Mask, Times, before, minute_of_day, one_of
from tasks.rules.checks.facts import CheckFacts
from tasks.rules.checks.registry import check, check_among
from tasks.rules.dates.times import ZONE_SHIFT

_SECOND = np.timedelta64(1_000_000, "us")
_HOUR = 60 * MINUTE
_AFTER_RECEIPT = (Status.PROCESSING, *PAUSED_STATUSES, *FINISHED_STATUSES)


def _steps(facts: CheckFacts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each entry whether it follows another one, the status before it and its own."""
    status = facts.events.number("status")
    before = np.r_[np.uint16(0), status[:-1]][: len(status)]
    return facts.once("log/follows", lambda: facts.events.follows & (before > 0) & (status > 0)), before, status


def _finished(facts: CheckFacts) -> Times:
    """Return when the log says last that a dossier was finished; NaT where it does not."""
    events = facts.events
    return facts.once("log/finished", lambda: events.last(events.at("at"), events.number("status") == Status.DONE))


def _last_status(facts: CheckFacts) -> npt.NDArray[np.uint16]:
    """Return the last status of each log; 0 without one."""
    status = facts.events.number("status")
    return facts.once("log/status", lambda: facts.events.last(status, status > 0))


def _pairs(pairs: tuple[str, ...]) -> np.ndarray:
    """Read ``2>4`` pairs into a table: from, to."""
    table = np.zeros((16, 16), dtype=bool)
    for pair in pairs:
        first, second = pair.split(">")
        table[int(first), int(second)] = True
    return table


@check_among
def log_missing(facts: CheckFacts) -> Mask:
    """Received and not migrated, but without a progress log, in a system that kept logs that month."""
    logged = facts.events.count() > 0
    kept = np.bincount(facts.month, logged) > 0
    return facts.given("received_at") & ~facts.flag("is_migrated") & ~logged & kept[facts.month]


@check
def log_illegal_order(facts: CheckFacts, *, allowed: tuple[str, ...]) -> Mask:
    """The log goes from a status to one that cannot follow it."""
    follows, before, status = _steps(facts)
    reopened = one_of(before, CLOSED_STATUSES) & one_of(status, OPEN_STATUSES)  # a check of its own
    return facts.events.any(follows & ~_pairs(allowed)[before, status] & ~reopened)


@check
def log_skipped_step(facts: CheckFacts, *, skips: tuple[str, ...]) -> Mask:
    """The log leaps over a step: received and finished without being worked on."""
    follows, before, status = _steps(facts)
    return facts.events.any(follows & _pairs(skips)[before, status])


@check
def log_begins_midway(facts: CheckFacts, *, first: tuple[int, ...]) -> Mask:
    """The log does not begin with registration or receipt: its beginning is lost."""
    status = facts.events.number("status")
    return facts.events.any(~facts.events.follows & (status > 0) & ~one_of(status, first))


@check
def log_reopened_after_closing(facts: CheckFacts) -> Mask:
    """Work went on after the dossier had been closed."""
    follows, before, status = _steps(facts)
    return facts.events.any(follows & one_of(before, CLOSED_STATUSES) & one_of(status, OPEN_STATUSES))


@check
def log_work_after_stated_end(facts: CheckFacts) -> Mask:
    """The log shows work after the end that the record states: closed before the work was done."""
    events = facts.events
    after = before(events.of_dossier(facts.at("done_at")), events.at("at"))
    return facts.is_ended & events.any(after & one_of(events.number("status"), OPEN_STATUSES))


@check
def log_closed_within_minutes(facts: CheckFacts, *, minutes: int) -> Mask:
    """The log goes from receipt to finished within minutes, for a procedure whose limit is in days."""
    events = facts.events
    status, at = events.number("status"), events.at("at")
    finished, received = events.first(at, status == Status.DONE), events.first(at, status == Status.RECEIVED)
    return facts.limit_in_days & (finished >= received) & (finished <= received + minutes * MINUTE)


@check
def log_before_received(facts: CheckFacts, *, tolerance_minutes: int) -> Mask:
    """The log shows work before the dossier was received."""
    events = facts.events
    received = events.of_dossier(facts.at("received_at"))
    early = before(events.at("at"), received) & (events.at("at") < received - tolerance_minutes * MINUTE)
    return events.any(early & one_of(events.number("status"), _AFTER_RECEIPT))


@check
def log_in_future(facts: CheckFacts) -> Mask:
    """The log has an entry after the day that is looked at."""
    return facts.events.any(facts.events.at("at") > facts.now)


@check
def log_end_differs(facts: CheckFacts, *, hours: int) -> Mask:
    """The log's time of finishing and the record's differ by more than some hours."""
    done, finished = facts.at("done_at"), _finished(facts)
    return (done > finished + hours * _HOUR) | (finished > done + hours * _HOUR)


@check
def log_end_shifted_seven_hours(facts: CheckFacts) -> Mask:
    """The record's end and the log's differ by exactly seven hours: UTC taken for office time."""
    return np.abs(np.abs(facts.at("done_at") - _finished(facts)) - ZONE_SHIFT) <= _SECOND


@check
def log_times_on_the_hour(facts: CheckFacts, *, least: int) -> Mask:
    """Every entry of the log stands at a full hour: typed in afterwards."""
    events = facts.events
    at = events.at("at")
    full = at.view(np.int64) % _HOUR.astype(np.int64) == 0  # NaT is no whole number of hours
    return (events.count() >= least) & (events.count(full) == events.count())


@check
def log_all_at_once(facts: CheckFacts, *, least: int) -> Mask:
    """All entries of the log stand at one moment: written in one go."""
    events = facts.events
    at = events.at("at")
    same = np.r_[False, at[1:] == at[:-1]][: len(at)] & events.follows
    return (events.count() >= least) & (events.count(same) == events.count() - 1)


@check
def log_night_work(facts: CheckFacts, *, first_minute: int, last_minute: int) -> Mask:
    """The log shows a closing in the night: hours shifted between UTC and office time, or a batch job."""
    events = facts.events
    minute = minute_of_day(events.at("at"), events.day("at"))
    night = (minute > 0) & ((minute < first_minute) | (minute > last_minute))
    return events.any(night & one_of(events.number("status"), FINISHED_STATUSES))


@check
def log_step_overdue(facts: CheckFacts) -> Mask:
    """A step of the log was taken after the time that the office had planned for it."""
    events = facts.events
    return events.any(events.at("at") > events.at("planned_end_at"))


@check
def status_differs_from_log(facts: CheckFacts) -> Mask:
    """The record's status is not the last one of its log."""
    last = _last_status(facts)
    return (last > 0) & (facts.status > 0) & (last != facts.status)


@check
def pause_sent_as_finished(facts: CheckFacts) -> Mask:
    """Finished by its status, waiting or stopped by its log: the status was lost on the way (law 2.10)."""
    return (facts.status == Status.DONE) & one_of(_last_status(facts), PAUSED_STATUSES)
