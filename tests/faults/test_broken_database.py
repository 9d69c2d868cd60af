"""Loads whose server dies, whose wire is cut, or who all want the same: one effect, exactly."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import psutil
import psycopg2
import pytest

from config.read_once import forget
from schemas.dossiers import DOSSIERS, EVENTS
from tasks.maintain import vacuum
from tasks.warehouse import ledger
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, fetch_all, read_table, reset_engine
from tasks.warehouse.load import load
from tasks.warehouse.merge import Merged
from tasks.warehouse.migrations import migrate
from tasks.warehouse.partitions import every_partition, high_watermark
from tasks.warehouse.processes import postmaster
from tasks.warehouse.statement_errors import StatementError, retried, retryable
from tests.bench.load import made_up_dossiers
from tests.faults.proxy import CommitCutter
from tests.forked import PROCESSES
from tests.patience import HANGS
from tests.warehouse.rows import dossiers, events

pytestmark = pytest.mark.usefixtures("warehouse")

CODES = [f"D{n}" for n in range(40)]
RECOVERY_SECONDS = 10  # from the end of the fault to the next write that holds


def load_partition() -> Merged:
    """One partition with children and progress: what is run again after every fault."""
    frame = dossiers(*CODES)
    with load("load", "province") as current:
        current.merge(DOSSIERS, frame)
        current.merge_children(EVENTS, events(*((code, seq, 4) for code in CODES for seq in range(3))), frame)
        current.progress("load", "province", through=current.change_number, rules_digest="r")
        return current.merged


def load_partition_elsewhere(home: str) -> None:
    os.environ["MOTCUA_HOME"] = home
    forget()
    retried(load_partition)


def assert_loaded_once() -> None:
    assert fetch_all("SELECT count(*), count(DISTINCT changed_in) FROM core.dossiers") == [(len(CODES), 1)]
    assert fetch_all("SELECT count(*), count(DISTINCT changed_in) FROM core.events") == [(3 * len(CODES), 1)]
    assert fetch_all("SELECT count(*) FROM core.dossier_versions") == [(len(CODES),)]
    assert fetch_all("SELECT sum(inserted), sum(updated), sum(deleted) FROM audit.ledger") == [(4 * len(CODES), 0, 0)]
    assert ledger.verify() is None


@pytest.fixture
def cutter(warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., CommitCutter]]:
    """Puts a commit cutter between this process and the server."""
    made: list[CommitCutter] = []
    folder = Path(tempfile.mkdtemp(prefix="motcua-cut-"))

    def make(**options: object) -> CommitCutter:
        made.append(CommitCutter(folder, warehouse.sockets, **options))  # type: ignore[arg-type]
        monkeypatch.setenv("MOTCUA_DATABASE_URL", warehouse.url("motcua", "").replace(str(warehouse.sockets), str(folder)))
        forget()
        return made[-1]

    yield make
    reset_engine()
    for each in made:
        each.close()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


@pytest.mark.parametrize("delivered", [True, False])
def test_a_commit_whose_answer_never_came_is_repeated_without_a_second_effect(
    cutter: Callable[..., CommitCutter], delivered: bool
) -> None:
    wire = cutter(delivered=delivered, cuts=0)
    fetch_all("SELECT 1")
    wire.left = 1
    with pytest.raises(StatementError) as caught:
        load_partition()
    assert wire.left == 0
    assert caught.value.sqlstate == "08006"
    assert retryable(caught.value)
    committed = fetch_all("SELECT count(*) FROM audit.ledger")
    assert committed == [(1 if delivered else 0,)], "the client was told the same in both cases"
    again = load_partition()
    assert again.inserted == (0 if delivered else 4 * len(CODES))
    assert_loaded_once()


def test_many_ambiguous_commits_in_a_row_end_with_one_effect(cutter: Callable[..., CommitCutter]) -> None:
    wire = cutter(delivered=True, cuts=0)
    fetch_all("SELECT 1")
    for _ in range(10):
        wire.left = random.Random(wire.left).randint(1, 3)  # noqa: S311 - any number will do
        retried(load_partition, longest=0.01)
    assert_loaded_once()


@pytest.mark.parametrize("writers", [2, 8, 16])
def test_threads_that_load_one_partition_at_once_have_one_effect(writers: int) -> None:
    with ThreadPoolExecutor(writers) as pool:
        merged = [future.result() for future in [pool.submit(load_partition) for _ in range(writers)]]
    assert sorted(m.inserted for m in merged) == [0] * (writers - 1) + [4 * len(CODES)]
    assert fetch_all("SELECT count(*) FROM audit.ledger") == [(writers,)]
    assert_loaded_once()


def test_processes_that_load_one_partition_at_once_have_one_effect(warehouse: Cluster) -> None:
    running = [PROCESSES.Process(target=load_partition_elsewhere, args=(str(warehouse.home),)) for _ in range(8)]
    for process in running:
        process.start()
    for process in running:
        process.join(HANGS)
    assert [process.exitcode for process in running] == [0] * 8
    assert_loaded_once()


def test_overlapping_loads_of_different_subjects_end_without_a_deadlock_left() -> None:
    """Two subjects that touch the same rows in opposite order: one may be told to try again, neither is lost."""

    def both_ways(turn: int) -> None:
        codes = CODES if turn % 2 else CODES[::-1]

        def once() -> None:
            with load("load", f"subject-{turn}") as current:
                for half in (codes[:20], codes[20:]):
                    current.merge(DOSSIERS, dossiers(*half, marks=f"turn-{turn}"))

        retried(once, attempts=10, longest=0.2)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(both_ways, range(12)))
    assert fetch_all("SELECT count(*) FROM core.dossiers") == [(len(CODES),)]
    assert fetch_all("SELECT count(*) FROM audit.ledger") == [(12,)]
    assert ledger.verify() is None


def kill_when(query: str, victim: Callable[[psycopg2.extensions.connection], int | None], url: str) -> threading.Thread:
    """Watch the server, and kill a process by SIGKILL as soon as the query finds something."""
    watcher = psycopg2.connect(url)
    watcher.autocommit = True

    def watch() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with watcher.cursor() as cursor:
                cursor.execute(query)
                found = cursor.fetchone()
            if found:
                pid = victim(watcher) or found[0]
                os.kill(pid, signal.SIGKILL)
                return
            time.sleep(0.002)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_a_backend_killed_in_mid_copy_costs_one_retry(warehouse: Cluster) -> None:
    load_partition()
    frame = made_up_dossiers(60_000)

    def big_load() -> Merged:
        with load("load", "big") as current:
            return current.merge(DOSSIERS, frame)

    copying = "SELECT pid FROM pg_stat_progress_copy WHERE tuples_processed > 1000"
    killer = kill_when(copying, lambda _: None, warehouse.url("motcua", ""))
    with pytest.raises(StatementError) as caught:
        big_load()
    killer.join()
    assert retryable(caught.value)
    assert retried(big_load) == Merged(inserted=len(frame))
    assert fetch_all("SELECT count(*) FROM core.dossiers") == [(len(frame) + len(CODES),)]
    assert ledger.verify() is None


@pytest.mark.parametrize("moment", ["staged", "merged", "children merged", "in mid-copy"])
def test_a_server_killed_in_mid_load_comes_back_with_all_that_was_committed(warehouse: Cluster, moment: str) -> None:
    with load("load", "before") as current:
        current.merge(DOSSIERS, dossiers("kept", source="before"))

    def kill_server() -> None:
        process = postmaster(warehouse.data)
        assert process is not None
        process.kill()
        process_ended(process)  # or its backend may not hear of it in time, where all cores are busy

    def interrupted() -> None:
        frame = dossiers(*CODES)
        with load("load", "province") as current:
            if moment == "staged":
                current.execute("CREATE TEMP TABLE stage (x int) ON COMMIT DROP")
                kill_server()
            current.merge(DOSSIERS, frame)
            if moment == "merged":
                kill_server()
            current.merge_children(EVENTS, events(*((code, 0, 4) for code in CODES)), frame)
            if moment == "children merged":
                kill_server()
            if moment == "in mid-copy":
                threading.Timer(0.05, kill_server).start()
                current.merge(DOSSIERS, made_up_dossiers(100_000))

    told: list[bool] = []
    try:
        interrupted()
    except StatementError as error:
        told.append(retryable(error))
    # A backend that outlives its server by a moment may still commit what it was about to.
    assert told == [True] or (moment == "children merged" and told == [])
    started = time.monotonic()
    retried(load_partition)
    assert time.monotonic() - started < RECOVERY_SECONDS
    assert fetch_all("SELECT code FROM core.dossiers WHERE source = 'before'") == [("kept",)]
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute(
            "DELETE FROM core.dossiers WHERE source = 'before'; DELETE FROM core.dossier_versions WHERE source = 'before'"
        )
    assert fetch_all("SELECT count(*) FROM core.dossiers") == [(len(CODES),)]
    assert ledger.verify() is None


def test_a_server_that_died_unseen_is_started_by_whoever_comes_next(warehouse: Cluster) -> None:
    load_partition()
    for _ in range(3):
        process = postmaster(warehouse.data)
        assert process is not None
        process.kill()
        assert_loaded_once()  # while it dies
        process_ended(process)
        assert_loaded_once()


def process_ended(process: psutil.Process, patience: float = 10.0) -> None:
    deadline = time.monotonic() + patience
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.001)


READS: dict[str, tuple[bytes, Callable[[], object], object]] = {
    "a small answer": (b"audit.ledger", lambda: fetch_all("SELECT count(*) FROM audit.ledger"), [(1,)]),
    "a frame": (b"COPY (", lambda: len(read_table(DOSSIERS)), len(CODES)),
    "the ledger, at its first row": (b"DECLARE", ledger.verify, None),
    "the ledger, in the middle": (b"FETCH FORWARD", ledger.verify, None),
    "the ledger's head": (b"audit.ledger", lambda: ledger.head()[0], 1),
    "partitions": (b"core.dossiers", lambda: [p.source for p in every_partition()], ["province"]),
    "the horizon": (b"pg_locks", lambda: high_watermark() > 0, True),
    "migrations": (b"version_num", migrate, []),
    "vacuum": (b"VACUUM", vacuum, None),
}


@pytest.mark.parametrize("name", READS)
def test_whatever_changes_no_row_is_begun_again_where_the_server_dies_under_it(
    cutter: Callable[..., CommitCutter], name: str
) -> None:
    word, read, expected = READS[name]
    load_partition()
    wire = cutter(delivered=False, cuts=0, word=word)
    fetch_all("SELECT 1")
    wire.left = 1
    assert read() == expected
    assert wire.left == 0, "it was cut"


def until_seen(seen: set[tuple[int, int]], state: tuple[int, int], patience: float = 30.0) -> None:
    deadline = time.monotonic() + patience
    while state not in seen:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_full_pool_of_readers_sees_all_of_a_load_or_nothing() -> None:
    stop = threading.Event()
    seen: set[tuple[int, int]] = set()

    def read() -> None:
        while not stop.is_set():
            seen.update(fetch_all("SELECT (SELECT count(*) FROM core.dossiers), (SELECT count(*) FROM core.events)"))

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        try:
            until_seen(seen, (0, 0))
            load_partition()
            until_seen(seen, (len(CODES), 3 * len(CODES)))
        finally:
            stop.set()
        for reader in readers:
            reader.result()
    assert seen == {(0, 0), (len(CODES), 3 * len(CODES))}


def test_frames_are_not_changed_by_a_load() -> None:
    frame = dossiers(*CODES)
    before = frame.copy(deep=True)
    with load("load", "province") as current:
        current.merge(DOSSIERS, frame)
    pd.testing.assert_frame_equal(frame, before)
