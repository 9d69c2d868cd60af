"""Kills of what people start: corrections, their withdrawal, landing folder, work packages, backup."""

from __future__ import annotations

from pathlib import Path

from tests.faults.test_kill_hands import CASES, Begun, kill_and_start_again, run_once
from tests.matrix.desk_place import desk_place
from tests.matrix.row import Outcome, row


@row("hand-kills", count=len(CASES))
def hand_kills(outcome: Outcome, _: int, count: int) -> None:
    """Kill each step at each of its points in turn, and start it again; the same ones whatever the seed."""
    with desk_place("hands") as place:
        begun = run_once(place.folder)
        for part in range(count):
            step, point = CASES[part % len(CASES)]
            apart = place.folder / f"part-{part}"
            apart.mkdir()
            _note(outcome, step, point, begun, apart, place.home)


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
