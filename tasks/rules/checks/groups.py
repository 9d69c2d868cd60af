"""Checks that see a dossier among others of its source and month: batches, bulk loads, repeats (domain 8, rows 9, 10, 13)."""

# mypy: disable-error-code="no-any-return"
# (numpy declares == and some arithmetic of arrays as Any)
from __future__ import annotations

import numpy as np
import pyarrow as pa

from tasks.rules.checks.facts import Facts
from tasks.rules.checks.registry import check
from tasks.rules.columns import Mask, arrow, as_codes, group_sizes, often, whole_minutes


def _numbers(times: np.ndarray, unit: int) -> np.ndarray:
    """Return times as whole numbers of so many microseconds; -1 for NaT."""
    return np.where(np.isnat(times), -1, times.astype("datetime64[us]").astype(np.int64) // unit)


@check
def closed_in_batch(facts: Facts, *, least: int, window_minutes: int, from_minute: int) -> Mask:
    """Closed together with many others of the agency within minutes, at the end of the day."""
    done = facts.at("done_at")
    late_in_day = whole_minutes(done - facts.day("done_at")) >= from_minute
    when = np.where(late_in_day, _numbers(done, window_minutes * 60_000_000), -1)
    return group_sizes(facts.month, facts.codes("unit_code").index, when) >= least


@check
def received_in_bulk(facts: Facts, *, least: int) -> Mask:
    """Received in the same second as many others of the agency: taken over in bulk, not received then."""
    return group_sizes(facts.month, facts.codes("unit_code").index, _numbers(facts.at("received_at"), 1_000_000)) >= least


@check
def changed_in_bulk(facts: Facts, *, least: int) -> Mask:
    """Ended in the same second as many others: a script closed them. What people type ends at a full minute."""
    second = _numbers(facts.at("done_at"), 1_000_000)
    return group_sizes(facts.month, np.where(second % 60 == 0, -1, second)) >= least


@check
def migrated(facts: Facts) -> Mask:
    """Taken over from an older system: its dates are those of the transfer, unless proven otherwise."""
    return facts.flag("is_migrated")


@check
def receipt_number_repeated(facts: Facts) -> Mask:
    """Another dossier of the month has the same receipt number."""
    numbers = arrow(facts.frames.dossiers["receipt_number"])
    answer = facts.none()
    maybe = np.flatnonzero(often(numbers, 2, facts.month))
    answer[maybe] = group_sizes(facts.month[maybe], as_codes(numbers.take(pa.array(maybe))).index) > 1
    return answer


@check
def applicant_repeats(facts: Facts, *, least: int) -> Mask:
    """So many dossiers of one applicant in one procedure on one day that it is a batch or a placeholder."""
    day, procedure = _numbers(facts.day("received_at"), 86_400_000_000), facts.codes("procedure_code").index
    applicants = arrow(facts.frames.dossiers["applicant_key"])
    answer = facts.none()
    maybe = np.flatnonzero(often(applicants, least, procedure, day))
    applicant = as_codes(applicants.take(pa.array(maybe))).index
    answer[maybe] = group_sizes(facts.month[maybe], applicant, procedure[maybe], day[maybe]) >= least
    return answer


@check
def fee_implausible(facts: Facts, *, most: int) -> Mask:
    """A fee that no procedure has: a number with its thousands mark read wrongly."""
    fee = facts.frames.dossiers["fee_amount"].to_numpy(dtype="float64", na_value=np.nan)
    return fee > most
