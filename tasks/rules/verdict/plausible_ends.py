"""Plausibility of ends against receipt, hand-over, last change and the day judged.

An end that cannot be true is corrected, bounded or unknown. A result is not handed over before it is there. So a
hand-over bounds the end of processing from above, and an end that a night job wrote after it is the job's own hour.
Only what another fact of the dossier bears out is mended (decision 0018).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from config.codes import Status
from tasks.rules.clock.working_clock import WorkingClock
from tasks.rules.dates.times import SLIP_BORNE_OUT, YEARS_APART, LocalTimes, days
from tasks.rules.verdict.ends import FINISHED, FROM_HAND_OVER, FROM_LOG, FROM_RECORD, Ends
from tasks.rules.verdict.facts import NAT, DossierFacts

_DAY, _MINUTE = np.timedelta64(1, "D"), np.timedelta64(1, "m")


@dataclass(frozen=True)
class HandOver:
    """Hand-over of each dossier's result that can be.

    Attributes:
        at: office time, the earliest; NaT where none is known, or none that can be.
        origin: place in ``tasks.rules.verdict.ends.ORIGINS``.
    """

    at: LocalTimes
    origin: np.ndarray


def hand_over_of(facts: DossierFacts, received: LocalTimes, as_of_end: np.datetime64, *, other_systems: bool) -> HandOver:
    """Find the earliest hand-over after the receipt and up to the day judged, after which no work went on."""
    sources = [(facts.log.ends[Status.RETURNED], FROM_LOG), (facts.returned, FROM_RECORD)]
    if other_systems:
        sources.append((facts.evidence.returned_at, FROM_HAND_OVER))
    at, origin = np.full(len(facts), NAT), np.zeros(len(facts), dtype=np.int64)
    for times, source in sources:
        can_be = (days(times) >= days(received)) & (times <= as_of_end) & ~(facts.log.last_open_at > times)
        earlier = can_be & (np.isnat(at) | (times < at))
        at, origin = np.where(earlier, times, at), np.where(earlier, source, origin)
    return HandOver(at, origin)


def with_plausible_ends(
    ends: Ends, facts: DossierFacts, received: LocalTimes, as_of_end: np.datetime64, clock: WorkingClock, *, other_systems: bool
) -> Ends:
    """Mend, bound or drop the ends that cannot be.

    In this order: a year that slipped, where a hand-over or the last change lies near the same day of the other year;
    an end that a night job wrote after the hand-over: the hand-over; a hand-over to the citizen after that to a carrier: the
    latter; an end before the receipt, or after the day judged though the record was not changed since: at the latest at the
    hand-over, else unknown where it lies in the future.
    """
    handed = hand_over_of(facts, received, as_of_end, other_systems=other_systems)
    early, future = days(ends.at) < days(received), unheard_of(ends.at, facts, as_of_end)
    after_hand_over = (ends.status == Status.DONE) & (ends.at > handed.at + _MINUTE)
    doubtful = early | future | (ends.at > handed.at) | (ends.at - received > YEARS_APART)
    if not doubtful.any():
        return replace(ends, handed=handed.at, handed_origin=handed.origin)
    mended = _year_mended(ends.at, received, handed.at, facts.modified, as_of_end)
    slipped = doubtful & ~np.isnat(mended) & np.isin(ends.origin, (FROM_LOG, FROM_RECORD))
    at = np.where(slipped, mended, ends.at)
    after_hand_over &= ~slipped
    by_night = after_hand_over & ~early & ~future & ~in_office(ends.at, clock)
    bounded = (early | future) & ~slipped & ~np.isnat(handed.at) & (ends.state == FINISHED)
    carried = (ends.status == Status.RETURNED) & (handed.origin == FROM_HAND_OVER) & (handed.at < ends.at) & ~slipped & ~bounded
    replaced = by_night | bounded | carried
    unknown = future & ~slipped & ~bounded
    return replace(
        ends,
        at=np.where(unknown, NAT, np.where(replaced, handed.at, at)),
        status=np.where(replaced, Status.RETURNED, np.where(unknown, 0, ends.status)),
        origin=np.where(replaced, handed.origin, np.where(unknown, 0, ends.origin)),
        unknown=ends.unknown | unknown,
        handed=handed.at,
        handed_origin=handed.origin,
        year_slipped=slipped,
        after_hand_over=by_night,
        carried=carried,
        bounded=bounded,
    )


def unheard_of(times: LocalTimes, facts: DossierFacts, as_of_end: np.datetime64) -> np.ndarray:
    """Tell which times lie after the day judged, in a record that was not changed since: nobody can have known them.

    What the record's own last change comes after did happen, though only after the day that is judged.
    """
    return np.asarray((times > as_of_end) & ~(facts.modified >= times))


def in_office(times: LocalTimes, clock: WorkingClock) -> np.ndarray:
    """Tell which times lie in office hours; those outside the calendar do."""
    minutes = clock.working_minutes_between(times.astype("datetime64[m]"), times.astype("datetime64[m]") + _MINUTE)
    return np.asarray(minutes != 0)


def _year_mended(
    at: LocalTimes, received: LocalTimes, handed: LocalTimes, modified: LocalTimes, as_of_end: np.datetime64
) -> LocalTimes:
    """Return ends in the year of the receipt, or the one after it, where another fact lies near; NaT elsewhere."""
    found = np.full(len(at), NAT)
    year = received.astype("datetime64[Y]")
    for later in (1, 0):
        moved = in_year(at, year + np.timedelta64(later, "Y"))
        can_be = (days(moved) >= days(received)) & (moved <= as_of_end) & (days(moved) != days(at))
        can_be &= np.isnat(handed) | (moved <= handed + _MINUTE)
        handed_near = (handed - moved >= -_MINUTE) & (handed - moved <= SLIP_BORNE_OUT)
        changed_near = (modified < at) & (modified - moved >= -_DAY) & (modified - moved <= SLIP_BORNE_OUT)
        # A change after the stated end would have told of an end that lies there.
        found = np.where(can_be & (handed_near | changed_near) & ~near(modified, at), moved, found)
    return found


def near(times: LocalTimes, at: LocalTimes) -> np.ndarray:
    """Tell which times lie after others, within a month."""
    return np.asarray((times - at >= np.timedelta64(0, "us")) & (times - at <= SLIP_BORNE_OUT))


def in_year(at: LocalTimes, year: np.ndarray) -> LocalTimes:
    """Return times on the same day of another year; 29 February becomes 1 March."""
    own = at.astype("datetime64[Y]")
    month = at.astype("datetime64[M]")
    moved = (year.astype("datetime64[M]") + (month - own.astype("datetime64[M]"))).astype("datetime64[D]")
    return np.where(np.isnat(at), NAT, moved.astype("datetime64[us]") + (at - month.astype("datetime64[us]")))
