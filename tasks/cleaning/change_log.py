"""Change log of cleaning, and the rows of ``quality.changes`` made from it.

Cleaning writes to it one field of some rows at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.sources import Source
from schemas.quality import CHANGES
from tasks.cleaning.columns import series
from tasks.cleaning.rules import CLEANING_RULES
from tasks.rules.arrays import as_text, truths
from tasks.rules.dates.reading import ReadDates, chosen
from tasks.rules.dates.times import local_times
from tasks.rules.privacy.masking import personal_code_or_text
from tasks.rules.text.normal_form import composed, given, matches, over_distinct, per_distinct

# What stands where a date or a number belongs may be anything; words are not repeated.
_NO_WORDS = r"^[0-9 .,:/+\-]{1,40}$"
_GUARDED = ("date_unreadable", "number_unreadable")
_LONGEST_SHOWN = 80
_NONE = pa.scalar(None, pa.string())


@dataclass(frozen=True)
class EntryPosition:
    """Where the rows that cleaning looked at stand, one by one.

    Attributes:
        table: the table that they are rows of.
        codes: their dossiers.
        seq: their place among the rows of the dossier; below 0 where they were left out.
    """

    table: str
    codes: pa.Array
    seq: np.ndarray


@dataclass
class ChangeRecorder:
    """Changes noted so far."""

    source: Source
    fields: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    before: list[pa.Array] = field(default_factory=list)
    after: list[pa.Array] = field(default_factory=list)

    def add(self, name: str, rows: np.ndarray, before: pa.Array, after: pd.Series | None, rules: list[str] | str) -> None:
        """Note a change of a field of some rows; the values given and kept (None: a pseudonym) are of these rows only."""
        if not len(rows):
            return
        self.fields += [name] * len(rows)
        self.rules += [rules] * len(rows) if isinstance(rules, str) else rules
        self.rows.append(rows)
        self.before.append(before)
        self.after.append(pa.nulls(len(rows), pa.string()) if after is None else _kept(after, self.source.zone))

    def add_words(self, name: str, before: pa.Array, after: pa.Array) -> None:
        """Note the texts of a field, given and kept for all rows, that were trimmed or composed."""
        changed = np.flatnonzero(given(before) & given(after) & ~truths(pc.equal(before, after)))
        some, kept = before.take(pa.array(changed)), after.take(pa.array(changed))
        same = truths(pc.equal(over_distinct(some, composed), kept))
        self.add(name, changed, some, series(kept), np.where(same, "composed", "trimmed").tolist())

    def frame(self, place: EntryPosition) -> pd.DataFrame:
        """Return rows of ``quality.changes``."""
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *self.rows])
        columns = {
            "source": pa.array([self.source.name] * len(rows), pa.string()),
            "code": place.codes.take(pa.array(rows)),
            "table_name": pa.array([place.table] * len(rows), pa.string()),
            "seq": pa.array(place.seq[rows], pa.int64()),
            "field": pa.array(self.fields, pa.string()),
            "source_value": _shown(_joined(self.before), self.rules),
            "cleaned_value": _joined(self.after),
            "rule": pa.array(self.rules, pa.string()),
            "rule_version": pa.array([CLEANING_RULES[rule].version for rule in self.rules], pa.int64()),
            "confidence": pa.array([CLEANING_RULES[rule].confidence for rule in self.rules], pa.float64()),
        }
        return CHANGES.conform(_once(pd.DataFrame({name: series(values) for name, values in columns.items()}), rows))


def _once(changes: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """Make one change of those of one field of one row: from what was given first to what was kept last."""
    steps = pd.DataFrame({"row": rows, "field": changes["field"]})
    again = steps.duplicated()
    if not again.any():
        return changes
    changes["source_value"] = changes["source_value"].groupby([steps["row"], steps["field"]], sort=False).transform("first")
    return changes[~steps.duplicated(keep="last").to_numpy(dtype=bool)].reset_index(drop=True)


def date_rules(read: ReadDates, kept: np.ndarray, guessed: np.ndarray, source: Source) -> np.ndarray:
    """Return by which rule each date was read that is not in the form its source declares; empty for the others.

    Args:
        read: the dates as given.
        kept: the times taken, in the source's zone.
        guessed: rows of which cleaning says that nothing settled the order of day and month.
        source: whose dates they are.
    """
    month_first = read.two_ways & (kept == chosen(read, np.ones(len(kept), dtype=bool)))
    other = np.where(read.two_ways, month_first, read.month_first) != (source.dates.order == "mdy")
    other &= read.two_ways | read.month_first | read.day_first
    return np.select(
        [read.unreadable, read.empty_year, read.serial, read.two_ways & guessed, other],
        ["date_unreadable", "date_empty", "date_serial", "date_guessed", "date_order"],
        "",
    )


def _kept(values: pd.Series, zone: str) -> pa.Array:
    """Return values as text, instants in the source's own time."""
    if pa.types.is_timestamp(pa.array(values.iloc[:1]).type):
        local = local_times(values, zone)
        return pa.array(np.datetime_as_string(local, unit="s"), pa.string(), mask=np.isnat(local))
    return as_text(values)


def _shown(before: pa.Array, rules: list[str]) -> pa.Array:
    """Return values as given, without those that may be personal: they stand in the landing file alone."""
    held = truths(per_distinct(before, lambda text: personal_code_or_text(text, places=True), pa.bool_()))
    guarded = truths(pc.is_in(pa.array(rules, pa.string()), pa.array(_GUARDED)))
    hidden = held | (guarded & ~matches(before, _NO_WORDS))
    return pc.if_else(pa.array(hidden), _NONE, pc.utf8_slice_codeunits(before, 0, _LONGEST_SHOWN))


def _joined(parts: list[pa.Array]) -> pa.Array:
    return pa.concat_arrays([pa.array([], pa.string()), *parts])
