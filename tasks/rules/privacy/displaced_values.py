"""Displaced records: values one field further, so that a person stands where the agency does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import truths
from tasks.rules.privacy.addresses import of_agency

_NUMBER = r"(?:\d[ .]?){9}"
_WORDS = r"\p{L}+[\s,]+\p{L}"
_MOST = 0.5  # share of displaced records up to which the others show what a field usually says


def displaced(names: pa.Array, personal: np.ndarray) -> np.ndarray:
    """Tell which records are displaced.

    Args:
        names: of applicants, as the source gives them.
        personal: records that have a personal value in a field of another kind.
    """
    numbers = truths(pc.match_substring_regex(names, _NUMBER))
    some = numbers | personal
    return some if some.sum() <= _MOST * len(some) else numbers


def unheard(values: pa.Array, rows: np.ndarray, known: frozenset[str]) -> list[str]:
    """Return the texts of several words that only displaced records have in a field: they may be anything.

    Args:
        values: of the field.
        rows: which records are displaced.
        known: words that may stand there, lower case.
    """
    here = pc.unique(pc.filter(values, pa.array(rows)))
    others = pc.unique(pc.filter(values, pa.array(~rows)))
    alone = pc.filter(here, pc.and_(pc.invert(pc.is_in(here, value_set=others)), pc.match_substring_regex(here, _WORDS)))
    return [text for text in alone.to_pylist() if text and text.strip().lower() not in known and not of_agency(text)]
