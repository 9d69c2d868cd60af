"""Schema of a source: its fields, their kinds, and where the headings stand; no values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import pyarrow as pa

from tasks.rules.privacy.masking import HIDDEN, personal
from tasks.sources.formats.records import Fields

HEADING_ROW = "(heading row)"  # name under which the place of a table's headings is kept
_MOST_FIELDS = 400  # more names are data that stand where names should
_LONGEST_NAME = 80
_SAMPLED = 40  # values of a field whose form is looked at, spread over the page
_KINDS = {str: "text", int: "number", float: "number", bool: "boolean", dict: "object", list: "list"}
_DATE_FORMS = (
    (re.compile(r"(?:19|20)\d{6}(?:\d{4}|\d{6})?"), "date yyyyMMdd"),
    (re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?"), "date yyyy-MM-dd"),
    (re.compile(r"(?:\d{1,2}:\d{2}(?::\d{2})? )?\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?:[ ,T].*)?"), "date dd/MM/yyyy"),
)


@dataclass(frozen=True)
class FieldSchema:
    """One field.

    Attributes:
        name: as the source spells it; of a field inside a list ``List[].Field``.
        kinds: what its given values are: text, number, boolean, object, list, or a date with its form.
        met: records (of a table: files) that have the field, with a value or without.
        page: digest of the first page that has it.
    """

    name: str
    kinds: frozenset[str]
    met: int
    page: str


@dataclass(frozen=True)
class SourceSchema:
    """Fields of some pages, by name without regard to case.

    Attributes:
        sizes: how many records (of a table: files) there were, by the list that they stand in (``""`` is the page).
    """

    fields: Mapping[str, FieldSchema] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    def always(self, key: str) -> bool:
        """Tell whether every record of its list had a field."""
        return self.fields[key].met >= self.sizes.get(list_of(key), 0)


def list_of(key: str) -> str:
    """Return the list that a field stands in; empty for a field of the record itself."""
    return key.rpartition("[].")[0]


def merged(shapes: Iterable[SourceSchema]) -> SourceSchema:
    """Put the shapes of several pages together, in order."""
    fields: dict[str, FieldSchema] = {}
    sizes: Counter[str] = Counter()
    for shape in shapes:
        sizes.update(shape.sizes)
        for key, one in shape.fields.items():
            before = fields.get(key)
            fields[key] = (
                one if before is None else FieldSchema(before.name, before.kinds | one.kinds, before.met + one.met, before.page)
            )
    return SourceSchema(fields, dict(sizes))


def records_shape(keys: Fields, digests: Sequence[str]) -> SourceSchema:
    """Return the shape of records, and of the records in their lists.

    Args:
        keys: of the records.
        digests: of the pages that they stand in.
    """
    found: dict[str, FieldSchema] = {}
    sizes = {"": len(keys)}
    _add(keys, "", digests, found)
    for key, shape in list(found.items()):
        if shape.kinds & {"list", "object"} and not key.endswith(HIDDEN):
            items, _ = keys.inside(shape.name)
            sizes[key] = len(items)
            _add(items, f"{shape.name}[].", digests, found)
    return SourceSchema(found, sizes)


def _add(keys: Fields, prefix: str, digests: Sequence[str], found: dict[str, FieldSchema]) -> None:
    for name, by_page in islice(keys.met.items(), _MOST_FIELDS):
        if not isinstance(name, str) or not _is_name(name):
            continue
        types, samples = keys.looked_at(name, _SAMPLED)
        kinds = {_KINDS.get(kind, "text") for kind in types}
        if "text" in kinds:
            kinds = (kinds - {"text"}).union(*map(forms, samples))
        first = next(digest for digest, met in zip(digests, by_page, strict=True) if met)
        one = FieldSchema(prefix + shown_name(name), frozenset(kinds), sum(by_page), first)
        key = one.name.casefold()
        # Two spellings in one page are one field.
        before = found.get(key)
        found[key] = one if before is None else FieldSchema(before.name, before.kinds | one.kinds, before.met + one.met, first)


def forms(texts: Sequence[str]) -> set[str]:
    """Return what kind of texts these are: dates of some form where all are dates, else text."""
    found: set[str] = set()
    for value in filter(None, map(str.strip, texts)):
        if not value[0].isdigit():  # as most texts show at once
            return {"text"}
        form = next((name for pattern, name in _DATE_FORMS if pattern.fullmatch(value)), None)
        if form is None:
            return {"text"}
        found.add(form)
    return found


def table_shape(headings: Mapping[str, pa.Array], heading_row: int, digest: str) -> SourceSchema:
    """Return the shape of a table.

    Args:
        headings: text of each heading to its column.
        heading_row: place of the row of headings, from 0.
        digest: of the page.
    """
    fields = {HEADING_ROW: FieldSchema(HEADING_ROW, frozenset({f"row {heading_row + 1}"}), 1, digest)}
    for name, values in islice(headings.items(), _MOST_FIELDS):
        if _is_name(name):
            kinds = forms(_sample(values.drop_null()))
            fields[shown_name(name).casefold()] = FieldSchema(shown_name(name), frozenset(kinds), 1, digest)
    return SourceSchema(fields, {"": 1})


def _sample(values: pa.Array) -> list[str]:
    step = max(1, len(values) // _SAMPLED)
    return [text for text in values[::step].to_pylist() if text.strip()]


def _is_name(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_NAME and name.isprintable()


def shown_name(name: str) -> str:
    """Return a field's name, or the token for one that is no name but a value of a person."""
    return name if personal(name, places=True) is None else HIDDEN
