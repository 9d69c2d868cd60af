"""Kills of the daily run over the small office, once and twice, at points and at times, and commits whose answer never came."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tasks.warehouse.cluster import Cluster, ensure_cluster
from tasks.warehouse.engine import reset_engine
from tasks.warehouse.migrations import migrate
from tests.faults import office
from tests.faults.invariants import state
from tests.faults.kill_points import DAILY, PUBLISHING
from tests.faults.proxy import CommitCutter
from tests.faults.test_kill_load import (
    KILLED,
    Office,
    Undisturbed,
    compared,
    left_undisturbed,
    make_office,
)
from tests.forked import PROCESSES
from tests.matrix.row import Outcome, chance_of, row
from tests.prepared_home import new_home

_NOT_MADE = ("unreached", "uncut", "finished")  # what was to be disturbed was over before
_LONGEST = 2.0  # seconds after which a run is killed at the latest


@dataclass(frozen=True)
class Standing:
    """An office whose first edition is loaded, and what runs that nobody disturbed made of its second."""

    cluster: Cluster
    runs: Office
    right: Undisturbed


@contextmanager
def standing() -> Iterator[Standing]:
    """Make an installation of its own with the small office; nothing of it is left at the end."""
    home, folder = new_home("motcua-matrix-"), Path(tempfile.mkdtemp(prefix="motcua-office-"))
    cluster = ensure_cluster(home)
    with pytest.MonkeyPatch.context() as patch:
        try:
            (folder / "office").mkdir()
            runs = make_office(folder / "office", home, patch)
            migrate()
            yield Standing(cluster, runs, left_undisturbed(runs, folder / "landing"))
        finally:
            reset_engine()
            cluster.stop()
            shutil.rmtree(home)
            shutil.rmtree(folder)


@dataclass(frozen=True)
class Made:
    """A fault that was made: what came of it in a word, where, and whether its run publishes."""

    kind: str
    where: str
    publish: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.where}"


def _each(outcome: Outcome, seed: int, count: int, fault: Callable[[Random, Standing, int], Made]) -> None:
    """Make a fault, let the run after it go, and look at everything that must hold."""
    with standing() as one:
        for part in range(count):
            one.right.loaded.restore()
            office.write(one.runs.folder, edition=2)
            made = Made("broken", "on the way")  # unless the fault itself can be made
            try:
                with one.runs.readers() as readers:
                    made = fault(chance_of(seed, part), one, part)
                    assert one.runs.run(publish=made.publish) == 0, "the run after it failed"
                now = compared(state(), made.publish)
                differing = [
                    name for name, digest in compared(one.right.states[1], made.publish).items() if now[name] != digest
                ]
                assert differing == [], f"{differing} are not what an undisturbed run leaves"
                one.runs.check(edition=2, publish=made.publish, readers=readers)
            except AssertionError as error:
                said = str(error)
                outcome.twice += "I2" in said
                outcome.leaked += "I6" in said
                outcome.lost += "I2" not in said and "I6" not in said
                outcome.tell(f"part {part}, {made}: {said:.200}")
                outcome.note(made.kind, recovered=False)
            else:
                outcome.note(made.kind, faults=0 if made.kind in _NOT_MADE else 1)


def _fixed(part: int, one: Standing) -> tuple[str, bool]:
    """Return the point of a part, and whether its run publishes: every point in turn, at later passes each round."""
    name, earlier = DAILY[part % len(DAILY)], part // len(DAILY)
    return f"{name}:{1 + (earlier * 7) % _passes(name, one)}", name in PUBLISHING


def _drawn(chance: Random, one: Standing) -> str:
    name = chance.choice([name for name in DAILY if name not in PUBLISHING])
    return f"{name}:{chance.randint(1, _passes(name, one))}"


def _passes(name: str, one: Standing) -> int:
    return max(1, one.right.passes[1].get(name, 1))


@row("kills", count=200)
def kills(outcome: Outcome, seed: int, count: int) -> None:
    """Kill a run at every point of the daily run in turn; the same ones whatever the seed."""

    def fault(_: Random, one: Standing, part: int) -> Made:
        at, publish = _fixed(part, one)
        return Made("killed" if one.runs.run(at, publish) == KILLED else "unreached", f"at {at}", publish)

    _each(outcome, seed, count, fault)


@row("double-kills", count=50)
def double_kills(outcome: Outcome, seed: int, count: int) -> None:
    """Kill a run at a point, and the run that recovers from it at another."""

    def fault(chance: Random, one: Standing, _: int) -> Made:
        points = [_drawn(chance, one) for _ in range(2)]
        killed = [one.runs.run(at) == KILLED for at in points]
        return Made(("unreached", "once", "twice")[sum(killed)], f"at {' and '.join(points)}")

    _each(outcome, seed, count, fault)


@row("random-kills", count=300)
def random_kills(outcome: Outcome, seed: int, count: int) -> None:
    """Kill a run after a span of time: what no point is named for."""

    def fault(chance: Random, one: Standing, _: int) -> Made:
        seconds = chance.uniform(0.01, _LONGEST)
        ended = _ended_by(one, {}, seconds)
        return Made("killed" if ended == KILLED else "finished", f"after {seconds:.2f} s")

    _each(outcome, seed, count, fault)


@row("ambiguous", count=50)
def ambiguous(outcome: Outcome, seed: int, count: int) -> None:
    """Cut the connection between a COMMIT that the server has taken and its answer."""

    def fault(chance: Random, one: Standing, _: int) -> Made:
        nth = chance.randint(1, _passes("before_commit", one))
        folder = Path(tempfile.mkdtemp(prefix="motcua-cut-"))
        wire = _LaterCutter(folder, one.cluster.sockets, delivered=True)
        wire.passed = nth - 1
        url = one.cluster.url("motcua", "").replace(str(one.cluster.sockets), str(folder))
        ended = _ended_by(one, {"MOTCUA_DATABASE_URL": url}, None)
        wire.close()
        shutil.rmtree(folder)
        return Made("uncut" if wire.left else "failed" if ended else "went-on", f"at commit {nth}")

    _each(outcome, seed, count, fault)


class _LaterCutter(CommitCutter):
    """Lets some commits pass before it cuts one."""

    passed = 0

    def _pass_on(self, data: bytes, client: object, server: object, *, from_client: bool) -> bool:  # type: ignore[override]
        if from_client and self.word in data and self.passed:
            self.passed -= 1
            server.sendall(data)  # type: ignore[attr-defined]
            return True
        return super()._pass_on(data, client, server, from_client=from_client)  # type: ignore[arg-type]


def _ended_by(one: Standing, more: dict[str, str], seconds: float | None) -> int | None:
    """Run in a process of its own, kill it after some seconds, and return how it ended."""
    variables = office.environment(one.runs.folder, one.runs.home) | more
    process = PROCESSES.Process(target=office.run_as, args=(variables, one.runs.output, False))
    process.start()
    process.join(seconds if seconds is not None else 600)
    process.kill()
    process.join()
    return process.exitcode
