"""Backup and restore: the same tables and files elsewhere, whoever is killed meanwhile, and no other backup taken for one."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import psycopg2.errors
import pytest
from sqlalchemy import make_url

from config.errors import ConfigError, MotcuaError, UnreadableDataError
from config.read_once import forget
from config.settings import DEMONSTRATION_DAY, ROOT, settings
from schemas.catalogue import TABLES
from tasks.recovery import backup_file
from tasks.recovery.backup import make_backup
from tasks.recovery.restore import examine_backup, restore_backup
from tasks.recovery.unfinished_restore import RestoreRefusedError, refuse_unfinished, restore_mark
from tasks.warehouse.agency_readers import GrantedAgency, let_see
from tasks.warehouse.cluster import Cluster, ensure_cluster
from tasks.warehouse.engine import connection, fetch_all, reset_engine
from tasks.warehouse.readers import add_reader
from tests.accounts import PEOPLE
from tests.faults import office
from tests.faults.invariants import everything
from tests.flow.installation import motcua
from tests.patience import wait_for
from tests.warehouse.emptying import empty_warehouse
from tests.warehouse.snapshot import Snapshot, snapshot

OF_THE_HOME = {"corrections/sent.csv": b"a,b\n", "keys/pseudonym.key": b"k" * 64}


@dataclass
class Saved:
    """An office that ran once, and its backup."""

    file: Path
    folder: Path
    tables: dict[str, str]
    files: dict[str, str]
    snapshot: Snapshot
    reader: str
    agency: str


@pytest.fixture(scope="module")
def saved(_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    folder = tmp_path_factory.mktemp("saved")
    with pytest.MonkeyPatch.context() as patch:
        office.enter(patch, folder, _cluster.home)
        empty_warehouse()
        office.write(folder)
        for name, content in OF_THE_HOME.items():
            place = _cluster.home / name
            place.parent.mkdir(exist_ok=True)
            place.unlink(missing_ok=True)
            place.write_bytes(content)
            place.chmod(0o400 if name.startswith("keys/") else 0o600)
        office.run()
        file, reader = folder / "saved.backup", add_reader("nha_bao")
        agency = let_see("xa_hai", [GrantedAgency(fetch_all("SELECT min(unit_code) FROM ref.units")[0][0])])
        make_backup(file, settings())
        yield Saved(file, folder, whole(), files(_cluster.home), snapshot(folder / "aside"), reader, str(agency))
        with connection("test") as driver, driver.cursor() as cursor:
            cursor.execute("DROP ROLE nha_bao, xa_hai")
        shutil.rmtree(_cluster.home / "corrections")
    forget()


@pytest.fixture
def elsewhere(saved: Saved, warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Another home, and the office's sources."""
    home = Path(tempfile.mkdtemp(prefix="motcua-test-"))
    home.rmdir()
    office.enter(monkeypatch, saved.folder, home)
    reset_engine()
    yield home
    reset_engine()
    if (home / "cluster").exists():
        Cluster(home).stop()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def database(elsewhere: Path, warehouse: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of an office's own, empty; its owner may make roles."""
    warehouse.create_database("restored")
    monkeypatch.setenv("MOTCUA_DATABASE_URL", warehouse.url("restored", ""))
    forget()
    reset_engine()
    yield warehouse.url("restored", "")
    reset_engine()
    with closing(warehouse._connect("postgres")) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute("DROP DATABASE restored WITH (FORCE)")


def whole() -> dict[str, str]:
    """Digest of every column of every table, and the numbers that come next."""
    found = {}
    for table in TABLES:
        rows = fetch_all(f"SELECT ROW({', '.join(table.columns)})::text FROM {table.full_name}")
        found[table.full_name] = hashlib.sha256("\n".join(sorted(row for (row,) in rows)).encode()).hexdigest()
    return found | {"next": str(fetch_all("SELECT last_value, is_called FROM audit.change_seq"))}


def files(home: Path) -> dict[str, str]:
    """Digest of every file that is not made again by itself."""
    passed = {"cluster", "prefect", "log", "cache"}
    found = (path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] not in passed)
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if path.suffix != ".lock" and path.name != "cluster.key"
    }


def is_as_saved(saved: Saved, home: Path) -> None:
    assert whole() == saved.tables
    assert files(home) == saved.files
    before = everything()
    office.run()
    assert everything() == before, "a run of the same day changes nothing"


def test_a_restored_home_has_the_same_tables_files_and_readers(
    saved: Saved, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_PEOPLE_FILE", str(tmp_path / "office" / "people.yaml"))
    forget()
    assert saved.file.stat().st_mode & 0o777 == 0o600
    assert list(saved.file.parent.glob(".*")) == []
    done = restore_backup(saved.file, settings())
    assert done.rows > 100
    assert (tmp_path / "office" / "people.yaml").read_bytes() == PEOPLE.read_bytes()
    assert (done.written, done.differ, done.readers) == (["named/people.yaml"], [], [])
    with closing(again(saved.agency, elsewhere)) as agency, agency.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM core.dossiers WHERE NOT coalesce(unit_code = ANY (ARRAY(SELECT audit.seen_agencies())), false)"
        )
        assert cursor.fetchall() == [(0,)], "an account of an agency is no other after it"
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT count(*) FROM mart.indicators")
    with closing(again(saved.reader, elsewhere)) as reader, reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mart.indicators")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT count(*) FROM core.dossiers")
    assert done.landed == sum(name.startswith("landing/") for name in saved.files)
    assert (elsewhere / "keys" / "pseudonym.key").read_bytes() == OF_THE_HOME["keys/pseudonym.key"]
    is_as_saved(saved, elsewhere)
    reset_engine()
    ensure_cluster(elsewhere).leave()  # as the command ends
    with pytest.raises(RestoreRefusedError, match="is not empty"):
        restore_backup(saved.file, settings())
    restore_backup(saved.file, settings(), replace=True)
    assert whole() == saved.tables


def again(address: str, home: Path) -> psycopg2.extensions.connection:
    """Connect as an account of the backup to the home that it was restored into."""
    as_before = make_url(address)
    there = make_url(Cluster(home).url("motcua", "")).set(username=as_before.username, password=as_before.password)
    return psycopg2.connect(there.render_as_string(hide_password=False))


def test_a_database_of_an_offices_own_is_restored_and_replaced(saved: Saved, elsewhere: Path, database: str) -> None:
    restore_backup(saved.file, settings())
    is_as_saved(saved, elsewhere)
    again = saved.folder / "again.backup"
    make_backup(again, settings())
    with pytest.raises(RestoreRefusedError, match="is not empty"):
        restore_backup(again, settings())
    with psycopg2.connect(database, application_name="motcua"), pytest.raises(RestoreRefusedError, match="is running"):
        restore_backup(again, settings(), replace=True)
    restore_backup(saved.file, settings(), replace=True)
    assert whole() == saved.tables


def test_a_restore_that_was_killed_is_run_again_and_nothing_else_is(saved: Saved, elsewhere: Path) -> None:
    command = [sys.executable, "-m", "flows.commands.cli", "restore", str(saved.file)]
    running = subprocess.Popen(command, cwd=ROOT, env=os.environ)
    wait_for(lambda: restore_mark(elsewhere).is_file() and (elsewhere / "cluster").exists(), every=0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    with pytest.raises(RestoreRefusedError, match="motcua restore"):
        refuse_unfinished(elsewhere)
    refused = motcua(dict(os.environ), "status", check=False, MOTCUA_LANGUAGE="en")
    assert refused.returncode == 2
    assert f"Run `motcua restore {saved.file}` again" in refused.stderr
    restore_backup(saved.file, settings())
    assert whole() == saved.tables
    assert files(elsewhere) == saved.files


def test_a_backup_that_was_killed_leaves_no_file_and_its_draft_goes(saved: Saved, warehouse: Cluster) -> None:
    saved.snapshot.restore()
    folder = Path(tempfile.mkdtemp())
    with closing(psycopg2.connect(warehouse.url("motcua", ""))) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE core.dossiers IN ACCESS EXCLUSIVE MODE")  # the backup waits, with its draft open
        command = [sys.executable, "-m", "flows.commands.cli", "backup", str(folder / "night.backup")]
        running = subprocess.Popen(command, cwd=ROOT, env=os.environ)
        wait_for(lambda: list(folder.iterdir()), every=0.02)
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert [path.name for path in folder.iterdir()] == [f".night.backup.{running.pid}.motcua-part"]
    make_backup(folder / "night.backup", settings())
    assert [path.name for path in folder.iterdir()] == ["night.backup"]
    shutil.rmtree(folder)


def test_the_day_of_a_demonstration_is_in_a_backup(saved: Saved, warehouse: Cluster, tmp_path: Path) -> None:
    saved.snapshot.restore()
    (warehouse.home / DEMONSTRATION_DAY).write_text("2026-03-31", encoding="utf-8")
    make_backup(tmp_path / "demonstration.backup", settings())
    (warehouse.home / DEMONSTRATION_DAY).unlink()
    with backup_file.reading(tmp_path / "demonstration.backup") as (_, entries):
        assert {entry.name: content.read() for entry, content in entries}[f"home/{DEMONSTRATION_DAY}"] == b"2026-03-31"


def test_a_backup_is_of_one_moment_while_others_write(
    saved: Saved, warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved.snapshot.restore()
    add, done = backup_file.BackupWriter.add, []

    def add_and_write(writer: backup_file.BackupWriter, name: str, *rest: object) -> None:
        if name.startswith("tables/") and not done:
            done.append(name)
            with closing(psycopg2.connect(warehouse.url("motcua", ""))) as other, other, other.cursor() as cursor:
                cursor.execute("DELETE FROM core.events; DELETE FROM raw.pages")
        add(writer, name, *rest)

    monkeypatch.setattr(backup_file.BackupWriter, "add", add_and_write)
    make_backup(tmp_path / "meanwhile.backup", settings())
    assert done
    assert fetch_all("SELECT count(*) FROM core.events") == [(0,)], "it did not wait for the backup"
    with backup_file.reading(tmp_path / "meanwhile.backup") as (_, entries):
        names = {entry.name.rpartition("/")[0] for entry, _ in entries}
    assert {"tables/core.events", "tables/raw.pages"} <= names


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def without_end(content: bytes) -> bytes:
    return content[:-5]


def written_by(change: dict[str, object]) -> Callable[[bytes], bytes]:
    def write(_content: bytes) -> bytes:
        header = backup_file.BackupHeader(**{**HEADER, **change})
        with tempfile.TemporaryFile() as stream:
            with backup_file.writing(stream, header) as writer:
                writer.add("home/../../outside" if "outside" in change else "home/x", b"x")
            stream.seek(0)
            return stream.read()

    return write


HEADER = {
    "version": "9.9",
    "revision": "0001",
    "made_at": "2026-01-01",
    "columns": {},
    "sequences": {},
    "key": "",
    "key_inside": True,
}
UNUSABLE = {
    "cut short": (cut, "damaged or cut short"),
    "a bit flipped": (flipped, "damaged or cut short"),
    "without its end": (without_end, "damaged or cut short"),
    "without its last byte": (lambda content: content[:-1], "damaged or cut short"),
    "empty": (lambda _: b"", "damaged or cut short|no backup"),
    "a text": (lambda _: b"code,field\n" * 99, "damaged or cut short|no backup"),
    "of a newer format": (written_by({"format": 3}), "made by motcua 9.9"),
    "of newer tables": (written_by({"revision": "9999"}), "made by motcua 9.9"),
    "of another program": (written_by({"kind": "other"}), "no backup of motcua's"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_what_is_no_whole_backup_is_refused_before_anything_is_touched(
    kind: str, saved: Saved, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    change, words = UNUSABLE[kind]
    file = saved.folder / "other.backup"
    file.write_bytes(change(saved.file.read_bytes()))
    with pytest.raises(UnreadableDataError, match=words):
        examine_backup(file)
    with pytest.raises(UnreadableDataError, match=words):
        restore_backup(file, settings())
    assert not elsewhere.exists()


def test_an_entry_that_leads_outside_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "outside"
    with file.open("wb") as stream, backup_file.writing(stream, backup_file.BackupHeader(**HEADER)) as writer:
        writer.add("home/../../outside", b"x")
    with pytest.raises(UnreadableDataError):
        backup_file.verified(file)


@pytest.mark.parametrize("name", ["taken", "nowhere/new", "home"])
def test_a_name_that_cannot_be_used_is_refused(name: str, warehouse: Cluster, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(ConfigError):
        make_backup(warehouse.home / "b" if name == "home" else tmp_path / name, settings())
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_key_that_the_office_keeps_has_to_be_the_same(
    saved: Saved, warehouse: Cluster, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_PSEUDONYM_KEY", "another" * 8)
    forget()
    with pytest.raises(MotcuaError, match="MOTCUA_PSEUDONYM_KEY"):
        restore_backup(saved.file, settings())
    assert not elsewhere.exists()
    ensure_cluster(warehouse.home)
