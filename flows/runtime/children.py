"""Child processes: started apart from the terminal, logged to a file, stopped by their own number."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil


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
    """Ask a child to end, wait, and end by force what it leaves behind or where it does not.

    Args:
        process: the child; nothing happens where it is None or has ended: its number may be another's by now.
        patience: seconds to wait before force.
    """
    if process is None or process.poll() is not None:
        return
    family = _family(process.pid)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    for member in family:
        # Knows by the time of its start whether the number still means the same process.
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    process.wait()


def _family(number: int) -> list[psutil.Process]:
    try:
        head = psutil.Process(number)
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
