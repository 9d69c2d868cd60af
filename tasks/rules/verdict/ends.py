"""Ends of dossiers: by the progress log, by the record, by what other systems know."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from config.codes import ASKED_STATUSES, ENDED_STATUSES, FINISHED_STATUSES, RESULTLESS_STATUSES, STATUS_OF_END, Status
from config.policies import Policy
from tasks.rules.clock.working_clock import WorkingClock
from tasks.rules.dates.times import ZONE_SHIFT, LocalTimes, days
from tasks.rules.verdict.facts import NAT, DossierFacts

FINISHED, IN_PROGRESS, WITHDRAWN, REFUSED, NOT_RECEIVED, DELETED = range(6)  # places in schemas.fields.STATES
ORIGINS = ("none", "log", "record", "other_system", "hand_over")
FROM_NOTHING, FROM_LOG, FROM_RECORD, FROM_OTHER, FROM_HAND_OVER = range(5)

_STATE_OF_KIND = {"done": FINISHED, "returned": FINISHED, "stopped": REFUSED, "refused": REFUSED, "withdrawn": WITHDRAWN}
_SLACK = np.timedelta64(1, "m")


@dataclass(frozen=True)
class Ends:
    """End of each dossier.

    Attributes:
        at: office time; NaT while in progress, or ended at an unknown time.
        state: place in ``schemas.fields.STATES``.
        status: national status of the end that counts; 0 without one.
        origin: place in ``ORIGINS``: what the end was taken from.
        unknown: it ended, but nothing tells when.
        shifted: the source's end lies exactly seven hours after the other system's (law 2.11).
        lagged: it lies a little later than the other system's, and no work lies between them.
        lost: the source shows it finished while its log shows it waiting (law 2.10).
        reopened: work went on after the end that the source states.
        handed: hand-over of the result that can be, NaT without one; handed_origin: place in ``ORIGINS``.
        year_slipped: the stated end bears another year; the mended one counts.
        after_hand_over: a night job closed it after the hand-over, which counts.
        carried: what counts is the hand-over to who carries the result, not the citizen's receipt of it.
        bounded: the stated end cannot be; it ended at the latest when its result was handed over.
    """

    at: LocalTimes
    state: np.ndarray
    status: np.ndarray
    origin: np.ndarray
    unknown: np.ndarray
    shifted: np.ndarray
    lagged: np.ndarray
    lost: np.ndarray
    reopened: np.ndarray
    handed: LocalTimes
    handed_origin: np.ndarray
    year_slipped: np.ndarray
    after_hand_over: np.ndarray
    carried: np.ndarray
    bounded: np.ndarray

    def take(self, places: np.ndarray) -> Ends:
        """Return the ends of some dossiers."""
        return Ends(*(getattr(self, field.name)[places] for field in fields(self)))


def ends_of(
    facts: DossierFacts,
    order: tuple[str, ...],
    clock: WorkingClock,
    *,
    other_systems: bool,
    from_log: bool = True,
    lag: int = 0,
) -> Ends:
    """Settle the end of each dossier.

    Args:
        facts: the partition.
        order: kinds of end, the first that is there counts (QD 766, 2.1: done before returned).
        clock: the office's clock.
        other_systems: whether the word of other systems counts where the source shows no end.
        from_log: whether the progress log is looked at, before the record's own dates.
        lag: working minutes by which the source may be behind another system, whose end counts then.
    """
    log, status = facts.log, facts.status
    # An end before the receipt cannot be; work that the log shows after it was not taken up again.
    reopened = (log.last_open_at > facts.done) & ~(days(facts.done) < days(facts.received))
    lost = (status == Status.DONE) & np.isnat(facts.done) & np.isnat(facts.returned) & np.isin(log.last_status, ASKED_STATUSES)
    record = _ends_of_record(facts, reopened)
    at, kind_status = np.full(len(facts), NAT), np.zeros(len(facts), dtype=np.int64)
    state, origin = np.full(len(facts), IN_PROGRESS), np.full(len(facts), FROM_NOTHING)
    for kind in order:
        code = STATUS_OF_END[kind]
        for times, source in ((log.ends[code], FROM_LOG), (record[kind], FROM_RECORD))[not from_log :]:
            new = (kind_status == 0) & ~np.isnat(times)
            at[new], kind_status[new] = times[new], code
            state[new], origin[new] = _STATE_OF_KIND[kind], source
    shifted = lagged = np.zeros(len(facts), dtype=bool)
    if other_systems:
        shifted = _shifted(at, facts.evidence.done_at)
        if lag:
            lagged = _lagged(facts, at, clock, lag) & np.isin(kind_status, FINISHED_STATUSES) & ~shifted
        at = np.where(shifted | lagged, facts.evidence.done_at, at)
        origin = np.where(shifted | lagged, FROM_OTHER, origin)
        for times, source, code, new_state in (
            (facts.evidence.done_at, FROM_OTHER, Status.DONE, FINISHED),
            (facts.evidence.withdrawn_at, FROM_OTHER, Status.WITHDRAWN, WITHDRAWN),
            (facts.evidence.returned_at, FROM_HAND_OVER, Status.RETURNED, FINISHED),
        ):
            new = (kind_status == 0) & ~np.isnat(times)
            at[new], kind_status[new], state[new], origin[new] = times[new], code, new_state, source
    unknown = (kind_status == 0) & ~lost & np.isin(status, ENDED_STATUSES) & (status != Status.REFUSED)
    state = np.where(
        unknown, np.select([status == Status.WITHDRAWN, status == Status.STOPPED], [WITHDRAWN, REFUSED], FINISHED), state
    )
    state = np.where(_never_received(facts, kind_status), NOT_RECEIVED, state)
    none = np.zeros(len(facts), dtype=bool)
    unasked = (np.full(len(facts), NAT), np.zeros(len(facts), dtype=np.int64), none, none, none, none)
    return Ends(at, state, kind_status, origin, unknown, shifted, lagged, lost, reopened, *unasked)


def _ends_of_record(facts: DossierFacts, reopened: np.ndarray) -> dict[str, LocalTimes]:
    """Read the record's own dates as ends; an end after which work went on is none."""
    status = facts.status
    done = np.where(reopened, NAT, facts.done)
    is_other = np.isin(status, RESULTLESS_STATUSES)
    return {
        "done": np.where(is_other, NAT, done),
        "returned": facts.returned,
        "stopped": np.where(status == Status.STOPPED, done, NAT),
        "withdrawn": np.where(status == Status.WITHDRAWN, done, NAT),
        "refused": np.where(status == Status.REFUSED, np.where(np.isnat(facts.refused), done, facts.refused), NAT),
    }


def with_answers(ends: Ends, facts: DossierFacts, policy: Policy) -> Ends:
    """Take as still open the ends that a policy does not accept.

    Those are the ends of stopped dossiers, and those whose time nobody knows.
    """
    if policy.stopped != "open" and policy.without_end != "open":
        return ends
    stopped = (ends.state == REFUSED) & (end_status(ends, facts) == Status.STOPPED) & (policy.stopped == "open")
    reopened = stopped | (ends.unknown & (policy.without_end == "open"))
    return replace(
        ends,
        at=np.where(reopened, NAT, ends.at),
        state=np.where(reopened, IN_PROGRESS, ends.state),
        status=np.where(reopened, 0, ends.status),
        origin=np.where(reopened, FROM_NOTHING, ends.origin),
        unknown=ends.unknown & ~reopened,
    )


def with_deletions(ends: Ends, facts: DossierFacts, as_of_end: np.datetime64) -> Ends:
    """Take dossiers that their system has deleted as ended by that, where nothing had ended them before.

    So their timeliness says whether they were late when they were deleted; no figure counts them.
    """
    deleted = (facts.deleted <= as_of_end) & (ends.state != NOT_RECEIVED)
    if not deleted.any():
        return ends
    return replace(
        ends,
        at=np.where(deleted & ~(ends.at <= facts.deleted), facts.deleted, ends.at),
        state=np.where(deleted, DELETED, ends.state),
        unknown=ends.unknown & ~deleted,
    )


def end_status(ends: Ends, facts: DossierFacts) -> np.ndarray:
    """Return the national status in which each dossier ended, known when or not."""
    return np.where(ends.status > 0, ends.status, facts.status)


def _shifted(at: LocalTimes, other: LocalTimes) -> np.ndarray:
    gap = at - other
    return np.asarray(~np.isnat(gap) & (np.abs(gap - ZONE_SHIFT) <= _SLACK))


def _lagged(facts: DossierFacts, at: LocalTimes, clock: WorkingClock, lag: int) -> np.ndarray:
    """Tell which ends follow on another system's so soon that they only tell of it, with no work after that."""
    other = facts.evidence.done_at
    behind = (at > other) & ~(facts.log.last_open_at > other) & ~(days(other) < days(facts.received))
    rows = np.flatnonzero(behind)
    minutes = clock.working_minutes_between(other[rows], at[rows])
    behind[rows] = (minutes >= 0) & (minutes <= lag)
    return np.asarray(behind)


def _never_received(facts: DossierFacts, end_status: np.ndarray) -> np.ndarray:
    """Status 1, or a refusal of what was never taken in: not a dossier of the desk yet."""
    refused = (facts.status == Status.REFUSED) | (end_status == Status.REFUSED)
    taken_in = ~np.isnat(facts.received) | facts.log.received
    return np.asarray((facts.status == Status.REGISTERED) | (refused & ~taken_in))


def contradicts(ends: Ends, received: LocalTimes) -> np.ndarray:
    """Tell which dossiers ended on a day before that of their receipt."""
    return np.asarray(~np.isnat(ends.at) & ~np.isnat(received) & (days(ends.at) < days(received)))
