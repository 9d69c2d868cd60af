"""Migrations of the warehouse's tables to what this release declares."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import schemas.migrations
from config.errors import ConfigError
from config.language import Bilingual
from schemas.migrations.comparison import VERSION_LAYER, VERSION_TABLE
from tasks.warehouse.engine import engine
from tasks.warehouse.statement_errors import failure, retried

_LOCK = 0x6D6F746375610002  # "motcua", 2: one process migrates, the others find nothing left to do
_OLDEST_SERVER = 15


def migrate() -> list[str]:
    """Apply the migrations that the warehouse has not seen yet; begun again where the server died or was busy.

    Returns:
        The revisions applied, oldest first; empty where it was up to date.

    Raises:
        ConfigError: the server is too old, or a newer release has migrated the warehouse.
        WarehouseError: a statement failed; what was applied before it stays, each revision whole.
    """
    return retried(_migrate)


def _migrate() -> list[str]:
    settings = Config()
    settings.set_main_option("script_location", str(Path(schemas.migrations.__file__).parent))
    settings.set_main_option("path_separator", "os")
    try:
        with engine().connect() as connection:
            connection.execute(sa.text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {VERSION_LAYER}"))
            connection.commit()
            try:
                return _upgrade(connection, settings)
            finally:
                connection.rollback()
                connection.execute(sa.text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    except sa.exc.DBAPIError as error:
        raise failure(error, "migrate") from None


def _upgrade(connection: sa.Connection, settings: Config) -> list[str]:
    script = ScriptDirectory.from_config(settings)
    before = _revision(connection)
    _check(connection, script, before)
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    return [step.revision for step in reversed(list(script.iterate_revisions("head", before or "base")))]


def _revision(connection: sa.Connection) -> str | None:
    options = {"version_table": VERSION_TABLE, "version_table_schema": VERSION_LAYER}
    revision = MigrationContext.configure(connection, opts=options).get_current_revision()
    connection.rollback()
    return revision


def _check(connection: sa.Connection, script: ScriptDirectory, revision: str | None) -> None:
    version = connection.dialect.server_version_info or (0,)
    if version[0] < _OLDEST_SERVER:
        raise ConfigError(
            "MOTCUA_DATABASE_URL",
            Bilingual(f"máy chủ là PostgreSQL {version[0]}", f"the server is PostgreSQL {version[0]}"),
            Bilingual("PostgreSQL 15 trở lên", "PostgreSQL 15 or newer"),
        )
    known = {step.revision for step in script.walk_revisions()}
    if revision is not None and revision not in known:
        raise ConfigError(
            "MOTCUA_DATABASE_URL",
            Bilingual(
                f"kho dữ liệu ở phiên bản cấu trúc {revision} mà bản motcua này không biết: một bản mới hơn đã nâng cấp kho",
                f"the warehouse is at revision {revision}, which this release does not know: a newer one has migrated it",
            ),
            Bilingual(
                "bản motcua mới hơn đó, hoặc bản sao lưu trước khi nâng cấp",
                "that newer release of motcua, or a backup from before it",
            ),
        )
