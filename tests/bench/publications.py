"""Lines of `make score` about publications of a simulated year: made again, explained, and traced to their dossiers.

A province is judged and published at the end of each of twelve months; meanwhile dossiers are corrected, a day off is announced after
the fact, and the policy's allowance changes. Afterwards the figures of every month are asked for again.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path

from config.read_once import forget
from config.settings import settings
from flows.commands.demo import DEMO_DAY
from schemas.quality import CORRECTIONS
from tasks.tracing.contributions import FigureName
from tasks.tracing.reproduction import reproduce
from tasks.tracing.revisions import CELL, revisions
from tasks.tracing.traces import is_whole, trace
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.bench.line import Measured, line
from tests.bench.province import home, run_demo
from tests.bench.second_engine import settled_in
from tests.faults.office import derive

SEED, DOSSIERS, MONTHS = 1, 1_500, 12
SUMS, TRACES = 500, 1_000
CAUSES = {"data", "corrections", "calendar_change", "rules"}  # what happens in the year
_MADE = "SELECT publication_id FROM mart.publications WHERE policy = 'qd766' ORDER BY published_at"
_LATE = """
    SELECT d.source, d.code, d.done_at FROM core.dossiers AS d
    JOIN judged.verdicts AS v ON v.source = d.source AND v.code = d.code AND v.policy = 'qd766'
    WHERE v.timeliness = 'late' AND d.done_at IS NOT NULL ORDER BY md5(d.code) LIMIT 40
"""
_FIGURES = """
    SELECT publication_id, indicator, unit_code, period, field_code, channel, basis FROM mart.indicators
    WHERE publication_id = %(publication)s
"""
_VALUES = f"SELECT {', '.join(CELL)}, value FROM mart.indicators WHERE publication_id = %(publication)s"
_DAY_OFF = (
    '  - {day: 2025-11-12, kind: "off", announced_on: 2025-11-20, document: "Labour Code 45/2019/QH14, art. 112", '
    'note: {vi: "thử", en: "trial"}}\n'
)


@dataclass(frozen=True)
class SimulatedYear:
    """What became of the publications of a year.

    Attributes:
        made: how many there are.
        again: of these, those made again to the same digest.
        sums: figures that changed and were looked at; exact: those whose parts sum to the published change.
        traced: figures traced; whole: those whose dossiers add up to what was published.
    """

    made: int
    again: int
    sums: int
    exact: int
    traced: int
    whole: int


@line("publications-reproduced", other="publications of a year", at_least=1.0)
def reproduced() -> Measured:
    """Publications made again to the same digest after corrections, a changed calendar and a changed rule."""
    return Measured(simulated_year().again, simulated_year().made, unit="")


@line("publications-explained", other="figures that changed", at_least=1.0)
def explained() -> Measured:
    """Figures that changed between two of them of which the parts sum to the published change exactly."""
    assert simulated_year().sums == SUMS, "too few figures changed"
    return Measured(simulated_year().exact, simulated_year().sums, unit="")


@line("publications-traced", other="figures at random", at_least=1.0)
def traced() -> Measured:
    """Figures, of any publication, cell and basis, whose dossiers add up to what was published."""
    return Measured(simulated_year().whole, simulated_year().traced, unit="")


@cache
def simulated_year() -> SimulatedYear:
    """Publish twelve months and ask for all of them again."""
    with home() as folder:
        run_demo(folder, SEED, DOSSIERS)
        with settled_in(folder):
            _own_configuration(folder / "own-config")
            _publish_months({3: _correct, 6: _announce_day_off, 9: _change_rule})
            made = [publication for (publication,) in fetch_all(_MADE)]
            again = sum(reproduce(one).is_equal for one in made)
            dice = random.Random(SEED)  # noqa: S311 - the same figures every time
            sums = _sums(made, dice)
            chosen = dice.sample([row for one in made for row in fetch_all(_FIGURES, {"publication": one})], TRACES)
            whole = sum(is_whole(trace(publication, FigureName(*name))) for publication, *name in chosen)
    return SimulatedYear(len(made), again, len(sums), sum(sums), len(chosen), whole)


def _own_configuration(folder: Path) -> None:
    shutil.copytree(settings().config_dir, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    os.environ["MOTCUA_CONFIG_DIR"] = str(folder)
    forget()


def _publish_months(events: dict[int, Callable[[], None]]) -> None:
    """Judge and publish the end of each month of the year before the demonstration's day, and that day."""
    ends = [DEMO_DAY]
    while len(ends) < MONTHS:
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    for number, day in enumerate(reversed(ends)):
        events.get(number, lambda: None)()
        derive(as_of=day)


def _correct() -> None:
    rows = [
        dict.fromkeys(("evidence", "proposed_by", "approved_by", "package"), "x")
        | {"correction_id": f"{number:064x}", "source": source, "code": code, "field": "done_at", "state": "approved"}
        | {"new_value": (done - timedelta(days=20)).isoformat(), "received_at": datetime.now(UTC)}
        for number, (source, code, done) in enumerate(fetch_all(_LATE))
    ]
    assert rows, "nothing is late"
    with load("correct", "bench") as current:
        current.merge(CORRECTIONS, CORRECTIONS.frame(rows))


def _announce_day_off() -> None:
    _edit("calendar/vn.yaml", lambda text: text.rstrip("\n") + "\n" + _DAY_OFF)


def _change_rule() -> None:
    _edit("policies/qd766.yaml", lambda text: text.replace("end_lag: 480", "end_lag: 0"))


def _edit(name: str, changed: Callable[[str], str]) -> None:
    path = settings().config_dir / name
    before = path.read_text(encoding="utf-8")
    assert changed(before) != before
    path.write_text(changed(before), encoding="utf-8")
    forget()


def _sums(made: list[str], dice: random.Random) -> list[bool]:
    """Tell of figures that changed between two publications whether their parts sum to the change that was published.

    Every published figure that differs has to be among them, and each thing that happened in the year has to have moved some.
    """
    pairs = list(combinations(made, 2))
    dice.shuffle(pairs)
    found: list[bool] = []
    causes: set[str] = set()
    for before, after in pairs:
        values = [{tuple(cell): value for *cell, value in fetch_all(_VALUES, {"publication": one})} for one in (before, after)]
        told = revisions(before, after)
        differing = {cell for cell in values[0].keys() | values[1].keys() if values[0].get(cell) != values[1].get(cell)}
        assert {one.cell for one in told} == differing, (before, after)
        moved = [one for one in told if one.change is not None]
        causes |= {cause for one in moved for cause, part in one.parts.items() if part}
        for one in dice.sample(moved, min(len(moved), max(1, SUMS // 20))):
            stated = tuple(None if value is None else float(value) for value in (one.before, one.after))
            published = tuple(each.get(one.cell) for each in values)
            found.append(stated == published and sum(one.parts.values()) == one.change)
        if len(found) >= SUMS:
            break
    assert causes >= CAUSES, f"nothing moved because of {CAUSES - causes}"
    return found[:SUMS]
