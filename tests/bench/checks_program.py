"""All checks over months of a hundred thousand dossiers each, and the memory that it takes, in a process of its own."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from config.calendar import load_calendars
from config.checks import load_checks
from tasks.judging.clocks import clock_for
from tasks.rules.checks import Findings, run_checks
from tasks.rules.clock.working_clock import Clocks
from tasks.rules.frames import DossierFrames
from tests.bench.many_dossiers import many_dossiers

AS_OF = date(2026, 3, 31)
ZONE = "Asia/Ho_Chi_Minh"
PARTITION = 100_000  # dossiers of a month; checks see a month whole, and no other one
AT_ONCE = 2  # as tasks of a run do on two cores


def partitions(rows: int, failing: float) -> Iterator[DossierFrames]:
    """Make so many dossiers, month by month, a share of which breaks each of a few promises."""
    for seed in range(rows // PARTITION):
        yield many_dossiers(PARTITION, failing, seed)


def ours(frames: DossierFrames) -> Findings:
    """Run every check over a month."""
    calendar = load_calendars()["vn"]
    return run_checks(frames, load_checks(), AS_OF, ZONE, *(Clocks((clock_for(calendar, plain=p),)) for p in (False, True)))


def count_failing(months: Iterable[DossierFrames]) -> Counter[str]:
    """Run every check over all months, name the dossiers that fail each, and count them."""

    def of_month(frames: DossierFrames) -> Counter[str]:
        return Counter({check.id: len(places) for check, places in ours(frames).by_check()})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(of_month, months), Counter[str]())


def peak() -> int:
    """Return the most memory that this process ever had, in MB; not ru_maxrss, which a child inherits."""
    with Path("/proc/self/status").open(encoding="ascii") as lines:
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def main(rows: int, failing: float) -> int:
    """Check so many dossiers, a month in memory at a time; return the peak."""
    for frames in partitions(rows, failing):
        count_failing([frames])
    return peak()


if __name__ == "__main__":
    print(main(**json.loads(sys.argv[1])))
