"""One large warehouse, and what each thing that an office does with it takes: processor, clock and memory of the whole product, as JSON.

    python -m tests.bench.scale_program FOLDER '{"copies": 13}'
    python -m tests.bench.scale_program FOLDER '{"copies": 13, "steps": ["preview"]}'    (again, on what lies there)

A province of a hundred thousand is made and its one-stop system tells each dossier ``copies`` times, each time as another one
of another person; what other systems know is told of the first only. Making and serving are not counted.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from config.settings import DEMONSTRATION_DAY
from flows.commands import demo
from flows.runtime.session import session
from tasks.warehouse.engine import fetch_all, reset_engine
from tests.bench import scale_reads
from tests.bench.days_program import CORRECTED, NEWS, Meter, add_news, corrections, motcua, refresh

MADE = 100_000
PREVIEWED = 1_000
_DAY = demo.DEMO_DAY
_EVERY = 1.0  # seconds between two looks at memory
_COUNTS = """SELECT (SELECT count(*) FROM core.dossiers WHERE role = 'primary'), (SELECT count(*) FROM core.events),
    (SELECT count(*) FROM quality.findings), (SELECT count(*) FROM judged.verdicts)"""
_SIZES = """SELECT n.nspname || '.' || c.relname, pg_total_relation_size(c.oid) FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_|information'
    ORDER BY 2 DESC LIMIT 15"""


@dataclass
class Taken:
    """What a piece of work took.

    Attributes:
        cpu: seconds of the processor of everything that takes part; wall: seconds of the clock.
        peak: most memory in MB that all of them held at once; what they share is counted once.
        disk: MB by which the home grew.
    """

    cpu: float = 0.0
    wall: float = 0.0
    peak: float = 0.0
    disk: float = 0.0


@dataclass
class Scale:
    """The warehouse and what was measured on it so far."""

    copies: int
    meter: Meter
    place: demo.DemoHome
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def dossiers(self) -> int:
        """Number of dossiers of the warehouse."""
        return int(fetch_all("SELECT count(*) FROM core.dossiers WHERE role = 'primary'")[0][0])

    def take(self, name: str, work: Callable[[], object]) -> None:
        """Do a piece of work and keep what it took."""
        size, before, began = _size(self.place.home), self.meter.seconds(), time.perf_counter()
        taken = Taken()
        with _watched(self.meter, taken):
            work()
        taken.wall = time.perf_counter() - began
        taken.cpu = self.meter.seconds() - before
        taken.disk = (_size(self.place.home) - size) / 1e6
        self.found[name] = {key: round(value, 2) for key, value in vars(taken).items()}
        print(name, self.found[name], file=sys.stderr, flush=True)


@contextmanager
def _watched(meter: Meter, taken: Taken) -> Iterator[None]:
    """Look at the memory from time to time."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_EVERY):
            taken.peak = max(taken.peak, sum(_held(each) for each in meter.counted()) / 1e6)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _held(process: psutil.Process) -> int:
    with suppress(psutil.Error, OSError):
        return int(process.memory_full_info().pss)
    return 0


def _size(folder: Path) -> int:
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(base, name).lstat().st_blocks * 512
    return total


def full(scale: Scale) -> None:
    """A first run: pull, load, match, check, judge, measure, publish."""
    scale.take("full", lambda: refresh(_DAY))
    scale.found["rows"] = dict(
        zip(("dossiers", "events", "findings", "verdicts"), map(int, fetch_all(_COUNTS)[0]), strict=True)
    )
    scale.found["tables"] = {name: round(size / 1e6) for name, size in fetch_all(_SIZES)}


def unchanged(scale: Scale) -> None:
    """The same day again."""
    scale.take("unchanged", lambda: refresh(_DAY))


def preview(scale: Scale) -> None:
    """What a file of a thousand corrections would move."""
    path = corrections(scale.place.home / "preview.csv", PREVIEWED)
    scale.take("preview", lambda: motcua("corrections", "preview", str(path)))
    scale.found["preview-alone"] = _alone(path, scale.meter)


def _alone(path: Path, meter: Meter) -> dict[str, float]:
    """Return what the work alone takes, of both clocks the quickest of three: nothing is imported or connected any more."""
    from tasks.correcting.preview import preview_file

    wall, cpu = [], []
    for _ in range(3):
        began, before = time.perf_counter(), time.process_time() + meter.seconds()
        found = preview_file(path)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() + meter.seconds() - before)
    assert found.impact.corrections >= 0.9 * PREVIEWED, found.impact.corrections
    assert found.impact.as_of is not None, "no figures were previewed"
    return {"wall": round(min(wall), 3), "cpu": round(min(cpu), 3)}


def new_day(scale: Scale) -> None:
    """A day on which no source has anything new."""
    scale.take("new-day", lambda: refresh(_DAY + timedelta(days=1)))


def news(scale: Scale) -> None:
    """A day with news of half a per cent of all dossiers."""
    served = scale.place.province / "served" / "dossiers.jsonl"
    add_news(served, round(NEWS * scale.dossiers / scale.copies), _DAY + timedelta(days=2))
    ((before,),) = fetch_all("SELECT last_value FROM audit.change_seq")
    scale.take("news", lambda: refresh(_DAY + timedelta(days=2)))
    ((changed,),) = fetch_all("SELECT count(*) FROM core.dossiers WHERE changed_in > %(n)s", {"n": before})
    scale.found["changed"] = int(changed)


def correct(scale: Scale) -> None:
    """Approved corrections of a thousandth, from the file to the published page."""
    lines = corrections(scale.place.home / "corrections.csv", round(CORRECTED * scale.dossiers))
    scale.take("corrections", lambda: motcua("correct", str(lines)))
    ((approved,),) = fetch_all("SELECT count(*) FROM quality.corrections WHERE state = 'approved'")
    scale.found["corrected"] = int(approved)


def reads(scale: Scale) -> None:
    """Commands that read, questions to the figures, and an agency's account."""
    for name, work in scale_reads.commands().items():
        scale.take(name, work)
    scale.found["indicators"] = scale_reads.indicators()
    scale.found["agency"] = scale_reads.agency()


def yardstick() -> float:
    """Return seconds of the processor for twenty million additions: what this machine was worth that day."""
    began, total = time.process_time(), 0
    for number in range(20_000_000):
        total += number
    return round(time.process_time() - began, 2)


STEPS: dict[str, Callable[[Scale], None]] = {
    "full": full,
    "preview": preview,
    "reads": reads,
    "unchanged": unchanged,
    "new-day": new_day,
    "news": news,
    "corrections": correct,
}


def main(folder: Path, copies: int, steps: list[str] | None = None, made: int = MADE) -> dict[str, Any]:
    """Have the warehouse in a folder, take the steps on it, and return what each took, by name."""
    os.environ["MOTCUA_HOME"] = str(folder)
    place = demo._prepare(1, made)
    (place.home / DEMONSTRATION_DAY).unlink(missing_ok=True)  # an office's days go on
    with session():
        from tasks.warehouse.cluster import ensure_cluster

        if not place.recipe.exists():
            demo._finish(demo._demo(place, "--seed", "1", "--dossiers", str(made), "--as-of", _DAY.isoformat()), place)
        with demo._served(place, ensure_cluster(place.home), copies):
            scale = Scale(copies, Meter(), place)
            scale.found["yardstick"] = yardstick()
            for name in steps or STEPS:
                STEPS[name](scale)
            reset_engine()
    return scale.found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]).resolve(), **json.loads(sys.argv[2]))))
