"""Reference look-up: a dossier's procedure and agency on the day that counts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from tasks.rules.arrays import NO_TIME, EncodedText, Mask, Numbers, Times, arrow
from tasks.rules.linkage.crosswalk import agencies_named

_SPAN = 1 << 20  # days; wider than any calendar
_FIRST = int(np.datetime64("1600-01-01", "D").astype(np.int64))


@dataclass(frozen=True)
class Validity:
    """Versions of things, each valid from one day to another, found by thing and day in one search.

    Kept as spans that do not overlap: on each day the version that began last counts.

    Attributes:
        keys: thing × span + first day, ascending.
        until: last valid day, a number; very large while in force.
        row: row of the frame that each version came from.
        things: number of the thing of each text.
    """

    keys: Numbers
    until: Numbers
    row: Numbers
    things: dict[str, int]

    @classmethod
    def of(cls, names: list[str], first: pd.Series, last: pd.Series) -> Validity:
        """Index versions by name."""
        things = {name: number for number, name in enumerate(dict.fromkeys(names))}
        numbers = np.array([things[name] for name in names], dtype=np.int64)
        start, end = _day_numbers(first, 0), _day_numbers(last, _SPAN - 1)
        keys = numbers * _SPAN + start
        order = np.argsort(keys, kind="stable")
        keys, end, numbers = keys[order], end[order], numbers[order]
        overlap = (numbers[1:] == numbers[:-1]) & (end[:-1] >= keys[1:] % _SPAN)
        if overlap.any():
            keys, end, order = _apart(keys, end, order)
        return cls(keys, end, order, things)

    def find(self, thing: Numbers, day: Times) -> Numbers:
        """Return the row of the newest version that began by the day and had not ended; -1 without one.

        Args:
            thing: number of the thing, -1 where unknown.
            day: ``datetime64[D]``; NaT finds nothing.
        """
        number = day.astype("datetime64[D]", copy=False).view(np.int64)
        known = (thing >= 0) & (number != NO_TIME)
        if len(self.keys) == 0 or not known.any():
            return np.full(len(thing), -1, dtype=np.int64)
        least, most = int((number - 1).min()) + 1, int(number.max())  # one less, and NaT is the greatest of all
        span = most - least + 1
        if (len(self.things) + 1) * (span + 1) > len(thing):
            places = np.flatnonzero(known)
            answer = np.full(len(thing), -1, dtype=np.int64)
            answer[places] = self._search(thing.take(places), number.take(places))
            return answer
        # A table of things × days is smaller than the question: few procedures and agencies, many dossiers. Its last
        # line, which -1 finds, and its last column, where NaT is put, know nothing.
        things, days = np.arange(len(self.things)), least + np.arange(span)
        table = np.full((len(things) + 1, span + 1), -1, dtype=np.int64)
        table[:-1, :-1] = self._search(np.repeat(things, span), np.tile(days, len(things))).reshape(len(things), span)
        column = np.minimum((number - least).view(np.uint64), np.uint64(span)).view(np.int64)  # NaT lies far behind it
        return table.ravel().take(thing * (span + 1) + column)

    def _search(self, thing: Numbers, day: Numbers) -> Numbers:
        number = day - _FIRST
        place = np.searchsorted(self.keys, thing * _SPAN + number, side="right") - 1
        at = np.maximum(place, 0)
        holds = (place >= 0) & (self.keys[at] // _SPAN == thing) & (self.until[at] >= number)
        return np.where(holds, self.row[at], -1)

    def numbers(self, texts: list[str]) -> Numbers:
        """Return the number of the thing of each text, then a last -1 that stands for null."""
        return np.array([self.things.get(text, -1) for text in texts] + [-1], dtype=np.int64)


@dataclass(frozen=True)
class Catalogue:
    """The catalogue beside the dossiers.

    Attributes:
        rows: ``ref.procedures``.
        known: the dossier's procedure stands in the catalogue, in whatever version.
        row: catalogue row in force on the day of receipt for the dossier's channel, else the counter's; -1 without one.
        own_channel: catalogue row of the dossier's own channel; -1 without one.
    """

    rows: pd.DataFrame
    known: Mask
    row: Numbers
    own_channel: Numbers

    @classmethod
    def of(cls, rows: pd.DataFrame, code: EncodedText, channel: EncodedText, received: Times) -> Catalogue:
        """Find each dossier's version.

        Args:
            rows: ``ref.procedures``.
            code: procedure codes of the dossiers.
            channel: their channels.
            received: their day of receipt, ``datetime64[D]``.
        """
        procedures, kinds = rows["procedure_code"].astype(object).tolist(), rows["channel"].astype(object).tolist()
        names = [f"{procedure}/{kind}" for procedure, kind in zip(procedures, kinds, strict=True)]
        versions = Validity.of(names, rows["valid_from"], rows["valid_to"])
        listed = set(procedures)
        known = code.where(text in listed for text in code.texts)
        own = cls._find(versions, code, channel, received)
        at_counter = EncodedText(np.zeros_like(channel.index), ["counter"])
        rest = np.flatnonzero(own < 0)
        row = own.copy()
        row[rest] = cls._find(versions, code.take(rest), at_counter.take(rest), received[rest])
        return cls(rows, known, row, own)

    @staticmethod
    def _find(versions: Validity, code: EncodedText, channel: EncodedText, day: Times) -> Numbers:
        # A dossier without a channel came to the counter (QD 766, 3.3). The -1 of one without a procedure finds the last line.
        kinds = ["counter", *channel.texts]
        table = [versions.things.get(f"{procedure}/{kind}", -1) for procedure in [*code.texts, ""] for kind in kinds]
        return versions.find(np.array(table, dtype=np.int64).take(code.index * len(kinds) + channel.index + 1), day)

    @property
    def empty(self) -> bool:
        """Whether there is no catalogue at all: then nothing is held against it."""
        return len(self.rows) == 0

    def number(self, name: str) -> npt.NDArray[np.float64]:
        """Return a number of each dossier's version; NaN without a version or a value."""
        values = pd.array(self.rows[name]).to_numpy(dtype="float64", na_value=np.nan)
        return np.append(values, np.nan).take(self.row)

    def is_text(self, name: str, *values: str) -> Mask:
        """Tell where a text of each dossier's version is one of these; False without a version."""
        return np.append(self.rows[name].isin(values).to_numpy(dtype=bool), False).take(self.row)

    def place(self, name: str, values: tuple[str, ...]) -> Numbers:
        """Return for each dossier the place of its version's text in a list; the last place without a version."""
        places = {text: place for place, text in enumerate(values)}
        of_row = [places.get(text, len(values) - 1) for text in self.rows[name].astype(object)]
        return np.array([*of_row, len(values) - 1], dtype=np.int64).take(self.row)

    def texts(self, name: str) -> list[str | None]:
        """Return a text column of the catalogue by row, then a last None."""
        values = self.rows[name].astype(object)
        return [*values.where(values.notna(), None).tolist(), None]


@dataclass(frozen=True)
class AgencyDirectory:
    """The directory of agencies.

    Attributes:
        rows: ``ref.units``.
        validity: its versions by code.
        by_any_code: its versions by code and by old-style code.
    """

    rows: pd.DataFrame
    validity: Validity
    by_any_code: Validity

    @classmethod
    def of(cls, rows: pd.DataFrame) -> AgencyDirectory:
        """Index the directory."""
        codes = rows["unit_code"].astype(object).tolist()
        validity = Validity.of(codes, rows["valid_from"], rows["valid_to"])
        old = rows[rows["old_code"].notna()]
        names = codes + old["old_code"].astype(object).tolist()
        first = pd.concat([rows["valid_from"], old["valid_from"]], ignore_index=True)
        last = pd.concat([rows["valid_to"], old["valid_to"]], ignore_index=True)
        return cls(rows, validity, Validity.of(names, first, last))

    @property
    def empty(self) -> bool:
        """Whether there is no directory at all: then nothing is held against it."""
        return len(self.rows) == 0

    def knows(self, unit: EncodedText) -> Mask:
        """Tell where an agency's code stands in the directory; False where null."""
        return self.validity.numbers(unit.texts).take(unit.index) >= 0

    def valid_on(self, unit: EncodedText, day: Times) -> Mask:
        """Tell where an agency's code is valid on a day; False where either is unknown."""
        return self.version(unit, day) >= 0

    def version(self, unit: EncodedText, day: Times) -> Numbers:
        """Return the row of the agency that a code meant on a day; -1 where either is unknown or it meant none."""
        return self.validity.find(self.validity.numbers(unit.texts).take(unit.index), day)


def successors(units: pd.DataFrame) -> dict[str, str]:
    """Return the agencies in whose place another stands today, and which; of a code the newest version speaks.

    Args:
        units: ``unit_code, valid_from, succeeded_by`` of ``ref.units``.

    >>> units = pd.DataFrame({"unit_code": ["A", "B", "C"], "valid_from": [1, 2, 3], "succeeded_by": ["B", "C", None]})
    >>> successors(units)
    {'A': 'C', 'B': 'C'}
    """
    newest = units.sort_values(["unit_code", "valid_from"]).drop_duplicates("unit_code", keep="last")
    heirs = zip(newest["unit_code"].astype(str), map(agencies_named, newest["succeeded_by"]), strict=True)
    step = {unit: named[0] for unit, named in heirs if len(named) == 1}  # of an agency that was split none stands in its place
    found = {}
    for unit in step:
        last = unit
        for _ in step:
            last = step.get(last, last)
        if last not in step:  # else the directory lets them succeed each other in a circle
            found[unit] = last
    return found


def _day_numbers(days: pd.Series, missing: int) -> Numbers:
    values = np.asarray(arrow(days).cast(pa.date32()).to_numpy(zero_copy_only=False)).astype("datetime64[D]")
    return np.where(np.isnat(values), missing, values.astype(np.int64) - _FIRST)


def _apart(keys: Numbers, end: Numbers, row: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Cut overlapping versions into spans that do not overlap; a version that outlives a later one comes back after it."""
    spans: list[tuple[int, int, int]] = []
    thing, first = keys // _SPAN, keys % _SPAN
    for one in np.unique(thing):
        mine = np.flatnonzero(thing == one)
        for start, until in pairwise(np.unique([*first[mine], *(end[mine] + 1)])):
            holding = mine[(first[mine] <= start) & (start <= end[mine])]
            if len(holding):
                spans.append((one * _SPAN + start, until - 1, row[holding[-1]]))
    cut = np.array(spans, dtype=np.int64).reshape(-1, 3)
    return cut[:, 0], cut[:, 1], cut[:, 2]
