"""Variables that nobody reads are told by every command with the nearest right name; wrong values end in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.misspelt_variables import misspelt_variables
from config.read_once import forget
from flows.commands import cli, demo
from flows.runtime.doctor import variables

# what stands in the environment -> what is probably meant; None: nothing is near; "": it is right as it is
NAMES: list[tuple[str, str | None]] = [
    ("MOTCUA_HOMME", "MOTCUA_HOME"),
    ("MOTCUA_DATABASE", "MOTCUA_DATABASE_URL"),
    ("MOTCUA_LANG", "MOTCUA_LANDING"),
    ("MOTCUA_POLICIES", "MOTCUA_POLICY"),
    ("MOTCUA_SOURCE_DIR", "MOTCUA_SOURCES_DIR"),
    ("MOTCUA_PREFECTPORT", "MOTCUA_PREFECT_PORT"),
    ("MOTCUA_XYZZY_QQ", None),
    ("MOTCUA_HOME", ""),
    ("MOTCUA_PASSWORD", ""),
    ("LAND_HOMME", ""),
]
VALUE = "secret-0912345678"


@pytest.mark.parametrize(("name", "meant"), NAMES)
def test_a_name_that_is_no_setting_is_told_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str | None
) -> None:
    monkeypatch.setenv(name, VALUE)
    told = misspelt_variables()
    assert [found for found, _ in told] == ([] if meant == "" else [name])
    for _, fact in told:
        assert name in fact.vi
        assert VALUE not in fact.vi + fact.en
        assert (f"Did you mean {meant}?" if meant else "config/settings.py") in fact.en
    assert [line.well for line in variables()] == [meant == ""]


def test_a_variable_that_a_source_file_names_is_right(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "land.yaml").write_text("sql:\n  url: {env: MOTCUA_LAND_URL}\n", encoding="utf-8")
    monkeypatch.setenv("MOTCUA_LAND_URL", VALUE)
    assert misspelt_variables()
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(tmp_path))
    assert not misspelt_variables()


@pytest.mark.parametrize(("language", "said"), [("vi", "Có phải MOTCUA_HOME không?"), ("en", "Did you mean MOTCUA_HOME?")])
def test_every_command_says_so_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, said: str
) -> None:
    monkeypatch.setenv("MOTCUA_HOMME", VALUE)
    monkeypatch.setenv("MOTCUA_LANGUAGE", language)
    forget()
    assert cli.main(["law"]) == 0
    told = capsys.readouterr().err
    assert told.count(said) == 1
    assert VALUE not in told


@pytest.mark.parametrize(
    "command", [lambda: cli.main(["status"]), lambda: demo.main(["--dossiers", "60"])], ids=["motcua", "demo"]
)
def test_a_wrong_value_ends_a_command_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, command: object
) -> None:
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MOTCUA_FREE_SPACE_FLOOR_MB", "plenty")
    forget()
    assert command() == 2  # type: ignore[operator]
    said = capsys.readouterr()
    assert "MOTCUA_FREE_SPACE_FLOOR_MB" in " ".join((said.out + said.err).split())
    assert "Traceback" not in said.out + said.err
