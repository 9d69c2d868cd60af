"""Child processes: started apart from the terminal, logged to a file, stopped by their own number."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from tasks.warehouse.processes import lives

_C = ctypes.CDLL(None) if sys.platform == "linux" else None
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def end_with_parent() -> None:
    """Have the kernel end this process when its parent is gone, also one that was killed; on Linux only."""
    if _C is not None:
        _C.prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)


def start(
    command: Sequence[str], environment: Mapping[str, str], log: Path, *, outlives: bool = False
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches us first and we stop it in order.

    Call it in the main thread: a child that does not outlive us ends with the thread that started it.

    Args:
        command: program and arguments.
        environment: the whole environment of the child.
        log: file that its output is appended to; mode 0600.
        outlives: whether the child goes on where we are killed.
    """
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        return subprocess.Popen(  # noqa: S603 (our own command lines; the call is one of C that allocates nothing)
            list(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
            preexec_fn=None if outlives else end_with_parent,
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


def end(process: psutil.Process | None, patience: float = 20.0) -> None:
    """Ask a process that another one started to end, and wait.

    What it leaves behind is ended by force, and so is the process itself where it does not end.
    """
    if process is None:
        return
    family = _family(process.pid)
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
    until = time.monotonic() + patience
    while lives(process) and time.monotonic() < until:
        time.sleep(0.02)
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()


def _family(number: int) -> list[psutil.Process]:
    try:
        head = psutil.Process(number)
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
