"""Dossier codes taken apart: agency, day and running number (domain 3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.codes import NATIONAL
from tasks.rules.columns import Codes, Mask, Numbers, Times, as_codes

# Without its groups: capturing takes seven times as long.
_FORM = re.sub(r"\(\?P<\w+>", "(?:", NATIONAL)
_MONTHS = np.arange("1900-01", "2100-02", dtype="datetime64[M]").astype("datetime64[D]")


@dataclass(frozen=True)
class CodeParts:
    """Dossier codes taken apart.

    Attributes:
        well_formed: the code has one of the forms of domain 3.1.
        day: the date inside it; NaT where there is none or it is no date.
        sequence: the running number; -1 without one.
        digits: how many digits it is written with; 0 without one.
        unit: the agency part as numbers.
    """

    well_formed: Mask
    day: Times
    sequence: Numbers
    digits: Numbers
    unit: Codes

    @classmethod
    def of(cls, codes: pa.Array) -> CodeParts:
        """Take folded dossier codes apart."""
        matches = pc.match_substring_regex(codes, _FORM)
        well_formed = pc.fill_null(matches, False).to_numpy(zero_copy_only=False).astype(bool)
        # Three parts to a code, or it would not be well formed.
        flat = pc.list_flatten(pc.split_pattern(codes.filter(pa.array(well_formed)), "-"))
        unit, day, sequence = (flat.take(pa.array(np.arange(part, len(flat), 3))) for part in range(3))
        units = as_codes(unit)
        digits = pc.binary_length(sequence).to_numpy(zero_copy_only=False)
        return cls(
            well_formed=well_formed,
            day=_spread(well_formed, _days(day), np.datetime64("NaT", "D")),
            sequence=_spread(well_formed, sequence.cast(pa.int64()).to_numpy(), -1),
            digits=_spread(well_formed, digits, 0),
            unit=Codes(_spread(well_formed, units.index, -1), units.texts),
        )


def _spread(where: np.ndarray, values: np.ndarray, missing: object) -> np.ndarray:
    answer = np.full(len(where), missing, dtype=values.dtype)
    answer[where] = values
    return answer


def _days(texts: pa.Array) -> Times:
    """Read ``yyMMdd`` and ``yyyyMMdd``; NaT where the digits are no date."""
    number = texts.cast(pa.int32()).to_numpy()
    long = pc.equal(pc.binary_length(texts), 8).to_numpy(zero_copy_only=False)
    year = number // 10_000 + np.where(long, 0, 2000).astype(np.int32)
    month, day = number // 100 % 100, number % 100
    possible = (year >= 1900) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    place = np.where(possible, (year - 1900) * 12 + month - 1, 0)
    answer = _MONTHS[place] + (day - 1).astype("timedelta64[D]")
    possible &= answer < _MONTHS[place + 1]  # 31 February is no date
    return np.where(possible, answer, np.datetime64("NaT", "D"))
