"""Columnar parsing of pages by Arrow, in less than half the time of parsing objects.

It serves pages that are alike, and most are. The first page of a load is parsed into objects and tells the types of the
fields; the next ones are parsed by these types. A page that does not keep them is parsed into objects as well, and the
same is read from it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow_json

from tasks.rules.arrays import truths, valid
from tasks.sources.formats.records import Record, blank_to_null, nulls, texts

_PATIENCE = 3  # pages from which types are learnt; a source whose pages differ more often is read as objects
_MOST_FIELDS = 400  # each is a column for all records: more are data that stand where names should
_ESCAPED_ASCII = re.compile(rb"\\u00[0-7]")
_EXACT = 2.0**53  # whole numbers from here on may have been rounded on their way through a float
# How often a page, by its place, spells a name as a key: a column does not tell a field that is null from a missing one.
Spelled = Callable[[str, int], int]


class UnevenError(Exception):
    """What is asked of a page cannot be told by its columns; it has to be read as objects."""


class PageTypes:
    """The types of the fields of a source's pages, as far as they were met."""

    def __init__(self) -> None:
        self._schema: pa.Schema | None = None
        self._repeated: frozenset[str] = frozenset()
        self._learnt = 0

    def parsed(self, body: bytes) -> ParsedPage | None:
        """Parse a page of JSON objects one after the other; None where it does not keep the types."""
        # The names of fields are given: the parser stops at any other, so that neither a text nested without end nor
        # a name for each record can exhaust the stack or the memory.
        if self._schema is None or not _is_utf8(body):
            return None
        read = arrow_json.ReadOptions(use_threads=False, block_size=len(body) + 1)
        parse = arrow_json.ParseOptions(
            explicit_schema=self._schema, unexpected_field_behavior="error", newlines_in_values=b"\n" in body
        )
        try:
            rows = arrow_json.read_json(pa.BufferReader(body), read, parse).combine_chunks()
        except pa.ArrowException:
            return None
        return ParsedPage(body, rows.to_struct_array().chunk(0), self._repeated)

    def learn(self, rows: Sequence[Any]) -> None:
        """Widen the types by those of one more page's objects, or begin anew with these where both cannot be."""
        if not rows or self._learnt == _PATIENCE:
            return
        self._learnt += 1
        try:
            schema = pa.schema(pa.infer_type(rows))
            if self._schema is not None:
                with suppress(pa.ArrowException):
                    schema = pa.unify_schemas([self._schema, schema], promote_options="permissive")
        except (pa.ArrowException, TypeError, OverflowError, ValueError, RecursionError):
            return  # values of a field differ in type within the page
        names = Counter(_names(schema))
        if names.total() <= _MOST_FIELDS:
            self._schema = schema
            self._repeated = frozenset(name for name, places in names.items() if places > 1)


@dataclass(frozen=True)
class ParsedPage:
    """A page in columns.

    Attributes:
        body: its bytes.
        rows: its objects.
        repeated: names of fields that it may have at several levels.
    """

    body: bytes
    rows: pa.StructArray
    repeated: frozenset[str]

    @cached_property
    def _is_plain(self) -> bool:
        """Whether each key is written as its name in quotation marks and a colon, none with space between or escaped."""
        spaced = any(space + b":" in self.body for space in (b" ", b"\t", b"\n", b"\r"))
        return not spaced and _ESCAPED_ASCII.search(self.body) is None

    def spelled(self, name: str) -> int:
        """Return how often a name stands in the page as a key.

        Raises:
            UnevenError: it may stand at several levels, or be written in another way.
        """
        if name in self.repeated or not name.isascii() or not self._is_plain:
            raise UnevenError
        # Inside a text a quotation mark is escaped: what is found is a key.
        return self.body.count(b'"%s":' % name.encode())

    def listed(self, path: Sequence[Sequence[str]]) -> ParsedPage:
        """Return the objects listed inside a page that is one object.

        Args:
            path: for each level the names that it may have; the first that has a value counts.

        Raises:
            UnevenError: there is no list of objects; whoever reads objects may find more, or tell what is wrong.
        """
        found: pa.Array = self.rows
        for names in path:
            if len(found) != 1 or not pa.types.is_struct(found.type):
                raise UnevenError
            found = _first_given(found, names)
        items = pc.list_flatten(found) if pa.types.is_list(found.type) else None
        if items is None or items.null_count or not pa.types.is_struct(items.type):
            raise UnevenError
        return replace(self, rows=items)


def _first_given(answer: pa.StructArray, names: Sequence[str]) -> pa.Array:
    folded_names = [field.name.casefold() for field in answer.type]
    for name in names:
        if folded_names.count(name.casefold()) > 1:
            raise UnevenError
        if name.casefold() in folded_names:
            values = answer.flatten()[folded_names.index(name.casefold())]
            if values.null_count == 0:
                return values
    raise UnevenError


class ColumnKeys:
    """The keys of the records of some pages.

    As :class:`tasks.sources.formats.records.Keys`, which has those of one as objects.
    """

    def __init__(self, rows: pa.StructArray, bounds: np.ndarray, spelled: Spelled) -> None:
        """Take records: as many of each page as from one bound to the next."""
        self._length = len(rows)
        self._bounds = bounds
        self._spelled = spelled
        self._columns: dict[str, pa.Array] = dict(zip([field.name for field in rows.type], rows.flatten(), strict=True))
        self._spellings: dict[str, list[str]] = {}
        for key in self._columns:
            self._spellings.setdefault(key.casefold(), []).append(key)
        self._inside: dict[str, tuple[ColumnKeys, np.ndarray]] = {}

    def __len__(self) -> int:
        return self._length

    @property
    def records(self) -> Sequence[Record]:
        """There are no objects."""
        raise UnevenError

    def values(self, *names: str) -> Sequence[Any]:  # noqa: ARG002 - the protocol's signature
        """There are no objects."""
        raise UnevenError

    @cached_property
    def met(self) -> Mapping[str, list[int]]:
        """How many records of each page have a key, with a value or with null."""
        met = {key: counts for key, values in self._columns.items() if any(counts := self._met(key, values))}
        if len({key.casefold() for key in met}) < len(met):
            raise UnevenError
        return met

    def _met(self, key: str, values: pa.Array) -> list[int]:
        rows: list[int] = np.diff(self._bounds).tolist()
        if values.null_count == 0:
            return rows
        given: list[int] = np.diff(np.append(0, np.cumsum(valid(values)))[self._bounds]).tolist()
        met = [
            count if some == count else self._spelled(key, page)
            for page, (count, some) in enumerate(zip(rows, given, strict=True))
        ]
        if not all(some <= found <= count for count, some, found in zip(rows, given, met, strict=True)):
            raise UnevenError  # such as a name with characters that are escaped
        return met

    def has(self, *names: str) -> bool:
        """Tell whether any record has a value under any of the keys."""
        return any(values.null_count < self._length for values in self._of(names))

    def texts(self, *names: str) -> pa.Array:
        """Return, record by record, the first value given under any of the names as text, empty ones as null."""
        found: pa.Array | None = None
        for values in self._of(names):
            other = _texts(values)
            found = other if found is None else pc.if_else(pc.fill_null(pc.equal(found, ""), True), other, found)
        return nulls(self._length) if found is None else blank_to_null(found)

    def given(self, name: str) -> np.ndarray:
        """Tell which records have a value under a key, be it an empty text."""
        return self._valid(self._only(name))

    def lists(self, name: str) -> np.ndarray:
        """Tell which records have a list under a key."""
        return self._valid(values for values in self._only(name) if pa.types.is_list(values.type))

    def _valid(self, columns: Iterable[pa.Array]) -> np.ndarray:
        return next(map(valid, columns), np.zeros(self._length, dtype=bool))

    def inside(self, name: str) -> tuple[ColumnKeys, np.ndarray]:
        """Return the objects that stand under a key, alone or in lists, and for each the place of its record."""
        folded_name = name.casefold()
        if folded_name not in self._inside:
            items, owners = self._items(name)
            bounds = np.searchsorted(owners, self._bounds)
            self._inside[folded_name] = ColumnKeys(items, bounds, self._spelled), owners
        return self._inside[folded_name]

    def first_inside(self, name: str) -> ColumnKeys:
        """Return the first object that stands under a key of each record; an empty one where there is none."""
        keys, places = self.inside(name)
        if len(places) == self._length and (places == np.arange(self._length)).all():
            return keys
        owners, firsts = np.unique(places, return_index=True)
        chosen = np.full(self._length, -1)
        chosen[owners] = firsts
        return keys._taken(pa.array(chosen, mask=chosen < 0), self._bounds)

    def _taken(self, places: pa.Array, bounds: np.ndarray) -> ColumnKeys:
        columns = [values.take(places) for values in self._columns.values()]
        rows = pa.StructArray.from_arrays(columns, list(self._columns)) if columns else pa.nulls(len(places), pa.struct([]))
        return ColumnKeys(rows, bounds, self._spelled)

    def looked_at(self, key: str, most: int) -> tuple[set[type], list[list[str]]]:
        """Return the types of the values given under a key, by its own spelling, and of each page some of its texts."""
        values = self._columns[key]
        kinds = set() if values.null_count == len(values) else {_kind(values.type)}
        return kinds, self._samples(values, most) if kinds == {str} else []

    def _samples(self, values: pa.StringArray, most: int) -> list[list[str]]:
        given = np.flatnonzero(truths(pc.not_equal(values, "")))
        ends = np.searchsorted(given, self._bounds)
        parts = [given[start:end][:: max(1, (end - start) // most)] for start, end in pairwise(ends.tolist())]
        texts = values.take(pa.array(np.concatenate(parts))).to_pylist()
        cuts = np.cumsum([0, *map(len, parts)]).tolist()
        return [texts[start:end] for start, end in pairwise(cuts)]

    def _of(self, names: Sequence[str]) -> list[pa.Array]:
        return [self._columns[key] for name in names for key in self._spellings.get(name.casefold(), ())]

    def _only(self, name: str) -> list[pa.Array]:
        """Return the one column of a key, if there is any: objects under several spellings are not parted here."""
        found = self._of([name])
        if len(found) > 1:
            raise UnevenError
        return found

    def _items(self, name: str) -> tuple[pa.StructArray, np.ndarray]:
        for values in self._only(name):
            if pa.types.is_struct(values.type):
                return _alone(values)
            if pa.types.is_list(values.type) and pa.types.is_struct(values.type.value_type):
                items, owners = pc.list_flatten(values), pc.list_parent_indices(values)
                if items.null_count:
                    items, owners = items.drop_null(), owners.filter(items.is_valid())
                return items, np.asarray(owners)
        return pa.array([], pa.struct([])), np.zeros(0, dtype=np.int64)


def _alone(values: pa.StructArray) -> tuple[pa.StructArray, np.ndarray]:
    given = values.drop_null()
    empty = np.ones(len(given), dtype=bool)
    for column in given.flatten():
        empty &= ~valid(column)
    if empty.any():  # an object without a field is none, one whose fields are null is one
        raise UnevenError
    return given, np.flatnonzero(valid(values))


def keys_of_pages(pages: Sequence[ParsedPage]) -> ColumnKeys:
    """Put the records of pages of equal types under one another."""
    rows = pa.concat_arrays([page.rows for page in pages])
    bounds = np.cumsum([0, *(len(page.rows) for page in pages)])
    return ColumnKeys(rows, bounds, lambda name, place: pages[place].spelled(name))


def _texts(values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_string(kind):
        return values
    if pa.types.is_nested(kind):
        raise UnevenError
    if pa.types.is_floating(kind) and pc.any(pc.greater_equal(pc.abs(values), _EXACT)).as_py():
        raise UnevenError
    return texts(values.to_pylist())


def _kind(given: pa.DataType) -> type:
    if pa.types.is_struct(given):
        return dict
    if pa.types.is_list(given):
        return list
    if pa.types.is_boolean(given):
        return bool
    return str if pa.types.is_string(given) else float


def _names(fields: pa.Schema | pa.StructType) -> Iterator[str]:
    """Yield the names of fields, and of those inside them."""
    for field in fields:
        yield field.name
        inner = field.type
        while pa.types.is_list(inner):
            inner = inner.value_type
        if pa.types.is_struct(inner):
            yield from _names(inner)


def _is_utf8(body: bytes) -> bool:
    try:
        pa.array([body], pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True
