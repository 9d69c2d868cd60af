"""Session of a command: the warehouse, the Prefect server and this process's settings of it."""

from __future__ import annotations

import shutil
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError, MotcuaError
from config.language import Bilingual, translate
from config.settings import settings
from flows.runtime.environment import client_environment, enter
from flows.runtime.keys import auth_string
from flows.runtime.server import PrefectServer
from tasks.recovery.unfinished_restore import refuse_unfinished
from tasks.warehouse.cluster import ORCHESTRATOR, Cluster, ensure_cluster
from tasks.warehouse.engine import reset_engine
from tasks.warehouse.migrations import migrate

_GLANCE = 1.0  # seconds between two looks at the server
# On the terminal of a command its own bar and last sentence speak; the whole log is in the server.
_QUIET = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}


@dataclass
class RunningServices:
    """The parts that run.

    Attributes:
        cluster: the embedded cluster; None where the warehouse is an office's own PostgreSQL.
        server: the Prefect server, joined or started.
        block: settings of Prefect for whoever talks to that server.
        page: address of the published page where this process serves it, else why it does not; empty: nobody asked for it.
    """

    cluster: Cluster | None
    server: PrefectServer
    block: Mapping[str, str]
    page: str = ""


@contextmanager
def warehouse() -> Iterator[Cluster | None]:
    """Have the warehouse running and migrated; leave it at the end (the last to leave stops it).

    Raises:
        ConfigError: less space is free than the settings ask for.
        WarehouseError: it does not start or cannot be migrated.
    """
    cluster = _start_warehouse()
    try:
        migrate()
        yield cluster
    finally:
        _leave(cluster)


def _nothing() -> None:
    """Do nothing while the server starts."""


@contextmanager
def session(meanwhile: Callable[[], object] = _nothing) -> Iterator[RunningServices]:
    """Have everything running that a flow needs, and stop at the end what was started here.

    Args:
        meanwhile: done while a server starts, with Prefect's settings in place: imports of several seconds.
            Not done where one is joined, which nobody has to wait for.

    Raises:
        MotcuaError: a part does not start; the others are stopped again.
    """
    chosen = settings()
    cluster = _start_warehouse()
    server = PrefectServer(chosen.home, chosen.prefect_port)
    try:
        server.start(prefect_database(cluster))
        block = client_environment(chosen.home, chosen.prefect_port, auth_string(chosen.home))
        enter({**block, **_QUIET})
        migrate()
        if server.process is not None:
            meanwhile()
        server.wait()
        if server.alone:
            _give_places_back()
        yield RunningServices(cluster, server, block)
    finally:
        server.stop()
        _leave(cluster)


@contextmanager
def revived(current: RunningServices) -> Iterator[None]:
    """Start database and Prefect server again while a command runs, should they be killed: the run goes on.

    Without it each question of the run would wait a minute for an answer, for hours.
    """
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_GLANCE):
            with suppress(MotcuaError):  # the next look tries again; the run tells what it cannot do meanwhile
                if current.cluster is not None and not current.cluster.is_running:
                    current.cluster.ensure_running()
                if not current.server.lives:
                    current.server.start(prefect_database(current.cluster))

    watcher = threading.Thread(target=look, name="server-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _give_places_back() -> None:
    from flows.runtime.limits import give_places_back  # imports Prefect, which has to see its settings first

    give_places_back()


def prefect_database(cluster: Cluster | None) -> str:
    """Return the address of the server's database.

    In the embedded cluster a database of its own. Beside an office's PostgreSQL it is the one that
    ``MOTCUA_PREFECT_DATABASE_URL`` names; without one a file, which bears one operator and few runs.
    """
    chosen = settings()
    given = chosen.prefect_database_url.get_secret_value()
    if given:
        return given
    if cluster is not None:
        return cluster.url(ORCHESTRATOR, "asyncpg")
    warnings.warn(_sqlite_warning(), stacklevel=2)
    folder = chosen.home / "prefect"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return f"sqlite+aiosqlite:///{folder / 'prefect.db'}"


def _start_warehouse() -> Cluster | None:
    chosen = settings()
    refuse_unfinished(chosen.home)
    check_free_space(chosen.home, chosen.free_space_floor_mb)
    return None if chosen.database_url.get_secret_value() else ensure_cluster(chosen.home)


def _leave(cluster: Cluster | None) -> None:
    reset_engine()
    if cluster is not None:
        cluster.leave()


def check_free_space(home: Path, floor_mb: int) -> None:
    """Refuse to begin where the disk is nearly full: a full disk takes the whole warehouse down.

    Raises:
        ConfigError: less than ``floor_mb`` megabytes are free.
    """
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free // 1_000_000
    if free < floor_mb:
        raise ConfigError(
            str(home),
            Bilingual(f"chỉ còn trống {free} MB, cần {floor_mb} MB", f"only {free} MB are free, {floor_mb} MB are asked for"),
            Bilingual("giải phóng dung lượng, hoặc đặt MOTCUA_HOME", "make room, or set MOTCUA_HOME"),
        )


def _sqlite_warning() -> str:
    return translate(
        "MOTCUA_PREFECT_DATABASE_URL chưa đặt: máy chủ Prefect ghi vào tệp SQLite, chỉ hợp với một người vận hành.",
        "MOTCUA_PREFECT_DATABASE_URL is not set: the Prefect server writes to a SQLite file, good for one operator only.",
    )
