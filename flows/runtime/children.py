"""Child processes: started apart from the terminal, logged to a file, stopped by their own number."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def start(command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches us first and we stop it in order.

    Args:
        command: program and arguments.
        environment: the whole environment of the child.
        log: file that its output is appended to; mode 0600.
    """
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        return subprocess.Popen(  # noqa: S603 (our own command lines)
            list(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )


def stop(process: subprocess.Popen[bytes] | None, patience: float = 15.0) -> None:
    """Ask a child to end, wait, and end it and what it started by force where it does not.

    Args:
        process: the child; nothing happens where it is None or gone.
        patience: seconds to wait before force.
    """
    if process is None:
        return
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    # What the child left behind lives in its session, whose group has the child's number.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
