"""Backup of an installation: warehouse, landing zone, keys and state in one file, of one moment.

The warehouse is read in one transaction, as ``pg_dump`` does, so runs may go on meanwhile. The landing zone follows: its
files never change, and those that the transaction knows of were there before it. What Prefect remembers of past runs is
left out: it is a view, and decides no figure.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import psycopg2.extensions

from config.errors import ConfigError
from config.language import Bilingual
from config.pseudonym_key import pseudonym_key
from config.settings import Settings
from schemas.catalogue import LAYERS, VERSION_LAYER, VERSION_TABLE
from tasks.recovery.backup_file import BackupHeader, BackupWriter, writing
from tasks.runtime.safe_errors import with_safe_errors
from tasks.sources.storage import raw_store
from tasks.warehouse.engine import connection
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.readers import readers_of

KEYS, TABLE_ROWS, READERS, LANDED, STATE, CONFIGURATION = "keys", "tables", "readers", "landing", "home", "config"
"""First part of an entry's name: what it is."""
LEFT_OUT = frozenset({"cluster", "prefect", "log", "cache", "keys"})
"""What of the home is made again, or has a place of its own in a backup."""
NAMED = "named"
"""First part of the name of a configuration file that a setting names, wherever it lies."""
_CHUNK = 8 << 20  # bytes of a table's rows that are one entry
_DRAFT = ".motcua-part"


@dataclass(frozen=True)
class BackupMade:
    """What was backed up.

    Attributes:
        file: the backup, mode 0600.
        size: its bytes.
        rows: of all tables.
        landed: files of the landing zone.
    """

    file: Path
    size: int
    rows: int
    landed: int


@with_safe_errors
def make_backup(file: Path, chosen: Settings) -> BackupMade:
    """Back the installation up; the file is there whole or not at all, readable by its owner only.

    Args:
        file: a name that is free, outside the home, in a folder that is there.
        chosen: settings of the installation.

    Raises:
        ConfigError: the name cannot be used.
        WarehouseError: the warehouse could not be read.
        MachineError: the disk is full.
    """
    file = file.expanduser().absolute()
    _refuse_place(file, chosen.home.expanduser().absolute())
    with _draft(file) as stream:
        with connection("backup") as driver, driver.cursor() as cursor:
            found, embedded = _begin(cursor), None if chosen.database_url.get_secret_value() else chosen.home
            with writing(stream, _header(cursor, found, key_inside=not chosen.pseudonym_key.get_secret_value())) as writer:
                _add_folder(writer, KEYS, chosen.home / "keys")
                rows = sum(_add_rows(writer, cursor, name, columns) for name, columns in found.items())
                kept = {name: asdict(reader) for name, reader in readers_of(cursor, embedded).items()}
                writer.add(f"{READERS}/accounts.json", json.dumps(kept).encode())
                failpoint("backup_rows_written")
                driver.commit()  # the landing zone may take longer than a transaction should stay open
                _add_home(writer, chosen)
                _add_configuration(writer, chosen)
                landed = _add_landing(writer, chosen.landing_folder)
        stream.flush()
        os.fsync(stream.fileno())
        size = stream.tell()
    return BackupMade(file, size, rows, landed)


def key_fingerprint() -> str:
    """Return what tells whether two installations have one key of pseudonyms, and not the key."""
    return hmac.new(pseudonym_key(), b"motcua backup", hashlib.sha256).hexdigest()[:16]


def configuration_files(chosen: Settings) -> Iterator[tuple[str, Path]]:
    """Yield the files that an office changes, sources first, with their names in a backup.

    Those that a setting names and that lie elsewhere come last.
    """
    for path in sorted(chosen.sources_dir.glob("*.yaml")):
        yield f"sources/{path.name}", path
    for path in sorted(chosen.config_dir.rglob("*.yaml")):
        if not path.is_relative_to(chosen.sources_dir):
            yield path.relative_to(chosen.config_dir).as_posix(), path
    for name, path in named_files(chosen).items():
        if path.is_file() and not path.is_relative_to(chosen.config_dir):
            yield name, path


def named_files(chosen: Settings) -> dict[str, Path]:
    """Return the files that settings name, with their names in a backup; they need not be there."""
    named = {"people.yaml": chosen.people_file, "subscriptions.yaml": chosen.subscriptions_file}
    return {f"{NAMED}/{name}": path for name, path in named.items() if path is not None}


def tables_of(cursor: psycopg2.extensions.cursor) -> dict[str, list[str]]:
    """Return the tables of our layers as they are, with the columns that take a value.

    The book of migrations is left out: a restore migrates.
    """
    cursor.execute(
        "SELECT n.nspname || '.' || c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class AS c "
        "JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid "
        "WHERE n.nspname = ANY(%s) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
        "AND n.nspname || '.' || c.relname <> %s GROUP BY 1 ORDER BY 1",
        (list(LAYERS), f"{VERSION_LAYER}.{VERSION_TABLE}"),
    )
    return {str(name): [str(column) for column in columns] for name, columns in cursor.fetchall()}


def _begin(cursor: psycopg2.extensions.cursor) -> dict[str, list[str]]:
    """Freeze what is read: nobody may empty or change a table meanwhile, everybody may write."""
    found = tables_of(cursor)
    cursor.connection.commit()
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0")
    cursor.execute(f"LOCK TABLE {', '.join(found)} IN ACCESS SHARE MODE")  # before the first read, which is what freezes
    return found


def _header(cursor: psycopg2.extensions.cursor, found: Mapping[str, list[str]], *, key_inside: bool) -> BackupHeader:
    cursor.execute(f"SELECT version_num FROM {VERSION_LAYER}.{VERSION_TABLE}")
    (revision,) = _one(cursor)
    cursor.execute("SELECT schemaname || '.' || sequencename FROM pg_sequences WHERE schemaname = ANY(%s)", (list(LAYERS),))
    sequences: dict[str, tuple[int, bool]] = {}
    for (name,) in cursor.fetchall():
        cursor.execute(f"SELECT last_value, is_called FROM {name}")
        sequences[name] = _one(cursor)
    return BackupHeader(
        version=version("motcua"),
        revision=revision,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        columns=found,
        sequences=sequences,
        key=key_fingerprint(),
        key_inside=key_inside,
    )


def _one(cursor: psycopg2.extensions.cursor) -> Any:
    return next(iter(cursor.fetchall()))


def _add_rows(writer: BackupWriter, cursor: psycopg2.extensions.cursor, name: str, columns: Sequence[str]) -> int:
    sink = _Chunks(writer, f"{TABLE_ROWS}/{name}")
    listed = ", ".join(f'"{column}"' for column in columns)
    cursor.copy_expert(f"COPY (SELECT {listed} FROM {name}) TO STDOUT", sink, size=1 << 18)
    sink.close()
    return int(cursor.rowcount)


class _Chunks(io.RawIOBase):
    """What COPY writes to: entries of the backup, a few megabytes each, for nobody knows before how many there will be."""

    def __init__(self, writer: BackupWriter, name: str) -> None:
        self._writer, self._name = writer, name
        self._waiting = bytearray()
        self._number = 0

    def write(self, data: Any) -> int:
        self._waiting += data
        if len(self._waiting) >= _CHUNK:
            self._send()
        return len(data)

    def close(self) -> None:
        if self._waiting:
            self._send()
        super().close()

    def _send(self) -> None:
        self._writer.add(f"{self._name}/{self._number:08d}", bytes(self._waiting))
        self._number += 1
        self._waiting.clear()


def _add_home(writer: BackupWriter, chosen: Settings) -> None:
    home, zone = chosen.home, chosen.landing_folder
    for path in sorted(home.iterdir()):
        if path.name in LEFT_OUT or path == zone or path.is_symlink() or path.suffix in {".lock", ".sock"}:
            continue
        if path.is_dir():
            _add_folder(writer, f"{STATE}/{path.name}", path, without=zone)
        else:
            _add_file(writer, f"{STATE}/{path.name}", path)


def _add_folder(writer: BackupWriter, name: str, folder: Path, without: Path | None = None) -> None:
    for path in sorted(folder.rglob("[!.]*")):
        inside = without is not None and path.is_relative_to(without)
        if path.is_file() and not path.is_symlink() and not inside:
            _add_file(writer, f"{name}/{path.relative_to(folder).as_posix()}", path)


def _add_file(writer: BackupWriter, name: str, path: Path) -> None:
    with suppress(FileNotFoundError):  # a draft that a run has given its name meanwhile
        writer.add(name, path.read_bytes(), path.stat().st_mode & 0o777)


def _add_configuration(writer: BackupWriter, chosen: Settings) -> None:
    for name, path in configuration_files(chosen):
        writer.add(f"{CONFIGURATION}/{name}", path.read_bytes())


def _add_landing(writer: BackupWriter, folder: Path | None) -> int:
    store, names = raw_store(), raw_store().names("")
    for name in names:
        if folder is None:
            writer.add(f"{LANDED}/{name}", store.get(name))
            continue
        with (folder / name).open("rb") as content:
            writer.add_stream(f"{LANDED}/{name}", content, os.fstat(content.fileno()).st_size)
    return len(names)


def _refuse_place(file: Path, home: Path) -> None:
    another = Bilingual("một tên tệp khác", "another name")
    if file.exists():
        raise ConfigError(str(file), Bilingual("đã có tệp này", "this file is there already"), another)
    if not file.parent.is_dir():
        raise ConfigError(
            str(file.parent),
            Bilingual("không có thư mục này", "there is no such folder"),
            Bilingual("một thư mục đang có", "a folder that is there"),
        )
    if file.is_relative_to(home):
        raise ConfigError(
            str(file),
            Bilingual("nằm trong MOTCUA_HOME và sẽ mất cùng với nó", "lies in MOTCUA_HOME and would be lost with it"),
            Bilingual("một thư mục trên đĩa khác", "a folder on another disk"),
        )


@contextmanager
def _draft(file: Path) -> Iterator[IO[bytes]]:
    """Write beside the place and take the name at the end; a draft that nobody writes any more is removed."""
    for left in file.parent.glob(f".*{_DRAFT}"):
        _remove_unless_held(left)
    draft = file.with_name(f".{file.name}.{os.getpid()}{_DRAFT}")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield stream
            failpoint("backup_drafted")
            os.link(draft, file)  # where the name was taken meanwhile this fails, and nobody's file is replaced
    finally:
        draft.unlink(missing_ok=True)
    handle = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_unless_held(draft: Path) -> None:
    try:
        handle = os.open(draft, os.O_RDWR)
    except OSError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.unlink(missing_ok=True)
    except BlockingIOError:
        pass
    finally:
        os.close(handle)
