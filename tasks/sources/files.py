"""Folder of files from offices: each file is one page, named by its content, loaded once."""

from __future__ import annotations

import errno
import fnmatch
import hashlib
import os
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from config.connections import Files, FromEnvironment, given
from config.errors import ConfigError, SourceError, TransientError
from config.language import Bilingual
from config.sources import Source
from schemas.rejects import RejectReason
from tasks.sources.protocol import CSV, JSON, JSON_LINES, OLD_WORKBOOK, REFUSED_FILE, WORKBOOK, DayTotal, Page, Window

MEDIA_TYPES = {
    ".csv": CSV,
    ".txt": CSV,
    ".tsv": CSV,
    ".xlsx": WORKBOOK,
    ".xlsm": WORKBOOK,
    ".xls": OLD_WORKBOOK,
    ".json": JSON,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
}
_TEMPORARY = ("~$", ".")  # what Excel and file transfers leave behind while a file is being written


class FilesAdapter:
    """Pull of the files of one folder; see :class:`config.connections.Files`."""

    def __init__(self, source: Source) -> None:
        if source.files is None:
            raise ConfigError(
                source.name, Bilingual("kind là files nhưng thiếu mục files", "kind files without a section files")
            )
        self.source = source
        self.options: Files = source.files
        self.folder = Path(given(source.files.folder))

    def pages(self, window: Window, after: str | None = None) -> Iterator[Page]:  # noqa: ARG002 - a file has no modification time to trust
        """Yield every file, oldest first; the landing zone recognises those it has. See the protocol.

        One that is not taken does not keep the others from coming: a page says why in its place, and is kept as rejected.
        """
        taken, refused = 0, list[tuple[int, str, _RefusedFileError]]()
        for number, name in enumerate(self._names()):
            try:
                body = self._read(name)
            except _RefusedFileError as error:
                refused.append((number, name, error))
                continue
            taken += 1
            yield Page(number, name, MEDIA_TYPES[Path(name).suffix.lower()], body)
        if refused and not taken:
            raise self._refused(refused[0][2].fact)
        for number, name, fault in refused:
            # Told again where the file has changed, or another came under its name.
            told = f"{fault.reason} {fault.state} {hashlib.sha256(name.encode(errors='replace')).hexdigest()[:16]}"
            yield Page(number, name, REFUSED_FILE, told.encode())

    def control_total(self, window: Window) -> int | None:  # noqa: ARG002 - the protocol's signature
        """Return None: a folder does not tell how many records it should hold."""
        return None

    def count(self, window: Window) -> int | None:  # noqa: ARG002 - the protocol's signature
        """Return None, as ``control_total`` does."""
        return None

    def day_totals(self, first: date, last: date) -> list[DayTotal] | None:  # noqa: ARG002 - the protocol's signature
        """Return None: a folder counts nothing."""
        return None

    def _names(self) -> list[str]:
        """Return the names of the files, by time of change and name.

        Raises:
            TransientError: the folder cannot be read now: a network drive may be away.
        """
        try:
            entries = [entry for entry in os.scandir(self.folder) if self._wanted(entry.name)]
            found = [(entry.stat(follow_symlinks=False).st_mtime_ns, entry.name) for entry in entries]
        except OSError as error:
            raise TransientError(self.source.name, _why_unreadable(error), self._where) from None
        return [name for _, name in sorted(found)]

    @property
    def _where(self) -> Bilingual:
        """Where a person looks: the variable or key that names the folder; its path may name a person."""
        folder = self.options.folder
        name = folder.env if isinstance(folder, FromEnvironment) else "files.folder"
        return Bilingual(
            f"Hãy xem {name} có chỉ đúng thư mục và thư mục có đọc được không, rồi chạy lại.",
            f"Check that {name} names the right folder and that it can be read, then run it again.",
        )

    def _wanted(self, name: str) -> bool:
        if name.startswith(_TEMPORARY) or Path(name).suffix.lower() not in MEDIA_TYPES:
            return False
        return fnmatch.fnmatch(name.lower(), self.options.pattern.lower())

    def _read(self, name: str) -> bytes:
        """Return a file's bytes; a link is refused, and so is what is no plain file or too large.

        The file is opened once and everything is asked of that handle, so it cannot be exchanged meanwhile.
        """
        try:
            handle = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            link = error.errno == errno.ELOOP
            reason = RejectReason.FILE_IS_LINK if link else RejectReason.FILE_UNREADABLE
            raise _RefusedFileError(reason, f"a file cannot be opened, or is a link ({type(error).__name__})") from None
        state = os.fstat(handle)
        told = f"{state.st_size} {state.st_mtime_ns}"
        if not stat.S_ISREG(state.st_mode):
            os.close(handle)
            raise _RefusedFileError(RejectReason.FILE_NOT_PLAIN, "an entry of the folder is no plain file", told)
        with os.fdopen(handle, "rb") as file:
            most = self.options.largest_mb * 1_000_000
            if state.st_size > most or len(body := file.read(most + 1)) > most:
                raise _RefusedFileError(
                    RejectReason.FILE_TOO_LARGE, f"a file is larger than {self.options.largest_mb} MB", told
                )
        return body

    def _refused(self, fact: str) -> SourceError:
        return SourceError(self.source.name, fact, Bilingual("Hãy lấy tệp đó ra khỏi thư mục.", "Take it out of the folder."))


def _why_unreadable(error: OSError) -> Bilingual:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return Bilingual("không có thư mục của nguồn", "its folder is not there")
    if error.errno in (errno.EACCES, errno.EPERM):
        return Bilingual("không có quyền đọc thư mục của nguồn", "its folder may not be read by this account")
    return Bilingual(f"không đọc được thư mục ({type(error).__name__})", f"its folder cannot be read ({type(error).__name__})")


class _RefusedFileError(Exception):
    """A file is not taken; ``reason`` is a code of ``raw.rejected``, ``state`` tells it from its successors."""

    def __init__(self, reason: RejectReason, fact: str, state: str = "") -> None:
        super().__init__(fact)
        self.reason, self.fact, self.state = reason, fact, state
