"""Secret of the embedded cluster: one file, from which each role's password is derived."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from config.secret_files import secret_in

_FILE = "cluster.key"


def role_password(folder: Path, role: str) -> str:
    """Return a role's password; makes the key (mode 0400, folder 0700) at first use.

    Who holds one role's password learns nothing about another's.
    """
    return hmac.new(secret_in(folder / _FILE, lambda: secrets.token_hex(32)), role.encode(), hashlib.sha256).hexdigest()
