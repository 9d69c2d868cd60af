"""Failed statements: what may be said about them, and whether a retry can help.

PostgreSQL's messages quote values: ``DETAIL: Key (…)=(…)``, ``CONTEXT: COPY …, line 1: "…"``. Only
the SQLSTATE, the constraint and the column are passed on.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

import psycopg2
import sqlalchemy.exc

from config.errors import WarehouseError
from config.language import Bilingual

_T = TypeVar("_T")

_CONNECTION_LOST = "08006"
_RETRYABLE = frozenset(
    {
        "40P01",  # deadlock
        "40001",  # serialisation
        "55P03",  # lock not available in time
        "57P01",  # the administrator ended the session
        "57P02",  # another process crashed, all sessions were ended
        "57P03",  # the server is starting up
        "53300",  # too many connections
    }
)


# What a person has to mend: the fact, and what to do. A retry helps with none of them.
_SAID = {
    "28000": (
        Bilingual("tài khoản không được đăng nhập từ đây", "its account may not log in from here"),
        Bilingual(
            "Hãy sửa MOTCUA_DATABASE_URL, hoặc pg_hba.conf của máy chủ.",
            "Correct MOTCUA_DATABASE_URL, or the server's pg_hba.conf.",
        ),
    ),
    "28P01": (
        Bilingual("máy chủ không chấp nhận mật khẩu hoặc tài khoản", "it does not take the password or the account"),
        Bilingual("Hãy sửa MOTCUA_DATABASE_URL.", "Correct MOTCUA_DATABASE_URL."),
    ),
    "3D000": (
        Bilingual("không có cơ sở dữ liệu mang tên đó", "there is no database of that name"),
        Bilingual("Hãy tạo cơ sở dữ liệu, hoặc sửa MOTCUA_DATABASE_URL.", "Create it, or correct MOTCUA_DATABASE_URL."),
    ),
    "42501": (
        Bilingual("tài khoản thiếu quyền", "its account lacks a right"),
        Bilingual(
            "Hãy để superuser chạy deploy/postgresql/roles.sql (chạy lại được), hoặc cho tài khoản của MOTCUA_DATABASE_URL sở hữu "
            "cơ sở dữ liệu và được tạo vai trò (ALTER ROLE … CREATEROLE), rồi chạy lại.",
            "Let a superuser run deploy/postgresql/roles.sql (it can be run again), or let the account of MOTCUA_DATABASE_URL own its "
            "database and make roles (ALTER ROLE … CREATEROLE); then run it again.",
        ),
    ),
    "53100": (
        Bilingual("đĩa của máy chủ đầy", "the disk of its server is full"),
        Bilingual(
            "Hãy giải phóng dung lượng ở đó rồi chạy lại; phần đã ghi giữ nguyên.",
            "Make room there, then run it again; what was committed before stays.",
        ),
    ),
    "53200": (
        Bilingual("máy chủ hết bộ nhớ", "its server has no memory left"),
        Bilingual(
            "Hãy cấp thêm bộ nhớ cho máy chủ rồi chạy lại; phần đã ghi giữ nguyên.",
            "Give the server more memory, then run it again; what was committed before stays.",
        ),
    ),
    "25006": (
        Bilingual(
            "máy chủ không cho ghi: đây là máy dự phòng hoặc đặt chế độ chỉ đọc",
            "its server takes no changes: it is a standby or set to read only",
        ),
        Bilingual("Hãy ghi máy chủ chính trong MOTCUA_DATABASE_URL.", "Name the primary in MOTCUA_DATABASE_URL."),
    ),
}
_POOLER = (
    Bilingual(
        "phía trước có bộ gom kết nối như PgBouncer, làm lẫn thiết lập và khóa của các phiên",
        "a connection pooler such as PgBouncer stands before it, which mixes up settings and locks of sessions",
    ),
    Bilingual(
        "Hãy ghi chính máy chủ trong MOTCUA_DATABASE_URL, không qua bộ gom kết nối.",
        "Name the server itself in MOTCUA_DATABASE_URL, past the pooler.",
    ),
)
_UNREACHABLE = (
    Bilingual("máy chủ không trả lời", "it does not answer"),
    Bilingual(
        "Hãy khởi động máy chủ, hoặc sửa MOTCUA_DATABASE_URL, rồi chạy lại.",
        "Start it, or correct MOTCUA_DATABASE_URL, then run it again.",
    ),
)

# libpq gives no SQLSTATE for a connection that was refused, only the server's words.
_REFUSALS = {
    "unsupported startup parameter": "0A000",
    "authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf": "28000",
    "does not exist": "3D000",
}


class StatementError(WarehouseError):
    """A statement that the warehouse refused, with the SQLSTATE that says why.

    Attributes:
        sqlstate: five characters; ``08006`` where the connection broke before the server could say.
        final: whether it was tried for long, so that another try now cannot help.
    """

    def __init__(self, purpose: str, fact: str, sqlstate: str, said: tuple[Bilingual, Bilingual] | None = None) -> None:
        known = said or _SAID.get(sqlstate)
        action = (
            Bilingual("Lỗi này tạm thời; hãy chạy lại.", "It passes; run it again.")
            if _passing(sqlstate)
            else Bilingual("Hãy chạy `motcua doctor`.", "Run `motcua doctor`.")
        )
        super().__init__(
            purpose, known[0].apply(lambda text: f"{text} ({fact})") if known else fact, known[1] if known else action
        )
        self.sqlstate = sqlstate
        self.final = said is not None


def pooled(purpose: str) -> StatementError:
    """Make the error of a warehouse that is reached through a connection pooler."""
    return StatementError(purpose, "SQLSTATE 0A000", "0A000", _POOLER)


def unreachable(purpose: str) -> StatementError:
    """Make the error of a server that was waited for in vain."""
    return StatementError(purpose, f"SQLSTATE {_CONNECTION_LOST}", _CONNECTION_LOST, _UNREACHABLE)


def refusal(error: BaseException, purpose: str) -> StatementError | None:
    """Make the error of a connection that the server refuses for good; None where trying again can help."""
    state = next((state for words, state in _REFUSALS.items() if words in str(error)), None)
    if state == "0A000":
        return pooled(purpose)
    if state is not None:
        return StatementError(purpose, f"SQLSTATE {state}", state)
    return None if retryable(error) else failure(error, purpose)


def failure(error: BaseException, purpose: str) -> StatementError:
    """Make the error that may be shown out of the driver's, which may not.

    Raise it ``from None``: the driver's text must not follow as a cause.

    Args:
        error: psycopg2's or SQLAlchemy's error.
        purpose: what the statement was for, as in "refused to …".
    """
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) and error.orig is not None else error
    state = sqlstate(cause) or "XX000"
    facts = [f"SQLSTATE {state}"]
    diagnostics = getattr(cause, "diag", None)
    if diagnostics is not None:
        facts += [f"constraint {diagnostics.constraint_name}"] if diagnostics.constraint_name else []
        facts += [f"column {diagnostics.column_name}"] if diagnostics.column_name else []
    return StatementError(purpose, ", ".join(facts), state)


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE of a driver's or our error; None if it is not the database's."""
    if isinstance(error, StatementError):
        return error.sqlstate
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.orig is not None:
        return sqlstate(error.orig)
    if not isinstance(error, psycopg2.Error):
        return None
    if error.pgcode:
        return str(error.pgcode)
    broken = isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError))
    return _CONNECTION_LOST if broken else None


def retryable(error: BaseException) -> bool:
    """Whether the same call can succeed when repeated: locks, restarts, lost connections.

    Loads are safe to repeat even when a lost connection leaves open whether they were committed.
    """
    state = sqlstate(error)
    return state is not None and _passing(state) and not getattr(error, "final", False)


def retried(call: Callable[[], _T], attempts: int = 5, longest: float = 5.0) -> _T:
    """Call until it succeeds, fails for good, or has failed ``attempts`` times.

    Args:
        call: what to do; must be safe to repeat, as every load is.
        attempts: how often it is tried at most.
        longest: longest wait between two attempts, in seconds; waits double and are jittered.
    """
    for attempt in range(1, attempts):
        try:
            return call()
        except (WarehouseError, psycopg2.Error, sqlalchemy.exc.DBAPIError) as error:
            if not retryable(error):
                raise
            time.sleep(min(longest, 0.1 * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311 - jitter  # nosec B311
    return call()


def _passing(state: str) -> bool:
    return state in _RETRYABLE or state.startswith("08")
