"""Keys of the landing zone: read from a file outside the home, the newest first.

A key that lay in the home would be lost and stolen together with what it locks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from config.errors import ConfigError
from config.language import Bilingual
from config.read_once import read_once
from config.settings import settings

_VARIABLE = "MOTCUA_LANDING_KEY_FILE"
_BYTES = 32
_FORM = Bilingual(
    "mỗi dòng 64 chữ số hệ 16, ví dụ do `openssl rand -hex 32` in ra",
    "64 hexadecimal digits a line, as `openssl rand -hex 32` prints",
)


@dataclass(frozen=True)
class LandingKey:
    """One key.

    Attributes:
        secret: 32 bytes.
        number: 8 bytes that tell it from others and nothing about it.
    """

    secret: bytes = field(repr=False)
    number: bytes


@read_once
def landing_keys() -> tuple[LandingKey, ...]:
    """Return the keys of the landing zone, the one that locks first; none where it is not encrypted.

    Raises:
        ConfigError: the file cannot be read, can be read by others, lies in the home, or holds no keys.
    """
    place = settings().landing_key_file
    if place is None:
        return ()
    lines = [line for line in _text(place).split() if line]
    try:
        secrets = [bytes.fromhex(line) for line in lines]
    except ValueError:
        secrets = []
    if not secrets or any(len(one) != _BYTES for one in secrets):
        raise ConfigError(_VARIABLE, Bilingual("tệp không chứa khóa đúng dạng", "the file holds no keys"), _FORM)
    return tuple(LandingKey(one, hashlib.sha256(b"number of a key" + one).digest()[:8]) for one in secrets)


def _text(place: Path) -> str:
    if place.absolute().is_relative_to(settings().home.absolute()):
        raise ConfigError(
            _VARIABLE,
            Bilingual(
                "tệp khóa nằm trong MOTCUA_HOME, sẽ mất hay lộ cùng với bản gốc",
                "the key lies in MOTCUA_HOME and goes where that goes",
            ),
            Bilingual("một tệp ở nơi khác", "a file elsewhere"),
        )
    try:
        if place.stat().st_mode & 0o077:
            raise ConfigError(
                _VARIABLE,
                Bilingual("tài khoản khác đọc được tệp khóa", "other accounts can read the key"),
                Bilingual("quyền 0400 hoặc 0600 (chmod 0400)", "mode 0400 or 0600 (chmod 0400)"),
            )
        return place.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            _VARIABLE,
            Bilingual(f"không đọc được tệp khóa ({type(error).__name__})", f"the key cannot be read ({type(error).__name__})"),
            _FORM,
        ) from None
