"""Password of the Prefect server: made once, readable by its owner only."""

from __future__ import annotations

import secrets
from pathlib import Path

from config.errors import ConfigError
from config.language import Bilingual
from config.secret_files import secret_in

USER = "motcua"


def key_path(home: Path) -> Path:
    """Return the file that holds the server's ``user:password``."""
    return home / "keys" / "prefect.key"


def auth_string(home: Path) -> str:
    """Return the server's ``user:password``; make it at first use.

    Args:
        home: folder of the installation; ``keys/`` below it is made with mode 0700, the file with 0400.

    Raises:
        ConfigError: the file is there and holds no ``user:password``.
    """
    path = key_path(home)
    text = secret_in(path, lambda: f"{USER}:{secrets.token_urlsafe(24)}\n").decode("ascii").strip()
    if ":" not in text:
        raise ConfigError(
            str(path),
            Bilingual("không chứa tên:mật khẩu", "holds no user:password"),
            Bilingual("một dòng tên:mật khẩu; xóa tệp để tạo lại", "one line user:password; remove the file to get a new one"),
        )
    return text
