"""Atomic writing of a file: whole or not at all.

Whoever reads meanwhile, or after a power cut, meets either the old file or the new one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def write_whole_file(path: Path, content: bytes, *, private: bool = False, written: Callable[[], object] | None = None) -> Path:
    """Write a file under its name at once, in a folder that is there.

    Args:
        path: the file.
        content: its bytes.
        private: readable by the owner only.
        written: called when the new file is complete, and the old one is still in its place.

    Raises:
        OSError: it cannot be written; what was there stays, as it does where ``written`` raises.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if written is not None:
            written()
        return part.replace(path)
    finally:
        part.unlink(missing_ok=True)  # where it has its name by now, nothing is there
