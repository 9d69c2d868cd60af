"""What people start, killed at every point that it passes, then started again: as if nobody had been killed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from tasks.correcting.landing_folder import make_folders
from tasks.correcting.packages import package_name
from tasks.recovery.restore import examine_backup
from tasks.warehouse.cluster import Cluster
from tests.faults import small_desk as desk
from tests.faults.invariants import Expected, check_invariants, state
from tests.faults.kill_points import BY_HAND
from tests.faults.plain_model import FINISHED, OPEN, UNITS, Facts
from tests.faults.small_desk import KILLED, killed_in, small_office
from tests.warehouse.snapshot import Snapshot, snapshot

COMMITS = ("locked", "receipt_landed", "before_commit", "after_commit")  # of every step that writes to the warehouse
CASES = [
    (step, point)
    for step, own in BY_HAND.items()
    for point in (*own, *(COMMITS if step in ("correct", "take_back", "make_all") else ()))
]
CODES = [f"000.00.01.H99-2603{day:02d}-{day:04d}" for day in (2, 3, 4, 5, 6, 9)]
LINES = [(CODES[0], "unit", UNITS[2]), (CODES[1], "received", "2026-03-02"), (CODES[1], "done", "2026-03-30")]


@dataclass(frozen=True)
class Begun:
    """A small desk that ran once, with one file of corrections; what each step leaves there that nobody kills."""

    folder: Path
    warehouse: Snapshot
    right: dict[str, dict[str, str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def begun(_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    folder = tmp_path_factory.mktemp("hands")
    with small_office(_cluster, folder):
        yield run_once(folder)


def run_once(folder: Path) -> Begun:
    """Show a few dossiers, run, take in a file of corrections, run again; return what is there then."""
    for number, code in enumerate(CODES):
        received, ended = date.fromisoformat(f"20{code[14:16]}-{code[16:18]}-{code[18:20]}"), number % 2
        done = (
            date(2026, 3, 3 if code == CODES[-1] else 20) if ended else None
        )  # the last ended before it began: its agency is asked
        facts = Facts(UNITS[number % 3], "1.000001", FINISHED if ended else OPEN, received, date(2026, 3, 12), done)
        desk.show(folder, code, facts, number)
    desk.whole_run()
    desk.correct(str(desk.correction_file(folder, 1, [(CODES[2], "unit", UNITS[0])])))
    desk.whole_run()
    return Begun(folder, snapshot(folder / "kept"))


@pytest.mark.parametrize(("step", "point"), CASES)
def test_what_is_killed_by_hand_is_done_once_when_it_is_started_again(
    step: str, point: str, begun: Begun, tmp_path: Path, warehouse: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enter(monkeypatch, begun.folder, warehouse.home)
    kill_and_start_again(step, point, begun, tmp_path, warehouse.home)


def kill_and_start_again(step: str, point: str, begun: Begun, tmp_path: Path, home: Path) -> None:
    """Kill a step at a point, start it again, and look at everything that must hold; AssertionError where it does not.

    Args:
        step: of the small desk.
        point: where it is killed, at its first pass.
        begun: where.
        tmp_path: an empty folder for what the step writes.
        home: of the installation.
    """
    folder = begun.folder
    if step not in begun.right:
        begun.right[step] = undisturbed(step, begun, tmp_path / "undisturbed")
    begun.warehouse.restore()
    place = tmp_path / "killed"
    place.mkdir()
    given = arguments(step, folder, place)
    assert killed_in(step, given, f"{point}:1", folder, home) == KILLED
    again = "receive_again" if step == "correct" else step
    desk.STEPS[again](*given)
    assert state() == begun.right[step]
    looked_at(step, place)
    desk.whole_run()
    check_invariants(desk.whole_run, Expected(set(CODES), logs=(folder / "said.log",)))


def undisturbed(step: str, begun: Begun, place: Path) -> dict[str, str]:
    begun.warehouse.restore()
    place.mkdir()
    desk.STEPS[step](*arguments(step, begun.folder, place))
    looked_at(step, place)
    return state()


def arguments(step: str, folder: Path, place: Path) -> tuple[str, ...]:
    """Return what a step is given; files that it takes in are written new."""
    sent = desk.correction_file(folder, 2, LINES)
    if step == "correct":
        return (str(sent),)
    if step == "take_back":
        first = folder / "corrections-1.csv"
        return (package_name(first.name, first.read_bytes()),)
    if step == "take_folder":
        waits = shutil.copy(sent, make_folders(place))
        desk.settle(Path(waits))
        return (str(place),)
    return (str(place / "night.backup" if step == "back_up" else place),)


def looked_at(step: str, place: Path) -> None:
    """Look at the files that a step leaves: each is whole, once, and no draft lies beside it."""
    left = sorted(path.name for path in place.rglob("*") if path.is_file())
    if step == "back_up":
        assert left == ["night.backup"]
        examine_backup(place / "night.backup")
    elif step == "take_folder":
        assert left == ["corrections-2.csv", "corrections-2.ket-qua.csv"]
        assert [path.parent.parent.name for path in place.rglob("corrections-2.csv")] == ["done"]
    elif step == "make_all":
        assert len(left) == len(set(left)) > 0
        assert all(name.endswith(".xlsx") for name in left)
