"""Storage of landing files: a local folder or any store that fsspec knows, behind four verbs.

A file is written once and never changed. On a folder it appears whole or not at all; a store that cannot
rename is read back after each write, and what is found there half-written is written again.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from config.errors import ConfigError, SourceError, TransientError
from config.language import Bilingual
from config.settings import settings

_T = TypeVar("_T")
WHERE = "landing zone"


class BlobStore(Protocol):
    """A place for named bytes; a name is a relative path with ``/``."""

    def holds(self, name: str) -> bool:
        """Tell whether a file is certain to be there whole, without reading it."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Write a file that then is there whole; where it is there already, nothing is written."""
        ...

    def get(self, name: str) -> bytes:
        """Return a file's bytes; FileNotFoundError where there is none."""
        ...

    def names(self, folder: str) -> list[str]:
        """Return the names of the files below a folder, at any depth, in order; none where it is not there."""
        ...


class FolderStore:
    """A folder: written beside its place, flushed to disk and renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def holds(self, name: str) -> bool:
        """Tell whether a file is there: by the rename it is whole. See the protocol."""
        return (self.root / name).exists()

    def put(self, name: str, content: bytes) -> None:
        """Write a file, readable by its owner only; see the protocol. OSError leaves nothing behind."""
        place = self.root / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=place.parent, prefix=".new-")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(place)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        _flush_folder(place.parent)

    def get(self, name: str) -> bytes:
        """Return a file's bytes; see the protocol."""
        return (self.root / name).read_bytes()

    def names(self, folder: str) -> list[str]:
        """Return names; see the protocol."""
        paths = (self.root / folder).rglob("[!.]*")
        return sorted(path.relative_to(self.root).as_posix() for path in paths if path.is_file())


class RemoteStore:
    """A store behind fsspec: written, then read back, because not every store can rename or writes at once."""

    def __init__(self, url: str) -> None:
        import fsspec  # a fifth of a second that a folder does not need

        protocol = url.partition("://")[0]
        try:
            self.store, self.root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise ConfigError(
                "MOTCUA_LANDING",
                Bilingual(
                    f"không dùng được {protocol}:// ({type(error).__name__})",
                    f"{protocol}:// cannot be used ({type(error).__name__})",
                ),
                Bilingual(
                    "một thư mục, hoặc URL có trình điều khiển fsspec đã cài",
                    "a folder, or a URL whose fsspec driver is installed",
                ),
            ) from None

    def holds(self, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Return False: a write that was cut may have left half a file. See the protocol."""
        return False

    def put(self, name: str, content: bytes) -> None:
        """Write a file and read it back, unless it is there whole; see the protocol.

        Raises:
            TransientError: the store does not answer.
            SourceError: it answers, and holds other bytes than it was given.
        """
        if self._found(name) == content:
            return
        self._ask(lambda: self.store.makedirs(self._path(name).rpartition("/")[0], exist_ok=True))
        self._ask(lambda: self.store.pipe_file(self._path(name), content))
        if self._found(name) != content:
            raise SourceError(
                WHERE,
                Bilingual("nơi lưu giữ nội dung khác với nội dung đã gửi", "the store holds other bytes than it was given"),
                Bilingual("Hãy kiểm tra nơi lưu MOTCUA_LANDING.", "Check the store of MOTCUA_LANDING."),
            )

    def get(self, name: str) -> bytes:
        """Return a file's bytes; see the protocol."""
        return bytes(self._ask(lambda: self.store.cat_file(self._path(name))))

    def names(self, folder: str) -> list[str]:
        """Return names; see the protocol."""
        base = self._path(folder)

        def listed() -> list[str]:
            self.store.invalidate_cache()  # another process may have written since this one looked
            return [str(path) for path in self.store.find(base)]

        root = self._path("")
        return sorted(path.removeprefix(root) for path in self._ask(listed))

    def _found(self, name: str) -> bytes | None:
        try:
            return self.get(name)
        except FileNotFoundError:
            return None

    def _path(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}"

    def _ask(self, question: Callable[[], _T]) -> _T:
        """Ask the store; the text of a driver's error may name an address with a secret, so only its kind is told."""
        try:
            return question()
        except FileNotFoundError:
            raise
        except Exception as error:
            raise TransientError(
                WHERE,
                Bilingual(
                    f"nơi lưu không trả lời ({type(error).__name__})", f"the store does not answer ({type(error).__name__})"
                ),
            ) from None


def raw_store() -> BlobStore:
    """Return the shelf of the settings, with files as they lie there.

    They are locked where the landing zone is encrypted.

    All but backups read and write through :func:`tasks.sources.encrypted_store.blob_store`.
    """
    chosen = settings()
    folder = chosen.landing_folder
    return FolderStore(folder) if folder is not None else _remote(chosen.landing)


@lru_cache
def _remote(url: str) -> Any:
    return RemoteStore(url)


def _flush_folder(folder: Path) -> None:
    # A rename lasts over a power cut only once its folder is flushed too.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
