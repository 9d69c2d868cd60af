"""Keeper of a Prefect server: its parent, which starts it again and stops it when nobody uses it.

It does so however the last user ended. A command that ends in order stops the server itself where it was the last user.
One that is killed cannot; its lock goes with it, and the keeper sees that.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from config.errors import ConfigError
from flows.runtime import children
from flows.runtime.server import answers
from flows.runtime.users import Users
from tasks.warehouse.cluster import Cluster

_GLANCE = 0.5  # seconds
_PATIENCE = 12.0  # seconds that the server has to end by itself; less than whoever stops us waits


def main(home: Path, port: int, embedded: bool) -> int:
    """Start the server and watch until it is unused or we are told to stop; return the exit code.

    A server that is killed under its users is started again.

    Args:
        home: folder of the installation.
        port: on 127.0.0.1.
        embedded: whether the server's database is in the cluster below the home, which is then stopped with it.
    """
    signal.signal(signal.SIGTERM, _stop)
    server = _start(port)
    users = Users(home / "prefect", port)
    cluster = Cluster(home) if embedded else None
    answered = False
    try:
        while True:
            time.sleep(_GLANCE)
            if server.poll() is None:
                answered = answered or _answers(home, port)
                if users.are_gone() and _retired(server, users, cluster):
                    return 0
            elif answered and not users.are_gone():
                sys.stdout.write("The server ended by itself, and somebody works with it: it is started again.\n")
                sys.stdout.flush()
                server, answered = _start(port), False
            else:
                return server.returncode
    finally:
        children.stop(server, _PATIENCE)


def _start(port: int) -> subprocess.Popen[bytes]:
    prefect = [sys.executable, "-P", "-m", "flows.runtime.masked_prefect"]
    command = [*prefect, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    return subprocess.Popen(command, preexec_fn=children.end_with_parent)  # noqa: S603 (our own command line, one thread)


def _answers(home: Path, port: int) -> bool:
    """Tell whether the server has come up; one that never did is not started again: whoever started it is told why."""
    with suppress(ConfigError):
        return answers(home, port)
    return False


def _retired(server: subprocess.Popen[bytes], users: Users, cluster: Cluster | None) -> bool:
    """Stop what nobody uses, unless somebody came meanwhile: whoever starts a server waits for us."""
    with users.exclusive():
        # A run whose worker was killed is no user of the server by its lock, but works in the warehouse.
        if not users.are_gone() or (cluster is not None and cluster.is_used):
            return False
        sys.stdout.write("Nobody uses this server any more: it is stopped.\n")
        children.stop(server, _PATIENCE)
        users.forget_keeper()
        if cluster is not None:
            cluster.stop_if_unused()
    return True


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "embedded"))
