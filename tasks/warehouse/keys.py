"""Secret of the embedded cluster: one file, from which each role's password is derived."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

_FILE = "cluster.key"


def role_password(folder: Path, role: str) -> str:
    """Return a role's password; makes the key (mode 0400, folder 0700) at first use.

    Who holds one role's password learns nothing about another's.
    """
    return hmac.new(_key(folder), role.encode(), hashlib.sha256).hexdigest()


def _key(folder: Path) -> bytes:
    file = folder / _FILE
    if not file.exists():
        folder.mkdir(exist_ok=True, mode=0o700)
        draft = folder / f"{_FILE}.{os.getpid()}.{secrets.token_hex(4)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(draft, file)  # who comes second keeps the first one's key
        draft.unlink()
    return file.read_bytes()
