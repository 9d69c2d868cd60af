"""Processes of the database server, found by its data folder and never by name alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import psutil

from tasks.warehouse.accounts import Account

_STARTERS = frozenset({"initdb", "pg_ctl"})
_STARTERS_PATIENCE = 10.0  # seconds


def run_quietly(command: list[str], folder: Path, account: Account | None) -> bool:
    """Run one of PostgreSQL's programs under the server's account.

    Its output is thrown away: a server that inherited our pipe would keep us waiting for its end.

    Returns:
        Whether it ended with code 0.
    """
    done = subprocess.run(  # noqa: S603 - our own binaries, no shell
        command,
        check=False,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        umask=0o077,
        env={"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C"},
        user=account.user if account else None,
        group=account.group if account else None,
        extra_groups=[] if account else None,
    )
    return done.returncode == 0


def lives(process: psutil.Process) -> bool:
    """Tell whether a process still works; one that has ended and that nobody has waited for does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def postmaster(data: Path) -> psutil.Process | None:
    """Return the living server of a data folder, or None."""
    number = _recorded_number(data)
    if number is None:
        return None
    try:
        process = psutil.Process(number)
        alive = process.status() != psutil.STATUS_ZOMBIE and str(data) in process.cmdline()
    except psutil.Error:
        return None
    return process if alive else None


def end_starters(data: Path) -> None:
    """End the programs that still make or start a server in a data folder: whoever called them was killed.

    Both programs undo what they began when they are interrupted, and take their own children along.
    """
    starters = [process for process in psutil.process_iter() if _starts_a_server_in(process, data)]
    for process in starters:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)
    for process in psutil.wait_procs(starters, timeout=_STARTERS_PATIENCE)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait()


def drop_foreign_pid_file(data: Path) -> None:
    """Remove a pid file whose number now belongs to another program, as after a power cut.

    A file with a dead number is left to PostgreSQL, which recognises orphaned backends by it.
    """
    number = _recorded_number(data)
    if number is None or not psutil.pid_exists(number) or postmaster(data) is not None:
        return
    if not any(_works_in(process, data) for process in psutil.process_iter()):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _recorded_number(data: Path) -> int | None:
    try:
        return abs(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (OSError, ValueError):
        return None


def _starts_a_server_in(process: psutil.Process, data: Path) -> bool:
    try:
        return process.name() in _STARTERS and str(data) in process.cmdline()
    except psutil.Error:
        return False


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return bool(process.cwd() == str(data))
    except psutil.Error:
        return False
