"""Replacements of landed pages: what this installation put into their place, signed with its key.

A replacement keeps the name of its page, the digest of the bytes as they came, since everything refers to it by that. So that
name says nothing of its own bytes; that they are ours, and of that page, their own digest says.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from config.pseudonym_key import pseudonym_key

_MAC = 64  # hexadecimal digits


@dataclass(frozen=True)
class Replacement:
    """A kind of replacement; its name stands in the bodies' first line and in their digest."""

    name: str

    def body(self, digest: str, content: bytes) -> bytes:
        """Return what stands for the page of a digest."""
        return self._sign + self._mac(digest, content) + b"\n" + content

    def is_in(self, body: bytes) -> bool:
        """Tell whether a body is of this kind; whose it is, it does not tell."""
        return body.startswith(self._sign)

    def is_genuine(self, body: bytes, digest: str) -> bool:
        """Tell whether a body is what this installation put into the place of the page of that digest."""
        written = body[len(self._sign) : len(self._sign) + _MAC]
        return self.is_in(body) and hmac.compare_digest(written, self._mac(digest, self.content(body)))

    def content(self, body: bytes) -> bytes:
        """Return what a body of this kind says."""
        return body[len(self._sign) + _MAC + 1 :]

    @property
    def _sign(self) -> bytes:
        return f"motcua {self.name} 1\n".encode()

    def _mac(self, digest: str, content: bytes) -> bytes:
        signed = self.name.encode() + b"\x00" + digest.encode() + b"\x00" + content
        return hmac.digest(pseudonym_key(), signed, "sha256").hex().encode()


ERASED = Replacement("erased page")
PURGED = Replacement("purged page")
_KINDS = (ERASED, PURGED)


def is_replaced(body: bytes) -> bool:
    """Tell whether a body is not the source's, but stands for a page of its."""
    return any(kind.is_in(body) for kind in _KINDS)


def is_genuine_replacement(body: bytes, digest: str) -> bool:
    """Tell whether a body is what this installation put into the place of the page of that digest."""
    return any(kind.is_genuine(body, digest) for kind in _KINDS)
