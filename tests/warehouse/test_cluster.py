from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import psutil
import psycopg2
import pytest
from sqlalchemy.engine import make_url

from config.errors import ConfigError, WarehouseError
from tasks.warehouse.cluster import Cluster, ensure_cluster

JOIN = """
import sys, time
from pathlib import Path
from tasks.warehouse.cluster import ensure_cluster
cluster = ensure_cluster(Path(sys.argv[1]))
print(cluster.url("motcua", ""), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="motcua-cluster-"))
    yield folder
    Cluster(folder).stop()
    shutil.rmtree(folder)


def processes(home: Path) -> list[int]:
    """Every process that works in a home's cluster, by its current folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.cwd().startswith(str(home)):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def join(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", JOIN, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def answer(url: str, query: str = "SELECT 1") -> object:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_nobody_gets_in_without_a_password(warehouse: Cluster) -> None:
    for role in ("motcua", "postgres", "prefect"):
        for password in ("", "wrong"):
            with pytest.raises(psycopg2.OperationalError, match=r"password|authentication"):
                psycopg2.connect(host=str(warehouse.sockets), user=role, dbname="motcua", password=password)
    assert not (warehouse.data / "pg_hba.conf").read_text().count("trust")


def test_only_the_servers_account_reaches_its_files(warehouse: Cluster) -> None:
    expected = {
        warehouse.folder: 0o700,
        warehouse.data: 0o700,
        warehouse.sockets: 0o700,
        warehouse.home / "keys": 0o700,
        warehouse.home / "keys" / "cluster.key": 0o400,
        warehouse.data / "motcua.conf": 0o600,
        warehouse.log: 0o600,
    }
    assert {path: stat.S_IMODE(path.stat().st_mode) for path in expected} == expected
    assert stat.S_IMODE(warehouse.home.stat().st_mode) & 0o066 == 0, "others may pass through the home, not look into it"
    assert not (warehouse.folder / "password").exists()


def test_the_server_is_set_to_be_silent_local_and_durable(warehouse: Cluster) -> None:
    expected = {
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "server_encoding": "UTF8",
        "password_encryption": "scram-sha-256",
        "jit": "off",
    }
    found = {name: answer(warehouse.url("motcua", ""), f"SHOW {name}") for name in expected}
    assert found == expected


def test_each_database_has_an_owner_who_enters_no_other_and_is_no_superuser(warehouse: Cluster) -> None:
    assert answer(warehouse.url("motcua", ""), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert answer(warehouse.url("prefect", ""), "SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'") == "pg_trgm"
    strangers = make_url(warehouse.url("prefect", "")).set(database="motcua").render_as_string(hide_password=False)
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        psycopg2.connect(strangers)


def test_a_database_more_is_made_once(warehouse: Cluster) -> None:
    for _ in range(2):
        warehouse.create_database("demo_land")
    assert answer(warehouse.url("demo_land", ""), "SELECT current_user || '@' || current_database()") == "demo_land@demo_land"


def test_prefects_driver_finds_the_socket(warehouse: Cluster) -> None:
    async def ask() -> object:
        connection = await asyncpg.connect(warehouse.url("prefect", ""))
        try:
            return await connection.fetchval("SELECT current_database()")
        finally:
            await connection.close()

    assert warehouse.url("prefect", "asyncpg").startswith("postgresql+asyncpg://prefect:")
    assert asyncio.run(ask()) == "prefect"


def test_processes_that_start_together_share_one_server_and_the_last_one_stops_it(home: Path) -> None:
    joined = [join(home) for _ in range(4)]
    urls = {process.stdout.readline().strip() for process in joined if process.stdout}
    assert len(urls) == 1
    server = answer(urls.pop(), "SELECT pg_postmaster_start_time()")
    for process in joined[:3]:
        process.communicate()
    assert processes(home), "somebody still works with it"
    with closing(psycopg2.connect(ensure_cluster(home).url("motcua", ""))) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time()")
        assert cursor.fetchone()[0] == server
    ensure_cluster(home).leave()
    joined[3].communicate()
    assert [process.returncode for process in joined] == [0, 0, 0, 0]
    assert processes(home) == []


def test_a_killed_user_holds_nobody_up(home: Path) -> None:
    killed, last = join(home), join(home)
    for process in (killed, last):
        assert process.stdout
        process.stdout.readline()
    killed.kill()
    killed.wait()
    last.communicate()
    assert processes(home) == []


def test_stop_leaves_no_process_and_a_next_start_finds_the_rows(home: Path) -> None:
    cluster = ensure_cluster(home)
    with closing(psycopg2.connect(cluster.url("motcua", ""))) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA kept; CREATE TABLE kept.rows AS SELECT 42 AS n")
    cluster.stop()
    assert processes(home) == []
    assert not cluster.is_running
    assert answer(ensure_cluster(home).url("motcua", ""), "SELECT n FROM kept.rows") == 42


@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.7])
def test_a_first_start_that_is_killed_is_made_good_by_the_next(home: Path, seconds: float) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", JOIN, str(home)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    while not (home / "cluster" / "start.lock").exists():
        time.sleep(0.005)
    time.sleep(seconds)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert answer(ensure_cluster(home).url("prefect", ""), "SELECT 1") == 1
    ensure_cluster(home).leave()


def test_a_pid_file_whose_number_belongs_to_another_program_is_no_obstacle(home: Path) -> None:
    cluster = ensure_cluster(home)
    pid_file = cluster.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    owner = pid_file.stat()
    cluster.stop()
    with subprocess.Popen(["sleep", "60"], user=owner.st_uid) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        pid_file.chmod(0o600)
        assert not cluster.is_running
        assert answer(ensure_cluster(home).url("motcua", "")) == 1
        stranger.kill()


@pytest.mark.parametrize("name", ["x" * 60 + "/" + "y" * 60, "Một cửa, 'cũ'/data"])
def test_a_home_with_a_long_or_odd_path_gets_a_short_socket(home: Path, name: str) -> None:
    odd_home = home / name
    home.chmod(0o711)
    os.umask(0o077)
    cluster = ensure_cluster(odd_home)
    try:
        assert len(os.fsencode(cluster.sockets)) < 80
        assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
        assert answer(cluster.url("motcua", "")) == 1
    finally:
        cluster.stop()
        shutil.rmtree(cluster.sockets)


def test_a_folder_closed_to_others_stays_closed(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    if os.geteuid() == 0:  # the server has an account of its own, which cannot get there
        with pytest.raises(ConfigError, match="MOTCUA_HOME"):
            ensure_cluster(closed / "home")
    else:
        ensure_cluster(closed / "home").stop()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_data_of_another_major_version_are_left_alone(home: Path) -> None:
    cluster = ensure_cluster(home)
    cluster.stop()
    marker = cluster.data / "PG_VERSION"
    written = marker.read_text()
    marker.write_text("17\n")
    with pytest.raises(WarehouseError, match=r"PostgreSQL 17.*pg_dump"):
        ensure_cluster(home)
    marker.write_text(written)
    assert answer(ensure_cluster(home).url("motcua", "")) == 1
