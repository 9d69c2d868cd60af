"""Days of a small office, a thousand in a row: what is kept grows with what changed, and each day costs what the first did.

As the daily run makes them, with the weekly maintenance between; the orchestrator and the gates are not in it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median

from tasks.auditing.seals import verify_seals
from tasks.check import check_batch
from tasks.judge import judge_batch
from tasks.judging.rules_digest import rules_digest
from tasks.maintain import forget_gate_results, remove_leftovers, vacuum
from tasks.retention.purging import purge_landing
from tasks.tracing.reproduction import reproduce
from tasks.warehouse import ledger
from tasks.warehouse.batches import batched
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import every_partition
from tests.faults import small_desk as desk
from tests.faults.plain_model import FINISHED, LIMITS, OPEN, UNITS, Facts
from tests.matrix.desk_place import desk_place
from tests.matrix.row import Outcome, chance_of, row

LAST = date(2026, 11, 27)
ARRIVALS = 3  # dossiers of a working day
LONGEST = 9  # working days until the last of them is finished
WEEK = 7
PARTS = 4  # the first fills the house; growth of the others is compared
GROWTH = 1.25  # of the last part against the second
SLACK = 1_000_000  # bytes; tables grow by whole blocks
SLOWER = 1.5  # of a day of the last part against one of the second
REPRODUCED = 25  # publications that are made again at the end
_LARGEST = 6  # tables that are told


@dataclass
class Sizes:
    """Bytes at the end of a part of the days.

    Attributes:
        tables: table to bytes with its indexes.
        landing: bytes of the landing files.
        beside: bytes of what else lies in the home, but the database server's own.
    """

    tables: dict[str, int]
    landing: int
    beside: int

    @property
    def whole(self) -> int:
        return sum(self.tables.values()) + self.landing + self.beside


@dataclass
class Calendar:
    """The desk, day by day.

    Attributes:
        shown: dossiers as the desk shows them.
        ends: day to the codes that are finished on it.
        published: day to the id of its publication.
        seconds: of each day.
    """

    chance: Random
    folder: Path
    shown: dict[str, Facts] = field(default_factory=dict)
    ends: dict[date, list[str]] = field(default_factory=dict)
    published: dict[date, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def live(self, day: date) -> None:
        """Let the desk work for a day, and the daily run read, judge and publish it."""
        self._work(day)
        began = time.perf_counter()
        desk.ingest()
        desk.rerun(day)
        self.published[day] = desk.publish(day)
        self.seconds.append(time.perf_counter() - began)

    def _work(self, day: date) -> None:
        for tick, code in enumerate(self.ends.pop(day, [])):
            was = self.shown[code]
            self._show(code, Facts(was.unit, was.procedure, FINISHED, was.received, was.due, day), tick, day)
        for number in range(ARRIVALS if day.weekday() < 5 else 0):
            code, procedure = f"H99-{day:%y%m%d}-{number:04d}", self.chance.choice(list(LIMITS))
            self._show(
                code, Facts(self.chance.choice(UNITS), procedure, OPEN, day, _after(day, LIMITS[procedure])), 60 + number, day
            )
            self.ends.setdefault(_after(day, self.chance.randint(1, LONGEST)), []).append(code)

    def _show(self, code: str, facts: Facts, tick: int, day: date) -> None:
        self.shown[code] = facts
        desk.show(self.folder, code, facts, tick, day)


def maintained(day: date, home: Path) -> Sizes:
    """Make the weekly maintenance and return what is left."""
    purge_landing(desk.RULE, "qd766", day)
    remove_leftovers()
    forget_gate_results()
    vacuum()
    tables = fetch_all(
        "SELECT schemaname || '.' || relname, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 2 DESC, 1"
    )
    beside = sum(_bytes_of(part) for part in home.iterdir() if part.name not in ("cluster", "landing"))
    return Sizes({name: int(size) for name, size in tables}, _bytes_of(home / "landing"), beside)


def _bytes_of(path: Path) -> int:
    return sum(one.stat().st_size for one in (path, *path.rglob("*")) if one.is_file())


def _after(day: date, working: int) -> date:
    while working:
        day += timedelta(days=1)
        working -= day.weekday() < 5
    return day


@row("days", count=1_000)
def days(outcome: Outcome, seed: int, count: int) -> None:
    """Live so many days; then every publication still stands and nothing has grown but by what changed."""
    with desk_place("days") as place:
        calendar = Calendar(chance_of(seed, 0), place.folder)
        _note(outcome, calendar, _lived(calendar, count, place.home))


def _lived(calendar: Calendar, count: int, home: Path) -> list[Sizes]:
    sizes, ends = [], {count * part // PARTS for part in range(1, PARTS + 1)}
    for number in range(1, count + 1):
        day = LAST - timedelta(days=count - number)
        calendar.live(day)
        if number % WEEK == 0 or number in ends:
            now = maintained(day, home)
            if number in ends:
                sizes.append(now)
    return sizes


def _note(outcome: Outcome, calendar: Calendar, sizes: list[Sizes]) -> None:
    _note_rows(outcome, calendar)
    _note_publications(outcome, calendar)
    part = len(calendar.seconds) // PARTS
    grown = [after.whole - before.whole for before, after in pairwise(sizes)]
    second, last = median(calendar.seconds[part : 2 * part]), median(calendar.seconds[-part:])
    bounded = grown[-1] <= GROWTH * grown[0] + SLACK and last <= SLOWER * second
    outcome.slowest = max(calendar.seconds)
    outcome.note("days", len(calendar.seconds), recovered=bounded)
    outcome.became |= {
        "milliseconds a day at first": round(1000 * second),
        "milliseconds a day at last": round(1000 * last),
        **{f"kB after {number * part}": one.whole // 1000 for number, one in enumerate(sizes, start=1)},
        "kB of landing files": sizes[-1].landing // 1000,
        **{f"kB of {name}": size // 1000 for name, size in list(sizes[-1].tables.items())[:_LARGEST]},
    }
    if not bounded:
        outcome.tell(f"bytes grown by part: {grown}; seconds of a day: {second:.2f}, then {last:.2f}")


def _note_rows(outcome: Outcome, calendar: Calendar) -> None:
    found = desk.known()
    differing = sorted(code for code in {*found, *calendar.shown} if found.get(code) != calendar.shown.get(code))
    outcome.lost += len(differing)
    if differing:
        outcome.tell(f"dossiers that are not as the desk shows them: {differing[:5]}")
    ((rows, codes),) = fetch_all("SELECT count(*), count(DISTINCT code) FROM core.dossiers WHERE source = 'desk'")
    outcome.twice += rows - codes


def _note_publications(outcome: Outcome, calendar: Calendar) -> None:
    last = max(calendar.published)
    for step, one in (("check", check_batch), ("judge", judge_batch)):
        for batch in batched(step, every_partition(), rules_digest()):
            one(batch, last, full=True)
    if desk.publish(last) != calendar.published[last]:
        outcome.lost += 1
        outcome.tell("all judged again give other figures than day by day")
    days = sorted(calendar.published)
    for day in days[:: max(1, len(days) // REPRODUCED)]:
        made = reproduce(calendar.published[day])
        if not made.is_equal or made.edits is not None:
            outcome.lost += 1
            outcome.tell(f"{day}: {made.said.en}")
    if ledger.verify() is not None or verify_seals().edited:
        outcome.lost += 1
        outcome.tell("the ledger or a seal does not stand")
