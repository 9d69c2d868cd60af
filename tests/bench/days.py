"""What a day costs, by the processor's time of the whole product (our processes, PostgreSQL, Prefect), as a share of a full run.

    make bench ONLY=day-unchanged
    BENCH_DOSSIERS=20000 make bench ONLY=days

A province is made, then `motcua` runs as in an office whose servers run: a full run, the same day again, a new day with nothing
new, a new day with news of one dossier in two hundred, and a file of corrections of one in a thousand, to the published page.
A hundred thousand dossiers by default.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

from config.settings import ROOT
from tests.bench.days_program import CORRECTED, NEWS
from tests.bench.line import Measured, line
from tests.bench.province import PORT, home

DOSSIERS = int(os.environ.get("BENCH_DOSSIERS", "100000"))
_FULL = f"a full run of {DOSSIERS:,}"


@cache
def _days() -> dict[str, Any]:
    """Return what each day took."""
    with home() as folder:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
        environment = inherited | {"MOTCUA_HOME": str(folder), "MOTCUA_PREFECT_PORT": PORT}
        asked = json.dumps({"seed": 1, "dossiers": DOSSIERS})
        command = [sys.executable, "-m", "tests.bench.days_program", asked]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the days ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["corrected"] >= 0.9 * CORRECTED * DOSSIERS, "too few corrections were approved"
    assert found["changed"] >= 0.9 * NEWS * DOSSIERS, "too little news came"
    return found


def _share(day: str) -> Measured:
    return Measured(_days()[day]["cpu"], _days()["full"]["cpu"])


@line("day-unchanged", other=_FULL, at_most=0.03)
def day_unchanged() -> Measured:
    """The same day again: nothing has changed anywhere."""
    return _share("unchanged")


@line("day-new", other=_FULL, at_most=0.05)
def day_new() -> Measured:
    """A new day on which no source has anything new: only the open dossiers grow older."""
    return _share("new day")


@line("day-news", other=_FULL, at_most=0.08)
def day_news() -> Measured:
    """A new day with news of half a per cent of all dossiers: half of them new, half ended."""
    return _share("news")


@line("day-corrections", other=_FULL, at_most=0.02)
def day_corrections() -> Measured:
    """Approved corrections of a thousandth of all dossiers, over all months, from the file to the published page."""
    return _share("corrections")


@line("day-corrections-wall", other="5 s", at_most=1.0)
def day_corrections_wall() -> Measured:
    """The same by the clock."""
    return Measured(_days()["corrections"]["wall"], 5.0)
