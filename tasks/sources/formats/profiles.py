"""Profiles: which field of a system means what, as a declared mapping.

The YAML of a source adds to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from config.profiles import DOSSIER_FIELDS, Headings
from config.sources import Source
from tasks.sources.formats.columnar import PageTypes, ParsedPage, UnevenError, keys_of_pages
from tasks.sources.formats.exchange import (
    child_columns,
    listed,
    not_objects,
    path_of,
    records_of,
)
from tasks.sources.formats.json_text import each_line, parsed, without_too_deep
from tasks.sources.formats.record_format import format_of
from tasks.sources.formats.records import Objects, objects_of
from tasks.sources.parsed_records import Pages, ParsedRecords, Part, readings
from tasks.sources.protocol import JSON, JSON_LINES
from tasks.sources.source_schema import records_shape, table_shape
from tasks.sources.tables.columns import Placed, read_placed
from tasks.sources.tables.legacy_text import readings_in_unicode


def columns_of(source: Source) -> dict[str, Headings]:
    """Return canonical field to headings: the source's own, else its profile's."""
    return dict(source.columns or source.own_profile.headings)


def modification_names(source: Source) -> Headings:
    """Return the names under which a source's records state their last modification; none where they do not."""
    own = format_of(source)
    return tuple((own.keys if own else columns_of(source)).get("modified_at", ()))


def read_records(body: bytes, media_type: str, source: Source, pages: Pages, types: PageTypes | None) -> ParsedRecords:
    """Read a page of JSON: an answer of the exchange, or lines of a database's rows.

    Args:
        body: the bytes as they came.
        media_type: what they are.
        source: its profile and columns say what the fields mean.
        pages: the page.
        types: of the source's fields, which learn from it; None where no more pages follow that could be parsed by them.

    Raises:
        ValueError: it is not JSON, or holds no list of records.
    """
    answers, objects = _parsed(body, media_type, source)
    if types is not None and not objects.others and _in_columns(media_type, source):
        types.learn(answers)
    return _read(objects, source, pages)


def _parsed(body: bytes, media_type: str, source: Source) -> tuple[list[Any], Objects]:
    """Return the answers in a page of JSON, and the records in them."""
    if media_type == JSON_LINES:
        answers = _lines(body)
        return answers, objects_of(answers if source.kind == "sql" else records_of(answers))
    answer, pruned = parsed(body)
    records = listed(answer, _list_of(source))
    return [answer], objects_of(without_too_deep(records) if pruned else records)


def taken_from(body: bytes, media_type: str, source: Source) -> dict[tuple[str, str], int]:
    """Count in how many records a field was taken from which of the names that it may have.

    Args:
        body: the bytes of a page of JSON that was read without an error.
        media_type: what they are.
        source: its profile and columns say what the fields mean.

    Returns:
        Name in lower case and our field to records; of fields of the record itself that have several names.
    """
    own = format_of(source)
    named = own.alternatives if own else columns_of(source)
    keys = _parsed(body, media_type, source)[1].keys
    found: dict[tuple[str, str], int] = {}
    for field, names in named.items():
        before = 0
        for place, name in enumerate(names if len(names) > 1 else ()):
            texts = keys.texts(*names[: place + 1])
            found[name.casefold(), field] = len(texts) - texts.null_count - before
            before = len(texts) - texts.null_count
    return found


def _lines(body: bytes) -> list[Any]:
    """Parse lines of JSON together, which is quicker, or one by one where one of them is none."""
    try:
        answers, pruned = parsed(b"[" + b",".join(line for line in body.splitlines() if line.strip()) + b"]")
    except ValueError:
        return each_line(body)
    return each_line(body) if pruned else list(answers)


def parse_records(body: bytes, media_type: str, source: Source, types: PageTypes) -> ParsedPage | None:
    """Parse a page's records into columns; None where its fields are not those known, or are read as objects."""
    page = types.parsed(body) if _in_columns(media_type, source) else None
    try:
        return page if page is None or media_type == JSON_LINES else page.listed(path_of(_list_of(source)))
    except UnevenError:
        return None


def read_parsed(parsed: Sequence[ParsedPage], source: Source, pages: Pages) -> ParsedRecords:
    """Read pages of equal types together.

    Raises:
        UnevenError: they cannot be read so; as objects they can.
    """
    keys = keys_of_pages(parsed)
    return _read(Objects(keys, np.arange(len(keys)), []), source, pages)


def _in_columns(media_type: str, source: Source) -> bool:
    """Tell whether what a source's records say can be read from columns: not the calls and actions of some profiles."""
    own = format_of(source)
    return (own is None or own.in_columns) and (media_type == JSON or source.kind == "sql")


def _list_of(source: Source) -> str | None:
    return source.rest.listing.records if source.rest and source.rest.listing else None


def _read(objects: Objects, source: Source, pages: Pages) -> ParsedRecords:
    own = format_of(source)
    reader = own.read if own else _read_rows
    shape = records_shape(objects.keys, pages.digests)
    return replace(readings_in_unicode(reader(objects, pages, source), source), shape=shape)


def meanings(source: Source) -> dict[str, str]:
    """Return our field of each name that a source's records or headings may use, by the name in lower case."""
    own = format_of(source)
    if own:
        named = dict(own.keys)
    else:
        named = dict(columns_of(source)) | dict(source.events)
        for table, child in (("pauses", source.sql and source.sql.pauses), ("events", source.sql and source.sql.events)):
            named |= {f"{table}.{field}": (f"{table}[].{name}",) for field, name in (child.columns if child else {}).items()}
    found: dict[str, list[str]] = {}
    for field, names in named.items():
        for name in names:
            inner = [f"{outer}[].{name}" for outer in own.inside] if own else []
            for spelled in (name, *inner):
                found.setdefault(spelled.casefold(), []).append(field)
    return {name: ", ".join(fields) for name, fields in found.items()}


def _read_rows(objects: Objects, pages: Pages, source: Source) -> ParsedRecords:
    """Read rows of a database, with the rows of their child tables under ``pauses`` and ``events``."""
    keys, positions = objects.keys, objects.positions
    columns = {field: keys.texts(*names) for field, names in columns_of(source).items()}
    if source.is_reference:
        return readings(pages, **{source.own_profile.brings: Part(columns, positions), "rejected": not_objects(objects)})
    columns = _with_constants(columns, source, len(positions))
    parts = {"dossiers": Part(columns, positions), "rejected": not_objects(objects)}
    tables = (("events", "events"), ("pauses", "supplements")) if source.sql else ()
    for name, target in tables:
        child = getattr(source.sql, name)
        if child is not None:
            names = {field: (column,) for field, column in child.columns.items()}
            parts[target] = child_columns(*keys.inside(name), names, columns["code"], positions)
    return readings(pages, **parts)


def read_table(body: bytes, media_type: str, source: Source, pages: Pages) -> ParsedRecords:
    """Read a workbook or a text file with headings.

    Raises:
        ValueError: it is no such file, or headings are missing.
    """
    placed = read_placed(body, media_type, columns_of(source), source)
    shape = table_shape(placed.headings, placed.heading_row, pages.digests[0])
    return replace(_of_table(placed, source, pages), shape=shape, lines=placed.lines, notes=placed.notes, taken=placed.taken)


def _of_table(placed: Placed, source: Source, pages: Pages) -> ParsedRecords:
    if source.is_reference:
        return readings(
            pages, **{source.own_profile.brings: Part(placed.columns, placed.positions), "rejected": placed.rejected}
        )
    if source.events:
        return _read_events(placed, source, pages)
    columns = _with_constants(placed.columns, source, len(placed.positions))
    return readings(pages, dossiers=Part(columns, placed.positions), rejected=placed.rejected)


def _read_events(placed: Placed, source: Source, pages: Pages) -> ParsedRecords:
    """Read a table in which a row is an event: the first row of a dossier brings its own fields."""
    codes = placed.columns["code"]
    coded = pc.dictionary_encode(codes)
    owner = np.asarray(coded.indices)
    first = np.unique(owner, return_index=True)[1]
    columns = {field: values.take(pa.array(first)) for field, values in placed.columns.items()}
    positions = placed.positions[first]
    return readings(
        pages,
        dossiers=Part(_with_constants(columns, source, len(first)), positions),
        # An event lies where its dossier does: the row that brought the dossier's own fields.
        events=Part({"code": codes, **placed.events}, positions[owner]),
        rejected=placed.rejected,
    )


def _with_constants(columns: dict[str, pa.Array], source: Source, length: int) -> dict[str, pa.Array]:
    """Add the values that the source's file states; a dossier without a code is named by its receipt number."""
    filled = {field: values for field, values in columns.items() if field in DOSSIER_FIELDS}
    for field, value in source.constants.items():
        fixed = pa.array([value] * length, pa.string())
        filled[field] = pc.coalesce(filled[field], fixed) if field in filled else fixed
    if "code" not in filled:
        filled["code"] = filled["receipt_number"]
    return filled
