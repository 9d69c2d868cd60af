"""Secret files: made once at first use, readable by their owner only, whole or not there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def secret_in(file: Path, made: Callable[[], str]) -> bytes:
    """Return what a file holds; where it is not there it is made (mode 0400, its folder 0700).

    Args:
        file: where the secret is kept.
        made: makes its text; asked only where there is none. Of two processes that make one both get the first one's.

    Raises:
        OSError: it can be neither read nor made.
    """
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.parent.chmod(0o700)  # whoever made it
        draft = file.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="ascii") as stream:
                stream.write(made())
                stream.flush()
                os.fsync(stream.fileno())
            with suppress(FileExistsError):
                os.link(draft, file)  # a link fails where another process was first
        finally:
            draft.unlink(missing_ok=True)
    return file.read_bytes()
