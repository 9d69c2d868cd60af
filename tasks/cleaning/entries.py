"""Changes that cleaning made to entries of progress logs and to pauses, field by field.

As for dossiers, with the entry's place. An entry that is left out, because nobody can tell when it was, is told too:
its places count down from -1.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from schemas.table import Table
from tasks.cleaning.change_log import ChangeRecorder, EntryPosition, date_rules
from tasks.cleaning.columns import Flags, series
from tasks.rules.dates.reading import read_dates
from tasks.rules.dates.times import local_times
from tasks.rules.marks import DATE_AMBIGUOUS, OF_DATES
from tasks.rules.text.normal_form import given, matches


def note_dates(noted: ChangeRecorder, texts: Mapping[str, pa.Array], kept: Mapping[str, pa.Array], flags: Flags) -> None:
    """Note the dates that were not in their declared form; rows without a mark hold none."""
    marked = np.flatnonzero(np.logical_or.reduce([flags.raised[mark] for mark in OF_DATES]))
    if not len(marked):
        return
    for name, values in texts.items():
        some, taken = values.take(pa.array(marked)), series(kept[name].take(pa.array(marked)))
        guessed = flags.raised[DATE_AMBIGUOUS][marked]
        rule = date_rules(read_dates(some), local_times(taken, noted.source.zone), guessed, noted.source)
        changed = np.flatnonzero(rule != "")
        noted.add(name, marked[changed], some.take(pa.array(changed)), taken.iloc[changed], rule[changed].tolist())


def note_listed(noted: ChangeRecorder, name: str, before: pa.Array, after: pa.Array, unlisted: np.ndarray, rule: str) -> None:
    """Note the codes that no list explains."""
    changed = np.flatnonzero(unlisted & given(before) & ~matches(before, r"^\s*$"))
    noted.add(name, changed, before.take(pa.array(changed)), series(after.take(pa.array(changed))), rule)


def entry_changes(noted: ChangeRecorder, table: Table, codes: pa.Array, kept: pd.DataFrame) -> pd.DataFrame:
    """Return rows of ``quality.changes`` about entries.

    Args:
        noted: by the number of the entry as given.
        table: that the entries are rows of.
        codes: their dossiers, as given; one without is nobody's.
        kept: columns ``row``, the number of the entry as given (below 0: of none), and ``seq``, its place.
    """
    own = kept[kept["row"] >= 0]
    seq = np.zeros(len(codes), dtype=np.int64)
    there = np.zeros(len(codes), dtype=bool)
    rows = own["row"].to_numpy(dtype=np.int64)
    seq[rows], there[rows] = own["seq"].to_numpy(dtype=np.int64), True
    if noted.fields and not there.all():
        out = pd.Series(codes.filter(pa.array(~there)).to_pylist())
        seq[~there] = -1 - out.groupby(out, dropna=False, sort=False).cumcount().to_numpy()
    found = noted.frame(EntryPosition(table.full_name, codes, seq))
    return found[found["code"].notna()].reset_index(drop=True)
