"""Readers of what is published: accounts that see the publication layer and change nothing."""

from __future__ import annotations

import re
import secrets

from psycopg2 import sql
from psycopg2.extensions import encrypt_password
from sqlalchemy import make_url

from config.errors import ConfigError
from config.language import Bilingual
from tasks.warehouse.engine import connection, warehouse_url
from tasks.warehouse.rows import fetch_value

READ_ROLE = "motcua_read"
"""Role that the migrations let read the publication layer and nothing else."""
_NAMES = re.compile(r"[a-z][a-z0-9_]{1,40}")
_MAY = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
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
    _create(name, password, str(address.database))
    reader = address.set(drivername="postgresql", username=name, password=password)
    return reader.render_as_string(hide_password=False)


def _create(name: str, password: str, database: str) -> None:
    role, read = sql.Identifier(name), sql.Identifier(READ_ROLE)
    orders = (
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD %(verifier)s").format(role),
        sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(role),
        sql.SQL("GRANT {} TO {}").format(read, role),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), read),
    )
    with connection("make a reader") as driver, driver.cursor() as cursor:
        # What the server's log may show is not the password.
        verifier = encrypt_password(password, name, driver, "scram-sha-256")
        for order in orders:
            cursor.execute(order, {"verifier": verifier})
