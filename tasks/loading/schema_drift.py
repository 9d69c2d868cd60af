"""Schema drift: what a source sends now against its last accepted load.

The source's file says what is done about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.errors import DataError
from config.language import Bilingual
from config.sources import Source
from schemas.drift import DRIFT, SHAPES
from tasks.rules.sources.schema_drift import SchemaChange, Seen, changes, learnt
from tasks.sources.formats.profiles import meanings
from tasks.sources.source_schema import HEADING_ROW, SourceSchema
from tasks.warehouse.engine import read_frame
from tasks.warehouse.load import Load
from tasks.warehouse.load import load as open_load

_KNOWN = "SELECT {columns} FROM quality.shapes WHERE source = %(source)s"
# Which policy speaks about which change has the change's own name.


@dataclass(frozen=True)
class SchemaDrift:
    """What changed, and what is known once the load is accepted."""

    source: str
    found: tuple[tuple[SchemaChange, str], ...]
    known: dict[str, Seen]

    def write(self, current: Load) -> None:
        """Note the changes and learn the shape, in the transaction of the load that is accepted."""
        current.merge(DRIFT, DRIFT.conform(DRIFT.frame(self.rows())))
        rows = [
            {
                "source": self.source,
                "field_key": key,
                "name": one.name,
                "meaning": one.meaning,
                "kinds": ", ".join(sorted(one.kinds)),
                "always": one.always,
                "first_page": one.page,
            }
            for key, one in self.known.items()
        ]
        current.merge(SHAPES, SHAPES.conform(SHAPES.frame(rows)))

    def rows(self) -> list[dict[str, str | None]]:
        """Return the changes as rows of ``quality.drift``."""
        return [
            {
                "source": self.source,
                "field": change.field,
                "what": change.what,
                "first_page": change.page,
                "before": change.before,
                "now": change.now,
                "policy": policy,
            }
            for change, policy in self.found
        ]


def compare_schema(source: Source, shape: SourceSchema, known: Mapping[str, Seen] | None = None) -> SchemaDrift:
    """Compare what came with what is known.

    Args:
        source: whose file says what a change means.
        shape: of what came.
        known: what an earlier load of this run has left, which is not committed yet; None asks the warehouse.

    Raises:
        DataError: a change for which the source's file says stop; it is noted, and nothing is loaded.
    """
    drift = compared(source, shape, known)
    stopping = [change for change, policy in drift.found if policy == "stop"]
    if stopping:
        with open_load("drift", source.name) as current:
            current.merge(DRIFT, DRIFT.conform(DRIFT.frame(drift.rows())))
        told = ", ".join(f"{change.what} {change.field!r}" for change in stopping[:5])
        action = Bilingual(
            f"Hãy xem bằng `motcua source check {source.name}`, rồi đặt drift của nguồn là accept hoặc warn.",
            f"Look at it with `motcua source check {source.name}`, then set its drift to accept or warn.",
        )
        raise DataError(
            source.name,
            Bilingual(f"về cấu trúc bản ghi ({told})", f"the shape of its records ({told})"),
            len(stopping),
            (),
            action,
        )
    return drift


def compared(source: Source, shape: SourceSchema, known: Mapping[str, Seen] | None = None) -> SchemaDrift:
    """Compare what came with what is known; nothing is written."""
    now = seen(source, shape)
    known = known_schema(source.name) if known is None else known
    lists = {key for key, size in shape.sizes.items() if size}
    found = tuple((change, getattr(source.drift, change.what)) for change in changes(known, now, lists, HEADING_ROW))
    return SchemaDrift(source.name, found, learnt(known, now, lists))


def seen(source: Source, shape: SourceSchema) -> dict[str, Seen]:
    """Return the fields of some pages with what they mean to us."""
    meaning = meanings(source)
    return {
        key: Seen(one.name, meaning.get(key, ""), one.kinds, shape.always(key), one.page) for key, one in shape.fields.items()
    }


def known_schema(name: str) -> dict[str, Seen]:
    """Return the fields that the last accepted load of a source has left; none before its first."""
    columns = ", ".join(SHAPES.given_columns)
    rows = read_frame(_KNOWN.format(columns=columns), {"source": name}, SHAPES).to_dict("records")
    return {
        str(row["field_key"]): Seen(
            str(row["name"]),
            str(row["meaning"]),
            frozenset(kind for kind in str(row["kinds"]).split(", ") if kind),
            bool(row["always"]),
            str(row["first_page"]),
        )
        for row in rows
    }
