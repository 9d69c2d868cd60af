"""Write the migration of the first tables anew: ``python -m schemas.migrations.regenerate``.

Only while no release has shipped it. Afterwards every change of a table is a step of its own: see
``docs/decisions`` and the test that compares a migrated database with the declarations.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import render_python_code
from alembic.operations import ops

from schemas.catalogue import TABLES
from schemas.table import Table

FILE = Path(__file__).parent / "versions" / "0002_tables.py"
_HEAD = '''"""The first tables, with comments and indexes.

Written by ``python -m schemas.migrations.regenerate``.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create every table of every layer."""
'''


def text() -> str:
    """Return the migration as it follows from the declarations, before formatting."""
    calls = "".join(f"    _create_{table.schema}_{table.name}()\n" for table in TABLES)
    return _HEAD + calls + "".join(_function(table) for table in TABLES)


def _function(table: Table) -> str:
    indexes = sorted(table.sql.indexes, key=lambda index: str(index.name))
    steps = [ops.CreateTableOp.from_table(table.sql), *(ops.CreateIndexOp.from_index(i) for i in indexes)]
    code = "\n".join(
        line for line in render_python_code(ops.UpgradeOps(steps)).splitlines() if not line.strip().startswith("# ###")
    )
    code = code.replace("JSONB(astext_type=Text())", "JSONB()")  # Alembic names a type that it does not import
    return f"\n\ndef _create_{table.schema}_{table.name}() -> None:\n    {code.strip()}\n"


def main() -> None:
    """Write and format the file."""
    FILE.write_text(text(), encoding="utf-8")
    for arguments in (["format"], ["check", "--fix"]):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, "-q", str(FILE)], check=True)  # noqa: S603 - constant


if __name__ == "__main__":
    main()
