"""A large warehouse, pulled over HTTP to the published page: days, corrections, previews and questions at a million dossiers.

    make bench-long
    BENCH_DOSSIERS=250000 make bench-long
    BENCH_HOME=folder make bench-long    (keeps warehouse and figures there; what stands there is printed again, not measured)
    python -m tests.bench.scale_program folder '{"copies": 13, "steps": ["preview"]}'    (measures a step again in it)

A million dossiers need some eleven GB of disk and most of an hour on two cores. docs/scale.md tells what was found.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from config.settings import ROOT
from tests.bench.line import Measured, line
from tests.bench.province import PORT, home

DOSSIERS = int(os.environ.get("BENCH_DOSSIERS", "1000000"))
_SERVED = 76_000  # of the hundred thousand of a province, those that its one-stop system tells
_COPIES = max(1, round((DOSSIERS - 100_000) / _SERVED) + 1)
_FULL = f"a full run of {DOSSIERS:,}"


@contextmanager
def _folder() -> Iterator[Path]:
    """The warehouse's home: one that is kept, or one that is gone afterwards."""
    kept = os.environ.get("BENCH_HOME")
    if kept:
        yield Path(kept).resolve()
    else:
        with home() as folder:
            yield folder


@cache
def _found() -> dict[str, Any]:
    """Return what each step took; what a kept home has been through already is read from it."""
    with _folder() as folder:
        note = folder / "scale.json"
        if note.exists():
            return dict(json.loads(note.read_text(encoding="utf-8")))
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
        command = [sys.executable, "-m", "tests.bench.scale_program", str(folder), json.dumps({"copies": _COPIES})]
        environment = inherited | {"MOTCUA_PREFECT_PORT": PORT}
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the steps ended with {done.returncode}: {done.stdout[-2000:]}")
        note.write_text(done.stdout, encoding="utf-8")
        return dict(json.loads(done.stdout))


def _share(step: str) -> Measured:
    return Measured(_found()[step]["cpu"], _found()["full"]["cpu"])


@line("scale-unchanged", other=_FULL, at_most=0.03, long=True)
def unchanged() -> Measured:
    """The same day again."""
    return _share("unchanged")


@line("scale-new-day", other=_FULL, at_most=0.05, long=True)
def new_day() -> Measured:
    """A new day on which no source has anything new."""
    return _share("new-day")


@line("scale-news", other=_FULL, at_most=0.08, long=True)
def news() -> Measured:
    """A new day with news of half a per cent of all dossiers."""
    return _share("news")


@line("scale-corrections", other=_FULL, at_most=0.02, long=True)
def corrections() -> Measured:
    """Approved corrections of a thousandth, from the file to the published page."""
    return _share("corrections")


@line("scale-preview", other="3 s", at_most=1.0, long=True)
def preview() -> Measured:
    """`motcua corrections preview` of a thousand corrections by the clock, the command as a whole."""
    return Measured(_found()["preview"]["wall"], 3.0)


@line("scale-preview-alone", other="3 s", at_most=1.0, long=True)
def preview_alone() -> Measured:
    """The same without starting the command."""
    return Measured(_found()["preview-alone"]["wall"], 3.0)


@line("scale-agency", other="the owner's", at_most=2.0, long=True)
def agency() -> Measured:
    """The question of an agency's account that row-level security makes dearest, against the owner's for the same rows."""
    dearest = max(_found()["agency"].values(), key=lambda one: one["agency"] / one["owner"])
    return Measured(dearest["agency"], dearest["owner"])


@line("scale-indicators", other="1 s", at_most=1.0, long=True)
def indicators() -> Measured:
    """The slowest of the ten questions of docs/queries.md."""
    return Measured(max(_found()["indicators"].values()), 1.0)
