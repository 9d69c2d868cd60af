"""When a dossier was received: what the system states, tested against the date in its code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.rules.facts import NAT, Facts
from tasks.rules.times import LocalTimes, days

_DAY = np.timedelta64(1, "D")
# Nobody is at the desk before it opens: a day without an hour counts from here.
_OPENING = np.timedelta64(450, "m")


@dataclass(frozen=True)
class Receipt:
    """Receipt of each dossier.

    Attributes:
        at: office time; NaT where it cannot be known.
        corrected: it differs from what the source states.
        day_only: the hour is not known, only the day.
    """

    at: LocalTimes
    corrected: np.ndarray
    day_only: np.ndarray


def receipt_of(facts: Facts, as_of_end: np.datetime64) -> Receipt:
    """Settle the receipt of each dossier.

    The code carries the day of receipt and is given by the system at that moment, while the date
    field can be typed, migrated or slipped by a year (domain 3.1, 8 rows 8, 13, 20): where they are
    more than a day apart, or the field is missing or in the future, the code's day stands, with the
    field's hour where there is one. One day apart is a time-zone fault and stays as stated.
    """
    stated = facts.received
    stated_day, code_day = days(stated), facts.code_day
    has_code = ~np.isnat(code_day) & (code_day <= as_of_end.astype("datetime64[D]"))
    impossible = np.isnat(stated) | (stated > as_of_end)
    apart = has_code & ~np.isnat(stated) & (np.abs(stated_day - code_day) > _DAY)
    use_code = has_code & (impossible | apart)
    hour = np.where(np.isnat(stated), _OPENING, stated - stated_day.astype("datetime64[us]"))
    at = np.where(use_code, code_day.astype("datetime64[us]") + hour, np.where(impossible, NAT, stated))
    return Receipt(at=at, corrected=use_code, day_only=use_code & np.isnat(stated))
