"""Erased pages: what stands in the landing zone for a page from which a person was taken out.

Not the source's bytes any more but what was read from them, with the person's values replaced: so it is the same for JSON,
text and workbooks, and what nobody reads of a record is not there at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from config.errors import SourceError
from config.language import Bilingual
from tasks.sources.file_notes import FileNote
from tasks.sources.parsed_records import PLACE_FIELDS, Lines, ParsedRecords, Part, alone, readings
from tasks.sources.replacements import ERASED
from tasks.sources.source_schema import FieldSchema, SourceSchema

_PARTS = ("dossiers", "events", "supplements", "procedures", "units", "rejected")


def erased_body(digest: str, told: Mapping[str, ParsedRecords]) -> bytes:
    """Return the body of an erased page.

    Args:
        digest: of the page as it came, which is its name.
        told: what each source that has the page reads from it, without the person.
    """
    said = {source: _written(one) for source, one in told.items()}
    content = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return ERASED.body(digest, content)


def erased_readings(body: bytes, digest: str, source: str) -> ParsedRecords:
    """Return what a source reads from an erased page.

    Raises:
        SourceError: the page was erased when this source did not have it.
    """
    said = json.loads(ERASED.content(body))
    if source not in said:
        raise SourceError(
            source,
            Bilingual(
                f"bản gốc {digest[:12]} đã xóa dữ liệu của một người trước khi nguồn này có nó",
                f"landing file {digest[:12]} had a person taken out of it before this source had it",
            ),
            Bilingual("Hãy xuất lại tệp từ hệ thống nguồn.", "Export the file from its system again."),
        )
    return _read(said[source], digest)


def _written(told: ParsedRecords) -> dict[str, Any]:
    frames = {name: getattr(told, name) for name in _PARTS}
    columns = {
        name: {
            column: pa.array(frame[column]).to_pylist()
            for column in frame.columns
            if column != "page_digest" and (column == "page_position" or frame[column].notna().any())
        }
        for name, frame in frames.items()
        if len(frame)
    }
    fields = [{**vars(one), "key": key, "kinds": sorted(one.kinds)} for key, one in told.shape.fields.items()]
    return {
        "parts": columns,
        "fields": fields,
        "sizes": dict(told.shape.sizes),
        "lines": asdict(told.lines),
        "notes": [asdict(note) for note in told.notes],
        "taken": told.taken,
    }


def _read(said: dict[str, Any], digest: str) -> ParsedRecords:
    parts = {}
    for name, columns in said["parts"].items():
        texts = {column: pa.array(values, pa.string()) for column, values in columns.items() if column not in PLACE_FIELDS}
        parts[name] = Part(texts, columns["page_position"])
    found = readings(alone(digest), **parts)
    fields = {one["key"]: FieldSchema(one["name"], frozenset(one["kinds"]), one["met"], one["page"]) for one in said["fields"]}
    return ParsedRecords(
        **{name: getattr(found, name) for name in _PARTS},
        shape=SourceSchema(fields, said["sizes"]),
        lines=Lines(**said["lines"]),
        notes=tuple(FileNote(**note) for note in said["notes"]),
        taken=tuple((field, heading) for field, heading in said["taken"]),
    )
