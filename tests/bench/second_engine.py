"""Lines of `make score` about the second engine: both engines on the demonstration, and faults planted in either."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

from config.policies import load_policies
from config.read_once import forget
from flows.commands.demo import DEMO_DAY
from tasks.auditing import second_engine
from tasks.auditing.second_engine import Derived, DrawnDossier, derive
from tasks.warehouse.engine import fetch_all, reset_engine
from tests.bench.line import Measured, line
from tests.bench.planted_faults import IN_RULES, IN_SQL, Fault
from tests.bench.province import ROOT, environment_of, home, run_demo

SEED = 1
DOSSIERS = 20_000
FEW = 3_000  # of the province in which faults are planted
POLICY = "qd766"
COPIED = ("config", "schemas", "tasks", "flows", "demo", "tests", "pyproject.toml", "constraints.txt")
_EVERY = """
    SELECT source, coalesce(unit_code, '') AS unit_code, code FROM core.dossiers
    WHERE role = 'primary' ORDER BY source, code
"""


@dataclass(frozen=True)
class Look:
    """What both engines say of every dossier of a province; key: source and code."""

    derived: dict[tuple[str, str], Derived]

    @property
    def decided(self) -> int:
        """Dossiers that the second engine decides."""
        return sum(one.doubt is None for one in self.derived.values())

    @property
    def differing(self) -> int:
        """Dossiers on which they differ."""
        return sum(one.differs_in is not None for one in self.derived.values())


@contextmanager
def settled_in(folder: Path) -> Iterator[None]:
    """This process speaks of that home meanwhile."""
    before = dict(os.environ)
    os.environ.update(environment_of(folder))
    forget()
    try:
        yield
    finally:
        reset_engine()
        os.environ.clear()
        os.environ.update(before)
        forget()


def look(as_of: date = DEMO_DAY) -> Look:
    """Derive every dossier again."""
    policy = load_policies()[POLICY]
    found: dict[tuple[str, str], Derived] = {}
    every = [DrawnDossier(*row) for row in fetch_all(_EVERY)]
    for source, unit, codes in second_engine.by_office(every):
        found |= {(source, one.code): one for one in derive(source, unit, codes, policy, as_of)}
    return Look(found)


@cache
def demonstration() -> Look:
    """The demonstration as `make demo` runs it, every dossier of it."""
    with home() as folder:
        run_demo(folder, SEED, DOSSIERS)
        with settled_in(folder):
            return look()


@line("second-engine-agrees", other="dossiers it decides", at_least=1.0)
def agrees() -> Measured:
    """Dossiers of the demonstration whose state, timeliness, due date and end both engines derive alike."""
    found = demonstration()
    return Measured(found.decided - found.differing, found.decided, unit="")


@line("second-engine-decides", other="dossiers", at_least=0.95)
def decides() -> Measured:
    """Dossiers of the demonstration that the second engine decides."""
    return Measured(demonstration().decided, len(demonstration().derived), unit="")


@line("second-engine-notices", other="faults planted in either engine", at_least=1.0)
def notices() -> Measured:
    """Faults planted in the SQL or in the rules by which the engines differ about a dossier of a demonstration of 3,000."""
    with home() as folder:
        run_demo(folder, SEED, FEW)
        with settled_in(folder):
            sound = look()
            in_sql = [_differs_by_sql(fault) for fault in IN_SQL]
            in_rules = [_differs_by_rules(fault, folder, sound) for fault in IN_RULES]
    missed = [str(fault) for fault, seen in zip((*IN_SQL, *IN_RULES), (*in_sql, *in_rules), strict=True) if not seen]
    print("\n".join(["", *(f"not noticed: {one}" for one in missed)]) if missed else "", file=sys.stderr)
    return Measured(sum(in_sql) + sum(in_rules), len(in_sql) + len(in_rules), unit="")


def _differs_by_sql(fault: Fault) -> bool:
    sound = second_engine._DERIVED
    second_engine._DERIVED = fault.planted_in(sound)
    try:
        return look().differing > 0
    finally:
        second_engine._DERIVED = sound


def _differs_by_rules(fault: Fault, folder: Path, sound: Look) -> bool:
    """Judge by a copy of the tree with the fault in it, and hold that against what the second engine says."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as copy:
        for name in COPIED:
            place = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            place(ROOT / name, Path(copy) / name)
        file = Path(copy) / fault.file
        file.write_text(fault.planted_in(file.read_text(encoding="utf-8")), encoding="utf-8")
        command = [sys.executable, "-m", "tests.bench.second_engine_program", POLICY, DEMO_DAY.isoformat()]
        done = subprocess.run(command, cwd=copy, env=environment_of(folder), capture_output=True, text=True, check=True)
    judged = {(source, code): facts for source, code, *facts in json.loads(done.stdout)}
    return any(_as_judged(one, judged[key]).differs_in is not None for key, one in sound.derived.items())


def _as_judged(one: Derived, facts: list[str | None]) -> Derived:
    state, timeliness, due, end = facts
    times = (None if at is None else datetime.fromisoformat(at) for at in (due, end))
    return replace(one, judged_state=state, judged_timeliness=timeliness, judged_due=next(times), judged_end=next(times))
