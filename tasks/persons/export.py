"""Export of one person: what the landing zone and the warehouse hold about them, as one document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from config.known_sources import known_sources
from schemas.catalogue import TABLES
from schemas.table import Kind, Table
from tasks.persons.search import Identity, PersonDossier, PersonPage, dossiers_of, person_pages
from tasks.sources.formats.profiles import meanings
from tasks.sources.source_schema import HEADING_ROW
from tasks.warehouse.engine import fetch_all

_CHILDREN = ("events", "supplements")
_LEFT_OUT = (
    "applicant_key",
    "applicant_spelling",
    "actor_key",
)  # of use to nobody without the key, and to whom has it too much


def person_export(identity: Identity) -> dict[str, Any]:
    """Return all that is held about a person.

    Returns:
        ``records``: each record of the landing zone with its page, place, fields, log and pauses; ``mentions``: pages in which
        the number stands outside any dossier of the person; ``unread``: by source, the fields whose values stand in the pages and
        are read by nobody; ``warehouse``: by table, the rows about the person's dossiers.

    Raises:
        ConfigError, SourceError: see :func:`tasks.persons.search.person_pages`.
    """
    sources = known_sources().judged
    records: list[dict[str, Any]] = []
    mentions: list[dict[str, str]] = []
    unread: dict[str, set[str]] = {}
    for found in person_pages(identity):
        place = {"source": found.page.source, "page": found.page.digest, "name": found.page.name}
        if not found.rows.any():
            mentions.append(place)
        records += [{**place, **one} for one in _records(found)]
        known = meanings(sources[found.page.source])
        names = {
            field.name
            for key, field in found.told.shape.fields.items()
            if key.casefold() not in known and field.name != HEADING_ROW
        }
        unread.setdefault(found.page.source, set()).update(names)
    return {
        "records": records,
        "mentions": mentions,
        "unread": {source: sorted(names) for source, names in unread.items() if names},
        "warehouse": dict(_rows(dossiers_of(identity))),
    }


def as_json(exported: dict[str, Any]) -> str:
    """Write an export down, to be read by people."""
    return json.dumps(exported, ensure_ascii=False, indent=2, default=str) + "\n"


def _records(found: PersonPage) -> Iterator[dict[str, Any]]:
    for _, row in found.told.dossiers[found.rows].iterrows():
        record = {"position": int(row["page_position"]), "fields": _given(row)}
        for name in _CHILDREN:
            rows = getattr(found.told, name)
            here = rows[(rows["page_position"] == row["page_position"]).to_numpy(dtype=bool)]
            if len(here):
                record[name] = [_given(each) for _, each in here.iterrows()]
        yield record


def _given(row: pd.Series[Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if not str(name).startswith("page_") and pd.notna(value)}


def _rows(dossiers: list[PersonDossier]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if not dossiers:
        return
    wanted = {"sources": [one.source for one in dossiers], "codes": [one.code for one in dossiers]}
    for table in TABLES:
        if "code" not in table.columns or "source" not in table.columns:
            continue
        columns = [name for name in table.columns if name not in _LEFT_OUT]
        query = (
            f"SELECT {', '.join(columns)} FROM {table.full_name} WHERE (source, code) IN "
            f"(SELECT * FROM unnest(%(sources)s::text[], %(codes)s::text[])) ORDER BY {', '.join(table.key)}"
        )
        rows = [_plain(table, dict(zip(columns, row, strict=True))) for row in fetch_all(query, wanted)]
        if rows:
            yield table.full_name, rows


def _plain(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(table[name].kind, value) for name, value in row.items() if value is not None}


def _text(kind: Kind, value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value if kind is not Kind.JSON else json.loads(json.dumps(value))
