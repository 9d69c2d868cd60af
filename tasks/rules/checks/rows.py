"""Rows about dossiers (log entries, pauses, evidence), aligned with their dossiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import (
    EncodedText,
    Mask,
    Numbers,
    Times,
    arrow,
    as_codes,
    booleans,
    keys,
    statuses,
    truths,
    whole_numbers,
)
from tasks.rules.dates.times import days, local_times

Item = TypeVar("Item", bound=np.generic)


@dataclass
class EntryRows:
    """Rows in the order of their dossiers.

    Attributes:
        frame: the rows, only those that speak about a dossier of the partition.
        position: place of the dossier that each row speaks about, int64, ascending.
        size: number of dossiers.
        zone: the office's time zone.
    """

    frame: pd.DataFrame
    position: Numbers
    size: int
    zone: str
    _made: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    _codes: dict[str, EncodedText] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, frame: pd.DataFrame, position: np.ndarray, size: int, zone: str, order: str) -> EntryRows:
        """Lay rows beside dossiers.

        Args:
            frame: the rows.
            position: place of each row's dossier; -1 drops the row.
            size: number of dossiers.
            zone: the office's time zone.
            order: number or instant by which a dossier's rows are ordered.
        """
        position = position.astype(np.int64, copy=False)
        rank = _rank(position, _sortable(frame[order]))
        if rank is not None:
            frame, position = frame.take(rank), position[rank]
        return cls(frame, position, size, zone)

    def __len__(self) -> int:
        return len(self.position)

    def _once(self, name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def at(self, name: str) -> Times:
        """Return an instant of the rows as office time; NaT where null."""
        return self._once(name, lambda: local_times(self.frame[name], self.zone))

    def day(self, name: str) -> Times:
        """Return an instant of the rows as office day; NaT where null."""
        return self._once(f"{name}/day", lambda: days(self.at(name)))

    def number(self, name: str) -> npt.NDArray[np.uint16]:
        """Return a status of the rows; 0 where null."""
        return self._once(name, lambda: statuses(self.frame[name]))

    def is_text(self, name: str, *values: str) -> Mask:
        """Tell where a text column of the rows is one of these; False where null."""
        if name not in self._codes:
            self._codes[name] = as_codes(arrow(self.frame[name]))
        codes = self._codes[name]
        return codes.where(text in values for text in codes.texts)

    def flag(self, name: str) -> Mask:
        """Return a boolean column of the rows; False where null."""
        return self._once(name, lambda: booleans(self.frame[name]))

    @property
    def follows(self) -> Mask:
        """Tell which rows have a row of the same dossier just before them."""
        return self._once("/follows", lambda: np.r_[False, self.position[1:] == self.position[:-1]][: len(self)])

    # -- from dossiers to rows, and back -----------------------------------------------------

    def of_dossier(self, values: npt.NDArray[Item]) -> npt.NDArray[Item]:
        """Return a dossier's value beside each of its rows."""
        return values.take(self.position)

    def any(self, mask: Mask) -> Mask:
        """Tell which dossiers have a row for which this holds."""
        answer = np.zeros(self.size, dtype=bool)
        answer[self._of(mask)] = True
        return answer

    def count(self, mask: Mask | None = None) -> Numbers:
        """Count for each dossier the rows for which this holds."""
        if mask is None:
            return self._once("/count", lambda: np.bincount(self.position, minlength=self.size))
        return np.bincount(self._of(mask), minlength=self.size)

    def first(self, values: npt.NDArray[Item], mask: Mask) -> npt.NDArray[Item]:
        """Return for each dossier the value of its first row for which this holds; NaT or 0 without one."""
        return self._pick(values, np.flatnonzero(mask)[::-1])

    def last(self, values: npt.NDArray[Item], mask: Mask) -> npt.NDArray[Item]:
        """Return for each dossier the value of its last row for which this holds; NaT or 0 without one."""
        return self._pick(values, np.flatnonzero(mask))

    def _of(self, mask: Mask) -> Numbers:
        """Return the dossiers of the rows for which this holds; by places, a third of the time that a mask takes."""
        return self.position.take(np.flatnonzero(mask))

    def _pick(self, values: npt.NDArray[Item], chosen: npt.NDArray[np.intp]) -> npt.NDArray[Item]:
        empty: Any = np.datetime64("NaT", "us") if values.dtype.kind == "M" else 0
        answer = np.full(self.size, empty, dtype=values.dtype)
        answer[self.position.take(chosen)] = values.take(chosen)  # of several assignments to one place the last stands
        return answer


def places_of(dossiers: pd.DataFrame, frame: pd.DataFrame) -> Numbers:
    """Return for each row the place of the dossier that it speaks about; -1 where that is not there.

    Rows of one dossier stand together as a rule, so a place is looked up once for all of them; and where every
    dossier has rows, in the same order, nothing has to be looked up at all.
    """
    if len(frame) == 0 or len(dossiers) == 0:
        return np.full(len(frame), -1, dtype=np.int64)
    wanted, known = (arrow(f["code"]) if _has_one_source(dossiers, frame) else keys(f) for f in (frame, dossiers))
    begins = np.r_[True, truths(pc.not_equal(wanted[1:], wanted[:-1]))]
    places = _look_up(wanted.filter(pa.array(begins)), known)
    return places if begins.all() else np.asarray(places[np.cumsum(begins) - 1], dtype=np.int64)


def _has_one_source(*frames: pd.DataFrame) -> bool:
    columns = [arrow(frame["source"]) for frame in frames]
    # Each row against the one before is a tenth of the time that it takes to list what there is.
    return all(one[1:].equals(one[:-1]) for one in columns) and len({one[0].as_py() for one in columns}) == 1


def _look_up(wanted: pa.Array, known: pa.Array) -> Numbers:
    """Return the place of each wanted text among the known ones, which are distinct; -1 where it is not there."""
    if wanted.equals(known):
        return np.arange(len(known))
    if len(wanted) >= len(known):
        return whole_numbers(pc.index_in(wanted, value_set=known), -1)
    # The shorter list makes the quicker table: find the known ones in it, then turn the answer round.
    distinct = wanted.dictionary_encode()
    found = whole_numbers(pc.index_in(known, value_set=distinct.dictionary), -1)
    place = np.full(len(distinct.dictionary), -1, dtype=np.int64)
    place[found[found >= 0]] = np.flatnonzero(found >= 0)
    return place.take(whole_numbers(distinct.indices, -1))


def _sortable(series: pd.Series) -> np.ndarray:
    array = arrow(series)
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    return whole_numbers(array, 0)


def _rank(position: np.ndarray, key: np.ndarray) -> np.ndarray | None:
    """Return the order of the rows by dossier and key, without strays; None where they are in order already."""
    step = np.diff(position)
    if not (position < 0).any() and not (step < 0).any() and not ((step == 0) & (key[1:] < key[:-1])).any():
        return None  # the warehouse mostly delivers them so
    keep = np.flatnonzero(position >= 0)
    return np.asarray(keep[np.lexsort((key[keep], position[keep]))])
