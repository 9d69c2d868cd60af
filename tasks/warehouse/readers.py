"""Readers of what is published: accounts that see the publication layer and change nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2 import extensions, sql
from sqlalchemy import make_url

from config.errors import ConfigError
from config.language import Bilingual
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, warehouse_url
from tasks.warehouse.rows import fetch_value

READ_ROLE = "motcua_read"
"""Role that the migrations let read the publication layer and nothing else."""
_NAMES = re.compile(r"[a-z][a-z0-9_]{1,40}")
_MAY = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
_READERS = """
    SELECT r.rolname FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member JOIN pg_roles AS g ON g.oid = m.roleid
    WHERE g.rolname = %(read)s AND r.rolcanlogin AND NOT r.rolsuper AND NOT r.rolcreaterole ORDER BY 1
"""
_TAKEN = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(name)s)"


def add_reader(name: str) -> str:
    """Make an account that reads what is published, and return its address, password included: it is kept nowhere.

    Args:
        name: small letters, figures and underscores, a letter first.

    Raises:
        ConfigError: the name is none, is taken, or the account of the warehouse may make no others.
    """
    if not _NAMES.fullmatch(name) or name.startswith("pg_"):
        allowed = Bilingual("chữ thường không dấu, chữ số, gạch dưới", "small letters, figures, underscores; a letter first")
        raise ConfigError(f"reader {name!r}", Bilingual("không dùng được làm tên", "cannot be a name"), allowed)
    if not fetch_value(_MAY):
        raise ConfigError(
            "MOTCUA_DATABASE_URL",
            Bilingual("tài khoản của kho dữ liệu không được tạo tài khoản khác", "its account may make no others"),
            Bilingual(
                "người quản trị chạy deploy/postgresql/roles.sql với -v reader=TÊN",
                "the administrator runs deploy/postgresql/roles.sql with -v reader=NAME",
            ),
        )
    if fetch_value(_TAKEN, {"name": name}):
        raise ConfigError(f"reader {name}", Bilingual("đã có tài khoản này", "is taken"), Bilingual("tên khác", "another name"))
    address, password = make_url(warehouse_url()), secrets.token_urlsafe(24)
    with connection("make a reader") as driver, driver.cursor() as cursor:
        # What the server's log may show is not the password.
        _create(cursor, name, extensions.encrypt_password(password, name, driver, "scram-sha-256"))
    reader = address.set(drivername="postgresql", username=name, password=password)
    return reader.render_as_string(hide_password=False)


def readers_of(cursor: extensions.cursor, embedded: Path | None) -> dict[str, str | None]:
    """Return the accounts that read what is published, each with what the server verifies its password by.

    That is None where it may not be read: on a server of the office's own only a superuser may.

    Args:
        cursor: of the warehouse.
        embedded: home of the embedded cluster; None: the server is the office's own.
    """
    cursor.execute(_READERS, {"read": READ_ROLE})
    names = [str(name) for (name,) in cursor.fetchall()]
    if not names or embedded is None:
        return _verifiers(cursor, names)
    with closing(psycopg2.connect(Cluster(embedded).url("postgres", ""))) as owner, owner.cursor() as asked:
        return _verifiers(asked, names)


def _verifiers(cursor: extensions.cursor, names: list[str]) -> dict[str, str | None]:
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if not names or cursor.fetchall() != [(True,)]:
        return dict.fromkeys(names)
    cursor.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY(%s) ORDER BY 1", (names,))
    return dict(cursor.fetchall())


def put_back_readers(verifiers: Mapping[str, str | None]) -> list[str]:
    """Make the readers of a backup that are not there, each with the password that it had.

    Args:
        verifiers: of :func:`readers_of`.

    Returns:
        Those that cannot be made.

    Raises:
        WarehouseError: the warehouse refused.
    """
    with connection("make a reader") as driver, driver.cursor() as cursor:
        cursor.execute(_MAY)
        ((may,),) = cursor.fetchall()
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", (list(verifiers),))
        missing = {name: verifiers[name] for name in sorted(verifiers.keys() - {name for (name,) in cursor.fetchall()})}
        for name, verifier in missing.items():
            if may and verifier is not None:
                _create(cursor, name, verifier)
    return [name for name, verifier in missing.items() if not may or verifier is None]


def _create(cursor: extensions.cursor, name: str, verifier: str) -> None:
    role, read = sql.Identifier(name), sql.Identifier(READ_ROLE)
    database = sql.Identifier(str(make_url(warehouse_url()).database))
    orders = (
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD %(verifier)s").format(role),
        sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(role),
        sql.SQL("GRANT {} TO {}").format(read, role),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, read),
    )
    for order in orders:
        cursor.execute(order, {"verifier": verifier})
