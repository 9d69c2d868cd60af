"""Checks of a dossier among others of its source and month (law 8, rows 9, 10 and 13).

They find batches, bulk loads and repeats.
"""

# mypy: disable-error-code="no-any-return"
# (numpy declares == and some arithmetic of arrays as Any)
from __future__ import annotations

import numpy as np
import pyarrow as pa

from tasks.rules.arrays import MINUTE_US, Mask, Numbers, Times, arrow, crowded, group_sizes, numbered, often
from tasks.rules.checks.facts import CheckFacts
from tasks.rules.checks.registry import check, check_among, check_ends


def _numbers(times: Times, unit: int) -> Numbers:
    """Return times as whole numbers of so many microseconds; a negative one, which belongs to no crowd, for NaT."""
    return times.view(np.int64) // unit


@check_ends
def closed_in_batch(facts: CheckFacts, *, least: int, window_minutes: int, from_minute: int) -> Mask:
    """Closed together with many others of the agency within minutes, at the end of the day."""
    when = _numbers(facts.at("done_at"), window_minutes * MINUTE_US)
    late_in_day = facts.minute("done_at") >= from_minute
    return crowded(least, facts.month, facts.codes("unit_code").index, when, among=late_in_day)


@check_among
def received_in_bulk(facts: CheckFacts, *, least: int) -> Mask:
    """Received in the same second as many others of the agency: taken over in bulk, not received then.

    A full minute is no second: a system that keeps none, or days alone, has many dossiers at one.
    """
    second = _numbers(facts.at("received_at"), 1_000_000)
    return crowded(least, facts.month, facts.codes("unit_code").index, second, among=second % 60 != 0)


@check_ends
def changed_in_bulk(facts: CheckFacts, *, least: int) -> Mask:
    """Ended in the same second as many others: a script closed them. What people type ends at a full minute."""
    second = _numbers(facts.at("done_at"), 1_000_000)
    return crowded(least, facts.month, second, among=second % 60 != 0)


@check
def migrated(facts: CheckFacts) -> Mask:
    """Taken over from an older system: its dates are those of the transfer, unless proven otherwise."""
    return facts.flag("is_migrated")


@check_among
def receipt_number_repeated(facts: CheckFacts) -> Mask:
    """Another dossier of the month has the same receipt number."""
    numbers = arrow(facts.frames.dossiers["receipt_number"])
    answer = facts.none()
    maybe = np.flatnonzero(often(numbers, 2, facts.month))
    answer[maybe] = group_sizes(facts.month.take(maybe), numbered(numbers.take(pa.array(maybe)))) > 1
    return answer


@check_among
def applicant_repeats(facts: CheckFacts, *, least: int) -> Mask:
    """So many dossiers of one applicant in one procedure on one day that it is a batch or a placeholder."""
    day, procedure = facts.day("received_at").view(np.int64), facts.codes("procedure_code").index
    applicants = arrow(facts.frames.dossiers["applicant_key"])
    answer = facts.none()
    maybe = np.flatnonzero(often(applicants, least, procedure, day))
    applicant = numbered(applicants.take(pa.array(maybe)))
    answer[maybe] = crowded(least, facts.month.take(maybe), applicant, procedure.take(maybe), day.take(maybe))
    return answer


@check
def fee_implausible(facts: CheckFacts, *, most: int) -> Mask:
    """A fee that no procedure has: a number with its thousands mark read wrongly."""
    fee = facts.frames.dossiers["fee_amount"].to_numpy(dtype="float64", na_value=np.nan)
    return fee > most
