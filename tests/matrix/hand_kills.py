"""Kills of what people start: corrections, their withdrawal, landing folder, work packages, backup."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from config.read_once import forget
from tasks.warehouse.cluster import ensure_cluster
from tasks.warehouse.engine import reset_engine
from tasks.warehouse.migrations import migrate
from tests.faults import small_desk as desk
from tests.faults.test_kill_hands import CASES, Begun, kill_and_start_again, run_once
from tests.matrix.row import Outcome, row
from tests.prepared_home import new_home


@row("hand-kills", count=len(CASES))
def hand_kills(outcome: Outcome, _: int, count: int) -> None:
    """Kill each step at each of its points in turn, and start it again; the same ones whatever the seed."""
    home, folder = new_home("motcua-hands-"), Path(tempfile.mkdtemp(prefix="motcua-hand-desk-"))
    cluster = ensure_cluster(home)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MOTCUA_HOME", str(home))
            forget()
            migrate()
            with desk.small_office(cluster, folder):
                begun = run_once(folder)
                for part in range(count):
                    step, point = CASES[part % len(CASES)]
                    place = folder / f"part-{part}"
                    place.mkdir()
                    _note(outcome, step, point, begun, place, home)
    finally:
        reset_engine()
        cluster.stop()
        shutil.rmtree(home)
        shutil.rmtree(folder)


def _note(outcome: Outcome, step: str, point: str, begun: Begun, place: Path, home: Path) -> None:
    try:
        kill_and_start_again(step, point, begun, place, home)
    except AssertionError as error:
        outcome.twice += "I2" in str(error)
        outcome.leaked += "I6" in str(error)
        outcome.lost += not any(word in str(error) for word in ("I2", "I6"))
        outcome.tell(f"{step} killed at {point}: {error!s:.300}")
        outcome.note("killed", recovered=False)
    else:
        outcome.note("killed")
