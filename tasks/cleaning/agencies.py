"""Which agency of the directory a record means: by code in either style, else by name in any spelling."""

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

from tasks.rules.codes import fold_units
from tasks.rules.columns import truths
from tasks.rules.text import fold, given, per_distinct

LEAST_LIKENESS = 92  # of 100; below it two communes of one district look alike
_OFFICE_WORDS = re.compile(r"\b(?:uy ban nhan dan|ubnd|uy ban)\b")
_KIND_WORDS = re.compile(r"\b(?:xa|phuong|thi tran|thanh pho|tp|tinh|quan|huyen|dac khu)\b")
_SHORT = {"tp": "thanh pho", "tt": "thi tran", "p": "phuong", "x": "xa"}


@dataclass(frozen=True)
class Agencies:
    """What was found for each row.

    Attributes:
        codes: code in the directory, null where none was found.
        unknown: an agency was given, and the directory has none such.
        folded: it was written otherwise than in the directory.
    """

    codes: pa.Array
    unknown: np.ndarray
    folded: np.ndarray


@dataclass(frozen=True)
class _Entry:
    code: str
    name: str
    valid_from: date
    valid_to: date


class Directory:
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
        self.names: defaultdict[str, list[_Entry]] = defaultdict(list)
        self.cores: defaultdict[str, list[_Entry]] = defaultdict(list)
        for entry in self.entries:
            self.names[_whole(entry.name)].append(entry)
            self.cores[_core(entry.name)].append(entry)

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
            return Agencies(pc.coalesce(folded, names, fold_units(prefixes)), nothing, nothing)
        by_code = self._decided(folded, days, self._by_code)
        by_name = self._decided(pc.if_else(pc.is_valid(by_code), pa.scalar(None, pa.string()), names), days, self._by_name)
        found = pc.coalesce(by_code, by_name)
        unknown = (given(codes) | given(names)) & ~given(found)
        return Agencies(
            codes=pc.coalesce(found, self._decided(fold_units(prefixes), days, self._by_code)),
            unknown=unknown,
            folded=truths(pc.not_equal(codes, by_code)) | self._written_otherwise(names, by_name),
        )

    def of_code(self, code: str) -> set[str]:
        """Return the agencies that a code in either style can mean, however it is written."""
        return {entry.code for entry in self._by_code(fold_units(pa.array([code], pa.string()))[0].as_py() or "")}

    def way(self, name: str) -> tuple[set[str], str]:
        """Return the agencies that a name can mean, and the rule of :mod:`tasks.cleaning.rules` by which it is found."""
        entries = self._by_name(name)
        found = {entry.code for entry in entries}
        if len(entries) > 1:
            return found, "agency_by_day"
        if any(entry.name == name for entry in entries):
            return found, "agency_name"
        return found, "agency_name_folded" if _whole(name) in self.names or _core(name) in self.cores else "agency_likeness"

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
        """Return the agencies that a name can mean: as written, without kind of place, or nearly so written."""
        if entries := self.names.get(_whole(text)):
            return entries
        core = _core(text)
        if not core:
            return []
        if entries := self.cores.get(core):
            return entries if len({entry.name for entry in entries}) == 1 else []
        close = process.extract(core, self.cores.keys(), scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS, limit=2)
        return self.cores[close[0][0]] if len(close) == 1 else []

    def _written_otherwise(self, names: pa.Array, found: pa.Array) -> np.ndarray:
        exact = pa.array(sorted({entry.name for entry in self.entries}), pa.string())
        otherwise: np.ndarray = np.logical_and(given(found), ~truths(pc.is_in(names, exact)))
        return otherwise


def _whole(name: str) -> str:
    words = [_SHORT.get(word, word) for word in fold(_unabbreviated(name)).split()]
    return _OFFICE_WORDS.sub("", " ".join(words)).strip()


def _unabbreviated(name: str) -> str:
    # "TP.", "P." and "X." lose their dot by folding and would run into the name.
    return name.replace(".", " ")


def _core(name: str) -> str:
    return " ".join(_KIND_WORDS.sub(" ", _whole(name)).split())


def _in_force(entries: list[_Entry], day: date | None) -> str:
    """Return the agency in force on a day; without a day, or with none in force, the latest."""
    latest = max(entries, key=lambda entry: entry.valid_from)
    if day is None:
        return latest.code
    return next((entry.code for entry in entries if entry.valid_from <= day <= entry.valid_to), latest.code)
