"""Receipt of a dossier: the stated day, tested against the date in the code."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from tasks.rules.arrays import arrow, has_word
from tasks.rules.dates.times import YEARS_APART, LocalTimes, day_and_month_exchanged, days
from tasks.rules.verdict.facts import NAT, DossierFacts

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

    def take(self, places: np.ndarray) -> Receipt:
        """Return the receipts of some dossiers."""
        return Receipt(*(getattr(self, field.name)[places] for field in fields(self)))


def receipt_of(facts: DossierFacts, as_of_end: np.datetime64, first_year: int | None = None) -> Receipt:
    """Settle the receipt of each dossier.

    The code carries the day on which the system gave it, while the date field can be typed, migrated or slipped by a year
    (law 3.1; law 8, rows 8, 13 and 20). Where the field is missing, in the future or before ``first_year``, in which the source
    can have received its first dossier (None: any), where its year contradicts the code's, or
    where it reads as the code's day with day and month exchanged, the code's day stands, with the field's hour where there
    is one. Days of one year that merely differ stay as stated: a dossier that is filed on Friday night is received on
    Monday. Whether such a receipt carries a verdict is asked in :mod:`tasks.rules.verdict.readings`.
    """
    stated = facts.received
    stated_day, code_day = days(stated), facts.code_day
    has_code = ~np.isnat(code_day) & (code_day <= as_of_end.astype("datetime64[D]"))
    impossible = np.isnat(stated) | (stated > as_of_end)
    if first_year is not None:
        first_day = np.datetime64(f"{first_year}-01-01", "D")
        has_code, impossible = has_code & (code_day >= first_day), impossible | (stated_day < first_day)
    by_code = impossible | _year_contradicts(stated_day, code_day) | _exchanged(stated, code_day)
    use_code = has_code & by_code & (np.isnat(stated) | ~has_word(arrow(facts.frames.dossiers["corrected"]), "received_at"))
    hour = np.where(np.isnat(stated), _OPENING, stated - stated_day.astype("datetime64[us]"))
    at = np.where(use_code, code_day.astype("datetime64[us]") + hour, np.where(impossible, NAT, stated))
    return Receipt(at=at, corrected=use_code, day_only=use_code & np.isnat(stated))


def _year_contradicts(stated_day: np.ndarray, code_day: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(stated_day - code_day) > YEARS_APART)


def _exchanged(stated: LocalTimes, code_day: np.ndarray) -> np.ndarray:
    """Tell where the stated day is not the code's, and would be with day and month exchanged; a day for time zones is allowed."""
    apart = np.abs(days(stated) - code_day) > _DAY
    return np.asarray(apart & (np.abs(days(day_and_month_exchanged(stated)) - code_day) <= _DAY))
