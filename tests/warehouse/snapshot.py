"""A warehouse put aside and brought back, for tests that start from the same rows many times."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from pathlib import Path

from config.settings import settings
from schemas.catalogue import TABLES
from tasks.warehouse.engine import connection
from tasks.warehouse.row_security import owner_unbound
from tests.warehouse.emptying import empty_warehouse


@dataclass(frozen=True)
class Snapshot:
    """All rows, the landing files, and the number that the next load draws."""

    rows: dict[str, bytes]
    landing: Path
    drawn: int

    def restore(self) -> None:
        empty_warehouse()
        shutil.copytree(self.landing, settings().home / "landing")
        with connection("restore") as driver, driver.cursor() as cursor, owner_unbound(cursor):
            for table in TABLES:
                cursor.copy_expert(f"COPY {table.full_name} FROM STDIN (FORMAT binary)", io.BytesIO(self.rows[table.full_name]))
            cursor.execute("SELECT setval('audit.change_seq', %s)", (self.drawn,))


def snapshot(folder: Path) -> Snapshot:
    """Put the warehouse aside; landing files are copied into a folder."""
    shutil.copytree(settings().home / "landing", folder)
    rows = {}
    with connection("snapshot") as driver, driver.cursor() as cursor:
        for table in TABLES:
            buffer = io.BytesIO()
            cursor.copy_expert(f"COPY {table.full_name} TO STDOUT (FORMAT binary)", buffer)
            rows[table.full_name] = buffer.getvalue()
        cursor.execute("SELECT last_value FROM audit.change_seq")
        return Snapshot(rows, folder, int(cursor.fetchone()[0]))
