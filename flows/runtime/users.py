"""Users of the Prefect server: each process holds a shared lock, lost when it is killed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

KEEPER = "flows.runtime.keeper"


@dataclass
class Users:
    """The users of one installation's server on one port, over all processes.

    Attributes:
        folder: where the locks and the note of the server's keeper lie.
        port: of the server.
    """

    folder: Path
    port: int
    _share: int | None = field(default=None, repr=False)

    def join(self) -> None:
        """Take a share; nothing where this object holds one."""
        if self._share is None:
            self._share = self._open("users")
            fcntl.flock(self._share, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Give the share up and tell whether nobody else has one; call it within :meth:`exclusive`."""
        if self._share is None:
            return False
        try:
            fcntl.flock(self._share, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(self._share)
            self._share = None

    def are_gone(self) -> bool:
        """Tell whether nobody has a share, without keeping one."""
        handle = self._open("users")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(handle)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock of who starts or stops the server: one at a time."""
        handle = self._open("start")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def note_keeper(self, number: int) -> None:
        """Write down which process keeps the server."""
        self._note.write_text(str(number), encoding="utf-8")

    def forget_keeper(self) -> None:
        """Forget a keeper that has stopped its server and is about to end: nobody may join it meanwhile."""
        self._note.unlink(missing_ok=True)

    def keeper(self) -> psutil.Process | None:
        """Return the living process that keeps the server, whoever started it, or None.

        Known by what it was told, not by the time of its start: that moves where the clock is set.
        """
        try:
            process = psutil.Process(int(self._note.read_text(encoding="utf-8")))
            told = process.cmdline()
            ours = KEEPER in told and str(self.port) in told
            return process if ours and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, psutil.Error):
            return None

    @property
    def _note(self) -> Path:
        return self.folder / f"server-{self.port}.pid"

    def _open(self, name: str) -> int:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(self.folder / f"server-{self.port}.{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
