"""Each province of `make demo` has a home of its own: two in one warehouse would be counted together."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.read_once import forget
from flows.commands.demo import _prepare, main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("MOTCUA_SOURCES_DIR", "MOTCUA_PREFECT_PORT"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path / "home"))
    forget()
    return tmp_path / "home"


def test_another_seed_or_size_lives_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("MOTCUA_HOME", "")
    usual = _prepare(1, 20_000).home
    homes = {usual}
    for seed, dossiers, options in (
        (2, 20_000, {}),
        (1, 6_000, {}),
        (1, 20_000, {"clean": True}),
        (1, 20_000, {"systemic": True}),
    ):
        monkeypatch.setenv("MOTCUA_HOME", "")
        homes.add(_prepare(seed, dossiers, **options).home)
    assert usual.name == "motcua-demo"
    assert len(homes) == 5


def test_so_does_a_world_that_an_earlier_version_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("MOTCUA_HOME", "")
    usual = _prepare(1, 20_000).home
    (usual / "province.txt").write_text("the province of seed 1 with 20000 dossiers", encoding="utf-8")
    for _ in range(2):
        monkeypatch.setenv("MOTCUA_HOME", "")
        assert _prepare(1, 20_000).home.name.startswith("motcua-demo-")


def test_the_same_province_finds_its_home_again(home: Path) -> None:
    assert _prepare(2, 600).home == home
    assert _prepare(2, 600).home == home


def test_a_home_of_another_province_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _prepare(1, 600)
    assert main(["--seed", "1", "--dossiers", "700"]) == 2
    said = " ".join(capsys.readouterr().out.split())
    assert "seed 1 with 600 dossiers" in said
    assert not (home / "cluster").exists(), "nothing was started"


def test_an_offices_own_warehouse_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "cluster").mkdir(parents=True)
    assert main([]) == 2
    assert "no demonstration" in " ".join(capsys.readouterr().out.split())
    assert not (home / "province.txt").exists()
