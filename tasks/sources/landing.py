"""The landing zone: bytes as they came, compressed, each file named by the SHA-256 of those bytes.

The same bytes are the same file, so a page that comes twice is stored once; a replay needs no network.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import zstandard

from config.errors import SourceError
from config.settings import settings

_LEVEL = 3
_LARGEST = 4 * 1024**3  # bytes of one page; above it a file was not written by us


def digest_of(body: bytes) -> str:
    """Return the SHA-256 of a page, 64 hexadecimal characters."""
    return hashlib.sha256(body).hexdigest()


def store(body: bytes) -> str:
    """Keep a page and return its digest.

    The file appears whole or not at all: it is written beside its place, flushed to disk and renamed.
    """
    digest = digest_of(body)
    place = path_of(digest)
    if place.exists():
        return digest
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(zstandard.ZstdCompressor(level=_LEVEL).compress(body))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _flush_folder(place.parent)
    return digest


def fetch(digest: str) -> bytes:
    """Return the bytes of a page.

    Raises:
        SourceError: the file is missing, or its bytes are no longer those that came.
    """
    try:
        body = zstandard.ZstdDecompressor().decompress(path_of(digest).read_bytes(), max_output_size=_LARGEST)
    except FileNotFoundError:
        raise SourceError("landing zone", f"landing file {digest[:12]} is missing", "Restore it or pull again.") from None
    except (zstandard.ZstdError, OSError) as error:
        raise _damaged(digest, type(error).__name__) from None
    if digest_of(body) != digest:
        raise _damaged(digest, "other bytes")
    return body


def path_of(digest: str) -> Path:
    """Return where a page lies: two characters of the digest name its folder."""
    return settings().landing / digest[:2] / f"{digest}.zst"


def _damaged(digest: str, fact: str) -> SourceError:
    return SourceError("landing zone", f"landing file {digest[:12]} is damaged ({fact})", "Restore it or pull again.")


def _flush_folder(folder: Path) -> None:
    # A rename lasts over a power cut only once its folder is flushed too.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
