"""Encrypted store: what is written into the landing zone is locked, older plain files are still read.

ChaCha20-Poly1305 with the file's name bound in, so that a file in another's place is noticed. The nonce follows from key, name
and content: the same bytes are the same file again, as a store that reads back what it wrote expects.
"""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from config.errors import ConfigError, SourceError
from config.landing_keys import LandingKey, landing_keys
from config.language import Bilingual
from tasks.sources.storage import WHERE, BlobStore, raw_store

_SIGN = b"motcua locked 1\n"
_NUMBER, _NONCE = 8, 12  # bytes


class EncryptedStore:
    """A store whose files are locked with the newest key and read with any.

    Attributes:
        inner: where they lie.
        keys: newest first; none where files are written plainly, and locked ones are told to be so.
    """

    def __init__(self, inner: BlobStore, keys: tuple[LandingKey, ...]) -> None:
        self.inner, self.keys = inner, keys

    def holds(self, name: str) -> bool:
        """Tell whether a file is there whole; see the protocol."""
        return self.inner.holds(name)

    def put(self, name: str, content: bytes) -> None:
        """Write a file, locked; see the protocol."""
        self.inner.put(name, _locked(name, content, self.keys[0]) if self.keys else content)

    def get(self, name: str) -> bytes:
        """Return a file's bytes, unlocked; see the protocol.

        Raises:
            ConfigError: it is locked with a key that the file of keys lacks, or no file of keys is named.
            SourceError: it was changed since it was locked, or is another file.
        """
        return self._plain(name, self.inner.get(name))

    def names(self, folder: str) -> list[str]:
        """Return names; see the protocol."""
        return self.inner.names(folder)

    def lock_again(self) -> tuple[int, int]:
        """Lock every file with the newest key that is not, plain ones too; return how many were, and how many there are.

        Each is replaced whole; what is killed in between goes on where it was.
        """
        names, changed = self.inner.names(""), 0
        newest = _SIGN + self.keys[0].number
        for name in names:
            found = self.inner.get(name)
            if not found.startswith(newest):
                self.put(name, self._plain(name, found))
                changed += 1
        return changed, len(names)

    def _plain(self, name: str, found: bytes) -> bytes:
        return _opened(name, found, self.keys) if found.startswith(_SIGN) else found


def blob_store() -> EncryptedStore:
    """Return the one way to the landing files: locked by the keys of the settings, plain where there are none."""
    return EncryptedStore(raw_store(), landing_keys())


def _locked(name: str, content: bytes, key: LandingKey) -> bytes:
    nonce = hmac.digest(key.secret, b"nonce\x00" + name.encode() + b"\x00" + content, "sha256")[:_NONCE]
    locked: bytes = ChaCha20Poly1305(key.secret).encrypt(nonce, content, name.encode())
    return _SIGN + key.number + nonce + locked


def _opened(name: str, found: bytes, keys: tuple[LandingKey, ...]) -> bytes:
    begin = len(_SIGN) + _NUMBER
    number, nonce = found[len(_SIGN) : begin], found[begin : begin + _NONCE]
    key = next((one for one in keys if one.number == number), None)
    if key is None:
        raise ConfigError(
            "MOTCUA_LANDING_KEY_FILE",
            Bilingual(
                "không có khóa đã mã hóa vùng lưu bản gốc này", "does not hold the key that this landing zone is locked with"
            )
            if keys
            else Bilingual("chưa đặt, mà vùng lưu bản gốc đã mã hóa", "is not set, and this landing zone is locked"),
            Bilingual("tệp có khóa đó, sau các khóa mới hơn", "a file with that key in it, behind newer ones"),
        )
    try:
        content: bytes = ChaCha20Poly1305(key.secret).decrypt(nonce, found[begin + _NONCE :], name.encode())
    except (InvalidTag, ValueError):
        short = name.rpartition("/")[2][:12]
        raise SourceError(
            WHERE,
            Bilingual(
                f"bản gốc {short} bị hỏng (không khớp khóa)", f"landing file {short} is damaged (it does not fit its key)"
            ),
            Bilingual("Hãy phục hồi từ bản sao lưu.", "Restore it from a backup."),
        ) from None
    return content
