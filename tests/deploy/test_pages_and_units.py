"""What a server is set up with: units that systemd understands, programs they name, pages that say the same in both languages."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.house.test_documentation import commands
from tests.house.tree import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PAGES = (ROOT / "docs" / "deploy.md", ROOT / "docs" / "deploy.vi.md")
CLONE = "/opt/motcua"  # where the pages put it


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    for each in UNITS:  # with the programs of this clone in their place
        (tmp_path / each.name).write_text(each.read_text(encoding="utf-8").replace(CLONE, str(ROOT)), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_both_pages_show_the_same_commands() -> None:
    english, vietnamese = map(commands, PAGES)
    assert english == vietnamese
    assert len(english) > 20


def test_every_file_of_the_folder_is_named_by_the_page() -> None:
    page = PAGES[0].read_text(encoding="utf-8")
    named = set(re.findall(rf"{CLONE}/(deploy/[\w./-]+)", page))
    held = {str(path.relative_to(ROOT)) for path in DEPLOY.rglob("*") if path.is_file()}
    assert named == held


def test_every_command_of_motcua_on_the_pages_exists() -> None:
    asked = set(re.findall(r"bin/motcua (?!\\)([a-z]+)", PAGES[0].read_text(encoding="utf-8")))
    asked |= {word for unit in UNITS for word in re.findall(r"bin/motcua ([a-z]+)", unit.read_text(encoding="utf-8"))}
    for name in sorted(asked):
        done = subprocess.run([ROOT / ".venv" / "bin" / "motcua", name, "--help"], capture_output=True, check=False)
        assert done.returncode == 0, name
