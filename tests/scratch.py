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

_MEMORY = Path("/dev/shm")  # noqa: S108 - only as the place for temporary folders, whose names nobody can guess
_ENOUGH = 8_000_000_000  # bytes; four workers with a database each take half of it


def use_memory() -> None:
    """Let temporary folders of this process, and of those it starts, be made in memory; nothing where an own place was chosen."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK | os.X_OK) or not _MEMORY.is_mount():
        return
    if min(shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available) >= _ENOUGH:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # read again
