"""Comments of tables and columns: a warehouse that an older release made says what this one declares.

Analysts read them, and they change with words and places, which is no reason for a migration of its own each time.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from schemas.catalogue import LAYERS
from schemas.migrations.comparison import declared

_TOLD = sa.text("""
    SELECT space.nspname, class.relname, attribute.attname, told.description
    FROM pg_description AS told
    JOIN pg_class AS class ON class.oid = told.objoid
    JOIN pg_namespace AS space ON space.oid = class.relnamespace
    LEFT JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum = nullif(told.objsubid, 0)
    WHERE told.classoid = CAST('pg_class' AS regclass) AND class.relkind IN ('r', 'p') AND space.nspname = ANY(:layers)
""")


def renew_comments(connection: sa.Connection) -> int:
    """Say again what is declared where the warehouse says otherwise; return how many comments were."""
    told = {
        (schema, table, column): text for schema, table, column, text in connection.execute(_TOLD, {"layers": list(LAYERS)})
    }
    changed = list(_differing(told))
    for statement in changed:
        connection.execute(statement)
    connection.commit()
    return len(changed)


def _differing(told: dict[tuple[str, str, str | None], str]) -> Iterator[sa.schema.ExecutableDDLElement]:
    for table in declared().tables.values():
        schema = str(table.schema)
        if table.comment and told.get((schema, table.name, None)) != table.comment:
            yield sa.schema.SetTableComment(table)
        for column in table.columns:
            if column.comment and told.get((schema, table.name, column.name)) != column.comment:
                yield sa.schema.SetColumnComment(column)
