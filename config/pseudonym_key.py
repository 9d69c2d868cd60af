"""Key of the pseudonyms: the setting's, else one made at first use below the home for its owner only."""

from __future__ import annotations

import secrets

from config.errors import ConfigError
from config.language import Bilingual
from config.secret_files import secret_in
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
    made = secret_in(settings().home / "keys" / "pseudonym.key", lambda: secrets.token_hex(32))
    return _checked(made.strip(), "keys/pseudonym.key")


def _checked(key: bytes, where: str) -> bytes:
    if len(key) < SHORTEST_KEY:
        raise ConfigError(
            where,
            Bilingual("quá ngắn", "is too short"),
            Bilingual(f"từ {SHORTEST_KEY} ký tự trở lên", f"{SHORTEST_KEY} characters or more"),
        )
    return key
