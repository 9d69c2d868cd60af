"""Readings of the facts under a verdict: it is given only where all plausible ones agree.

A fact can be misread, mistyped or another system's: a date reads day first or month first, a year slips, a clock is hours
off, two systems or two fields differ. Each such reading that the other facts allow is judged like the stated one, on the
dossiers that it concerns. Where a reading changes the verdict, the verdict is not given, and the reading's name tells what
would settle it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from config.codes import Status
from config.policies import Policy
from tasks.rules.arrays import arrow, as_codes
from tasks.rules.clock.due_dates import HOUR, SAME_DAY
from tasks.rules.dates.times import SLIP_BORNE_OUT, YEARS_APART, LocalTimes, day_and_month_exchanged, days
from tasks.rules.marks import DATE_AMBIGUOUS, DATE_TWO_FORMATS, DUE_UNREADABLE, END_UNREADABLE
from tasks.rules.sources.clock_faults import clock_shifts
from tasks.rules.verdict.ends import FINISHED, FROM_LOG, FROM_OTHER, FROM_RECORD, IN_PROGRESS, Ends
from tasks.rules.verdict.facts import NAT, DossierFacts
from tasks.rules.verdict.late_causes import end_is_corrected
from tasks.rules.verdict.plausible_ends import in_office, in_year, near
from tasks.rules.verdict.receipt import Receipt
from tasks.rules.verdict.recorded import LATE
from tasks.rules.verdict.timeline import ResolvedInputs, Timeline, build_timeline, resolved_inputs_from

_DAY, _MINUTE = np.timedelta64(1, "D"), np.timedelta64(1, "m")
_HALF_A_DAY = np.timedelta64(12, "h")
# Before this hour nobody is at work; what ends then a job has ended. Midnight itself is a day without an hour.
_MORNING = np.timedelta64(5, "h")
OF_ORDER = "ambiguous_date"
_DATES = ("received", "due", "done", "returned", "refused")


@dataclass(frozen=True)
class Reading:
    """Another reading of one fact.

    Attributes:
        settles: what would settle it, a key of ``tasks.rules.verdict.reasons.MISSING``.
        places: dossiers for which it is plausible, ascending.
        case: all that follows for them.
    """

    settles: str
    places: np.ndarray
    case: Timeline


def readings_of(case: Timeline) -> Iterator[Reading]:
    """Yield the other plausible readings of a case's facts, one fact at a time; each with the readings of its end."""
    policy = case.policy
    if not policy.weighs_evidence:
        return
    yield from _of_ends_and_pauses(case, None, np.arange(len(case.facts)))
    for settles, places, settled in _of_records(case.settled, policy):
        other = build_timeline(settled, policy)
        yield Reading(settles, places, other)
        yield from _of_ends_and_pauses(other, settles, places)


def _of_ends_and_pauses(case: Timeline, settles: str | None, places: np.ndarray) -> Iterator[Reading]:
    for name, rows, ends in _other_ends(case):
        other = build_timeline(case.settled.take(rows), case.policy, ends)
        yield Reading(settles or name, places[rows], other)
    impossible = case.pauses.rows[case.pauses.impossible(case.as_of_end)]
    if len(impossible):
        rows = np.unique(impossible)
        other = build_timeline(case.settled.take(rows), case.policy, case.ends.take(rows), sound_pauses=True)
        yield Reading(settles or "pause", places[rows], other)


# -- ends ------------------------------------------------------------------------------------------------------------


def _other_ends(case: Timeline) -> Iterator[tuple[str, np.ndarray, Ends]]:
    """Yield what would settle it, the dossiers, and their ends in another reading."""
    ends, facts = case.ends, case.facts
    own = np.isin(ends.origin, (FROM_LOG, FROM_RECORD)) & ~ends.bounded & ~end_is_corrected(case)
    for name, at, origin, status in (
        ("end_order", _hand_over(case), ends.handed_origin, 10),
        ("night_job", _evening_before(case), ends.origin, None),
        ("end_year", _year_before(case), ends.origin, None),
        ("lag", _end_elsewhere(case), np.full(len(facts), FROM_OTHER), Status.DONE),
    ):
        rows = np.flatnonzero(own & ~np.isnat(at) & (at != ends.at))
        if len(rows):
            other = ends.take(rows)
            kind = other.status if status is None else np.full(len(rows), status)
            yield name, rows, replace(other, at=at[rows], origin=origin[rows], status=kind)


def _hand_over(case: Timeline) -> LocalTimes:
    """Return the hand-over where it comes before the stated end of processing: then processing had ended by then."""
    ends = case.ends
    before = (ends.status == Status.DONE) & (ends.at > ends.handed + _MINUTE)
    return np.where(before, ends.handed, NAT)


def _evening_before(case: Timeline) -> LocalTimes:
    """Return the end of the day before an end that stands in the night: a job that closes what was done wrote it."""
    ends = case.ends
    midnight = days(ends.at).astype("datetime64[us]")
    night = (ends.at > midnight) & (ends.at < midnight + _MORNING) & (ends.state == FINISHED)
    return np.where(night & (midnight > case.receipt.at), midnight - _MINUTE, NAT)


def _year_before(case: Timeline) -> LocalTimes:
    """Return ends a year earlier, where they lie a year after the receipt and no other fact bears them out."""
    facts, ends, received = case.facts, case.ends, case.receipt.at
    at = ends.at
    long = at - received > YEARS_APART
    if not long.any():
        return np.full(len(at), NAT)
    earlier = in_year(at, at.astype("datetime64[Y]") - np.timedelta64(1, "Y"))
    can_be = long & (days(earlier) >= days(received)) & ~ends.year_slipped & _year_in_doubt(facts, ends, earlier)
    table = case.pauses
    waited = np.zeros(len(at), dtype=bool)
    waited[table.rows[(table.start > earlier[table.rows])]] = True
    return np.where(can_be & ~waited, earlier, NAT)


def _year_in_doubt(facts: DossierFacts, ends: Ends, earlier: LocalTimes) -> np.ndarray:
    """Tell where nothing else lies at the stated end, or between the earlier one and it: no work, hand-over or change."""
    at = ends.at
    borne_out = (facts.log.last_open_at > earlier) | near(facts.modified, at) | (ends.handed > at)
    for other in (facts.evidence.done_at, facts.evidence.returned_at):
        borne_out |= np.abs(other - at) <= SLIP_BORNE_OUT
    return np.asarray(~borne_out)


def _end_elsewhere(case: Timeline) -> LocalTimes:
    """Return another system's end where it comes before the stated one, and no work lies between: one of the two told it late."""
    other, ends, log = case.facts.evidence.done_at, case.ends, case.facts.log
    if not case.policy.other_systems:
        return np.full(len(other), NAT)
    before = (ends.state == FINISHED) & (other < ends.at) & (days(other) >= days(case.receipt.at))
    return np.where(before & ~(log.last_open_at > other), other, NAT)


# -- records ---------------------------------------------------------------------------------------------------------


def _of_records(settled: ResolvedInputs, policy: Policy) -> Iterator[tuple[str, np.ndarray, ResolvedInputs]]:
    """Yield what would settle it, the dossiers, and all that is settled about them in another reading of their record."""
    yield from _of_order(settled)
    receipts = (
        ("receipt_day", _other_receipt(settled)),
        ("receipt_day", _receipt_elsewhere(settled)),
        ("receipt_year", _receipt_year(settled)),
    )
    for name, at in receipts:
        rows = np.flatnonzero(~np.isnat(at))
        if len(rows):
            some = settled.take(rows)
            receipt = Receipt(at[rows], np.ones(len(rows), dtype=bool), some.receipt.day_only)
            yield name, rows, _received(some, receipt)
    if policy.compare == "by_unit":
        yield from _of_hours(settled)


def _received(settled: ResolvedInputs, receipt: Receipt) -> ResolvedInputs:
    """Settle limits anew from other receipts."""
    other = resolved_inputs_from(settled.facts, settled.stated, receipt, settled.office, settled.as_of_end)
    return replace(other, earlier=settled.earlier)


def _of_order(settled: ResolvedInputs) -> Iterator[tuple[str, np.ndarray, ResolvedInputs]]:
    """Read the dates that read two ways the other way: all of a record together, and each alone.

    So are those whose order was settled against the system's own, and which then lie before the receipt.
    """
    facts, received = settled.facts, settled.receipt.at
    odd = facts.marked(DATE_TWO_FORMATS) & ((facts.done < received) | (facts.returned < received))
    rows = np.flatnonzero(facts.marked(DATE_AMBIGUOUS) | odd)
    if not len(rows):
        return
    some = settled.take(rows)
    others = {name: _exchanged(some, name) for name in _DATES}
    for names in (_DATES, *((name,) for name in _DATES)):
        changed = np.logical_or.reduce([~np.isnat(others[name]) for name in names])
        if not changed.any():
            continue
        places = np.flatnonzero(changed)
        part = some.take(places)
        values = {name: others[name][places] for name in names}
        yield OF_ORDER, rows[places], _with_dates(part, values)


def _exchanged(settled: ResolvedInputs, name: str) -> LocalTimes:
    """Return a date with day and month exchanged where that can be; NaT where it is firm.

    A receipt has to fit the code, ends lie between receipt and the day judged; approved corrections read one way.
    """
    facts, received = settled.facts, settled.receipt.at
    stated = getattr(facts, name)
    other = day_and_month_exchanged(stated)
    can_be = stated == getattr(settled.stated, name)
    if name == "received":
        can_be &= np.isnat(facts.code_day) & (other <= settled.as_of_end) & (settled.receipt.at == stated)
    elif name != "due":
        # Where the receipt reads two ways too, either may be the later one.
        first = np.fmin(received, np.where(np.isnat(facts.code_day), day_and_month_exchanged(received), NAT))
        can_be &= (days(other) >= days(first)) & (other <= settled.as_of_end)
    return np.where(can_be, other, NAT)


def _with_dates(settled: ResolvedInputs, values: dict[str, LocalTimes]) -> ResolvedInputs:
    """Settle anew with some dates of the records replaced where they are given."""
    facts = settled.facts.with_dates(values)
    stated = facts if settled.stated is settled.facts else settled.stated.with_dates(values)
    receipt = settled.receipt
    if "received" in values:
        receipt = replace(receipt, at=np.where(np.isnat(values["received"]), receipt.at, values["received"]))
    other = resolved_inputs_from(facts, stated, receipt, settled.office, settled.as_of_end)
    return replace(other, earlier=settled.earlier)


def _other_receipt(settled: ResolvedInputs) -> LocalTimes:
    """Return the code's day where the stated receipt lies days from it and nothing tells why.

    A code that was given on the day of submission, or the working day before the receipt, is told; so is a receipt that the
    log shows, or that was approved.
    """
    facts, receipt, clock = settled.facts, settled.receipt, settled.office.clock
    code_day, at = facts.code_day, receipt.at
    apart = ~receipt.corrected & (np.abs(days(at) - code_day) > _DAY) & (code_day <= settled.as_of_end)
    rows = np.flatnonzero(apart)
    if not len(rows):
        return np.full(len(at), NAT)
    coded = code_day[rows].astype("datetime64[us]")
    next_day = days(clock.after_working_days(coded, np.ones(len(rows), dtype=np.int64)))
    told = (days(at[rows]) >= code_day[rows]) & (days(at[rows]) <= next_day)
    told |= np.abs(days(facts.submitted[rows]) - code_day[rows]) <= _DAY
    told |= np.abs(days(facts.log.first_open_at[rows]) - days(at[rows])) <= _DAY
    told |= facts.received[rows] != settled.stated.received[rows]
    other = np.full(len(at), NAT)
    hour = at[rows] - days(at[rows]).astype("datetime64[us]")
    other[rows] = np.where(told, NAT, coded + hour)
    return other


def _receipt_elsewhere(settled: ResolvedInputs) -> LocalTimes:
    """Return the receipt in another system where that is an earlier day: the matter may have been taken in there first."""
    other, at, stated = settled.facts.evidence.received_at, settled.receipt.at, settled.stated.received
    return np.where((days(other) < days(at)) & (settled.facts.received == stated), other, NAT)


def _receipt_year(settled: ResolvedInputs) -> LocalTimes:
    """Return receipts a year later, where no code tells the day and the appointment and all else lie in that later year."""
    facts, at = settled.facts, settled.receipt.at
    later = in_year(at, at.astype("datetime64[Y]") + np.timedelta64(1, "Y"))
    can_be = np.isnat(facts.code_day) & (later <= settled.as_of_end) & (facts.due - at > YEARS_APART)
    for others in (facts.submitted, facts.done, facts.returned, facts.refused, facts.log.first_open_at, facts.modified):
        can_be &= ~(days(others) < days(later))
    return np.where(can_be & (facts.received == settled.stated.received), later, NAT)


def _of_hours(settled: ResolvedInputs) -> Iterator[tuple[str, np.ndarray, ResolvedInputs]]:
    """Read the hours of limits in hours, and within the day, otherwise: twelve hours off at the counter, seven by the zone."""
    facts, at, clock = settled.facts, settled.receipt.at, settled.office.clock
    short = np.isin(settled.limits.unit, (HOUR, SAME_DAY)) & ~settled.receipt.day_only & ~np.isnat(at)
    if not short.any():
        return
    channel = as_codes(arrow(facts.frames.dossiers["channel"]))
    counter = channel.where(text == "counter" for text in channel.texts)
    noon = at >= days(at).astype("datetime64[us]") + _HALF_A_DAY
    half = np.where(noon, at - _HALF_A_DAY, at + _HALF_A_DAY)
    midnight = at == days(at).astype("datetime64[us]")
    odd = short & counter & ~midnight & ~in_office(at, clock) & in_office(half, clock)
    rows = np.flatnonzero(odd)
    if len(rows):
        some = settled.take(rows)
        yield "clock", rows, _received(some, replace(some.receipt, at=half[rows]))
    shifts = clock_shifts(facts)
    moved = {"received": shifts.receipt, **dict.fromkeys(("done", "returned", "refused"), shifts.end)}
    rows = np.flatnonzero(short & ((shifts.receipt != 0) | (shifts.end != 0)))
    if len(rows):
        some = settled.take(rows)
        yield "clock", rows, _with_dates(some, {name: getattr(some.facts, name) + shift[rows] for name, shift in moved.items()})


def differing_word(recorded_late: np.ndarray, readings: Iterable[Reading]) -> np.ndarray:
    """Tell of which dossiers the source's own word depends on how a date of its record is read.

    Args:
        recorded_late: which dossiers the source counts late, as its record was read.
        readings: the other readings.
    """
    found = np.zeros(len(recorded_late), dtype=bool)
    for reading in readings:
        if reading.settles == OF_ORDER:
            found[reading.places] |= (reading.case.recorded.timeliness == LATE) != recorded_late[reading.places]
    return found


def differing(late: np.ndarray, judged: Iterable[tuple[Reading, np.ndarray]]) -> dict[str, np.ndarray]:
    """Gather, by what would settle it, the dossiers that a reading puts on the other side.

    Args:
        late: which dossiers are late by the facts as stated.
        judged: each reading with which of its dossiers are late by it.
    """
    found: dict[str, np.ndarray] = {}
    for reading, other in judged:
        mask = found.setdefault(reading.settles, np.zeros(len(late), dtype=bool))
        mask[reading.places] |= other != late[reading.places]
    return found


def open_without_status(case: Timeline) -> np.ndarray:
    """Tell which dossiers are taken as open though nothing states their status: whether they ended, nobody knows."""
    unstated = ~case.facts.given("status")
    return np.asarray(unstated & (case.ends.state == IN_PROGRESS) & ~(case.due >= case.as_of_end))


def misread(case: Timeline) -> np.ndarray:
    """Tell of which records the source's own word is not known: a due date or an end of theirs was not taken.

    It cannot be read, or the end does not fit and not all dates were read in the system's own order.
    """
    facts = case.facts
    marked = facts.marked(DATE_TWO_FORMATS) | facts.marked(DATE_AMBIGUOUS)
    unread = (facts.marked(DUE_UNREADABLE) & np.isnat(facts.due)) | unread_end(case)
    return np.asarray(((case.ends.bounded | case.ends.after_hand_over) & marked) | unread)


def unread_end(case: Timeline) -> np.ndarray:
    """Tell which dossiers state an end that cannot be read.

    They are judged by something else: the end may have come before.
    """
    return np.asarray(case.facts.marked(END_UNREADABLE) & np.isnat(case.facts.done) & (case.ends.origin != FROM_LOG))


def told_of_later(settled: ResolvedInputs) -> np.ndarray:
    """Tell which records state a time after the day judged, in some reading.

    What is made of it changes with the day.
    """
    facts, ambiguous = settled.facts, settled.facts.marked(DATE_AMBIGUOUS)
    found = np.zeros(len(facts), dtype=bool)
    for times in (facts.received, facts.done, facts.returned, facts.refused, facts.deleted):
        found |= times > settled.as_of_end
        if ambiguous.any():
            found |= ambiguous & (day_and_month_exchanged(times) > settled.as_of_end)
    others = (facts.evidence.done_at, facts.evidence.returned_at, *facts.log.ends.values())
    return np.asarray(np.logical_or.reduce([found, *(times > settled.as_of_end for times in others)]))
