"""Nights on which the machine or the database is not as it should be: full disk, taken port, pooler, account without rights."""

from __future__ import annotations

import errno
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from tasks.warehouse.cluster import ensure_cluster
from tests.faults.place import Place
from tests.nights.night import Hands, night, refresh, told
from tests.patience import wait_for
from tests.ports import free_port


def _fill(ballast: Path) -> None:
    """Write until the disk takes no more."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 22, 1 << 12):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


@night("disk-full", "disk full during a pull")
def disk_full(place: Place, hands: Hands) -> list[str]:
    running = refresh(place)
    wait_for(place.pulls, patience=240, every=0.02)
    ballast = place.home / "ballast"
    _fill(ballast)
    said = [told(running), told(refresh(place))]
    hands.do("make room")
    ballast.unlink()
    return said


@night("port-taken", "port of the Prefect server taken by another program")
def port_taken(place: Place, hands: Hands) -> list[str]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", place.port))
        other.listen()
        said = told(refresh(place))
    hands.do("free the port, or name another")
    return [said]


@contextmanager
def _database_at(place: Place, address: str) -> Iterator[None]:
    place.environment["MOTCUA_DATABASE_URL"] = address
    try:
        yield
    finally:
        del place.environment["MOTCUA_DATABASE_URL"]


@night("pooler", "PgBouncer (pool_mode = transaction) before the database")
def pooler(place: Place, hands: Hands) -> list[str]:
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        raise FileNotFoundError("pgbouncer is not installed; apt install pgbouncer")
    cluster = ensure_cluster(place.home)
    said = []
    for ignored in ("", "options"):  # as it comes, and as the usual advice makes it
        with _bouncer(program, cluster.url("motcua", ""), cluster.sockets, ignored) as address, _database_at(place, address):
            said.append(told(refresh(place)))
    hands.do("name the address past the pooler")
    return said


@contextmanager
def _bouncer(program: str, url: str, sockets: Path, ignored: str) -> Iterator[str]:
    password, port = url.split(":")[2].split("@")[0], free_port()
    account = pwd.getpwuid(sockets.stat().st_uid).pw_name
    with tempfile.TemporaryDirectory(prefix="motcua-pool-") as folder:
        settings = Path(folder) / "pgbouncer.ini"
        users = Path(folder) / "users.txt"
        users.write_text(f'"motcua" "{password}"\n', encoding="utf-8")
        settings.write_text(
            f"[databases]\nmotcua = host={sockets} dbname=motcua\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
            f"unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {users}\npool_mode = transaction\n"
            f"ignore_startup_parameters = {ignored}\n",
            encoding="utf-8",
        )
        for path in (Path(folder), users, settings):
            shutil.chown(path, account)
        command = [program, *(["-u", account] if os.geteuid() == 0 else []), "-q", str(settings)]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: not socket.create_connection(("127.0.0.1", port), 1).close(), patience=20)
            yield f"postgresql://motcua:{password}@127.0.0.1:{port}/motcua"
        finally:
            running.terminate()
            running.wait(20)


@night("no-createrole", "account of the database without CREATEROLE")
def no_createrole(place: Place, hands: Hands) -> list[str]:
    cluster = ensure_cluster(place.home)
    with closing(psycopg2.connect(cluster.url("motcua", ""))) as owner, owner, owner.cursor() as cursor:
        cursor.execute("CREATE ROLE lowly LOGIN PASSWORD 'lowly'; GRANT CONNECT ON DATABASE motcua TO lowly")
    with _database_at(place, f"postgresql://lowly:lowly@/motcua?host={cluster.sockets}"):
        said = told(refresh(place))
    hands.do("name the account that may make roles")
    with closing(psycopg2.connect(cluster.url("motcua", ""))) as owner, owner, owner.cursor() as cursor:
        cursor.execute("REVOKE CONNECT ON DATABASE motcua FROM lowly; DROP ROLE lowly")
    return [said]
