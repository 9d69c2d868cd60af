"""Purged pages: what stands in the landing zone for a page whose time was over.

It says the day and the rule and nothing else, and keeps the name of the page, so that nobody takes the file for lost, and the
same bytes that come again bring nothing back. That it is ours, a digest under the pseudonym key says.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import date

from config.pseudonym_key import pseudonym_key

_SIGN = b"motcua purged page 1\n"
_MAC = 64  # hexadecimal digits


@dataclass(frozen=True)
class Purge:
    """When and by which rule a page was purged."""

    day: date
    rule: str


def purged_body(digest: str, purge: Purge) -> bytes:
    """Return what stands for the page of a digest."""
    content = json.dumps({"purged_on": f"{purge.day}", "rule": purge.rule}, ensure_ascii=False).encode()
    return _SIGN + _mac(digest, content) + b"\n" + content


def is_purged(body: bytes) -> bool:
    """Tell whether a body stands for a purged page."""
    return body.startswith(_SIGN)


def is_purged_here(body: bytes, digest: str) -> bool:
    """Tell whether a body is what this installation put into the place of the page of that digest."""
    head = len(_SIGN) + _MAC + 1
    return is_purged(body) and hmac.compare_digest(body[len(_SIGN) : head - 1], _mac(digest, body[head:]))


def purge_of(body: bytes) -> Purge:
    """Read what stands for a purged page."""
    said = json.loads(body[len(_SIGN) + _MAC + 1 :])
    return Purge(date.fromisoformat(said["purged_on"]), said["rule"])


def _mac(digest: str, content: bytes) -> bytes:
    return hmac.digest(pseudonym_key(), b"purged page\x00" + digest.encode() + b"\x00" + content, "sha256").hex().encode()
