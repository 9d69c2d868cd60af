"""Migrations of the warehouse's tables to what this release declares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

import schemas.migrations
from config.errors import ConfigError
from config.language import Bilingual
from schemas.catalogue import VERSION_LAYER, VERSION_TABLE
from tasks.warehouse.engine import engine
from tasks.warehouse.statement_errors import failure, retried

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

_FOLDER = Path(schemas.migrations.__file__).parent
_LOCK = 0x6D6F746375610002  # "motcua", 2: one process migrates, the others find nothing left to do
_OLDEST_SERVER = 15


def migrate(to: str = "head") -> list[str]:
    """Apply the migrations that the warehouse has not seen yet; begun again where the server died or was busy.

    An account that only writes needs no right to migrate: where nothing is left to do, nothing is asked of it.

    Args:
        to: the last one that is applied.

    Returns:
        The revisions applied, oldest first; empty where it was up to date.

    Raises:
        ConfigError: the server is too old, or a newer release has migrated the warehouse.
        WarehouseError: a statement failed; what was applied before it stays, each revision whole.
    """
    return retried(lambda: _migrate(to))


def revisions() -> set[str]:
    """Return the migrations that this release knows."""
    return {step.revision for step in script().walk_revisions()}


def script() -> ScriptDirectory:
    """Return the migrations as Alembic sees them; it asks each file."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_settings())


def newest_revision() -> str:
    """Return the newest migration of this release by the names of their files, which begin with their number.

    Every command asks it, and Alembic takes a tenth of a second to answer, more with every release.
    """
    return max(path.name for path in (_FOLDER / "versions").glob("[0-9]*.py")).split("_")[0]


def _settings() -> Config:
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_FOLDER))
    settings.set_main_option("path_separator", "os")
    return settings


def _migrate(to: str) -> list[str]:
    try:
        with engine().connect() as connection:
            before = _revision(connection)
            if before == newest_revision():
                return []
            _check(connection, before)
            connection.execute(sa.text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {VERSION_LAYER}"))
            connection.commit()
            try:
                return _upgrade(connection, to)
            finally:
                connection.rollback()
                connection.execute(sa.text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    except sa.exc.DBAPIError as error:
        raise failure(error, "migrate") from None


def _upgrade(connection: sa.Connection, to: str) -> list[str]:
    from alembic import command

    from tasks.warehouse.table_comments import renew_comments

    before, settings = _revision(connection), _settings()
    _check(connection, before)
    settings.attributes["connection"] = connection
    command.upgrade(settings, to)
    if to == "head":
        renew_comments(connection)
    return [step.revision for step in reversed(list(script().iterate_revisions(to, before or "base")))]


def _revision(connection: sa.Connection) -> str | None:
    name = f"{VERSION_LAYER}.{VERSION_TABLE}"
    try:
        if connection.scalar(sa.text("SELECT to_regclass(:name)"), {"name": name}) is None:
            return None
        found = connection.scalar(sa.text(f"SELECT version_num FROM {name}"))
    finally:
        connection.rollback()
    return None if found is None else str(found)


def _check(connection: sa.Connection, revision: str | None) -> None:
    version = connection.dialect.server_version_info or (0,)
    if version[0] < _OLDEST_SERVER:
        raise ConfigError(
            "MOTCUA_DATABASE_URL",
            Bilingual(f"máy chủ là PostgreSQL {version[0]}", f"the server is PostgreSQL {version[0]}"),
            Bilingual("PostgreSQL 15 trở lên", "PostgreSQL 15 or newer"),
        )
    if revision is not None and revision not in revisions():
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
