"""What may be said about a failed statement, and whether trying again can help.

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

Result = TypeVar("Result")

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


class StatementError(WarehouseError):
    """A statement that the warehouse refused, with the SQLSTATE that says why.

    Attributes:
        sqlstate: five characters; ``08006`` where the connection broke before the server could say.
    """

    def __init__(self, purpose: str, fact: str, sqlstate: str) -> None:
        action = "It passes; run it again." if _passing(sqlstate) else "Run `motcua doctor`."
        super().__init__(purpose, fact, action)
        self.sqlstate = sqlstate


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
    return state is not None and _passing(state)


def retried(call: Callable[[], Result], attempts: int = 5, longest: float = 5.0) -> Result:
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
            time.sleep(min(longest, 0.1 * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
    return call()


def _passing(state: str) -> bool:
    return state in _RETRYABLE or state.startswith("08")
