"""Backup file: a tar under zstd whose last entry names every digest, so that damage is noticed.

Both ways it is read and written as a stream: neither the disk nor memory holds a second copy. Debian's ``tar`` lists it
too (``tar --zstd -tf``), for the day on which this program is not at hand.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import zstandard

from config.errors import UnreadableDataError
from config.language import Bilingual

KIND = "motcua backup"
FORMAT = 2
HEADER_ENTRY = "motcua-backup.json"
CHECKSUMS = "checksums.json"
_BLOCK = 1 << 20
_PACKED_BLOCK = 1 << 12  # of a hostile file it unpacks to 128 MB at most
_DAMAGE = (zstandard.ZstdError, tarfile.TarError, EOFError, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class BackupHeader:
    """First entry of a backup: what it is of.

    Attributes:
        version: release that made it.
        revision: migration of the warehouse's tables.
        made_at: when, ISO 8601 with zone.
        columns: name of each table to its columns, in the order in which its rows follow.
        sequences: name of each sequence to its last value, and whether that was given out.
        key: fingerprint of the key of the pseudonyms.
        key_inside: whether that key is in the backup; else the office keeps it in MOTCUA_PSEUDONYM_KEY.
    """

    version: str
    revision: str
    made_at: str
    columns: Mapping[str, list[str]]
    sequences: Mapping[str, tuple[int, bool]]
    key: str
    key_inside: bool
    kind: str = KIND
    format: int = FORMAT


@dataclass
class BackupWriter:
    """Writes the entries of a backup, one after the other.

    Attributes:
        tar: the open stream.
        digests: name of each entry to the SHA-256 of its bytes.
    """

    tar: tarfile.TarFile
    digests: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, content: bytes, mode: int = 0o600) -> None:
        """Add an entry that is in memory."""
        self.add_stream(name, io.BytesIO(content), len(content), mode)

    def add_stream(self, name: str, content: IO[bytes], size: int, mode: int = 0o600) -> None:
        """Add an entry of ``size`` bytes from a stream; OSError where it is shorter."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, mode
        hashed = _Hashed(content)
        self.tar.addfile(entry, hashed)
        self.digests[name] = hashed.digest.hexdigest()
        _forget_entries(self.tar)


class _Hashed:
    """A stream whose bytes are digested as they are read."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._content.read(size)
        self.digest.update(block)
        return block


class _Unpacked:
    """Bytes of a frame of zstd; EOFError where the file ends before the frame does, which the library passes over."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._frame = zstandard.ZstdDecompressor().decompressobj()

    def read(self, _size: int = -1) -> bytes:
        """Return the next bytes, as many as come; none at the end of the frame."""
        while not self._frame.eof:
            block = self._packed.read(_PACKED_BLOCK)
            if not block:
                raise EOFError
            if content := self._frame.decompress(block):
                return content
        return b""


@contextmanager
def writing(stream: IO[bytes], header: BackupHeader) -> Iterator[BackupWriter]:
    """Write a backup into an open file: its header first, the digests last.

    Args:
        stream: open for writing bytes; it stays open.
        header: what the backup is of.
    """
    with (
        zstandard.ZstdCompressor(level=3, write_checksum=True).stream_writer(stream, closefd=False) as packed,
        tarfile.open(fileobj=packed, mode="w|", bufsize=_BLOCK, format=tarfile.PAX_FORMAT) as tar,
    ):
        writer = BackupWriter(tar)
        writer.add(HEADER_ENTRY, json.dumps(asdict(header)).encode())
        yield writer
        writer.add(CHECKSUMS, json.dumps(writer.digests).encode())


@contextmanager
def reading(file: Path) -> Iterator[tuple[BackupHeader, Iterator[tuple[tarfile.TarInfo, IO[bytes]]]]]:
    """Read a backup: its header, then its entries in order; at their end every digest has been compared.

    Args:
        file: the backup.

    Raises:
        UnreadableDataError: it is not there, no backup of motcua's, of a newer one, or damaged; what was read of it
            before that must not be used.
    """
    try:
        with file.open("rb") as stream:
            unpacked = _Unpacked(stream)
            with tarfile.open(fileobj=cast(IO[bytes], unpacked), mode="r|", bufsize=_BLOCK) as tar:
                digests: dict[str, str] = {}
                header = _header(file, tar, digests)
                yield header, _entries(file, tar, digests, unpacked)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        if error.filename != str(file):
            raise
        raise _unreadable(file) from None
    except (zstandard.ZstdError, tarfile.TarError, EOFError):
        raise _damaged(file) from None


def verified(file: Path) -> BackupHeader:
    """Read a backup to its end and return its header.

    Raises:
        UnreadableDataError: as :func:`reading` says.
    """
    with reading(file) as (header, entries):
        for _ in entries:
            pass
        return header


def _header(file: Path, tar: tarfile.TarFile, digests: dict[str, str]) -> BackupHeader:
    first = _next(tar)
    if first is None or first.name != HEADER_ENTRY:
        raise _foreign(file)
    content = _Hashed(_content(tar, first))
    try:
        given: dict[str, Any] = json.loads(content.read())
        if given["kind"] != KIND:
            raise _foreign(file)
        if given["format"] > FORMAT:
            raise newer(file, given["version"])
        digests[HEADER_ENTRY] = content.digest.hexdigest()
        return BackupHeader(**given)
    except _DAMAGE:
        raise _damaged(file) from None


def _entries(
    file: Path, tar: tarfile.TarFile, digests: dict[str, str], unpacked: _Unpacked
) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    try:
        while (entry := _next(tar)) is not None:
            hashed = _Hashed(_content(tar, entry))
            if entry.name == CHECKSUMS:
                if json.loads(hashed.read()) != digests:
                    raise _damaged(file)
                while unpacked.read():  # to the end of the frame, which checks the whole
                    pass
                return
            if not _stays_inside(entry):
                raise _foreign(file)
            yield entry, hashed  # type: ignore[misc]  # all that is asked of it is read()
            while hashed.read(_BLOCK):
                pass
            digests[entry.name] = hashed.digest.hexdigest()
    except _DAMAGE:
        raise _damaged(file) from None
    raise _damaged(file)  # it ends before its digests


def _next(tar: tarfile.TarFile) -> tarfile.TarInfo | None:
    _forget_entries(tar)
    return tar.next()


def _forget_entries(tar: tarfile.TarFile) -> None:
    """Let the stream forget what has passed: else a landing zone of a million files costs a gigabyte."""
    tar.__dict__["members"].clear()


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(entry) if entry.isfile() else None
    if content is None:
        raise tarfile.ReadError(entry.name)
    return content


def _stays_inside(entry: tarfile.TarInfo) -> bool:
    parts = Path(entry.name).parts
    return bool(parts) and ".." not in parts and not Path(entry.name).is_absolute()


_ANOTHER = Bilingual("Hãy chọn một bản sao lưu khác.", "Take another backup.")


def _unreadable(file: Path) -> UnreadableDataError:
    fact = Bilingual("không có tệp này hoặc không được phép đọc", "there is no such file, or it may not be read")
    return UnreadableDataError(str(file), fact, _ANOTHER)


def _foreign(file: Path) -> UnreadableDataError:
    return UnreadableDataError(
        str(file),
        Bilingual("không phải bản sao lưu của motcua", "is no backup of motcua's"),
        Bilingual("Hãy chọn tệp do `motcua backup` tạo.", "Take a file that `motcua backup` made."),
    )


def _damaged(file: Path) -> UnreadableDataError:
    fact = Bilingual("bản sao lưu bị hỏng hoặc bị cắt cụt", "the backup is damaged or cut short")
    return UnreadableDataError(str(file), fact, _ANOTHER)


def newer(file: Path, version: str) -> UnreadableDataError:
    """Make the error of a backup whose release is newer than this one."""
    return UnreadableDataError(
        str(file),
        Bilingual(
            f"được tạo bằng motcua {version} với cấu trúc mà bản này chưa biết",
            f"was made by motcua {version}, with tables that this release does not know",
        ),
        Bilingual("Hãy phục hồi bằng bản mới hơn đó.", "Restore it with that newer release."),
    )
