"""The landing zone: whole or not at all, the same bytes once, damage found; on a folder and on stores of fsspec."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from config.errors import ConfigError, SourceError
from config.read_once import forget
from config.settings import settings
from tasks.sources import landing, storage
from tasks.sources.storage import FolderStore, RemoteStore, raw_store

PLACES = ["", "file", "memory", "local"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use("", tmp_path, monkeypatch)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Each kind of landing zone; ``local`` is fsspec's own way to a folder, where nothing is renamed."""
    yield use(request.param, tmp_path, monkeypatch)
    fsspec.filesystem("memory").store.clear()


def use(protocol: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOTCUA_HOME", str(folder))
    monkeypatch.setenv("MOTCUA_LANDING", f"{protocol}://{folder}/zone" if protocol else "")
    forget()
    return folder


def damage(digest: str, content: bytes | None) -> None:
    """Put other bytes into the place of a landing file; None takes it away."""
    held, name = raw_store(), landing.name_of(digest)
    if isinstance(held, FolderStore):
        (held.root / name).write_bytes(content or b"")
        if content is None:
            (held.root / name).unlink()
        return
    assert isinstance(held, RemoteStore)
    held.store.rm_file(f"{held.root}/{name}")
    if content is not None:
        held.store.pipe_file(f"{held.root}/{name}", content)


@given(st.binary(max_size=2000))
@profile(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
def test_bytes_come_back_as_they_were(place: Path, body: bytes) -> None:
    assert landing.fetch(landing.store(body)) == body


def test_the_zone_is_where_the_setting_says(place: Path) -> None:
    digest = landing.store(b"page")
    held = raw_store()
    expected = {"": "landing", "file": "zone", "local": "zone"}.get(settings().landing.partition("://")[0])
    on_disk = sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
    assert on_disk == ([f"{expected}/{landing.name_of(digest)}"] if expected else [])
    assert isinstance(held, FolderStore) == (settings().landing_folder is not None)


def test_the_same_bytes_are_one_private_file(home: Path) -> None:
    digests = {landing.store(b"page" * 1000) for _ in range(3)}
    files = [path for path in (home / "landing").rglob("*") if path.is_file()]
    assert len(digests) == len(files) == 1
    assert files[0].stat().st_mode & 0o077 == 0
    assert files[0].parent.stat().st_mode & 0o077 == 0
    assert files[0].stat().st_size < 4000


@pytest.mark.parametrize("kind", ["nothing", "garbage", "another page"])
def test_damage_is_found_and_named_by_source_and_digest_only(place: Path, kind: str) -> None:
    digest = landing.store(b"Nguyen Van A 001093012345")
    other = raw_store().get(landing.name_of(landing.store(b"another page")))
    damage(digest, {"nothing": b"", "garbage": b"garbage", "another page": other}[kind])
    with pytest.raises(SourceError, match=f"Source province: landing file {digest[:12]} is damaged") as caught:
        landing.fetch(digest, "province")
    assert "Nguyen" not in str(caught.value)


def test_a_missing_file_is_an_error(place: Path) -> None:
    digest = landing.store(b"page")
    damage(digest, None)
    with pytest.raises(SourceError, match=f"Source province: landing file {digest[:12]} is missing"):
        landing.fetch(digest, "province")
    assert landing.store(b"page") == digest  # pulled again
    assert landing.fetch(digest) == b"page"


@pytest.mark.parametrize("protocol", ["memory", "local"])
def test_what_a_cut_write_left_in_a_store_is_written_again(
    protocol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(protocol, tmp_path, monkeypatch)
    digest = landing.store(b"page" * 1000)
    damage(digest, raw_store().get(landing.name_of(digest))[:9])
    landing.store(b"page" * 1000)
    assert landing.fetch(digest) == b"page" * 1000


def test_a_store_that_changes_what_it_is_given_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use("memory", tmp_path, monkeypatch)
    held = raw_store()
    assert isinstance(held, RemoteStore)
    whole = type(held.store).pipe_file
    monkeypatch.setattr(held.store, "pipe_file", lambda path, content: whole(held.store, path, content[:-1]), raising=False)
    with pytest.raises(SourceError, match="other bytes than it was given"):
        landing.store(b"page")


def test_a_store_that_nothing_here_speaks_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use("nosuch", tmp_path, monkeypatch)
    with pytest.raises(ConfigError, match=r"MOTCUA_LANDING: nosuch:// cannot be used") as caught:
        landing.store(b"page")
    assert str(tmp_path) not in str(caught.value)


def test_names_are_listed_below_a_folder(place: Path) -> None:
    held = raw_store()
    for name in ("receipts/b/2.json", "receipts/a/1.json", "other/3.json"):
        held.put(name, b"{}")
    assert held.names("receipts") == ["receipts/a/1.json", "receipts/b/2.json"]
    assert held.names("nothing") == []


def test_a_write_that_fails_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        landing.store(b"page")
    assert [path for path in (home / "landing").rglob("*") if path.is_file()] == []
