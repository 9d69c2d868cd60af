"""All checks over a million dossiers, a chosen share failing, against Great Expectations in COMPLETE mode and pandera.

The others are asked everything of ours that they can put as a plain promise about a column or two; we ask the rest on
top of that: logs, pauses, other systems, calendar, catalogue, crowds. All three list the rows that fail.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from config.settings import ROOT
from tasks.gates.engine import plain_column
from tasks.rules.frames import DossierFrames
from tests.bench import expectations_program
from tests.bench.checks_program import count_failing, partitions
from tests.bench.line import Measured, line, timed
from tests.bench.peers import PYTHON
from tests.bench.promises import PROMISES

NOW = np.datetime64("2026-03-31T16:59:59.999999", "us")  # the end of that day in the office
ROWS = 1_000_000
FEW = 100_000  # of the others where they take minutes for a million: their time grows in proportion
LITTLE, THIRD, MOST = 0.03, 0.3, 0.6


@dataclass(frozen=True)
class Answer:
    """Seconds for so many rows, how many fail each promise, and the peak of memory in MB, where it was measured."""

    seconds: float
    counts: dict[str, int]
    peak: float = 0


@lru_cache
def ours(failing: float, rows: int = ROWS) -> Answer:
    """Run every check, the quickest of three runs."""
    months = list(partitions(rows, failing))
    found = timed(lambda: count_failing(months), repeats=3 if rows == ROWS else 1)
    return Answer(found.seconds, found.result)


@lru_cache
def expectations(failing: float, rows: int) -> Answer:
    """Let Great Expectations validate the same rows."""
    return _asked(Path(expectations_program.__file__), failing, rows, sys.executable)


def pandera(failing: float, rows: int) -> Answer:
    """Let pandera validate the same rows, in the environment of what is measured against."""
    assert PYTHON.exists(), "`make bench` makes the environment of what is measured against"
    program = ROOT / "tests" / "bench" / "pandera_program.py"
    return _asked(program, failing, rows, str(PYTHON), promises=[asdict(promise) for promise in PROMISES])


def _asked(program: Path, failing: float, rows: int, python: str, **more: Any) -> Answer:
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        path = Path(folder) / "frame.pickle"
        pd.concat([plain(frames) for frames in partitions(rows, failing)], ignore_index=True).to_pickle(path)
        found = _run(python, program, path=str(path), **more)
    return Answer(**found)


def _run(python: str, program: Path, **asked: Any) -> Any:
    module = (
        ["-W", "ignore", "-m", f"tests.bench.{program.stem}"] if python == sys.executable else ["-W", "ignore", str(program)]
    )
    done = subprocess.run([python, *module, json.dumps(asked)], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{program.name} ended with {done.returncode}: {done.stderr[-1500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def plain(frames: DossierFrames) -> pd.DataFrame:
    """Return the columns as numpy's, on which the others are thirty times as fast as on Arrow's."""
    names = "code procedure_code unit_code unit_as_given status received_at done_at returned_at refused_at due_at submitted_at"
    names += " is_migrated fee_amount alias_code duplicate_of marks"
    return pd.DataFrame({name: plain_column(frames.dossiers[name]) for name in names.split()}).assign(now=NOW)


def _against(other: Answer, failing: float, rows: int) -> Measured:
    """Compare after the same rows gave the same counts; the other's time as for all rows."""
    counted = Counter(ours(failing, rows).counts)
    names = [promise.check for promise in PROMISES]
    different = {
        name: (counted[name], other.counts.get(name, 0)) for name in names if counted[name] != other.counts.get(name, 0)
    }
    assert not different, f"the two count different rows: {different}"
    assert sum(counted[name] > 0.6 * failing * rows for name in names) >= 15, "too little fails"
    return Measured(ours(failing).seconds, other.seconds * ROWS / rows)


@line("checks", other="Great Expectations COMPLETE", times_faster=20)
def checks() -> Measured:
    """All checks over a million dossiers, 30 % of which break each promise."""
    return _against(expectations(THIRD, ROWS), THIRD, ROWS)


@line("checks-3-percent", other=f"the same, {FEW} scaled", times_faster=10)
def checks_with_few_failing() -> Measured:
    """The same with 3 %: the other has less to list."""
    return _against(expectations(LITTLE, FEW), LITTLE, FEW)


@line("checks-60-percent", other=f"the same, {FEW} scaled", times_faster=20)
def checks_with_most_failing() -> Measured:
    """The same with 60 %."""
    return _against(expectations(MOST, FEW), MOST, FEW)


@line("checks-60-vs-3-percent", other="ours with 3 %", at_most=1.2)
def checks_by_share() -> Measured:
    """What fails costs no more to find than what does not."""
    return Measured(ours(MOST).seconds, ours(LITTLE).seconds)


@line("checks-vs-pandera", other=f"pandera, {FEW} scaled", times_faster=20)
def checks_against_pandera() -> Measured:
    """The same with 30 %, against pandera's lazy validation."""
    return _against(pandera(THIRD, FEW), THIRD, FEW)


@line("checks-memory", other="ours, a fifth of the dossiers", at_most=1.1)
def checks_memory() -> Measured:
    """The peak of a process that checks a million dossiers month by month, against one that checks 200,000: it is flat."""
    return Measured(_peak(ROWS), _peak(ROWS // 5), unit="MB")


@line("checks-memory-vs-ge", other="Great Expectations COMPLETE", at_most=0.5)
def checks_memory_against_expectations() -> Measured:
    """The same peak, our making of the dossiers included, against the other's with the rows read from a file."""
    return Measured(_peak(ROWS), expectations(THIRD, ROWS).peak, unit="MB")


@lru_cache
def _peak(rows: int) -> float:
    program = Path(__file__).with_name("checks_program.py")
    return float(_run(sys.executable, program, rows=rows, failing=THIRD))
