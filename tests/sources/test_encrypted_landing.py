"""The landing zone with a key: nothing of a page can be read from its file, older files still can, and keys are changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from config.errors import ConfigError, MotcuaError, SourceError
from config.landing_keys import landing_keys
from config.read_once import forget
from flows.commands.cli import main
from flows.runtime.doctor import landing_zone
from tasks.sources import landing
from tasks.sources.encrypted_store import blob_store
from tasks.sources.storage import raw_store

PAGE = b'{"ChuHoSo": "Nguyen Van Mau", "SoDinhDanh": "001099012345"}' * 20
OLD, NEW = "0f" * 32, "a1" * 32


@pytest.fixture(params=["", "memory"])
def zone(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home and a landing zone without a key, on a folder and on a store of fsspec."""
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MOTCUA_LANDING", f"memory://{tmp_path}/zone" if request.param else "")
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    yield tmp_path
    fsspec.filesystem("memory").store.clear()


def use(folder: Path, patch: pytest.MonkeyPatch, *keys: str, mode: int = 0o400) -> None:
    """Name a file with these keys."""
    file = folder / secrets.token_hex(4)
    file.write_text("\n".join(keys) + "\n", encoding="ascii")
    file.chmod(mode)
    patch.setenv("MOTCUA_LANDING_KEY_FILE", str(file))
    forget()


def files() -> dict[str, bytes]:
    return {name: raw_store().get(name) for name in raw_store().names("")}


def test_nothing_of_a_page_stands_in_its_file(zone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    landing.store(PAGE)
    plain = files()
    use(zone, monkeypatch, NEW)
    assert landing.fetch(landing.store(PAGE)) == PAGE, "what was written plainly is still read"
    digest = landing.store(PAGE + b" ")
    blob_store().put("receipts/one.json", PAGE)
    assert landing.fetch(digest) == PAGE + b" "
    assert blob_store().get("receipts/one.json") == PAGE
    locked = {name: content for name, content in files().items() if name not in plain}
    assert len(locked) == 2
    assert not [name for name, content in locked.items() if b"SoDinhDanh" in content or b"\x28\xb5\x2f\xfd" in content]


def test_the_same_page_is_the_same_file(zone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(zone, monkeypatch, NEW)
    landing.store(PAGE)
    before = files()
    landing.store(PAGE)
    assert files() == before


def test_keys_are_changed(zone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    digests = {landing.store(PAGE)}
    use(zone, monkeypatch, OLD)
    digests.add(landing.store(PAGE + b"1"))
    use(zone, monkeypatch, NEW, OLD)
    digests.add(landing.store(PAGE + b"2"))
    assert main(["keys", "rotate"]) == 0
    assert "2 of 3 files locked again" in capsys.readouterr().out
    assert main(["keys", "rotate"]) == 0
    assert "0 of 3 files locked again" in capsys.readouterr().out
    use(zone, monkeypatch, NEW)
    assert {landing.digest_of(landing.fetch(digest)) for digest in digests} == digests


@pytest.mark.parametrize(("keys", "says"), [((), "is not set"), ((OLD,), "does not hold the key")])
def test_a_wrong_or_missing_key_is_one_clear_sentence(
    keys: tuple[str, ...], says: str, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(zone, monkeypatch, NEW)
    digest = landing.store(PAGE)
    monkeypatch.delenv("MOTCUA_LANDING_KEY_FILE")
    forget()
    if keys:
        use(zone, monkeypatch, *keys)
    with pytest.raises(ConfigError, match=says):
        landing.fetch(digest)


@pytest.mark.parametrize("place", [0, 17, 30, 60, -1])
def test_a_changed_byte_is_found_wherever_it_stands(place: int, zone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(zone, monkeypatch, NEW)
    digest = landing.store(PAGE)
    name = landing.name_of(digest)
    content = bytearray(raw_store().get(name))
    content[place] ^= 1
    raw_store().put(name, bytes(content))
    with pytest.raises(MotcuaError):
        landing.fetch(digest)


def test_a_file_in_the_place_of_another_is_found(zone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(zone, monkeypatch, NEW)
    one, other = landing.store(PAGE), landing.store(PAGE + b"2")
    raw_store().put(landing.name_of(one), raw_store().get(landing.name_of(other)))
    with pytest.raises(SourceError, match="does not fit its key"):
        landing.fetch(one)


REFUSED = {
    "others can read it": ((NEW,), 0o440, "other accounts can read"),
    "it holds no key": (("",), 0o400, "holds no keys"),
    "its key is too short": (("a1" * 31,), 0o400, "holds no keys"),
    "its key is no number": (("xy" * 32,), 0o400, "holds no keys"),
    "one of its keys is none": ((NEW, "ab"), 0o400, "holds no keys"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_of_keys_that_cannot_be_used_is_refused(what: str, zone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, mode, says = REFUSED[what]
    use(zone, monkeypatch, *keys, mode=mode)
    with pytest.raises(ConfigError, match=says):
        landing.store(PAGE)
    assert files() == {}, "nothing is written plainly in its stead"


def test_a_key_in_the_home_is_refused(zone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (zone / "home").mkdir()
    use(zone / "home", monkeypatch, NEW)
    with pytest.raises(ConfigError, match="goes where that goes"):
        landing.store(PAGE)
    monkeypatch.setenv("MOTCUA_LANDING_KEY_FILE", str(zone / "nowhere"))
    forget()
    with pytest.raises(ConfigError, match="cannot be read"):
        landing.store(PAGE)


def test_without_a_key_there_is_nothing_to_rotate(zone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "rotate"]) == 2
    assert "is not set" in capsys.readouterr().err


def test_the_doctor_names_the_key_that_locks(zone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = landing_zone()
    assert (line.well, "not encrypted" in line.fact) == (True, True)
    use(zone, monkeypatch, NEW, OLD)
    (line,) = landing_zone()
    assert landing_keys()[0].number.hex() in line.fact
    assert NEW not in line.fact
    use(zone, monkeypatch, NEW, mode=0o444)
    with pytest.raises(ConfigError):
        list(landing_zone())
