"""Source files: the examples load, mistakes are named by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.settings import ROOT
from config.sources import load_source, load_sources

EXAMPLES = sorted((ROOT / "config" / "sources").glob("*.yaml"))
GOOD = """
title: Desk
kind: files
profile: table
columns: {code: Mã hồ sơ}
files: {folder: /inbox}
"""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_shipped_file_is_an_example_that_loads(path: Path) -> None:
    assert path.name.startswith("example-")
    assert load_source(path).name == path.stem


def test_examples_are_passed_over_and_the_file_names_the_source(tmp_path: Path) -> None:
    for name in ("desk.yaml", "example-desk.yaml"):
        (tmp_path / name).write_text(GOOD)
    assert list(load_sources(tmp_path)) == ["desk"]
    assert load_sources(tmp_path)["desk"].name == "desk"


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ("calender: vn", "calender"),
        ("zone: Asia/Hanoi", "IANA"),
        ("statuses: {1: 11}", "statuses: unknown 11"),
        ("channels: {1: web}", "channels: unknown web"),
        ("constants: {colour: red}", "constants: unknown colour"),
        ("kind: sql", "section sql"),
        ("role: reference", "catalogue and units"),
        ("name: other", "other"),
        ("columns: {unit: Đơn vị}", "columns.code"),
        ("recorded: {compare: week}", "recorded.compare"),
        ("title: [", "cannot be read"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, change: str, fact: str) -> None:
    key = change.partition(":")[0]
    kept = [line for line in GOOD.splitlines() if not line.startswith(f"{key}:")]
    (tmp_path / "desk.yaml").write_text("\n".join([*kept, change]))
    with pytest.raises(ConfigError, match=r"desk\.yaml") as caught:
        load_sources(tmp_path)
    assert fact in str(caught.value)


def test_secrets_stand_in_the_environment_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = "rest: {address: https://x.vn, user: {env: DESK_USER}, password: hunter2}"
    (tmp_path / "desk.yaml").write_text(f"title: Desk\nkind: rest\nprofile: dvcqg\n{rest}\n")
    with pytest.raises(ConfigError) as caught:
        load_sources(tmp_path)
    assert "hunter2" not in str(caught.value)
    (tmp_path / "desk.yaml").write_text(
        f"title: Desk\nkind: rest\nprofile: dvcqg\n{rest.replace('hunter2', '{env: DESK_PASSWORD}')}\n"
    )
    monkeypatch.setenv("DESK_PASSWORD", "hunter2")
    options = load_sources(tmp_path)["desk"].rest
    assert options is not None
    assert "hunter2" not in repr(options)
    assert options.password is not None
    assert options.password.value() == "hunter2"


def test_codes_may_be_written_as_numbers_and_blank_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(GOOD + "statuses: {1: 2, 10: 10, '': 4, '*': null}\n")
    assert load_sources(tmp_path)["desk"].statuses == {"1": 2, "10": 10, "": 4, "*": None}
