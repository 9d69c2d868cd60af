"""Holders of slots: a locked file each, which a killed process gives up with its life.

Prefect counts the places too, but a lease of a run that was killed lasts a minute, and the count of one whose
server died with it for ever. These notes know better: all who hold a place are processes of this machine.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.calendar import OFFICE_ZONE_NAME
from config.settings import settings


@dataclass(frozen=True)
class HeldSlot:
    """A place that is held.

    Attributes:
        names: of the limits.
        holder: who holds it, for people.
        since: office clock, ``HH:MM``.
    """

    names: tuple[str, ...]
    holder: str
    since: str


def _folder() -> Path:
    folder = settings().home / "prefect" / "places"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def exclusive() -> Iterator[None]:
    """Hold the lock of who takes a place: one at a time, so that notes and counts fit."""
    handle = os.open(_folder() / "take.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def noted(names: Sequence[str], holder: str) -> Iterator[None]:
    """Keep a note as long as the block lasts; begin it within :func:`exclusive`."""
    path = _folder() / f"{uuid.uuid4().hex}.json"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        note = {"names": list(names), "holder": holder, "since": f"{datetime.now(ZoneInfo(OFFICE_ZONE_NAME)):%H:%M}"}
        os.write(handle, json.dumps(note).encode())
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def living() -> list[HeldSlot]:
    """Return the notes whose holders are alive, and remove the others; call it within :func:`exclusive`."""
    found = (_read(path) for path in sorted(_folder().glob("*.json")))
    return [note for note in found if note is not None]


def _read(path: Path) -> HeldSlot | None:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(ValueError, KeyError, TypeError):
            note = json.loads(os.read(handle, 1 << 16))
            return HeldSlot(tuple(note["names"]), str(note["holder"]), str(note["since"]))
        return None
    else:
        path.unlink(missing_ok=True)  # its holder was killed
        return None
    finally:
        os.close(handle)
