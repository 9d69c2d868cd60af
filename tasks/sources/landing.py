"""Landing zone: bytes as they came, compressed, each file named by the SHA-256 of those bytes.

The same bytes are the same file, so a page that comes twice is stored once; a replay needs no network. A page from which a
person was erased (:mod:`tasks.sources.erased_pages`) keeps its name, and coming again does not bring the person back; nor does
one that was purged (:mod:`tasks.sources.purged_pages`).
"""

from __future__ import annotations

import hashlib

import zstandard

from config.errors import SourceError
from config.language import Bilingual
from tasks.sources.encrypted_store import blob_store
from tasks.sources.replacements import is_genuine_replacement, is_replaced
from tasks.sources.storage import WHERE, BlobStore

_LEVEL = 3
_LARGEST = 4 * 1024**3  # bytes of one page; above it a file was not written by us


def digest_of(body: bytes) -> str:
    """Return the SHA-256 of a page, 64 hexadecimal characters."""
    return hashlib.sha256(body).hexdigest()


def store(body: bytes) -> str:
    """Keep a page and return its digest; afterwards its file is there whole, or there is an error.

    Raises:
        OSError: the folder of the landing zone takes no file: the disk is full or not ours.
        SourceError: the store of the landing zone does not answer, or changes what it is given.
    """
    digest = digest_of(body)
    place, name = blob_store(), name_of(digest)
    if not place.holds(name) and not _was_erased(place, name):
        place.put(name, _compressed(body))
    return digest


def overwrite(digest: str, body: bytes) -> None:
    """Put an erased page, or what says that it was purged, into the place of a page; see :func:`store` for errors."""
    blob_store().put(name_of(digest), _compressed(body))


def fetch(digest: str, source: str = WHERE) -> bytes:
    """Return the bytes of a page, or what stands for it where it was erased or purged.

    Args:
        digest: of the page.
        source: whose page it is, for the error.

    Raises:
        SourceError: the file is missing, or its bytes are no longer those that came.
    """
    try:
        body = zstandard.ZstdDecompressor().decompress(blob_store().get(name_of(digest)), max_output_size=_LARGEST)
    except FileNotFoundError:
        raise SourceError(
            source,
            Bilingual(
                f"thiếu bản gốc {digest[:12]} trong vùng lưu bản gốc",
                f"landing file {digest[:12]} is missing from the landing zone",
            ),
            Bilingual("Hãy phục hồi từ bản sao lưu, hoặc lấy lại.", "Restore it from a backup, or pull again."),
        ) from None
    except (zstandard.ZstdError, OSError) as error:
        raise _damaged(digest, source, type(error).__name__) from None
    if digest_of(body) != digest and not is_genuine_replacement(body, digest):
        raise _damaged(digest, source, "other bytes")
    return body


def name_of(digest: str) -> str:
    """Return where a page lies below the landing zone: two characters of the digest name its folder."""
    return f"{digest[:2]}/{digest}.zst"


def _compressed(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL).compress(body)


def _was_erased(place: BlobStore, name: str) -> bool:
    """Tell whether a store that cannot say what it holds holds an erased or a purged page there."""
    try:
        body = zstandard.ZstdDecompressor().decompress(place.get(name), max_output_size=_LARGEST)
    except (FileNotFoundError, zstandard.ZstdError):
        return False
    return is_replaced(body)


def _damaged(digest: str, source: str, fact: str) -> SourceError:
    action = Bilingual(
        "Hãy phục hồi từ bản sao lưu, hoặc xóa đi và lấy lại.", "Restore it from a backup, or remove it and pull again."
    )
    return SourceError(
        source, Bilingual(f"bản gốc {digest[:12]} bị hỏng ({fact})", f"landing file {digest[:12]} is damaged ({fact})"), action
    )
