"""The tour (docs/tour.md) works as told: each of its commands, in its order, ends well and shows what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.house.test_documentation import commands

PAGES = (ROOT / "docs" / "tour.md", ROOT / "docs" / "tour.vi.md")
# What make does for a newcomer, on a smaller province; and the place that make demo prints.
MAKE = f'make() {{ "{sys.executable}" -m flows.commands.demo --dossiers 3000; }}'
HOME = re.compile(r"~/\.local/share/motcua-demo/")
# command -> what its answer shows, in English
SHOWN = {
    "make demo": "verdicts equal",
    "motcua tickets": "phantom late",
    "motcua explain $FALSE_ALARM": "VERDICT: PHANTOM LATE",
    "motcua proposals --out de-nghi": "Written:",
    "cat de-nghi/de-nghi-$AGENCY.csv": "motcua",
    "motcua explain $DOUBT": "VERDICT: UNDETERMINED",
    "motcua correct dinh-chinh.csv": "before → after",
    "motcua corrections": "the source still states the old value",
}
LAST = "verified at the source"


def test_both_languages_give_the_same_commands() -> None:
    english, vietnamese = map(commands, PAGES)
    assert english == vietnamese


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database server's account can pass through."""
    with tempfile.TemporaryDirectory(prefix="motcua-tour-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def test_each_command_works_as_told(folder: Path) -> None:
    lines = [HOME.sub(f"{folder}/home/", line) for line in commands(PAGES[0])]
    environment = {
        **os.environ,
        "MOTCUA_HOME": str(folder / "home"),
        "MOTCUA_LANGUAGE": "en",
        "COLUMNS": "200",
        "PYTHONPATH": str(ROOT),
    }
    script = "\n".join(["set -e", MAKE, *(_kept(place, line) for place, line in enumerate(lines))])
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    answers = [
        path.read_text(encoding="utf-8") if (path := folder / f"{place}.txt").exists() else "" for place in range(len(lines))
    ]
    assert done.returncode == 0, f"{max(enumerate(answers), key=lambda one: (bool(one[1]), one[0]))} {done.stderr}"
    last = max(place for place, line in enumerate(lines) if line == "motcua corrections")
    for place, line in enumerate(lines):
        assert (LAST if place == last else SHOWN.get(line, "")) in answers[place], f"{line}: {answers[place]}"


def _kept(place: int, line: str) -> str:
    """Return the command with its answer kept in a file; what changes the shell itself is left as it is."""
    return line if line.startswith((".", "echo")) else f"{line} > {place}.txt 2>&1"
