"""The whole pipeline, killed by SIGKILL at every registered point, killed again while it recovers, then let run."""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.read_once import forget
from config.settings import ROOT, settings
from schemas.indicators import PUBLICATIONS, STORED
from schemas.publications import PUBLICATION_STATES, RULES_ARCHIVE
from schemas.verdicts import VERDICT_VERSIONS
from tasks.telling.delivery import Told, tell_all
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.failpoints import FAILPOINTS, failpoint
from tests.faults import office
from tests.faults.invariants import Expected, check_invariants, state
from tests.faults.kill_points import BY_HAND, DAILY, DELIVERING, FIRST_ONLY, PUBLISHING, PURGING, RELEASING
from tests.faults.readers import Readers
from tests.forked import PROCESSES
from tests.patience import HANGS
from tests.warehouse.emptying import empty_warehouse
from tests.warehouse.relay_faults import ADDRESS, deliver_as, happened, relay_of, subscribed
from tests.warehouse.snapshot import Snapshot, snapshot

FIRST_LOAD = ("page_landed", "staged", "merged", "before_commit", "after_commit", *FIRST_ONLY)
LEAST_POINTS = 40
RELAYED = ("email", "webhook")
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Office:
    """The files of an office's systems, and runs over them in processes of their own."""

    folder: Path
    home: Path

    def run(self, kill_at: str = "", publish: bool = False) -> int:
        """Run the pipeline; return its exit code, -9 if it was killed where it was told to."""
        variables = office.environment(self.folder, self.home) | ({"MOTCUA_KILL_AT": kill_at} if kill_at else {})
        process = PROCESSES.Process(target=office.run_as, args=(variables, self.output, publish))
        process.start()
        process.join(HANGS)
        assert process.exitcode in (0, KILLED), self.output.with_suffix(".log").read_text()
        return process.exitcode

    @property
    def output(self) -> Path:
        return self.folder / "passes.json"

    def check(self, edition: int, publish: bool, readers: Readers | None = None) -> None:
        logs = (self.output.with_suffix(".log"),)
        expected = Expected(office.expected_codes(edition), office.UNREADABLE, office.PLANTED, logs, publish)
        check_invariants(lambda: office.run(publish), expected, readers)

    def readers(self) -> Readers:
        """Return those who read what is published, not begun."""
        return Readers(Cluster(self.home).url("motcua", ""), settings().policy)


@dataclass(frozen=True)
class Undisturbed:
    """What runs that nobody killed left behind after each edition, and how often they passed each point."""

    states: list[dict[str, str]]
    passes: list[dict[str, int]]
    loaded: Snapshot


@pytest.fixture(scope="module")
def undisturbed(_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    with pytest.MonkeyPatch.context() as patch:
        runs = make_office(tmp_path_factory.mktemp("undisturbed"), _cluster.home, patch)
        yield left_undisturbed(runs, tmp_path_factory.mktemp("aside") / "landing")
    forget()


def left_undisturbed(runs: Office, aside: Path) -> Undisturbed:
    """Run both editions in an empty warehouse; what the first one left is put aside in a folder."""
    empty_warehouse()
    states, passes = [], []
    for edition in (1, 2):
        office.write(runs.folder, edition)
        assert runs.run(publish=True) == 0
        states.append(state())
        passes.append(json.loads(runs.output.read_text()))
        if edition == 1:
            loaded = snapshot(aside)
    return Undisturbed(states, passes, loaded)


@pytest.fixture
def runs(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    return make_office(tmp_path, warehouse.home, monkeypatch)


def make_office(folder: Path, home: Path, patch: pytest.MonkeyPatch) -> Office:
    office.enter(patch, folder, home)
    office.write(folder)
    return Office(folder, home)


def compared(found: dict[str, str], publish: bool) -> dict[str, str]:
    """Leave out what only a publication writes, where none was asked for."""
    written = (PUBLICATIONS, PUBLICATION_STATES, RULES_ARCHIVE, VERDICT_VERSIONS, *STORED.values())
    published = {"quality.gate_results", *(table.full_name for table in written)}
    return {name: digest for name, digest in found.items() if publish or name not in published}


@pytest.mark.parametrize("point", DAILY)
def test_a_run_killed_anywhere_loses_nothing_and_doubles_nothing(point: str, runs: Office, undisturbed: Undisturbed) -> None:
    publish = point in PUBLISHING
    undisturbed.loaded.restore()
    office.write(runs.folder, edition=2)
    middle = (undisturbed.passes[1][point] + 1) // 2
    with runs.readers() as readers:
        assert runs.run(f"{point}:{middle}", publish) == KILLED
        assert runs.run(f"{point}:1", publish) in (KILLED, 0)  # killed again while it recovers, where it still gets there
        assert runs.run(publish=publish) == 0
    assert compared(state(), publish) == compared(undisturbed.states[1], publish)
    runs.check(edition=2, publish=publish, readers=readers)


@pytest.mark.parametrize("point", FIRST_LOAD)
def test_a_first_load_killed_anywhere_is_made_good(point: str, runs: Office, undisturbed: Undisturbed) -> None:
    last = undisturbed.passes[0][point]
    for nth in (1, min(2, last)):
        assert runs.run(f"{point}:{nth}") == KILLED
    assert runs.run(f"{point}:{max(1, last - 1)}") in (KILLED, 0)
    assert runs.run() == 0
    assert compared(state(), publish=False) == compared(undisturbed.states[0], publish=False)
    runs.check(edition=1, publish=False)


@pytest.mark.parametrize("point", DELIVERING)
@pytest.mark.parametrize("channel", RELAYED)
def test_a_delivery_killed_before_its_mark_is_sent_again_under_its_number(channel: str, point: str, warehouse: Cluster) -> None:
    """No relay can be asked what it took: between its answer and our mark, twice under one number is the least that loses nothing."""
    with relay_of(channel) as relay:
        killed_on_delivery(warehouse, channel, point)
        arrived = int(point == "message_sent")
        assert len(relay.taken) == arrived
        happened("P3")
        subscription, now = subscribed(channel), datetime.now(UTC)
        tell_all([subscription], now)  # who claimed the message may still live: only what is new is sent
        assert len(relay.taken) == arrived + 1
        assert tell_all([subscription], now + timedelta(hours=1)) == Told(sent=1, again=1)
        assert tell_all([subscription], now + timedelta(days=1)) == Told()
    first, *others = sorted(Counter(relay.taken).values(), reverse=True)
    assert (first, others) == (1 + arrived, [1]), "whoever drops a number that it has had before gets each once"
    said = dict(zip(relay.taken, relay.bodies, strict=True))
    assert [sum(f" {package}:" in body for body in said.values()) for package in ("P1", "P2", "P3")] == [1, 1, 1]
    assert "có thể đã tới" in relay.bodies[-1]


@pytest.mark.parametrize("point", DELIVERING)
def test_a_file_whose_delivery_is_killed_is_dropped_once(point: str, warehouse: Cluster, tmp_path: Path) -> None:
    killed_on_delivery(warehouse, "file", point, folder=tmp_path)
    dropped = [path.read_text(encoding="utf-8") for path in tmp_path.glob("*.txt")]
    assert len(dropped) == int(point == "message_sent")
    for path in tmp_path.glob("*.txt"):
        path.unlink()  # its reader takes it away
    assert tell_all([subscribed("file", folder=tmp_path)], datetime.now(UTC) + timedelta(hours=1)) == Told(sent=1)
    (only,) = dropped + [path.read_text(encoding="utf-8") for path in tmp_path.glob("*.txt")]
    assert all(f" {package}:" in only for package in ("P1", "P2"))


def killed_on_delivery(warehouse: Cluster, channel: str, point: str, **given: object) -> None:
    """Let two things happen and kill whoever tells of them at a point."""
    happened("P1", "P2")
    variables = {"MOTCUA_HOME": str(warehouse.home), "MOTCUA_KILL_AT": f"{point}:1"}
    if channel in RELAYED:
        variables[ADDRESS] = os.environ[ADDRESS]
    process = PROCESSES.Process(target=deliver_as, args=(variables, channel, given))
    process.start()
    process.join(HANGS)
    assert process.exitcode == KILLED


def test_every_point_is_passed_by_the_pipeline_and_named_in_the_registry() -> None:
    used: set[str] = set()
    for path in (ROOT / "tasks").rglob("*.py"):
        used |= set(re.findall(r'failpoint\("(\w+)"\)', path.read_text(encoding="utf-8")))
    assert used == set(FAILPOINTS)


def test_a_test_kills_at_every_point() -> None:
    """Each stands in one row, whose test fails where the point is not passed."""
    rows = [*DAILY, *FIRST_ONLY, *DELIVERING, *PURGING, *RELEASING, *(point for points in BY_HAND.values() for point in points)]
    assert sorted(rows) == sorted(FAILPOINTS)
    assert len(rows) >= LEAST_POINTS
    assert set(PUBLISHING) <= set(DAILY)
    assert set(FIRST_ONLY) <= set(FIRST_LOAD)


def test_a_point_that_no_test_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        failpoint("somewhere")


def test_a_run_killed_at_random_times_is_made_good(runs: Office, undisturbed: Undisturbed) -> None:
    """Kill after a span of time instead of at a point: what the registry might have forgotten."""
    seconds = [0.02, 0.1, 0.25, 0.5, 0.9, 1.4]
    kills = sum(killed_after(runs, delay) for delay in seconds)
    assert kills >= len(seconds) // 2
    assert runs.run() == 0
    assert compared(state(), publish=False) == compared(undisturbed.states[0], publish=False)
    runs.check(edition=1, publish=False)


def killed_after(runs: Office, delay: float) -> bool:
    variables = office.environment(runs.folder, runs.home)
    process = PROCESSES.Process(target=office.run_as, args=(variables, runs.output, False))
    process.start()
    process.join(delay)
    process.kill()
    process.join()
    return process.exitcode == KILLED
