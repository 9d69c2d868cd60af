"""Date candidates: which order of day and month is possible for an ambiguous date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tasks.rules.dates.times import LocalTimes, day_and_month_exchanged, days
from tasks.rules.marks import DATE_AMBIGUOUS
from tasks.rules.verdict.facts import DossierFacts


def with_possible_readings(facts: DossierFacts, received: LocalTimes, as_of_end: np.datetime64) -> DossierFacts:
    """Take the other reading of a date that both readings fit, where only that one can be.

    Nothing is due or done on a day before the receipt, and nothing is done after the day that is judged.

    Args:
        facts: the partition.
        received: settled receipt; where it is unknown nothing is changed.
        as_of_end: last moment of the day that is judged.
    """
    marked = facts.marked(DATE_AMBIGUOUS)
    if not marked.any():
        return facts
    far = np.datetime64("2261-12-31", "us")
    return replace(
        facts,
        due=_possible(facts.due, received, far, marked),
        done=_possible(facts.done, received, as_of_end, marked),
        returned=_possible(facts.returned, received, as_of_end, marked),
        refused=_possible(facts.refused, received, as_of_end, marked),
    )


def _possible(stated: LocalTimes, received: LocalTimes, latest: np.datetime64, marked: np.ndarray) -> LocalTimes:
    other = day_and_month_exchanged(stated)
    impossible = (days(stated) < days(received)) | (stated > latest)
    possible = (days(other) >= days(received)) & (other <= latest)
    return np.where(marked & impossible & possible, other, stated)
