"""JSON records as columns of text: keys in any case, values of any type."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import itemgetter, methodcaller
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.rejects import RejectReason

Record = dict[str, Any]
TOO_DEEP = "motcua: nested too deeply"  # stands where something was
_HALVES = re.compile("[\ud800-\udfff]")  # of characters; the sign of a damaged one stands where such was, no plain "?"
REFUSED = "motcua_refused"  # key of a record that we made ourselves: why what stood in its place cannot be used


class Fields(Protocol):
    """What the records of a page have under their keys, whether they are objects or columns."""

    def __len__(self) -> int:
        """Return how many records there are."""
        ...

    @property
    def records(self) -> Sequence[Record]:
        """The records as objects."""
        ...

    @property
    def met(self) -> Mapping[str, list[int]]:
        """How many records of each page have a key, in the order in which the keys are met."""
        ...

    def values(self, *names: str) -> Sequence[Any]:
        """Return, record by record, the first value given under any of the names; None where there is none."""
        ...

    def texts(self, *names: str) -> pa.Array:
        """Return those values as text, empty ones as null."""
        ...

    def has(self, *names: str) -> bool:
        """Tell whether any record has any of the keys."""
        ...

    def given(self, name: str) -> np.ndarray:
        """Tell which records have a value under a key, be it an empty text."""
        ...

    def lists(self, name: str) -> np.ndarray:
        """Tell which records have a list under a key."""
        ...

    def inside(self, name: str) -> tuple[Fields, np.ndarray]:
        """Return the objects that stand under a key, alone or in lists, and for each the place of its record."""
        ...

    def first_inside(self, name: str) -> Fields:
        """Return the first object that stands under a key of each record; an empty one where there is none."""
        ...

    def looked_at(self, key: str, most: int) -> tuple[set[type], list[list[str]]]:
        """Return the types of the values given under a key, by its own spelling, and some of its texts.

        Args:
            key: one of those met.
            most: about how many texts of each page, spread over its records.
        """
        ...


class Keys:
    """The spellings of keys that a list of records really uses, found without regard to case.

    Attributes:
        records: as given.
        counts: how many records have each key, in the order in which the keys are met.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.counts: dict[str, int] = {}
        self._spellings: dict[str, list[str]] = {}
        self._inside: dict[str, tuple[Keys, np.ndarray]] = {}
        heads = Counter(map(tuple, records))
        for head, met in heads.items():
            for key in head:
                self.counts[key] = self.counts.get(key, 0) + met
        for key in self.counts:
            if isinstance(key, str):
                self._spellings.setdefault(key.casefold(), []).append(key)
        self._heads = list(heads)

    @cached_property
    def _columns(self) -> Mapping[str, Sequence[Any]]:
        """The records turned on their side at once, where all have the same keys in the same order, as most have."""
        if len(self._heads) != 1:
            return {}
        return dict(zip(*self._heads, zip(*map(dict.values, self.records), strict=True), strict=True))

    def __len__(self) -> int:
        return len(self.records)

    @property
    def met(self) -> Mapping[str, list[int]]:
        """How many records have each key, of the one page."""
        return {key: [count] for key, count in self.counts.items()}

    def values(self, *names: str) -> Sequence[Any]:
        """Return, record by record, the first value given under any of the names; None where there is none."""
        spellings = [key for name in names for key in self._spellings.get(name.casefold(), ())]
        if not spellings:
            return [None] * len(self.records)
        found = self._of(spellings[0])
        for key in spellings[1:]:
            found = [record.get(key) if _blank(value) else value for value, record in zip(found, self.records, strict=True)]
        return found

    def looked_at(self, key: str, most: int) -> tuple[set[type], list[list[str]]]:
        """Return the types of the values given under a key, by its own spelling, and some of its texts, of the one page."""
        # Every field of every record passes here: the usual case, all given ones are text, runs without a loop of ours.
        values = self._column(key)
        kinds = set(map(type, values)) - {type(None)}
        given = list(filter(None, values) if kinds == {str} else (v for v in values if isinstance(v, str) and v))
        return kinds, [given[:: max(1, len(given) // most)]]

    def _column(self, key: str) -> Sequence[Any]:
        if key in self._columns:
            return self._columns[key]
        if self.counts[key] == len(self.records):  # the usual case, and half the time
            return list(map(itemgetter(key), self.records))
        return [record[key] for record in self.records if key in record]

    def _of(self, key: str) -> Sequence[Any]:
        if self.counts[key] < len(self.records):
            return [record.get(key) for record in self.records]
        # Who asks for one key alone needs no others.
        return self._column(key) if "_columns" in self.__dict__ else list(map(itemgetter(key), self.records))

    def texts(self, *names: str) -> pa.Array:
        """Return those values as text, empty ones as null."""
        return blank_to_null(texts(self.values(*names))) if self.has(*names) else nulls(len(self.records))

    def has(self, *names: str) -> bool:
        """Tell whether any record has any of the keys."""
        return any(name.casefold() in self._spellings for name in names)

    def given(self, name: str) -> np.ndarray:
        """Tell which records have a value under a key, be it an empty text."""
        return np.array([value is not None for value in self.values(name)], dtype=bool)

    def lists(self, name: str) -> np.ndarray:
        """Tell which records have a list under a key."""
        return np.array([isinstance(value, list) for value in self.values(name)], dtype=bool)

    def inside(self, name: str) -> tuple[Keys, np.ndarray]:
        """Return the objects that stand under a key, alone or in lists, and for each the place of its record."""
        folded_name = name.casefold()
        if folded_name not in self._inside:  # whoever looks at the shape and whoever reads ask for the same
            self._inside[folded_name] = keys_of(self.values(name))
        return self._inside[folded_name]

    def first_inside(self, name: str) -> Keys:
        """Return the first object that stands under a key of each record; an empty one where there is none."""
        keys, places = self.inside(name)
        if len(places) == len(self.records) and (places == np.arange(len(places))).all():
            return keys
        firsts = dict(zip(reversed(places.tolist()), reversed(keys.records), strict=True))
        return Keys([firsts.get(place, {}) for place in range(len(self.records))])


@dataclass(frozen=True)
class Objects:
    """What a page's records are.

    Attributes:
        keys: of those that are objects.
        positions: their places in the page.
        others: places of what is no object, or cannot be used as one.
        reasons: why not, for each of them.
    """

    keys: Fields
    positions: np.ndarray
    others: list[int]
    reasons: list[str] = field(default_factory=list)


def objects_of(records: Sequence[Any]) -> Objects:
    """Part the objects of a page from what is none."""
    if set(map(type, records)) <= {dict} and not any(map(_refused, records)):
        return Objects(Keys(records), np.arange(len(records)), [])
    why = [_reason(record) for record in records]
    positions = [place for place, reason in enumerate(why) if reason is None]
    others = [place for place, reason in enumerate(why) if reason is not None]
    keys = Keys([records[place] for place in positions])
    return Objects(keys, np.array(positions, dtype=np.int64), others, [reason for reason in why if reason is not None])


_refused = methodcaller("__contains__", REFUSED)


def _reason(record: Any) -> str | None:
    if not isinstance(record, dict):
        return RejectReason.NOT_AN_OBJECT
    return str(record[REFUSED]) if REFUSED in record else None


def keys_of(parents: Sequence[Any]) -> tuple[Keys, np.ndarray]:
    """Flatten lists of objects: the objects, and for each the place of its parent. A single object is a list of one."""
    if set(map(type, parents)) == {list}:
        items = list(chain.from_iterable(parents))
        if set(map(type, items)) <= {dict}:  # the usual case, without a loop of ours
            return Keys(items), np.repeat(np.arange(len(parents)), list(map(len, parents)))
    items, places = _children(parents)
    return Keys(items), np.array(places, dtype=np.int64)


def _children(parents: Sequence[Any]) -> tuple[list[Record], list[int]]:
    items: list[Record] = []
    places: list[int] = []
    for place, value in enumerate(parents):
        if not value:
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                items.append(item)
                places.append(place)
    return items, places


def texts(values: Iterable[Any]) -> pa.Array:
    """Return values as text; null stays null, whole numbers lose a trailing ``.0``, structures become JSON."""
    listed = values if isinstance(values, list | tuple) else list(values)
    try:
        return pa.array(listed, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return pa.array([text(value) for value in listed], pa.string())


def text(value: Any) -> str | None:
    """Return one value as text that UTF-8 can hold."""
    if value is None or isinstance(value, str):
        return None if value is None else _HALVES.sub("\ufffd", value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dict | list):
        try:
            return _HALVES.sub("\ufffd", json.dumps(value, ensure_ascii=False))
        except RecursionError:
            return TOO_DEEP
    return str(value)


def nulls(length: int) -> pa.Array:
    """Return a column of text in which nothing is given."""
    return pa.nulls(length, pa.string())


def blank_to_null(values: pa.Array) -> pa.Array:
    """Return texts with empty ones (white space only) as null."""
    blank = pc.equal(pc.utf8_trim_whitespace(values), "")
    return pc.if_else(blank, pa.scalar(None, pa.string()), values) if pc.any(blank).as_py() else values


def _blank(value: Any) -> bool:
    return value is None or value == ""


def whole_number(value: Any) -> int | None:
    """Return a number that may come as text; None where it is none."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def folded(answer: dict[Any, Any]) -> dict[str, Any]:
    """Return an object with its keys in lower case."""
    return {str(key).casefold(): value for key, value in answer.items()}


def at(answer: Any, path: str) -> Any:
    """Return what stands at a path such as ``data.items``, without regard to case; None where nothing does."""
    for name in path.split("."):
        if not isinstance(answer, dict):
            return None
        answer = folded(answer).get(name.casefold())
    return answer
