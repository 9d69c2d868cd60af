"""The landing zone: whole or not at all, the same bytes once, damage found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from config.errors import SourceError
from config.settings import settings
from tasks.sources import landing


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path))
    settings.cache_clear()
    return tmp_path


@given(st.binary(max_size=2000))
@profile(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_bytes_come_back_as_they_were(body: bytes) -> None:
    assert landing.fetch(landing.store(body)) == body


def test_the_same_bytes_are_one_private_file(home: Path) -> None:
    digests = {landing.store(b"page" * 1000) for _ in range(3)}
    files = [path for path in (home / "landing").rglob("*") if path.is_file()]
    assert len(digests) == len(files) == 1
    assert files[0].stat().st_mode & 0o077 == 0
    assert files[0].parent.stat().st_mode & 0o077 == 0
    assert files[0].stat().st_size < 4000


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_damage_is_found_and_named_by_digest_only(damage: bytes | None) -> None:
    digest = landing.store(b"Nguyen Van A 001093012345")
    other = landing.path_of(landing.store(b"another page")).read_bytes()
    landing.path_of(digest).write_bytes(other if damage is None else damage)
    with pytest.raises(SourceError, match=digest[:12]) as caught:
        landing.fetch(digest)
    assert "Nguyen" not in str(caught.value)


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(SourceError, match="missing"):
        landing.fetch("0" * 64)


def test_a_write_that_fails_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(landing.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        landing.store(b"page")
    assert [path for path in (home / "landing").rglob("*") if path.is_file()] == []
