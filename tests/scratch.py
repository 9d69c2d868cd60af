"""Where tests put databases and files: in memory, where the machine has plenty, because most of the waiting is for disks.

Nothing of what is tested depends on it: tests kill processes, not machines, and what the server promises to a disk
(fsync and its companions) is asked of its settings.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psutil

_MEMORY = Path("/dev/shm")  # noqa: S108 - only as the place for a folder of our own
_ENOUGH = 8_000_000_000  # bytes; four workers with a database each take half of it
_NAME = "motcua-tests-"  # and the number of the process that began


def use_memory() -> None:
    """Let temporary folders of this process, and of those it starts, be made in memory; nothing where an own place was chosen.

    What an earlier run has left there is removed: of one that was killed, its databases; of any other, the files of its tests.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK | os.X_OK) or not _MEMORY.is_mount():
        return
    for left in _MEMORY.glob(f"{_NAME}*"):
        if left.stat().st_uid == os.geteuid() and not psutil.pid_exists(int(left.name.removeprefix(_NAME))):
            shutil.rmtree(left, ignore_errors=True)
    if min(shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available) >= _ENOUGH:
        folder = _MEMORY / f"{_NAME}{os.getpid()}"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)  # the server's account passes through it
        os.environ["TMPDIR"] = str(folder)
        tempfile.tempdir = None  # read again
