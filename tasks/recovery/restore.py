"""Restore of a backup into an empty home, to identical tables and files; run again after a kill.

Nothing is touched before the whole backup has been read and its digests compared. Keys come first, because the embedded
cluster's passwords follow from them; then the tables, at the migration that they had, in one transaction; then the files;
last come the migrations that are newer than the backup.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import psycopg2.extensions

from config.errors import ConfigError
from config.language import Bilingual
from config.settings import Settings
from schemas.catalogue import LAYERS
from tasks.recovery.backup import (
    CONFIGURATION,
    KEYS,
    LANDED,
    NAMED,
    READERS,
    STATE,
    TABLE_ROWS,
    configuration_files,
    key_fingerprint,
    named_files,
    tables_of,
)
from tasks.recovery.backup_file import BackupHeader, newer, reading, verified
from tasks.recovery.unfinished_restore import RestoreRefusedError, restore_mark
from tasks.runtime.safe_errors import with_safe_errors
from tasks.sources.storage import raw_store
from tasks.warehouse.accounts import make_home
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import connection, reset_engine
from tasks.warehouse.migrations import migrate, revisions
from tasks.warehouse.readers import READ_ROLE, KeptReader, put_back_readers, settle_roles
from tasks.warehouse.row_security import owner_unbound
from tasks.warehouse.rows import fetch_column, fetch_value

_LOCK = "restore.lock"
_OF_BACKUP = "config-of-backup"  # folder below the home
Entries = Iterator[tuple[tarfile.TarInfo, IO[bytes]]]


@dataclass
class Restored:
    """What was restored.

    Attributes:
        header: of the backup.
        into: settings of the installation that it went into.
        rows: of all tables.
        landed: files of the landing zone.
        written: source files, and files that a setting names, which were missing and are there again.
        differ: files of the configuration that say something else here than in the backup.
        readers: accounts that read what is published and could not be made again with their passwords.
    """

    header: BackupHeader
    into: Settings
    rows: int = 0
    landed: int = 0
    written: list[str] = field(default_factory=list)
    differ: list[str] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)

    @property
    def aside(self) -> Path:
        """Folder where the backup's version of the files that differ lies."""
        return self.into.home / _OF_BACKUP


def examine_backup(file: Path) -> BackupHeader:
    """Read a backup to its end and tell whether this release can restore it.

    Raises:
        UnreadableDataError: it cannot be used, and why.
    """
    header = verified(file)
    if header.revision not in revisions():
        raise newer(file, header.version)
    return header


@with_safe_errors
def restore_backup(file: Path, chosen: Settings, *, replace: bool = False) -> Restored:
    """Restore a backup into the home and the database of the settings.

    Args:
        file: the backup.
        chosen: settings of the installation that it goes into.
        replace: whether what is there is removed first; else both have to be empty.

    Raises:
        UnreadableDataError: the backup cannot be used; nothing was touched.
        ConfigError: the key of the pseudonyms is another; nothing was touched.
        RestoreRefusedError: the place is not empty or in use; nothing was touched.
        WarehouseError: the warehouse refused; run it again.
    """
    file = file.expanduser().absolute()
    header = examine_backup(file)
    home = chosen.home.expanduser().absolute()
    if file.is_relative_to(home):
        fact = Bilingual("bản sao lưu nằm trong MOTCUA_HOME", "the backup lies in MOTCUA_HOME")
        raise ConfigError(str(file), fact, Bilingual("chuyển tệp ra ngoài", "move it elsewhere"))
    _refuse_other_key(header, chosen.pseudonym_key.get_secret_value())
    make_home(home)
    with _alone(home):
        mark = restore_mark(home)
        if not mark.exists():
            _refuse_used(chosen)
            if not replace:
                _refuse_filled(chosen)
        mark.write_text(str(file), encoding="utf-8")
        _clear(chosen)
        restored = _fill(file, Restored(header, chosen))
        migrate()
        settle_roles()
        os.sync()
        mark.unlink()
    return restored


def _fill(file: Path, restored: Restored) -> Restored:
    with reading(file) as (header, entries):
        waiting = groupby(entries, key=lambda entry: entry[0].name.split("/")[0])
        for kind, group in waiting:
            if kind == TABLE_ROWS:
                restored.rows = _fill_tables(header, group)
            else:
                for entry, content in group:
                    _FILES[kind](entry, content, restored)
        if not restored.rows:
            _fill_tables(header, iter(()))
    return restored


def _fill_tables(header: BackupHeader, entries: Entries) -> int:
    migrate(header.revision)
    total = 0
    with connection("restore") as driver, driver.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        known = tables_of(cursor)
        with owner_unbound(cursor):
            for name, group in groupby(entries, key=lambda entry: entry[0].name.split("/")[1]):
                columns = ", ".join(f'"{column}"' for column in header.columns[name] if column in known[name])
                cursor.copy_expert(f"COPY {name} ({columns}) FROM STDIN", _Rows(group), size=1 << 18)
                total += int(cursor.rowcount)
        for name, (last, called) in header.sequences.items():
            cursor.execute("SELECT setval(%s, %s, %s)", (name, last, called))
    _analyse()
    return total


def _analyse() -> None:
    """Tell the planner what there is: no run should wait for autovacuum."""
    with connection("restore") as driver, driver.cursor() as cursor:
        for name in tables_of(cursor):
            cursor.execute(f"ANALYZE {name}")


class _Rows(io.RawIOBase):
    """What COPY reads from: entries of a table's rows, one after the other."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._content: IO[bytes] | None = None

    def read(self, size: int = -1) -> bytes:
        while True:
            block = self._content.read(size) if self._content else b""
            if block:
                return block
            following = next(self._entries, None)
            if following is None:
                return b""
            self._content = following[1]


def _fill_state(entry: tarfile.TarInfo, content: IO[bytes], restored: Restored) -> None:
    _write(restored.into.home / entry.name.partition("/")[2], content, entry.mode)


def _fill_key(entry: tarfile.TarInfo, content: IO[bytes], restored: Restored) -> None:
    _write(restored.into.home / entry.name, content, entry.mode)


def _fill_landing(entry: tarfile.TarInfo, content: IO[bytes], restored: Restored) -> None:
    name, folder = entry.name.partition("/")[2], restored.into.landing_folder
    if folder is None:
        raw_store().put(name, content.read())
    else:
        _write(folder / name, content, entry.mode)
    restored.landed += 1


def _fill_readers(_entry: tarfile.TarInfo, content: IO[bytes], restored: Restored) -> None:
    kept = {name: _kept_reader(said) for name, said in json.loads(content.read()).items()}
    restored.readers += put_back_readers(kept)


def _kept_reader(said: dict[str, Any] | str | None) -> KeptReader:
    """Return a reader of a backup; older ones keep the verifier alone, of readers of what is published."""
    return KeptReader(tuple(said["roles"]), said["verifier"]) if isinstance(said, dict) else KeptReader((READ_ROLE,), said)


def _fill_configuration(entry: tarfile.TarInfo, content: IO[bytes], restored: Restored) -> None:
    """Put a source file, or one that a setting names, back where it is missing.

    What differs is left as it is, and the backup's is put aside.
    """
    name = entry.name.partition("/")[2]
    here, said = dict(configuration_files(restored.into)).get(name), content.read()
    if here is not None and here.read_bytes() == said:
        return
    place = _own_place(name, restored.into)
    if here is None and place is not None:
        with suppress(PermissionError):  # of a folder that another account keeps
            _write(place, io.BytesIO(said), 0o600)
            restored.written.append(name)
            return
    _write(restored.aside / name, io.BytesIO(said), 0o600)
    restored.differ.append(name)


def _own_place(name: str, into: Settings) -> Path | None:
    """Return where a file of the configuration goes where it is missing; None: nowhere, for the clone has its own."""
    kind, _, rest = name.partition("/")
    if kind == NAMED:
        return named_files(into).get(name)
    return into.sources_dir / rest if kind == "sources" else None


_FILES = {
    KEYS: _fill_key,
    READERS: _fill_readers,
    STATE: _fill_state,
    LANDED: _fill_landing,
    CONFIGURATION: _fill_configuration,
}


def _write(place: Path, content: IO[bytes], mode: int) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
    place.chmod(mode & 0o700 | (mode & 0o044))


def _refuse_other_key(header: BackupHeader, given: str) -> None:
    if header.key_inside and not given:
        return
    if given and key_fingerprint() == header.key:
        return
    raise ConfigError(
        "MOTCUA_PSEUDONYM_KEY",
        Bilingual("không phải khóa của bản sao lưu này", "is not the key that this backup was made with"),
        Bilingual("bỏ biến này", "leave it unset")
        if header.key_inside
        else Bilingual("khóa dùng khi sao lưu", "the key in use when it was made"),
    )


def _refuse_used(chosen: Settings) -> None:
    """Refuse where somebody works with the warehouse now."""
    home = chosen.home
    if chosen.database_url.get_secret_value():
        # By the account that logged in: what its sessions call themselves is not shown to the role as which they act.
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = session_user"
        used = fetch_value(query) > 1
    else:
        used = (home / "cluster").exists() and Cluster(home).is_used
    if used:
        raise in_use(home)


def in_use(home: Path) -> RestoreRefusedError:
    """Make the error of a home or database that somebody works with."""
    return RestoreRefusedError(
        home,
        Bilingual("motcua đang chạy ở đây", "motcua is running here"),
        Bilingual(
            "Hãy dừng `motcua up` và các lệnh khác rồi chạy lại.", "Stop `motcua up` and other commands, then run it again."
        ),
    )


def _refuse_filled(chosen: Settings) -> None:
    home, zone = chosen.home, chosen.landing_folder
    filled = [path.name for path in home.iterdir() if path.name not in {_LOCK, "log"}]
    if zone is not None and not zone.is_relative_to(home) and zone.exists() and any(zone.iterdir()):
        filled.append(str(zone))
    if chosen.database_url.get_secret_value():
        filled += fetch_column("SELECT nspname FROM pg_namespace WHERE nspname = ANY(%(l)s)", {"l": [*LAYERS]})
    if filled:
        names = ", ".join(sorted(filled)[:8])
        raise RestoreRefusedError(
            home,
            Bilingual(f"không trống, đang có {names}", f"is not empty, it holds {names}"),
            Bilingual(
                "Hãy chọn MOTCUA_HOME và cơ sở dữ liệu trống, hoặc thêm --replace để xóa hết những gì đang có.",
                "Choose an empty home and database, or add --replace, which removes all that is there.",
            ),
        )


def _clear(chosen: Settings) -> None:
    home = chosen.home
    reset_engine()
    if (home / "cluster").exists():
        Cluster(home).stop_if_unused()
    for path in home.iterdir():
        if path.name not in {_LOCK, restore_mark(home).name}:
            _remove(path)
    zone = chosen.landing_folder
    if zone is not None and zone.exists():
        for path in zone.iterdir():
            _remove(path)
    if chosen.database_url.get_secret_value():
        with connection("restore") as driver, driver.cursor() as cursor:
            _drop(cursor)


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _drop(cursor: psycopg2.extensions.cursor) -> None:
    for layer in LAYERS:
        cursor.execute(f"DROP SCHEMA IF EXISTS {layer} CASCADE")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    handle = os.open(home / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise RestoreRefusedError(
            home,
            Bilingual("một lệnh phục hồi khác đang chạy", "another restore is running"),
            Bilingual("Hãy chờ lệnh đó xong.", "Wait for its end."),
        ) from None
    finally:
        os.close(handle)
