"""Prefect server as a child process: joined where one of ours answers, started where none does."""

from __future__ import annotations

import base64
import http.client
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError, MotcuaError
from config.language import Bilingual
from config.settings import settings
from flows.runtime import children
from flows.runtime.environment import child_environment, lease_folder, server_environment
from flows.runtime.keys import auth_string
from flows.runtime.unsent import SENDING_SECONDS, send_or_drop
from flows.runtime.users import KEEPER, Users

# A first start migrates its database: 8 to 18 s were measured on two idle cores, ten times that on busy ones. One that ends is
# told at once: this is for one that hangs.
PATIENCE_SECONDS = 600.0

_STOP_PATIENCE = 20.0  # seconds; more than the keeper gives the server


@dataclass
class PrefectServer:
    """A server that answers, or is about to; whoever holds one is a user of it, and the last user stops it.

    Attributes:
        address: where the UI is.
        process: its keeper, where this process started it; None where it joined a running one.
        alone: whether it was started here while nobody used it: then no run is alive that could hold a place.
    """

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    alone: bool = False

    def __post_init__(self) -> None:
        self.users = Users(self.home / "prefect", self.port)

    @property
    def address(self) -> str:
        """Address of the UI."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """File of the server's output."""
        return log_path(self.home)

    @property
    def lives(self) -> bool:
        """Whether the server, or the process that starts it, is alive."""
        if self.process is not None:
            return self.process.poll() is None
        return self.users.keeper() is not None

    def start(self, database_url: str) -> None:
        """Join the server of this installation, or start it; returns before it answers.

        Args:
            database_url: SQLAlchemy address with an asynchronous driver; given to the server process only.

        Raises:
            ConfigError: another program has the port.
        """
        with self.users.exclusive():
            self.alone = False
            unused = self.users.are_gone()
            self.users.join()
            if answers(self.home, self.port) or self.users.keeper() is not None:
                self.process = None if self.process is None or self.process.poll() is not None else self.process
                return
            refuse_taken(self.port)
            if unused:
                shutil.rmtree(lease_folder(self.home), ignore_errors=True)
            block = server_environment(self.home, self.port, auth_string(self.home), database_url)
            Path(block["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True, mode=0o700)
            where = "elsewhere" if settings().database_url.get_secret_value() else "embedded"
            command = [sys.executable, "-m", KEEPER, str(self.home), str(self.port), where]
            self.process = children.start(command, child_environment(block), self.log, outlives=True)
            self.users.note_keeper(self.process.pid)
            self.alone = unused

    def wait(self, patience: float = PATIENCE_SECONDS) -> None:
        """Wait until the server takes our password.

        Raises:
            MotcuaError: it ended or did not answer in time; names its log.
        """
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if answers(self.home, self.port):
                return
            if not self.lives:
                raise MotcuaError(_ended(self.log))
            time.sleep(0.1)
        raise MotcuaError(_silent(self.port, patience, self.log))

    def stop(self) -> None:
        """Give up this process's share; the last user stops the server, whoever started it."""
        send_or_drop(SENDING_SECONDS if self.lives else 0.0)
        with self.users.exclusive():
            if self.users.leave():
                if self.process is not None:
                    children.stop(self.process, _STOP_PATIENCE)
                else:
                    children.end(self.users.keeper(), _STOP_PATIENCE)
        self.process = None


def log_path(home: Path) -> Path:
    """Return the file of the server's output."""
    return home / "log" / "prefect-server.log"


def answers(home: Path, port: int) -> bool:
    """Tell whether a server answers on the port and takes this installation's password.

    Raises:
        ConfigError: something else listens there: a server of another installation, or no Prefect at all.
    """
    try:
        status, kind = _ask(port, auth_string(home))
    except (OSError, http.client.HTTPException):
        return False
    if status == http.HTTPStatus.OK and not kind.startswith("text/html"):
        return True
    if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return False
    raise ConfigError(
        "MOTCUA_PREFECT_PORT",
        Bilingual(
            f"cổng {port} đang do chương trình khác dùng (trả lời {status})",
            f"port {port} is used by another program (it answered {status})",
        ),
        Bilingual("một cổng còn trống", "a free port"),
    )


def refuse_taken(port: int, setting: str = "MOTCUA_PREFECT_PORT") -> None:
    """Refuse a port on which something listens that is no server of ours.

    A server that was told to take it would only end.

    Args:
        port: on the loopback.
        setting: variable that chooses it.

    Raises:
        ConfigError: something listens there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ConfigError(
                setting,
                Bilingual(f"cổng {port} đang do chương trình khác dùng", f"port {port} is used by another program"),
                Bilingual("một cổng còn trống", "a free port"),
            ) from None


def _ask(port: int, auth: str) -> tuple[int, str]:
    """Ask what only the right password is told; return status and content type.

    Not a POST: the missing CSRF token would be refused first. Not httpx: each of its questions reads all
    certificates anew, 50 ms of a core that the server needs in order to start.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)
    try:
        token = base64.b64encode(auth.encode()).decode()
        connection.request("GET", "/api/admin/version", headers={"Authorization": f"Basic {token}"})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("content-type", "")
    finally:
        connection.close()


def ensure_server(home: Path, port: int, database_url: str, *, wait: bool = True) -> PrefectServer:
    """Join the server of this installation, or start it.

    Args:
        home: folder of the installation: key, log, Prefect's own files.
        port: port on 127.0.0.1.
        database_url: SQLAlchemy address with an asynchronous driver; given to the server process only.
        wait: whether to return only when it answers.

    Raises:
        ConfigError: another program has the port.
        MotcuaError: the server did not start.
    """
    server = PrefectServer(home, port)
    try:
        server.start(database_url)
        if wait:
            server.wait()
    except BaseException:
        server.stop()
        raise
    return server


def _ended(log: Path) -> Bilingual:
    return Bilingual(
        f"Máy chủ Prefect đã tự dừng. Chưa có gì được chạy. Xem {log}.",
        f"The Prefect server ended by itself. Nothing was run. Read {log}.",
    )


def _silent(port: int, patience: float, log: Path) -> Bilingual:
    return Bilingual(
        f"Máy chủ Prefect ở cổng {port} không trả lời trong {patience:.0f} giây. Chưa có gì được chạy. Xem {log}.",
        f"The Prefect server on port {port} did not answer within {patience:.0f} s. Nothing was run. Read {log}.",
    )
