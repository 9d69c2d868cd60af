from __future__ import annotations

import pytest

from config.errors import WarehouseError
from config.read_once import forget
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, fetch_all, reset_engine
from tasks.warehouse.statement_errors import StatementError, retried, retryable

pytestmark = pytest.mark.usefixtures("warehouse")


def raised(state: str) -> StatementError:
    """The error that our code makes of a server's error with a given SQLSTATE."""
    with pytest.raises(StatementError) as caught, connection("test") as driver, driver.cursor() as cursor:
        cursor.execute(
            f"DO $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = '{state}', DETAIL = 'canary', HINT = 'canary'; END $$"
        )
    return caught.value


@pytest.mark.parametrize("state", ["40P01", "40001", "55P03", "57P01", "57P02", "57P03", "53300", "08006", "08001", "08P01"])
def test_what_passes_is_retried(state: str) -> None:
    error = raised(state)
    assert error.sqlstate == state
    assert retryable(error)
    assert "run it again" in str(error)


@pytest.mark.parametrize("state", ["23505", "42501", "22021", "53100", "25006", "42P01", "57014", "XX000", "P0001"])
def test_what_stays_is_not(state: str) -> None:
    assert not retryable(raised(state))


def test_other_errors_are_nobodys_business_here() -> None:
    assert not retryable(ValueError("08006"))
    assert not retryable(WarehouseError("start", "08006"))


def test_no_error_carries_a_word_of_the_servers() -> None:
    error = raised("23505")
    assert "canary" not in str(error)
    assert error.__suppress_context__


def test_a_call_is_repeated_until_it_succeeds() -> None:
    errors = [raised("40P01"), raised("55P03")]

    def call() -> str:
        if errors:
            raise errors.pop()
        return "done"

    assert retried(call, longest=0.01) == "done"


def test_a_call_is_not_repeated_for_ever_nor_where_it_cannot_help() -> None:
    for state, attempts in (("40P01", 3), ("23505", 1)):
        error, calls = raised(state), []

        def call(error: StatementError = error, calls: list[int] = calls) -> None:
            calls.append(1)
            raise error

        with pytest.raises(StatementError):
            retried(call, attempts=3, longest=0.01)
        assert len(calls) == attempts


def test_a_broken_connection_passes_and_the_next_one_works() -> None:
    def end_own_session() -> None:
        with connection("test") as driver, driver.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StatementError) as caught:
        end_own_session()
    assert retryable(caught.value)
    assert fetch_all("SELECT 1") == [(1,)]


def test_a_wrong_password_is_told_at_once_and_not_quoted(warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setenv("MOTCUA_DATABASE_URL", f"postgresql://motcua:canary@/motcua?host={warehouse.sockets}")
    forget()
    try:
        with pytest.raises(StatementError) as caught:
            fetch_all("SELECT 1")
    finally:
        reset_engine()
    assert "canary" not in str(caught.value)
