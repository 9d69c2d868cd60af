"""Lines about work packages: what offices do to them by the thousand, and what must and must not come of it."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.bench.line import Measured, line
from tests.bench.province import ROOT, environment_of, home, run_demo

TRIALS, SEED, DOSSIERS = 1_000, 1, 6_000


@cache
def _counts() -> dict[str, dict[str, int]]:
    """Take in the answered packages of one province."""
    with home() as folder:
        run_demo(folder, SEED, DOSSIERS)
        return {what: _run(folder, what, *numbers) for what, numbers in (("edits", (TRIALS, SEED)), ("libreoffice", ()))}


def _run(folder: Path, what: str, *numbers: int) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.bench.packages_program", what, *map(str, numbers)]
    environment = environment_of(folder) | {"MOTCUA_PEOPLE_FILE": str(ROOT / "demo" / "people.yaml")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the packages ended with {done.returncode}: {done.stderr[-2000:]}")
    print(done.stderr, end="", file=sys.stderr)
    return dict(json.loads(done.stdout))


@line("packages-wrong-values", other="values of 1,000 packages", at_most=0.0)
def wrong_values() -> Measured:
    """Values taken in that nobody meant."""
    return Measured(_counts()["edits"]["wrong"], _counts()["edits"]["good"], unit="")


@line("packages-good-rows-lost", other="values of 1,000 packages", at_most=0.0)
def good_rows_lost() -> Measured:
    """Values that an office meant and that were not taken in, and rows that were refused without cause."""
    return Measured(_counts()["edits"]["lost"] + _counts()["edits"]["loud"], _counts()["edits"]["good"], unit="")


@line("packages-refused-with-reason", other="mangled rows", at_least=1.0)
def refused_with_reason() -> Measured:
    """Mangled rows that were refused, each with its reason."""
    return Measured(_counts()["edits"]["told"], _counts()["edits"]["bad"], unit="")


@line("packages-libreoffice", other="rows", at_least=1.0)
def through_libreoffice() -> Measured:
    """Rows of the largest package that are taken in after LibreOffice saved it."""
    return Measured(_counts()["libreoffice"]["kept"], _counts()["libreoffice"]["rows"], unit="")
