"""Agencies named in records, found in the directory by code or else by name.

A code may have either style; of names the exact spelling is tried first. Names that differ in a mark are different
names (Đông Sơn, Đồng Sơn): without marks only one that is left alone is found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from tasks.rules.arrays import truths
from tasks.rules.text.codes import fold_units
from tasks.rules.text.normal_form import fold, given, per_distinct
from tasks.rules.text.spelling import spelled

LEAST_LIKENESS = 92  # of 100; below it two communes of one district look alike
_OFFICES = ("ủy ban nhân dân", "uy ban nhan dan", "ubnd", "ủy ban", "uy ban")
_KINDS = ("xã", "phường", "thị trấn", "thành phố", "tp", "tỉnh", "quận", "huyện", "đặc khu")
_SHORT = {"tp": "thành phố", "tt": "thị trấn", "p": "phường", "x": "xã"}
_NUMBERS = re.compile(r"\b(?:\d+|[ivx]+)\b")


class _Form:
    """A way of writing names, by which they are compared: with marks or without, whole or by what is left of them.

    Args:
        reduce: brings words to that way.
    """

    def __init__(self, reduce: Callable[[str], str]) -> None:
        self._reduce = reduce
        self._short = {short: reduce(words) for short, words in _SHORT.items()}
        self._offices, self._kinds = (
            re.compile(rf"(?<!\S)(?:{'|'.join(re.escape(reduce(text)) for text in texts)})(?!\S)")
            for texts in (_OFFICES, _KINDS)
        )

    def whole(self, name: str) -> str:
        """Return a name without the office's title, short forms written out."""
        # "TP.", "P." and "X." would run into the name without their dot.
        words = [self._short.get(word, word) for word in self._reduce(name.replace(".", " ")).split()]
        return " ".join(self._offices.sub(" ", " ".join(words)).split())

    def core(self, name: str) -> str:
        """Return a name without title and kind of place."""
        return " ".join(self._kinds.sub(" ", self.whole(name)).split())


_WITH_MARKS, _WITHOUT = _Form(spelled), _Form(fold)


@dataclass(frozen=True)
class Agencies:
    """What was found for each row.

    Attributes:
        codes: code in the directory, null where none was found.
        unknown: an agency was given, and the directory has none such.
        folded: it was written otherwise than in the directory.
        ambiguous: it was named in a way that several agencies share.
    """

    codes: pa.Array
    unknown: np.ndarray
    folded: np.ndarray
    ambiguous: np.ndarray


@dataclass(frozen=True)
class _Entry:
    code: str
    name: str
    valid_from: date
    valid_to: date


class AgencyLookup:
    """The directory of agencies, ready for look-ups.

    Args:
        units: rows of ``ref.units``; may be empty.
    """

    def __init__(self, units: pd.DataFrame) -> None:
        told = units[["unit_code", "name", "valid_from", "valid_to", "old_code"]]
        rows = told.sort_values(["valid_from", "unit_code"]).to_dict("records")
        self.entries = [
            _Entry(r["unit_code"], str(r["name"]), r["valid_from"], date.max if pd.isna(r["valid_to"]) else r["valid_to"])
            for r in rows
        ]
        self.codes = {entry.code: [entry] for entry in self.entries}
        # An old code may have passed from one agency to the next, as 1 July 2025 did with a district's.
        self.old: defaultdict[str, list[_Entry]] = defaultdict(list)
        for row, entry in zip(rows, self.entries, strict=True):
            if not pd.isna(row["old_code"]):
                self.old[str(row["old_code"]).upper()].append(entry)
        self.names = self._named(lambda name: name)
        self.spelled, self.spelled_cores = self._named(_WITH_MARKS.whole), self._named(_WITH_MARKS.core)
        self.folded, self.cores = self._named(_WITHOUT.whole), self._named(_WITHOUT.core)

    def resolve(self, codes: pa.Array, names: pa.Array, prefixes: pa.Array, days: np.ndarray) -> Agencies:
        """Find the agency of each row.

        Without a directory the given code, else the given name, stands for itself.

        Args:
            codes: agency codes as given.
            names: agency names as given.
            prefixes: agency part of the dossier code: who received it, the last resort.
            days: day of receipt (``datetime64[D]``), which decides between agencies of one name.
        """
        folded = fold_units(codes)
        if not self.entries:
            nothing = np.zeros(len(codes), dtype=bool)
            return Agencies(pc.coalesce(folded, names, fold_units(prefixes)), nothing, nothing, nothing)
        by_code = self._decided(folded, days, self._by_code)
        by_name = self._decided(pc.if_else(pc.is_valid(by_code), pa.scalar(None, pa.string()), names), days, self._by_name)
        found = pc.coalesce(by_code, by_name)
        received = self._decided(fold_units(prefixes), days, self._by_code)
        ambiguous, received = self._among_those_named(
            pc.if_else(pc.is_valid(found), pa.scalar(None, pa.string()), names), received
        )
        return Agencies(
            codes=pc.coalesce(found, received),
            unknown=(given(codes) | given(names)) & ~given(found) & ~ambiguous,
            folded=truths(pc.not_equal(codes, by_code)) | self._written_otherwise(names, by_name),
            ambiguous=ambiguous,
        )

    def _among_those_named(self, names: pa.Array, received: pa.Array) -> tuple[np.ndarray, pa.Array]:
        """Tell which names several agencies share, and keep who received the dossier there only where it is one of these."""
        shared = {name: {entry.code for entry in self._sharing(name)} for name in pc.unique(names.drop_null()).to_pylist()}
        several = pa.array([name for name, codes in shared.items() if len(codes) > 1], pa.string())
        ambiguous = truths(pc.is_in(names, several)) & given(names)
        if not ambiguous.any():
            return ambiguous, received
        kept = received.to_pylist()
        for row in np.flatnonzero(ambiguous).tolist():
            if kept[row] not in shared[names[row].as_py()]:
                kept[row] = None
        return ambiguous, pa.array(kept, pa.string())

    def of_code(self, code: str) -> set[str]:
        """Return the agencies that a code in either style can mean, however it is written."""
        return {entry.code for entry in self._by_code(fold_units(pa.array([code], pa.string()))[0].as_py() or "")}

    def way(self, name: str) -> tuple[set[str], str]:
        """Return the agencies that a name can mean, and the rule of :mod:`tasks.cleaning.rules` by which it is found."""
        entries = self._by_name(name)
        found = {entry.code for entry in entries}
        if len(entries) > 1:
            return found, "agency_by_day"
        if name in self.names:
            return found, "agency_name"
        if _WITH_MARKS.whole(name) in self.spelled:
            return found, "agency_spelling"
        known = _WITHOUT.whole(name) in self.folded or _WITHOUT.core(name) in self.cores
        return found, "agency_name_folded" if known else "agency_likeness"

    def _by_code(self, code: str) -> list[_Entry]:
        return self.codes.get(code) or self.old.get(code, [])

    def _decided(self, asked: pa.Array, days: np.ndarray, find: Callable[[str], list[_Entry]]) -> pa.Array:
        """Look texts up; one that several agencies have had is decided row by row by the day of receipt."""
        options = {text: find(text) for text in pc.unique(asked.drop_null()).to_pylist()}
        alone = {text: entries[0].code for text, entries in options.items() if len({entry.code for entry in entries}) == 1}
        found = per_distinct(asked, alone.get, pa.string())
        several = pa.array([text for text, entries in options.items() if entries and text not in alone], pa.string())
        rows = np.flatnonzero(truths(pc.is_in(asked, several)))
        if not len(rows):
            return found
        texts = asked.take(pa.array(rows)).to_pylist()
        chosen = found.to_pylist()
        for row, text, day in zip(rows.tolist(), texts, days[rows].tolist(), strict=True):
            chosen[row] = _in_force(options[text], day)
        return pa.array(chosen, pa.string())

    def _by_name(self, text: str) -> list[_Entry]:
        """Return the agencies that a name can mean: as spelled, else without kind of place or marks if one is left, else nearly so."""
        if entries := self.names.get(text) or self.spelled.get(_WITH_MARKS.whole(text)):
            return entries
        if sharing := self._sharing(text):
            return sharing if _one(sharing) else []
        core = _WITHOUT.core(text)
        if not core:
            return []
        close = process.extract(core, self.cores.keys(), scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS, limit=2)
        # What tells two branches apart is their number, and one letter less makes another number of it.
        if len(close) != 1 or _NUMBERS.findall(close[0][0]) != _NUMBERS.findall(core):
            return []
        near = self.cores[close[0][0]]
        return near if _one(near) else []

    def _sharing(self, text: str) -> list[_Entry]:
        """Return the agencies whose name is this one but for its kind of place or its marks, the nearer ones alone."""
        with_marks = self.spelled_cores.get(_WITH_MARKS.core(text), [])
        without = self.folded.get(_WITHOUT.whole(text), [])
        # Where the kind of place speaks for one and the marks for another, both are named.
        both = with_marks + [entry for entry in without if entry not in with_marks]
        return both or self.cores.get(_WITHOUT.core(text), [])

    def _named(self, form: Callable[[str], str]) -> dict[str, list[_Entry]]:
        """Return the agencies by one form of their names."""
        found: defaultdict[str, list[_Entry]] = defaultdict(list)
        for entry in self.entries:
            if key := form(entry.name):
                found[key].append(entry)
        return dict(found)

    def _written_otherwise(self, names: pa.Array, found: pa.Array) -> np.ndarray:
        exact = pa.array(sorted({entry.name for entry in self.entries}), pa.string())
        otherwise: np.ndarray = np.logical_and(given(found), ~truths(pc.is_in(names, exact)))
        return otherwise


def _one(entries: list[_Entry]) -> bool:
    """Tell whether entries are one agency, or one name that has passed from one to the next."""
    return len({entry.code for entry in entries}) == 1 or len({_WITH_MARKS.whole(entry.name) for entry in entries}) == 1


def _in_force(entries: list[_Entry], day: date | None) -> str:
    """Return the agency in force on a day; without a day, or with none in force, the latest."""
    latest = max(entries, key=lambda entry: entry.valid_from)
    if day is None:
        return latest.code
    return next((entry.code for entry in entries if entry.valid_from <= day <= entry.valid_to), latest.code)
