"""Connections to databases: address, driver, and refusals explained without the password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError, SQLAlchemyError

from config.connections import Sql
from config.errors import ConfigError, RefusedError, SourceError, TransientError
from config.language import Bilingual
from config.sources import Source

_CONNECT_SECONDS = 15
_SPELLINGS = {"postgres": "postgresql+psycopg2", "pgsql": "postgresql+psycopg2", "sqlserver": "mssql+pyodbc"}
_FORM = "dialect+driver://user:password@host:port/database"
_ODBC = "Microsoft's ODBC Driver 18 for SQL Server with unixODBC (packages msodbcsql18, unixodbc)"
# Dialect and module to what people call the database and what has to be installed.
_DRIVERS = {
    "mssql": ("SQL Server", "pyodbc", f"`pip install pyodbc` and {_ODBC}"),
    "mssql+pymssql": ("SQL Server", "pymssql", "`pip install pymssql`"),
    "oracle": ("Oracle", "oracledb", "`pip install oracledb`, and oracle+oracledb:// in the address"),
    "mysql": ("MySQL", "pymysql", "`pip install pymysql`, and mysql+pymysql:// in the address"),
    "mysql+mysqldb": ("MySQL", "mysqlclient", "`pip install mysqlclient`"),
    "mysql+mysqlconnector": ("MySQL", "mysql-connector-python", "`pip install mysql-connector-python`"),
    "mariadb": ("MariaDB", "pymysql", "`pip install pymysql`, and mariadb+pymysql:// in the address"),
    "postgresql": ("PostgreSQL", "psycopg2", "`pip install psycopg2-binary`"),
    "postgresql+psycopg": ("PostgreSQL", "psycopg", "`pip install psycopg[binary]`"),
    "ibm_db_sa": ("Db2", "ibm_db_sa", "`pip install ibm_db_sa`"),
    "db2": ("Db2", "ibm_db_sa", "`pip install ibm_db_sa`"),
    "firebird": ("Firebird", "sqlalchemy-firebird", "`pip install sqlalchemy-firebird`"),
    "hana": ("SAP HANA", "sqlalchemy-hana", "`pip install sqlalchemy-hana`"),
}
# What says that user or password are not accepted: SQLSTATE, and the numbers of MySQL, SQL Server and Oracle.
_WHO_STATES = frozenset({"28000", "28P01"})
_WHO_NUMBERS = frozenset({1044, 1045, 1130, 1698, 1862, 3118, 4151, 18456, 18470, 18486, 18487, 18488, 1017, 28000, 28001})
_WHO_NUMBERS_ORACLE = frozenset({1005, 1017, 1045, 28000, 28001})
_WHO_WORDS = re.compile(
    r"(?i)password authentication failed|no password supplied|authentication failed|no pg_hba\.conf entry|not permitted to log ?in"
    r"|role .* does not exist|login failed|access denied for user|ORA-(?:01005|01017|28000|28001)"
    r"|FATAL.*(?:password|mật khẩu|xác thực)"
)
_WHICH_STATES = frozenset({"3D000"})
_WHICH_NUMBERS = frozenset({1049, 4060, 12505, 12514})
_WHICH_WORDS = re.compile(r"(?i)database .* does not exist|unknown database|ORA-125(?:05|14)")
_NO_LIBRARY = re.compile(r"(?i)IM002|can't open lib|data source name not found|DPI-1047|cannot load .* client")


def address_of(source: Source, options: Sql) -> sa.URL:
    """Return the address that the environment gives.

    Raises:
        ConfigError: it is none, or names a host that is not allowed; no part of it is told.
    """
    where = Bilingual(f"biến môi trường {options.address.env}", f"environment variable {options.address.env}")
    given = options.address.value().strip()
    if given.casefold().startswith("jdbc:"):
        raise ConfigError(where, Bilingual("là địa chỉ JDBC, của Java", "is a JDBC address, of Java"), _FORM)
    scheme, mark, rest = given.partition("://")
    at = ConfigError(
        where,
        Bilingual("có ký tự @ trong tên hoặc mật khẩu", "holds an @ inside user or password"),
        Bilingual(
            "%40 thay cho ký tự đó (và %3A cho :, %2F cho /, %23 cho #)",
            "%40 in its place there (and %3A for :, %2F for /, %23 for #)",
        ),
    )
    try:
        url = sa.make_url(f"{_SPELLINGS.get(scheme.casefold(), scheme)}{mark}{rest}")
    except (sa.exc.ArgumentError, ValueError):
        raise (
            at
            if rest.count("@") > 1
            else ConfigError(where, Bilingual("không phải địa chỉ cơ sở dữ liệu", "is no database address"), _FORM)
        ) from None
    if "@" in (url.host or "") or (url.host and "@" in (url.database or "")):
        raise at
    if options.allowed_hosts and url.host not in options.allowed_hosts:
        raise ConfigError(
            f"sources/{source.name}.yaml sql.address",
            Bilingual("nêu máy chủ không có trong allowed_hosts", "names a host that allowed_hosts does not list"),
            ", ".join(options.allowed_hosts),
        )
    return url


def engine_of(options: Sql, url: sa.URL) -> sa.Engine:
    """Return an engine that keeps no connection; ConfigError names the driver that is lacking and what to install."""
    limits = {"connect_timeout": _CONNECT_SECONDS} if url.get_backend_name() in ("postgresql", "mysql", "mariadb") else {}
    try:
        return sa.create_engine(url, hide_parameters=True, poolclass=sa.pool.NullPool, connect_args=limits)
    except (SQLAlchemyError, ImportError):
        raise _lacking(options, url) from None


@contextmanager
def connected(source: Source, options: Sql) -> Iterator[sa.Connection]:
    """Lend a connection for reading; errors become ours and hold no statement, value or password.

    Raises:
        ConfigError: the address is none, or its driver is lacking.
        RefusedError: the database does not accept who asks; final, for accounts get locked by repetition.
        TransientError: it could not be reached.
        SourceError: it refused to be read.
    """
    url = address_of(source, options)
    engine = engine_of(options, url)
    reached = False
    try:
        with engine.connect() as connection:
            reached = True
            yield connection
    except SQLAlchemyError as error:
        raise _ours(error, source, options, url, reached=reached) from None
    finally:
        engine.dispose()


def _lacking(options: Sql, url: sa.URL) -> ConfigError:
    dialect = url.drivername.partition("+")[0]
    called, module, install = _DRIVERS.get(url.drivername) or _DRIVERS.get(dialect) or (dialect[:30], "", "")
    where = Bilingual(f"biến môi trường {options.address.env}", f"environment variable {options.address.env}")
    if not install:
        return ConfigError(
            where,
            Bilingual(
                f"nêu loại cơ sở dữ liệu chưa được cài ở đây: {called!r}", f"names no dialect installed here: {called!r}"
            ),
            Bilingual(f"gói của loại đó, hoặc một trong {_known()}", f"the dialect's package, or one of {_known()}"),
        )
    return ConfigError(
        where,
        Bilingual(
            f"cần {called}, mà trình điều khiển {module} chưa được cài ở đây",
            f"asks for {called}, whose driver {module} is not installed here",
        ),
        Bilingual(f"{install}, rồi thử lại", f"{install}, then try again"),
    )


def _known() -> str:
    return ", ".join(sorted({name for name in _DRIVERS if "+" not in name} | {"sqlite"}))


def _ours(error: SQLAlchemyError, source: Source, options: Sql, url: sa.URL, *, reached: bool) -> Exception:
    said, state, number = _told(error)
    who, where = f"the user {url.username!r}", f"in {options.address.env}"
    if _NO_LIBRARY.search(said):
        return _lacking(options, url)
    numbers = _WHO_NUMBERS_ORACLE if url.get_backend_name() == "oracle" else _WHO_NUMBERS
    if state in _WHO_STATES or number in numbers or _WHO_WORDS.search(said):
        action = Bilingual(
            f"Hãy kiểm tra tên và mật khẩu trong {options.address.env}, và tài khoản có bị khóa không; nguồn này không bị hỏi lại cho đến lần chạy sau.",
            f"Check user and password {where}, and that the account is not locked; it is not asked again until the next run.",
        )
        return RefusedError(
            source.name,
            Bilingual(
                f"cơ sở dữ liệu không chấp nhận người dùng {url.username!r} ({state_of(error)})",
                f"the database does not accept {who} ({state_of(error)})",
            ),
            action,
        )
    if state in _WHICH_STATES or number in _WHICH_NUMBERS or _WHICH_WORDS.search(said):
        action = Bilingual(
            f"Hãy kiểm tra tên cơ sở dữ liệu trong {options.address.env}, và quyền của người dùng {url.username!r}.",
            f"Check the database's name {where}, and that {who} may use it.",
        )
        return RefusedError(
            source.name,
            Bilingual(
                f"máy chủ không có cơ sở dữ liệu mang tên này ({state_of(error)})",
                f"the server has no database of the name asked for ({state_of(error)})",
            ),
            action,
        )
    if isinstance(error, OperationalError | DisconnectionError | InterfaceError):
        if not reached and url.host:
            return _unreachable(source, options, url, error)
        return TransientError(
            source.name,
            Bilingual(
                f"không đọc được cơ sở dữ liệu ({state_of(error)})", f"the database could not be read ({state_of(error)})"
            ),
        )
    return SourceError(
        source.name,
        Bilingual(f"cơ sở dữ liệu từ chối cho đọc ({state_of(error)})", f"the database refused to be read ({state_of(error)})"),
    )


def _unreachable(source: Source, options: Sql, url: sa.URL, error: SQLAlchemyError) -> TransientError:
    at = f"{url.host}:{url.port}" if url.port else str(url.host)
    return TransientError(
        source.name,
        Bilingual(
            f"không kết nối được cơ sở dữ liệu ở {at} ({state_of(error)})", f"no database answers at {at} ({state_of(error)})"
        ),
        Bilingual(
            f"Hãy kiểm tra máy và cổng trong {options.address.env}, mạng và tường lửa, rồi chạy lại.",
            f"Check host and port in {options.address.env}, the network and its firewall, then run again.",
        ),
    )


def _told(error: SQLAlchemyError) -> tuple[str, str | None, int | None]:
    """Return what a driver said, for looking only; its SQLSTATE and its own number, where it tells them."""
    original: Any = getattr(error, "orig", None) if isinstance(error, DBAPIError) else None
    if original is None:
        return "", None, None
    arguments = getattr(original, "args", ())
    first = arguments[0] if arguments else None
    number = first if isinstance(first, int) else getattr(first, "code", None)
    state = getattr(original, "pgcode", None) or getattr(original, "sqlstate", None)
    if state is None and isinstance(first, str) and re.fullmatch(r"[0-9A-Z]{5}", first):
        state = first  # pyodbc
    said = str(original)
    if number is None and (found := re.search(r"\((\d{4,5})\) \(SQL", said)):
        number = int(found[1])
    return said, state, number if isinstance(number, int) else None


def state_of(error: SQLAlchemyError) -> str:
    """Return what of an error is safe to show: its class and SQLSTATE."""
    state = _told(error)[1]
    return " ".join(part for part in (type(error).__name__, state) if part)
