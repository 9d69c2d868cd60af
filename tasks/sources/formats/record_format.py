"""Reader of records with children: what a profile's records are read by, and the names that it reads."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from config.sources import Source
from tasks.sources.formats.records import Objects
from tasks.sources.parsed_records import Pages, ParsedRecords

Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class RecordFormat:
    """How records of one structure are read.

    Attributes:
        read: reads objects into the tables of a page.
        keys: our field (of a child: table and field) to the names that the records may use for it.
        alternatives: of these, fields whose names are alternatives: the first that holds a value is read.
        inside: objects in which the names may stand too.
        in_columns: whether all that a record says can be read from columns.
    """

    read: Callable[[Objects, Pages, Source], ParsedRecords]
    keys: Names
    alternatives: Names = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    in_columns: bool = False


def format_of(source: Source) -> RecordFormat | None:
    """Return how a source's records are read by its profile.

    None where they are rows, or its file names the columns.
    """
    named = source.own_profile.records
    if named is None or source.columns:
        return None
    module, _, constant = named.partition(":")
    found = getattr(importlib.import_module(f"tasks.sources.formats.{module}"), constant)
    if not isinstance(found, RecordFormat):
        raise TypeError(f"{named} is no record format")
    return found


def child_names(listed: str, keys: Names, owner: str) -> dict[str, tuple[str, ...]]:
    """Return the names of a child's fields, as they stand inside the list of a record, by table and field."""
    return {f"{owner}.{name}": tuple(f"{listed}[].{key}" for key in names) for name, names in keys.items()}
