"""Memory of a million dossiers, pulled page by page and loaded, by whatever takes part: our process and the warehouse's.

The one-stop system answers in a process of its own, which is not counted; its dossiers are a province's, each told many
times under other codes. Pulling and loading run in a new process, so that nothing that was measured before is counted.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import psutil

from config.settings import ROOT, settings
from tasks.warehouse.engine import fetch_all
from tests.bench.line import Measured, line
from tests.bench.pulling import one_stop_system, pull_and_load

PROVINCE = 8_000  # dossiers that are made
_SERVED = 0.7  # of them, at least, stand in the one-stop system; the others in workbooks
DOSSIERS = 1_000_000
FEW = 120_000
LIMIT = 1_500  # MB
_EVERY = 0.25  # seconds between two looks
_PROGRAM = """
from config.settings import settings
from config.sources import load_sources
from tasks.gates import contracts
from tests.bench.pulling import pull_and_load
pull_and_load(load_sources(settings().sources_dir)["province"])
"""


def peak(dossiers: int) -> int:
    """Return the most memory in MB that a first pull of so many dossiers and their load took."""
    copies = -(-dossiers // int(PROVINCE * _SERVED))
    with one_stop_system(PROVINCE, copies=copies) as sources:
        for name in ("units", "catalogue"):
            pull_and_load(sources[name])
        command = [sys.executable, "-c", _PROGRAM]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as working:
            most = 0
            while working.poll() is None:
                most = max(most, _taken(working.pid))
                with suppress(subprocess.TimeoutExpired):
                    working.wait(_EVERY)
        assert working.returncode == 0
        ((held,),) = fetch_all("SELECT count(*) FROM core.dossiers WHERE source = 'province'")
        assert held >= dossiers, (held, dossiers)
    return most // 1_000_000


def _taken(pid: int) -> int:
    """Return the bytes that a process and the warehouse's take together; what they share is counted once."""
    home = str(settings().home)
    total = 0
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            ours = process.pid == pid or (process.name().startswith("postgres") and process.cwd().startswith(home))
            total += process.memory_full_info().pss if ours else 0
    return total


@line("memory-of-a-million", other="1.5 GB", at_most=1.0)
def memory_of_a_million() -> Measured:
    """Hold the memory of a million dossiers against what an office's machine has to spare."""
    return Measured(peak(DOSSIERS), LIMIT, unit="MB")


@line("memory-is-flat", other="a quarter as many", at_most=1.2)
def memory_is_flat() -> Measured:
    """Hold the memory of many pages against that of few."""
    return Measured(peak(FEW), peak(FEW // 4), unit="MB")
