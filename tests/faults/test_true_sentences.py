"""What an operator is told at once where no retry helps: the fact, and what to correct. Never "it passes"."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from config.errors import ConfigError, MachineError, WarehouseError
from config.read_once import forget
from flows.runtime import doctor
from flows.runtime.server import PrefectServer
from tasks.runtime.safe_errors import with_safe_errors
from tasks.warehouse import engine
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, fetch_all, reset_engine
from tasks.warehouse.migrations import migrate
from tasks.warehouse.statement_errors import StatementError, failure, retryable
from tests.faults.proxy import Pooler
from tests.ports import free_port

SECONDS = 15.0  # the shortest of the waits that are not to be waited


@pytest.fixture
def elsewhere(warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Names another warehouse in MOTCUA_DATABASE_URL."""

    def name(url: str) -> None:
        monkeypatch.setenv("MOTCUA_DATABASE_URL", url)
        forget()
        reset_engine()

    yield name
    reset_engine()


def told(call: Callable[[], object] = lambda: fetch_all("SELECT 1")) -> str:
    began = time.monotonic()
    with pytest.raises(WarehouseError) as caught:
        call()
    assert time.monotonic() - began < SECONDS, "at once"
    assert "It passes" not in str(caught.value)
    assert not retryable(caught.value)
    return str(caught.value)


STATES = {
    "53100": ("the disk of its server is full", "Make room"),
    "53200": ("no memory left", "more memory"),
    "42501": ("lacks a right", "CREATEROLE"),
    "25006": ("takes no changes", "primary"),
}


@pytest.mark.parametrize("state", STATES)
def test_what_a_server_says_is_told_in_words(warehouse: Cluster, state: str) -> None:
    def refused() -> None:
        with connection("load") as driver, driver.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = '{state}'; END $$")

    said = told(refused)
    assert all(words in said for words in STATES[state])
    assert state in said
    assert "canary" not in said


def test_an_account_that_may_make_no_roles_is_told_so(warehouse: Cluster, elsewhere: Callable[[str], None]) -> None:
    with psycopg2.connect(warehouse.url("motcua", "")) as owner, owner.cursor() as cursor:
        cursor.execute("CREATE ROLE lowly LOGIN PASSWORD 'lowly'; GRANT CONNECT ON DATABASE motcua TO lowly")
    owner.close()
    elsewhere(f"postgresql://lowly:lowly@/motcua?host={warehouse.sockets}")
    try:
        assert "CREATEROLE" in told(migrate)
    finally:
        reset_engine()
        with psycopg2.connect(warehouse.url("motcua", "")) as owner, owner.cursor() as cursor:
            cursor.execute("REVOKE CONNECT ON DATABASE motcua FROM lowly; DROP ROLE lowly")
        owner.close()


@pytest.mark.parametrize("picky", [True, False])
def test_a_connection_pooler_is_refused_by_name(warehouse: Cluster, elsewhere: Callable[[str], None], picky: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="motcua-pool-"))
    pooler = Pooler(folder, warehouse.sockets, picky=picky)
    elsewhere(warehouse.url("motcua", "").replace(str(warehouse.sockets), str(folder)))
    said = told()
    pooler.close()
    shutil.rmtree(folder)
    assert "connection pooler such as PgBouncer" in said
    assert "past the pooler" in said


@pytest.mark.parametrize(
    ("account", "database", "words"),
    [
        ("motcua:wrong", "motcua", "does not take the password"),
        ("nobody:x", "motcua", "does not take the password"),
        ("motcua:{}", "nowhere", "no database of that name"),
    ],
)
def test_a_wrong_address_is_told_at_once(
    warehouse: Cluster, elsewhere: Callable[[str], None], account: str, database: str, words: str
) -> None:
    password = warehouse.url("motcua", "").split(":")[2].split("@")[0]
    elsewhere(f"postgresql://{account.format(password)}@/{database}?host={warehouse.sockets}")
    assert words in told()


def test_a_server_that_stays_away_is_waited_for_once(elsewhere: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_PATIENCE", 1.0)
    elsewhere(f"postgresql://motcua:x@127.0.0.1:{free_port()}/motcua")
    said = told()
    assert "does not answer" in said
    assert "Start it, or correct MOTCUA_DATABASE_URL" in said


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "its disk is full"), (errno.EDQUOT, "no more of the disk"), (errno.EROFS, "takes no changes")],
)
def test_a_step_that_meets_a_full_disk_says_so(number: int, words: str) -> None:
    @with_safe_errors
    def step() -> None:
        try:
            raise OSError(number, os.strerror(number), "/somewhere/canary")
        except OSError as error:
            raise ValueError("canary") from error

    with pytest.raises(MachineError) as caught:
        step()
    assert words in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_port_that_another_program_holds_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        other.settimeout(0)
        server = PrefectServer(tmp_path, other.getsockname()[1])
        with pytest.raises(ConfigError, match="is used by another program"):
            server.start("postgresql+asyncpg://x:x@/x")
        server.stop()
    assert not server.log.exists()


def test_the_doctor_has_an_answer_whatever_it_meets() -> None:
    def look() -> Iterator[doctor.HealthLine]:
        yield doctor.HealthLine(True, "x", "y")
        raise RuntimeError("canary")

    (line,) = doctor._lines("source", look)
    assert not line.well
    assert "RuntimeError" in str(line)
    assert "tests/faults/test_true_sentences.py" in str(line)
    assert "canary" not in str(line)


def test_any_error_of_the_driver_gets_a_sentence() -> None:
    assert isinstance(failure(psycopg2.OperationalError("canary"), "read"), StatementError)
