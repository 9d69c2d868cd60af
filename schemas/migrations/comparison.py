"""Comparison of declared tables with those of a database: our layers only, types and comments too."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from schemas.catalogue import LAYERS, TABLES, VERSION_LAYER, VERSION_TABLE


def declared() -> sa.MetaData:
    """Return SQLAlchemy's description of the declared tables, and of no other that a program may describe."""
    metadata = sa.MetaData()
    for table in TABLES:
        table.sql.to_metadata(metadata)
    return metadata


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    if kind == "schema":
        return name in LAYERS
    if kind == "table":
        return parents.get("schema_name") in LAYERS and name != VERSION_TABLE
    return True


OPTIONS: dict[str, Any] = {
    "target_metadata": declared(),
    "include_schemas": True,
    "include_name": _is_ours,
    "compare_type": True,
    "version_table": VERSION_TABLE,
    "version_table_schema": VERSION_LAYER,
    "transaction_per_migration": True,
}
