"""Password of the Prefect server: made once, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from config.errors import ConfigError
from config.language import Bilingual

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
    if not path.exists():
        _create(path, f"{USER}:{secrets.token_urlsafe(24)}")
    text = path.read_text(encoding="ascii").strip()
    if ":" not in text:
        raise ConfigError(
            str(path),
            Bilingual("không chứa tên:mật khẩu", "holds no user:password"),
            Bilingual("một dòng tên:mật khẩu; xóa tệp để tạo lại", "one line user:password; remove the file to get a new one"),
        )
    return text


def _create(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="ascii") as file:
        file.write(text + "\n")
    # A link fails where another process was first: both then read the same password.
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
