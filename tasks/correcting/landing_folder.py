"""Landing folder of answers: files that agencies put there are taken in, each once, and moved aside.

A file stays where it is until all that it says is committed, so a run that is killed loses none; the next one reads it again and
writes nothing twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.errors import DataError
from config.language import shown
from tasks.correcting.packages import Package, package_name, receive_corrections
from tasks.reports.list_files import write_whole
from tasks.warehouse.failpoints import failpoint

IN, DONE, REFUSED_FILES = "in", "done", "refused"
_SETTLED = 20.0  # seconds since the last write: whoever copies a file has finished
_PASSED_OVER = ("~$", ".")  # of a spreadsheet that is open, and hidden ones


@dataclass(frozen=True)
class TakenFile:
    """What became of one file.

    Attributes:
        name: of the file, without what may be personal.
        package: what was taken in; None where the file as a whole could not be read.
        error: why not; empty otherwise.
        place: folder in which the file lies now, with its answer.
    """

    name: str
    package: Package | None
    error: str
    place: Path


def make_folders(folder: Path) -> Path:
    """Make the folders of packages for their owner alone; return the one that files are put into."""
    for name in (IN, DONE, REFUSED_FILES):
        if not (folder / name).is_dir():  # an office may have given its agencies a way in: that stays
            (folder / name).mkdir(parents=True, mode=0o700)
    return folder / IN


def take_answers(folder: Path, results: Path) -> Iterator[TakenFile]:
    """Take in every file that waits, the oldest first; each is moved once it is done.

    Args:
        folder: with ``in``, ``done`` and ``refused``; they are made.
        results: where the answers to ordinary correction files are kept, too.

    Raises:
        WarehouseError: a file could not be taken in; it stays where it is, and so do those after it.
        OSError: a file cannot be moved; it was taken in, and will be met again without effect.
    """
    for file in waiting_files(make_folders(folder)):
        put = file.stat()  # when it was put there, not when it is read: a second reading answers in the same place
        stamp = f"{datetime.fromtimestamp(put.st_mtime):%Y%m%dT%H%M%S}-{put.st_ino}"
        try:
            place = folder / DONE / stamp
            package = receive_corrections(file, results, place)
            failpoint("answer_taken")
            yield TakenFile(package.name, package, "", _moved(file, place))
        except DataError as error:
            place = folder / REFUSED_FILES / stamp
            write_whole(place / f"{file.stem}.ly-do.txt", shown(error) + "\n", private=True)
            yield TakenFile(package_name(file.name, b""), None, shown(error), _moved(file, place))


def waiting_files(folder: Path) -> list[Path]:
    """Return the files that are there and finished, the oldest first; links lead elsewhere and are none."""
    now = time.time()
    files = [
        path for path in folder.iterdir() if not path.name.startswith(_PASSED_OVER) and path.is_file() and not path.is_symlink()
    ]
    settled = [(path.stat().st_mtime, path) for path in files]
    return [path for written, path in sorted(settled) if now - written >= _SETTLED]


def _moved(file: Path, place: Path) -> Path:
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.rename(place / file.name)
    return place
