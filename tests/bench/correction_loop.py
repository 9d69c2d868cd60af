"""Lines about the correction loop: previews, notifications, and verifications, each held against what really happened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.bench.line import Measured, line
from tests.bench.province import ROOT, environment_of, home

SETS, FAULTS, STEPS = 500, 200, 200


def _counts(what: str, number: int, part: int = 0) -> dict[str, int]:
    """Run one of the simulations over a desk of 300 dossiers, in a home and a process of its own.

    Args:
        what: the simulation.
        number: how much of it.
        part: tells its draws from those of the other parts of one figure.
    """
    with home() as folder:
        command = [sys.executable, "-m", "tests.bench.correction_loop_program", what, str(number), str(part)]
        done = subprocess.run(command, cwd=ROOT, env=environment_of(folder), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{what} ended with {done.returncode}: {done.stderr[-2000:]}")
        print(done.stderr, end="", file=sys.stderr)
        return dict(json.loads(done.stdout))


@line("preview", other="random sets of corrections", at_least=1.0)
def preview() -> Measured:
    """Sets whose figures after approval are those of the preview, to the last digit."""
    parts = os.cpu_count() or 1  # a set takes four seconds, nearly all of them in one thread
    sizes = [SETS // parts + (part < SETS % parts) for part in range(parts)]
    with ThreadPoolExecutor(parts) as pool:
        counts = sum((Counter(one) for one in pool.map(_counts, ["preview"] * parts, sizes, range(parts))), Counter())
    return Measured(counts["same"], counts["sets"], unit="")


@line("notifications", other="events over 200 faults", at_least=1.0)
def notifications() -> Measured:
    """Events that came once, counted by the number of their message: over e-mail, webhook and folder, with faults drawn by lot."""
    counts = _counts("notifications", FAULTS)
    return Measured(counts["once"], counts["events"], unit="")


@line("verified-without-the-source", other="questions looked at", at_most=0.0)
def verified_without_the_source() -> Measured:
    """Questions that are verified and of which the source did not state what was asked, or the other way round."""
    counts = _counts("verified", STEPS)
    return Measured(counts["wrong"], counts["looked_at"], unit="")
