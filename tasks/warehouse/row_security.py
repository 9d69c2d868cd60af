"""Row-level security of the warehouse's tables, and the one moment at which it is lifted.

Policies bind the owner too, and what is bound takes no ``COPY … FROM``. A restore fills the tables itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2.extensions

from schemas.catalogue import LAYERS

_BOUND = """
    SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY(%(layers)s) AND c.relforcerowsecurity ORDER BY 1
"""


def bound_tables(cursor: psycopg2.extensions.cursor) -> list[str]:
    """Return the tables whose policies bind their owner, too."""
    cursor.execute(_BOUND, {"layers": list(LAYERS)})
    return [str(name) for (name,) in cursor.fetchall()]


@contextmanager
def owner_unbound(cursor: psycopg2.extensions.cursor) -> Iterator[None]:
    """Let the owner fill the tables; others are bound as before, and see nothing until the transaction ends.

    Undone with the transaction where it fails.
    """
    bound = bound_tables(cursor)
    for name in bound:
        cursor.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
    yield
    for name in bound:
        cursor.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
