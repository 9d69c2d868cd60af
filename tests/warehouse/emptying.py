"""Back to an empty warehouse, quicker than migrating a new one."""

from __future__ import annotations

import shutil

from config.settings import settings
from schemas.catalogue import TABLES
from tasks.warehouse.engine import connection


def empty_warehouse() -> None:
    """Remove all rows, landing files and pages of the home that the settings name."""
    for folder in (settings().landing_folder, settings().page.parent, settings().data_docs):
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
    with connection("empty the tables") as driver, driver.cursor() as cursor:
        cursor.execute("SELECT setval('audit.change_seq', 1, false)")
        # Only tables that have any rows, because TRUNCATE costs a file each.
        cursor.execute(" UNION ALL ".join(f"(SELECT '{t.full_name}' FROM {t.full_name} LIMIT 1)" for t in TABLES))
        filled = [name for (name,) in cursor.fetchall()]
        if not filled:
            return
        cursor.execute("ALTER TABLE audit.ledger DISABLE TRIGGER refuse_change; GRANT TRUNCATE ON audit.ledger TO CURRENT_USER")
        cursor.execute(f"TRUNCATE {', '.join(filled)}")
        cursor.execute(
            "ALTER TABLE audit.ledger ENABLE TRIGGER refuse_change; REVOKE TRUNCATE ON audit.ledger FROM CURRENT_USER"
        )
