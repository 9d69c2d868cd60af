"""Clock faults: an agency whose times make sense only without its server's zone.

They lie outside office hours, and inside them once the zone is taken off. One closing in the night proves nothing: a
desk may work late, a job may write at night. A whole agency that receives dossiers before dawn and never in the
afternoon has a server that runs in UTC, and none of its hours can be relied on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from schemas.quality import CLOCK_FAULTS
from tasks.rules import marks
from tasks.rules.arrays import Mask, Numbers, arrow, has_word
from tasks.rules.dates.times import utc_offset_minutes
from tasks.rules.verdict.facts import DossierFacts

HALF_HOURS = 48  # half-hours of a day
_HALF_HOUR = 30
RECEIPT, END = 0, 1
LEAST_TIMES = 5  # times of an agency; fewer prove nothing about it
LEAST_OF_MONTH = 10  # times of one month that speak for themselves, whatever the other months say
LEAST_OUTSIDE = 0.3  # share outside office hours: a desk that works late has fewer
_FITTING = 0.9  # share that the shift has to explain
_ONE_JOB = 0.5  # share of ends in two neighbouring half-hours from which on a nightly job wrote them
MARGIN = 60  # minutes before opening and after closing that are still nothing unusual
_SHIFTED = {
    RECEIPT: (marks.RECEIPT_CLOCK_BEHIND, marks.RECEIPT_CLOCK_AHEAD),
    END: (marks.END_CLOCK_BEHIND, marks.END_CLOCK_AHEAD),
}
_FIELDS = {RECEIPT: ("received_at",), END: ("done_at", "returned_at")}


NOTHING = pd.DataFrame({name: [] for name in ("unit_code", "month", "kind", "slot", "times")})


@dataclass(frozen=True)
class ClockShifts:
    """By how much the clock behind a dossier's times may be off: what has to be added to the stated time.

    Attributes:
        receipt, end: ``timedelta64[us]``, 0 where nothing speaks against the clock.
    """

    receipt: npt.NDArray[np.timedelta64]
    end: npt.NDArray[np.timedelta64]


def clock_shifts(facts: DossierFacts) -> ClockShifts:
    """Return the second reading of receipt and end where the agency's clock is found off; see :class:`ClockShifts`."""
    return ClockShifts(_shift_of(facts, RECEIPT), _shift_of(facts, END))


def _shift_of(facts: DossierFacts, kind: int) -> npt.NDArray[np.timedelta64]:
    behind, ahead = (facts.marked(mark).astype(np.int64) for mark in _SHIFTED[kind])
    minutes = (behind - ahead) * abs(zone_minutes(facts.zone))
    return minutes.astype("timedelta64[m]").astype("timedelta64[us]")


def zone_minutes(zone: str) -> int:
    """Return by how many minutes a zone is ahead of UTC, in whole half-hours: what a clock that runs in UTC lacks."""
    return round(utc_offset_minutes(zone, np.datetime64("2026-01-15T12:00")) / _HALF_HOUR) * _HALF_HOUR


def clock_faults(counts: pd.DataFrame, source: str, minutes: int, opening: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """Find the agencies of a source whose clock is off.

    A month with few times goes with all months of its agency, an agency with few times with the whole source.

    Args:
        counts: ``unit_code, month, kind`` (:data:`RECEIPT`, :data:`END`), ``slot`` (half-hour of the day), ``times``:
            how many have such a time; those that have none, midnight to the second, are left out.
        source: its name.
        minutes: what the source's zone is ahead of UTC.
        opening: first and last minute of the day of agencies that keep hours of their own; "": of all others.

    Returns:
        Rows of ``quality.clock_faults``, one an agency and month with a fault.
    """
    if not len(counts) or not minutes:
        return CLOCK_FAULTS.frame().drop(columns=list(CLOCK_FAULTS.managed))
    groups, place = _grouped(counts)
    month = np.zeros((len(groups), 2, HALF_HOURS), dtype=np.int64)
    kinds, slots, times = (counts[name].to_numpy(dtype=np.int64) for name in ("kind", "slot", "times"))
    np.add.at(month, (place, kinds, slots), times)
    agencies, of_agency = np.unique(groups["unit_code"].to_numpy(dtype=object).astype(str), return_inverse=True)
    by_agency = np.zeros((len(agencies), 2, HALF_HOURS), dtype=np.int64)
    np.add.at(by_agency, of_agency, month)
    inside = np.array([_open(opening.get(agency, opening[""])) for agency in agencies])[of_agency]
    agency, whole = by_agency[of_agency], np.broadcast_to(month.sum(axis=0), month.shape)
    enough = [spread[:, RECEIPT].sum(axis=1) >= least for spread, least in ((month, LEAST_OF_MONTH), (agency, LEAST_TIMES))]
    shift = np.select([rows[:, None] for rows in enough], [_shifts(one, inside, minutes) for one in (month, agency)], 0)
    shift = np.where((enough[0] | enough[1])[:, None], shift, _shifts(whole, inside, minutes))
    totals, outside = month.sum(axis=2), (month * ~inside[:, None]).sum(axis=2)
    frame = groups.assign(
        source=source,
        receipt_minutes=shift[:, RECEIPT],
        end_minutes=shift[:, END],
        receipts=totals[:, RECEIPT],
        receipts_outside=outside[:, RECEIPT],
        ends=totals[:, END],
        ends_outside=outside[:, END],
    )
    return CLOCK_FAULTS.conform(frame[shift.any(axis=1)].reset_index(drop=True))


def _grouped(counts: pd.DataFrame) -> tuple[pd.DataFrame, Numbers]:
    """Return the agencies and months in their order, and the place of each row's among them."""
    grouping = counts.groupby(["unit_code", "month"], sort=True)
    return grouping.size().index.to_frame(index=False), grouping.ngroup().to_numpy(dtype=np.int64)


def _open(opening: tuple[int, int]) -> Mask:
    starts = np.arange(HALF_HOURS) * _HALF_HOUR
    return np.asarray((starts >= opening[0] - MARGIN) & (starts < opening[1] + MARGIN))


def _shifts(spread: Numbers, inside: Mask, minutes: int) -> Numbers:
    """Return for each group by how many minutes receipts and ends are to be moved; 0 where they are right.

    Args:
        spread: group × kind × half-hour to how many.
        inside: group × half-hour: the office is open.
        minutes: what the zone is ahead of UTC.
    """
    total, odd = spread.sum(axis=2), (spread * ~inside[:, None]).sum(axis=2)
    suspect = (total >= LEAST_TIMES) & (odd >= LEAST_TIMES) & (odd >= LEAST_OUTSIDE * total)
    one_job = (spread + np.roll(spread, -1, axis=2)).max(axis=2)[:, END] > _ONE_JOB * total[:, END]
    found = np.zeros(total.shape, dtype=np.int64)
    for shift in (abs(minutes), -abs(minutes)):
        fits = np.roll(inside, -shift // _HALF_HOUR, axis=1)
        explained = (spread * fits[:, None]).sum(axis=2)
        rescued = (spread * (fits & ~inside)[:, None]).sum(axis=2)
        proved = suspect & (explained >= _FITTING * total)
        proved[:, END] &= ~one_job
        if shift > 0:
            # Nobody is at a desk before dawn, so that what some of an agency's receipts show is enough; an evening may be real.
            proved[:, RECEIPT] |= suspect[:, RECEIPT] & (rescued[:, RECEIPT] >= _FITTING * odd[:, RECEIPT])
        found = np.where(proved & (found == 0), shift, found)
        # The clock that dates the receipts dates the ends too, unless these say otherwise.
        same = (found[:, RECEIPT] == shift) & (found[:, END] == 0) & (explained[:, END] >= _FITTING * total[:, END])
        found[:, END] = np.where(same, shift, found[:, END])
    return found


def with_clock_marks(dossiers: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    """Mark the dossiers of agencies whose clock is off; a time that was corrected is no longer the clock's.

    Args:
        dossiers: of one source; ``unit_code, partition_month, marks``, the times, and ``corrected`` where there are any.
        faults: the source's rows of ``quality.clock_faults``.
    """
    if not len(faults) or not len(dossiers):
        return dossiers
    place = _fault_of(dossiers, faults)
    text = arrow(dossiers["marks"]).cast(pa.string()).to_pylist()
    for kind, column in ((RECEIPT, "receipt_minutes"), (END, "end_minutes")):
        shift = np.append(faults[column].to_numpy(dtype=np.int64), 0)[place]
        timed = np.logical_or.reduce([_by_clock(dossiers, field) for field in _FIELDS[kind]])
        for mark, rows in zip(_SHIFTED[kind], ((shift > 0) & timed, (shift < 0) & timed), strict=True):
            for row in np.flatnonzero(rows).tolist():
                text[row] = f"{text[row]} {mark}" if text[row] else mark
    return dossiers.assign(marks=pd.Series(pa.array(text, pa.string()), dtype=dossiers["marks"].dtype, index=dossiers.index))


def _fault_of(dossiers: pd.DataFrame, faults: pd.DataFrame) -> Numbers:
    """Return the place of each dossier's agency and month among the faults; -1 without one."""
    places = {key: place for place, key in enumerate(zip(faults["unit_code"], faults["month"], strict=True))}
    units = dossiers["unit_code"].astype(object)
    agencies = units.where(units.notna(), "")
    months = dossiers["partition_month"].astype(object)
    return np.array([places.get(key, -1) for key in zip(agencies, months, strict=True)], dtype=np.int64)


def _by_clock(dossiers: pd.DataFrame, field: str) -> Mask:
    """Tell where a field is given and stands as the source states it."""
    given = dossiers[field].notna().to_numpy(dtype=bool)
    mended = has_word(arrow(dossiers["corrected"]), field) if "corrected" in dossiers.columns else np.zeros_like(given)
    return np.asarray(given & ~mended)
