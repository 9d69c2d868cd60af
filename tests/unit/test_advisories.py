"""Advisories: what is known of the pinned packages stops a commit, and that nobody answers does not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.advisories import main

SOUND = {"name": "alembic", "version": "1.20.1", "vulns": []}
FAULTY = {"name": "pyyaml", "version": "5.3", "vulns": [{"id": "PYSEC-2020-96", "fix_versions": ["5.4"]}]}
OPEN = {"name": "pyyaml", "version": "5.3", "vulns": [{"id": "PYSEC-2020-96", "fix_versions": []}]}


def program(folder: Path, said: str) -> Path:
    """An outside program that says what pip-audit says, and notes that it was asked."""
    path = folder / "pip-audit"
    path.write_text(f"#!/bin/sh\necho asked >> '{folder}/asked'\ncat <<'END'\n{said}\nEND\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("said", "code", "sentence"),
    [
        (json.dumps({"dependencies": [SOUND]}), 0, "1 packages, 0 known faults"),
        (json.dumps({"dependencies": [SOUND, FAULTY]}), 1, "pyyaml 5.3: PYSEC-2020-96, mended in 5.4"),
        (json.dumps({"dependencies": [OPEN]}), 1, "mended in no release yet"),
        ("", 0, "did not answer"),
        ("Traceback: ConnectionError", 0, "did not answer"),
    ],
)
def test_what_is_known_stops_a_commit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str, code: int, sentence: str
) -> None:
    (tmp_path / "pinned.txt").write_text("pyyaml==5.3\n", encoding="ascii")
    assert main(program(tmp_path, said), pinned=tmp_path / "pinned.txt") == code
    assert sentence in capsys.readouterr().out


def test_it_is_asked_again_when_the_packages_change_and_after_a_week(tmp_path: Path) -> None:
    pinned = tmp_path / "pinned.txt"
    pinned.write_text("pyyaml==5.3\n", encoding="ascii")
    os.utime(pinned, (1, 1))
    audit = program(tmp_path, json.dumps({"dependencies": [FAULTY]}))

    def asked() -> int:
        assert main(audit, pinned=pinned) == 1, "told again whoever was asked"
        return (tmp_path / "asked").read_text(encoding="ascii").count("asked")

    assert [asked(), asked()] == [1, 1]
    os.utime(tmp_path / "advisories.json", (1000, 1000))
    assert [asked(), asked()] == [2, 2]
    os.utime(pinned)
    os.utime(tmp_path / "advisories.json", (pinned.stat().st_mtime - 60,) * 2)
    assert asked() == 3


def test_without_the_program_nobody_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path / "pip-audit") == 0
    assert "could not be installed" in capsys.readouterr().out
