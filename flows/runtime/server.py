"""The Prefect server as a child process: started where none of ours answers, joined where one does."""

from __future__ import annotations

import base64
import http.client
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError, MotcuaError
from flows.runtime import children
from flows.runtime.environment import child_environment, server_environment
from flows.runtime.keys import auth_string
from flows.runtime.words import say

# A first start migrates its database: 8 to 18 s were measured on two idle cores, four times that on busy ones.
PATIENCE_SECONDS = 120.0


@dataclass
class PrefectServer:
    """A server that answers, or is about to.

    Attributes:
        address: where the UI is.
        process: the child, where this process started it; None where it joined a running one.
    """

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Address of the UI."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """File of the server's output."""
        return log_path(self.home)

    def wait(self, patience: float = PATIENCE_SECONDS) -> None:
        """Wait until the server takes our password.

        Raises:
            MotcuaError: it ended or did not answer in time; names its log.
        """
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if answers(self.home, self.port):
                return
            if self.process is not None and self.process.poll() is not None:
                raise MotcuaError(_ended(self.log, self.process.returncode))
            time.sleep(0.1)
        raise MotcuaError(_silent(self.port, patience, self.log))

    def stop(self) -> None:
        """Stop the server if this process started it."""
        if self.process is not None and self.process.poll() is None:
            _send_what_waits()
        children.stop(self.process)
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
    raise ConfigError("MOTCUA_PREFECT_PORT", f"port {port} is used by another program (it answered {status})", "a free port")


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
    if answers(home, port):
        return server
    block = server_environment(home, port, auth_string(home), database_url)
    Path(block["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    server.process = children.start(command, child_environment(block), server.log)
    if wait:
        try:
            server.wait()
        except BaseException:
            server.stop()
            raise
    return server


def _send_what_waits() -> None:
    """Send the logs and events that threads of their own still hold, before the server that takes them is stopped."""
    if "prefect" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all(timeout=10)
    EventsWorker.drain_all(timeout=10)


def _ended(log: Path, code: int) -> str:
    return say(
        f"Máy chủ Prefect đã tự dừng (mã {code}). Chưa có gì được chạy. Xem {log}.",
        f"The Prefect server ended by itself (code {code}). Nothing was run. Read {log}.",
    )


def _silent(port: int, patience: float, log: Path) -> str:
    return say(
        f"Máy chủ Prefect ở cổng {port} không trả lời trong {patience:.0f} giây. Chưa có gì được chạy. Xem {log}.",
        f"The Prefect server on port {port} did not answer within {patience:.0f} s. Nothing was run. Read {log}.",
    )
