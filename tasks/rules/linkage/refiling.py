"""Refiling: which dossier replaced which after a withdrawal, as far as the rows tell.

Whether it moves a due date is the policy's to say, and a narrower question (:mod:`tasks.rules.verdict.timeline`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tasks.rules.arrays import Numbers
from tasks.rules.dates.times import LocalTimes
from tasks.rules.linkage.duplicates import Intake

WITHIN_DAYS = 31
CERTAIN, IN_DOUBT = 0.9, 0.5
_WITHIN = np.timedelta64(WITHIN_DAYS, "D")


def refilings(
    intake: Intake, received: LocalTimes, withdrawn: LocalTimes, counted: Numbers
) -> tuple[Numbers, Numbers, np.ndarray]:
    """Find dossiers that the same person filed for the same procedure at the same agency after withdrawing another.

    Whoever files several of a kind within the span replaced none of them for certain: a pair is certain where all that the
    person filed around it form one row, each withdrawn before the next. All pairs are returned, so that a change of any
    of them leads to all others; one that was filed for the third time is paired with the first too.

    Args:
        intake: the rows.
        received: when each was received.
        withdrawn: when each was withdrawn, in the same zone; NaT where it was not.
        counted: for each row the one that is counted in its place, itself where it is no duplicate.

    Returns:
        Numbers of the dossiers that were filed again, places of the withdrawn ones, and how sure it is.
    """
    again, first = _pairs(intake, received, withdrawn, counted)
    before = _direct(again, first, received, withdrawn)
    chain_again, chain_first = _chains(before)
    certain = pd.MultiIndex.from_arrays([chain_again, chain_first])
    doubtful = ~pd.MultiIndex.from_arrays([again, first]).isin(certain)
    confidence = np.repeat([CERTAIN, IN_DOUBT], [len(chain_again), int(doubtful.sum())])
    return np.r_[chain_again, again[doubtful]], np.r_[chain_first, first[doubtful]], confidence


def _pairs(intake: Intake, received: LocalTimes, withdrawn: LocalTimes, counted: Numbers) -> tuple[Numbers, Numbers]:
    """Return the dossiers filed within the span after a withdrawal, each with the withdrawn one."""
    known = intake.primary & intake.person & (counted == np.arange(len(counted))) & ~np.isnat(received)
    keys = {name: getattr(intake, name) for name in ("applicant", "procedure", "agency", "source")}
    known &= np.logical_and.reduce([key >= 0 for key in keys.values()])
    over = known & ~np.isnat(withdrawn)
    known &= np.isin(intake.applicant, intake.applicant[over])
    earlier, later = (pd.DataFrame({**keys, "row": np.arange(len(known))})[rows] for rows in (over, known))
    pairs = earlier.merge(later, on=list(keys), suffixes=("_first", "_again"))
    first, again = (pairs[f"row_{name}"].to_numpy(dtype=np.int64) for name in ("first", "again"))
    fits = (received[again] > received[first]) & (received[again] >= withdrawn[first])
    fits &= received[again] <= withdrawn[first] + _WITHIN
    one, other = intake.spelling[first], intake.spelling[again]
    fits &= (one == other) | (one < 0) | (other < 0)  # Hùng is not Hưng, and a name without marks may be either
    return again[fits], first[fits]


def _direct(again: Numbers, first: Numbers, received: LocalTimes, withdrawn: LocalTimes) -> Numbers:
    """Return for each row the one that it certainly took the place of; -1 for none."""
    before = np.full(len(received), -1, dtype=np.int64)
    # The next one that was filed after a withdrawal, if it was withdrawn itself before yet another was filed ...
    order = np.lexsort((received[again], first))
    a, f = again[order], first[order]
    begins, following = _groups(f, received[a])
    follows = begins & (np.isnat(following) | ((withdrawn[a] <= following) & (received[a] < following)))
    # ... and the last one withdrawn before a receipt, if all others had been withdrawn before it was filed.
    order = np.lexsort((-withdrawn[first].astype(np.int64), again))
    last_first, last_again = first[order], again[order]
    begins, others = _groups(last_again, withdrawn[last_first])
    last = begins & (np.isnat(others) | ((others <= received[last_first]) & (others < withdrawn[last_first])))
    latest = np.full(len(received), -1, dtype=np.int64)
    latest[last_again[last]] = last_first[last]
    certain = follows & (latest[a] == f)
    before[a[certain]] = f[certain]
    return before


def _groups(sorted_by: Numbers, times: LocalTimes) -> tuple[np.ndarray, LocalTimes]:
    """Tell which rows begin a group, and the time of the row after each in the same group; NaT where it is the last."""
    same = sorted_by[1:] == sorted_by[:-1]
    begins = np.r_[True, ~same][: len(sorted_by)]
    following = np.where(np.r_[same, False][: len(times)], np.r_[times[1:], times[:1]], np.datetime64("NaT"))
    return begins, following


def _chains(before: Numbers) -> tuple[Numbers, Numbers]:
    """Return each row that was filed again with all that came before it."""
    rows = np.flatnonzero(before >= 0)
    again, first = [rows[:0]], [rows[:0]]
    found = before[rows]
    while len(rows):
        again.append(rows)
        first.append(found)
        goes_on = before[found] >= 0
        rows, found = rows[goes_on], before[found[goes_on]]
    return np.concatenate(again), np.concatenate(first)
