"""Readers: accounts of the database that change nothing.

They see what is published, or the dossiers of their own agencies.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import extensions, sql
from sqlalchemy import make_url

from config.errors import ConfigError
from config.language import Bilingual
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, fetch_all, warehouse_url
from tasks.warehouse.rows import fetch_value

READ_ROLE = "motcua_read"
"""Role that the migrations let read the publication layer and nothing else."""
AGENCY_ROLE = "motcua_agency"
"""Role that the migrations let read the dossiers of the agencies that ``audit.agency_readers`` gives to the account."""
EVERY_AGENCY_ROLE = "motcua_every_agency"
"""Role of the accounts among these that see every agency: no condition on rows, so each question goes by its own index."""
_ROLES = [READ_ROLE, AGENCY_ROLE, EVERY_AGENCY_ROLE]
_NAMES = re.compile(r"[a-z][a-z0-9_]{1,40}")
_MAY = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
_READERS = """
    SELECT r.rolname, array_agg(g.rolname::text ORDER BY g.rolname)
    FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member JOIN pg_roles AS g ON g.oid = m.roleid
    WHERE g.rolname = ANY(%(roles)s) AND r.rolcanlogin AND NOT r.rolsuper AND NOT r.rolcreaterole GROUP BY 1 ORDER BY 1
"""
_ORDERS = "SELECT audit.role_orders()"
_TAKEN = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(name)s)"


@dataclass(frozen=True)
class KeptReader:
    """A reader as a backup keeps it.

    Attributes:
        roles: what it reads by.
        verifier: what the server verifies its password by; None where that may not be read.
    """

    roles: tuple[str, ...]
    verifier: str | None


def add_reader(name: str, role: str = READ_ROLE) -> str:
    """Make an account that reads what a role may, and return its address, password included: it is kept nowhere.

    Args:
        name: small letters, figures and underscores, a letter first.
        role: one of those above.

    Raises:
        ConfigError: the name is none, is taken, or the account of the warehouse may make no others.
    """
    check_reader_name(name)
    _refuse_without_right(role)
    if fetch_value(_TAKEN, {"name": name}):
        raise ConfigError(f"reader {name}", Bilingual("đã có tài khoản này", "is taken"), Bilingual("tên khác", "another name"))
    address, password = make_url(warehouse_url()), secrets.token_urlsafe(24)
    with connection("make a reader") as driver, driver.cursor() as cursor:
        # What the server's log may show is not the password.
        _create(cursor, name, KeptReader((role,), extensions.encrypt_password(password, name, driver, "scram-sha-256")))
    reader = address.set(drivername="postgresql", username=name, password=password)
    return reader.render_as_string(hide_password=False)


def check_reader_name(name: str) -> None:
    """Refuse what cannot be the name of a reader.

    Raises:
        ConfigError: with what is allowed.
    """
    if not _NAMES.fullmatch(name) or name.startswith("pg_"):
        allowed = Bilingual("chữ thường không dấu, chữ số, gạch dưới", "small letters, figures, underscores; a letter first")
        raise ConfigError(f"reader {name!r}", Bilingual("không dùng được làm tên", "cannot be a name"), allowed)


def roles_of_reader(name: str) -> tuple[str, ...]:
    """Return what an account reads by; nothing where it is no reader, or not there."""
    return tuple(dict(fetch_all(_READERS, {"roles": _ROLES})).get(name, ()))


def settle_roles() -> None:
    """Give each account of agencies the roles that ``audit.agency_readers`` and the directory mean for it.

    Which rows it sees depends on those alone; its roles say by which way they are found.

    Raises:
        WarehouseError: the account of the warehouse may not give them, or the warehouse refused.
    """
    with connection("settle roles of readers") as driver, driver.cursor() as cursor:
        cursor.execute(_ORDERS)
        for (order,) in cursor.fetchall():
            cursor.execute(order)


def remove_reader(name: str) -> None:
    """Remove an account that reads.

    Raises:
        ConfigError: there is no such reader, or the account of the warehouse may remove no others.
    """
    if not roles_of_reader(name):
        raise ConfigError(
            f"reader {name!r}",
            Bilingual("không có tài khoản chỉ đọc này", "there is no such reader"),
            Bilingual("một tài khoản của `motcua reader add`", "one of `motcua reader add`"),
        )
    _refuse_without_right(READ_ROLE)
    with connection("remove a reader") as driver, driver.cursor() as cursor:
        cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def _refuse_without_right(role: str) -> None:
    if not fetch_value(_MAY):
        option = "reader" if role == READ_ROLE else "agency_reader"
        raise ConfigError(
            "MOTCUA_DATABASE_URL",
            Bilingual(
                "tài khoản của kho dữ liệu không được tạo hay xóa tài khoản khác", "its account may make and remove no others"
            ),
            Bilingual(
                f"người quản trị chạy deploy/postgresql/roles.sql với -v {option}=TÊN, hoặc DROP ROLE",
                f"the administrator runs deploy/postgresql/roles.sql with -v {option}=NAME, or DROP ROLE",
            ),
        )


def readers_of(cursor: extensions.cursor, embedded: Path | None) -> dict[str, KeptReader]:
    """Return the accounts that read.

    Without verifiers where the server is the office's own: only a superuser may ask for them.

    Args:
        cursor: of the warehouse.
        embedded: home of the embedded cluster; None: the server is the office's own.
    """
    cursor.execute(_READERS, {"roles": _ROLES})
    roles = {str(name): tuple(held) for name, held in cursor.fetchall()}
    if not roles or embedded is None:
        verifiers = _verifiers(cursor, list(roles))
    else:
        with closing(psycopg2.connect(Cluster(embedded).url("postgres", ""))) as owner, owner.cursor() as asked:
            verifiers = _verifiers(asked, list(roles))
    return {name: KeptReader(held, verifiers[name]) for name, held in roles.items()}


def _verifiers(cursor: extensions.cursor, names: list[str]) -> dict[str, str | None]:
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if not names or cursor.fetchall() != [(True,)]:
        return dict.fromkeys(names)
    cursor.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY(%s) ORDER BY 1", (names,))
    return dict(cursor.fetchall())


def put_back_readers(kept: Mapping[str, KeptReader]) -> list[str]:
    """Make the readers of a backup that are not there, each with the password that it had.

    Args:
        kept: of :func:`readers_of`.

    Returns:
        Those that cannot be made.

    Raises:
        WarehouseError: the warehouse refused.
    """
    with connection("make a reader") as driver, driver.cursor() as cursor:
        cursor.execute(_MAY)
        ((may,),) = cursor.fetchall()
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", (list(kept),))
        missing = {name: kept[name] for name in sorted(kept.keys() - {name for (name,) in cursor.fetchall()})}
        for name, reader in missing.items():
            if may and reader.verifier is not None:
                _create(cursor, name, reader)
    return [name for name, reader in missing.items() if not may or reader.verifier is None]


def _create(cursor: extensions.cursor, name: str, reader: KeptReader) -> None:
    role = sql.Identifier(name)
    database = sql.Identifier(str(make_url(warehouse_url()).database))
    orders = [
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD %(verifier)s").format(role),
        sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(role),
    ]
    for held in map(sql.Identifier, reader.roles):
        orders.append(sql.SQL("GRANT {} TO {}").format(held, role))
        orders.append(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, held))
    for order in orders:
        cursor.execute(order, {"verifier": reader.verifier})
