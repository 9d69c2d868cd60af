"""Writing a file that people read: whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from config.errors import MotcuaError


def write_whole(path: Path, text: str) -> Path:
    """Write a text under its name at once; whoever reads meanwhile sees the old one.

    Raises:
        MotcuaError: the folder or the file cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True) if part.parent.is_dir() else None
        raise MotcuaError(f"{path} cannot be written ({error.strerror}). Nothing was written. Choose another file.") from None
    return path
