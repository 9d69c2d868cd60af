"""Proof of the counters: one agency each day, and all of them each week, counted anew and compared.

Counters that are kept by difference keep every error that was ever made. An agency is counted in full on each new day,
another one each time, and everything on the first day of each week that is measured, Sunday at the earliest.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from config.errors import DataError
from config.language import Bilingual
from schemas.indicators import COUNTS
from tasks.measuring.counting import Counting

_AGENCIES = "SELECT DISTINCT unit_code FROM mart.counts WHERE policy = %(policy)s ORDER BY 1"
_WEEK = 7


def prove_counters(counting: Counting, before: date) -> None:
    """Hold cells that were kept by difference against a count of all their dossiers.

    Args:
        counting: the open counting, after its cells were brought up to date.
        before: day for which the counters were proved last.

    Raises:
        DataError: cells differ; says how many, no dossier.
    """
    if before.toordinal() // _WEEK < counting.as_of.toordinal() // _WEEK:
        differing = _differing(counting.cells(), counting.whole()[1])
    else:
        units = _agency_of_day(counting)
        differing = _differing(counting.cells(units=units), counting.count(counting.agencies(units)))
    if differing:
        raise DataError(
            f"mart.counts, {counting.policy}",
            Bilingual("khi đếm lại từ đầu", "counting anew"),
            differing,
            action=Bilingual(
                "Hãy chạy `motcua refresh --full` để đếm lại mọi hồ sơ; nếu còn lặp lại, hãy báo lỗi phần mềm.",
                "Run `motcua refresh --full`, which counts every dossier; if it comes again, report it as a fault of ours.",
            ),
        )


def _agency_of_day(counting: Counting) -> list[str]:
    """Return the agency whose turn it is, ``?`` for dossiers of none; no agency where nothing is counted."""
    known = [code for (code,) in counting.current.fetch(_AGENCIES, {"policy": counting.policy})]
    return known[counting.as_of.toordinal() % len(known) :][:1] if known else []


def _differing(kept: pd.DataFrame, counted: pd.DataFrame) -> int:
    """Count the cells that the two tell differently, or that one of them lacks."""
    columns = list(COUNTS.given_columns)
    rows = (set(frame[columns].itertuples(index=False, name=None)) for frame in (kept, counted))
    width = len(COUNTS.key)
    return len({row[:width] for row in set.symmetric_difference(*rows)})
