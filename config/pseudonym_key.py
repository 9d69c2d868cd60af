"""Key of the pseudonyms: the setting's, else one made at first use below the home for its owner only."""

from __future__ import annotations

import os
import secrets

from config.errors import ConfigError
from config.language import Bilingual
from config.settings import settings

SHORTEST_KEY = 32


def pseudonym_key() -> bytes:
    """Return the key of the pseudonyms: the setting's, else that of a file made at first use (mode 0400).

    Raises:
        ConfigError: the key is too short.
    """
    given_key = settings().pseudonym_key.get_secret_value()
    if given_key:
        return _checked(given_key.encode(), "MOTCUA_PSEUDONYM_KEY")
    file = settings().home / "keys" / "pseudonym.key"
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = file.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_hex(32))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, file)  # who comes second keeps the first one's key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return _checked(file.read_bytes().strip(), "keys/pseudonym.key")


def _checked(key: bytes, where: str) -> bytes:
    if len(key) < SHORTEST_KEY:
        raise ConfigError(
            where,
            Bilingual("quá ngắn", "is too short"),
            Bilingual(f"từ {SHORTEST_KEY} ký tự trở lên", f"{SHORTEST_KEY} characters or more"),
        )
    return key
