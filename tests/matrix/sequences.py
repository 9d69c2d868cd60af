"""Random sequences of steps over a small desk, held against the plain model after each: ingest, correct, undo, rerun, crash and more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from config.errors import UnreadableDataError
from tasks.correcting.packages import package_name
from tests.faults import small_desk as desk
from tests.faults.kill_points import BY_HAND, DAILY
from tests.faults.plain_model import AS_OF, FINISHED, LIMITS, OPEN, UNITS, WITHDRAWN, Facts, Model
from tests.matrix.desk_place import desk_place
from tests.matrix.row import Outcome, chance_of, row
from tests.warehouse.snapshot import Snapshot

LENGTH = 20  # steps of a sequence
_WEIGHTS = {"ingest": 6, "correct": 4, "undo": 2, "again": 1, "rerun": 3, "publish": 3, "crash": 2, "purge": 1}
_WRITING = ("locked", "merged", "receipt_landed", "ledger_locked", "ledger_written", "before_commit", "after_commit")
_POINTS = {
    "whole_run": tuple(point for point in DAILY if point != "page_written"),  # figures without the page
    **{step: (*BY_HAND[step], *_WRITING) for step in ("correct", "take_back")},
}
_FIRST, _LAST = date(2026, 3, 2), date(2026, 3, 27)  # days of receipt and of ends


@dataclass
class Sequence:
    """One sequence: the model beside the product, over a desk of its own.

    Attributes:
        made: steps so far, as they are told where one goes wrong.
        kills: runs that were killed.
    """

    chance: Random
    folder: Path
    home: Path
    model: Model = field(default_factory=Model)
    files: dict[str, tuple[Path, list[tuple[str, str, str]]]] = field(default_factory=dict)
    gone: dict[str, Facts] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    kills: int = 0
    _tick: int = 0

    def go(self, steps: int) -> None:
        """Make random steps; AssertionError where product and model differ after one."""
        for _ in range(steps):
            name = self.chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
            self.made.append(name)
            getattr(self, f"_{name}")()
            self._compare()

    def _compare(self) -> None:
        model = self.model
        for what, found, expected in (
            ("dossiers", desk.known(), model.known),
            ("corrections", desk.in_force(), model.in_force()),
            ("publication", desk.published(), model.published or {}),
        ):
            differing = {
                key: (found.get(key), expected.get(key)) for key in {*found, *expected} if found.get(key) != expected.get(key)
            }
            assert not differing, f"{what} after {self.made}: {sorted(differing.items(), key=str)[:9]} (found, expected)"

    def _ingest(self) -> None:
        self._change_desk()
        desk.ingest()
        self.model.ingest()

    def _rerun(self) -> None:
        desk.rerun()
        self.model.rerun()

    def _publish(self) -> None:
        if self.model.counted is None:
            with pytest.raises(UnreadableDataError):
                desk.publish()
            return
        desk.publish()
        self.model.publish()

    def _purge(self) -> None:
        desk.purge()

    def _correct(self) -> None:
        file = self._new_file()
        if file is not None:
            desk.correct(file)
            self.model.correct(*self._said(file))

    def _again(self) -> None:
        """Send a file that came before once more."""
        if self.files:
            _, (path, _) = self.chance.choice(list(self.files.items()))
            desk.receive_again(str(path))
            self.model.correct(*self._said(str(path)))

    def _undo(self) -> None:
        if self.files:
            package = self.chance.choice(list(self.files))
            desk.take_back(package)
            self.model.undo(package)

    def _crash(self) -> None:
        """Kill a step at a random point, look at what readers see, and let the step be made again."""
        step, arguments = self._to_kill()
        point = f"{self.chance.choice(_POINTS[step])}:{self.chance.choice((1, 1, 1, 2, 3, 5))}"
        ended = desk.killed_in(step, arguments, point, self.folder, self.home)
        self.kills += ended == desk.KILLED
        self.made[-1] += f" of {step} at {point}"
        before = self.model.published or {}
        if step == "whole_run":
            self.model.ingest()
            self.model.rerun()
            self.model.publish()
        elif step == "correct":
            self.model.correct(*self._said(arguments[0]))
        elif step == "take_back":
            self.model.undo(arguments[0])
        assert desk.published() in (before, self.model.published or {}), f"I4: a mixed publication after {self.made}"
        desk.STEPS["receive_again" if step == "correct" else step](*arguments)

    def _to_kill(self) -> tuple[str, tuple[str, ...]]:
        step = self.chance.choice(("whole_run", "whole_run", "correct", "take_back"))
        file = self._new_file() if step == "correct" else None
        if file is not None:
            return step, (file,)
        if step == "take_back" and self.files:
            return step, (self.chance.choice(list(self.files)),)
        self._change_desk()
        return "whole_run", ()

    def _change_desk(self) -> None:
        for _ in range(self.chance.randint(0, 4)):
            change = self.chance.choice((self._new, self._new, self._end, self._move, self._delete, self._revive, self._mark))
            change()

    def _show(self, code: str, facts: Facts) -> None:
        self._tick += 1
        self.model.desk[code] = facts
        desk.show(self.folder, code, facts, self._tick)

    def _new(self) -> None:
        received = self._working_day(_FIRST, date(2026, 3, 20))
        code = f"000.00.01.H99-{received:%y%m%d}-{self._tick + 1:04d}"
        due = self._working_day(received, _LAST)
        self._show(code, Facts(self.chance.choice(UNITS), self.chance.choice(list(LIMITS)), OPEN, received, due))

    def _end(self) -> None:
        """A dossier ends, or its end is said anew."""
        code = self._one(self.model.desk)
        if code:
            facts = self.model.desk[code]
            status = facts.status if facts.status != OPEN else self.chance.choice((FINISHED, FINISHED, WITHDRAWN))
            self._show(code, replace(facts, status=status, done=self._working_day(facts.received, _LAST)))

    def _move(self) -> None:
        code = self._one(self.model.desk)
        if code:
            self._show(code, replace(self.model.desk[code], unit=self.chance.choice(UNITS)))

    def _delete(self) -> None:
        code = self._one(self.model.desk)
        if code:
            self.gone[code] = self.model.desk.pop(code)
            desk.remove(self.folder, code)

    def _mark(self) -> None:
        """The desk says that it deleted a dossier, or shows one again that it had deleted."""
        code = self._one(self.model.desk)
        if code:
            facts = self.model.desk[code]
            self._show(code, replace(facts, deleted=not facts.deleted))

    def _revive(self) -> None:
        code = self._one(self.gone)
        if code:
            self._show(code, replace(self.gone.pop(code), unit=self.chance.choice(UNITS)))

    def _new_file(self) -> str | None:
        """Write one to three corrections that can be true: received earlier, ended later, another agency."""
        lines: dict[tuple[str, str], str] = {}
        for _ in range(self.chance.randint(1, 3)):
            code = self._one(self.model.known)
            if code is None:
                return None
            facts, name = self.model.known[code], self.chance.choice(("unit", "received", "done"))
            if name == "unit":
                lines[code, name] = self.chance.choice(UNITS)
            elif name == "received":
                lines[code, name] = str(self._working_day(_FIRST, facts.received))
            elif facts.done is not None:
                lines[code, name] = str(self._working_day(facts.done, AS_OF))
        if not lines:
            return None
        said = [(code, name, value) for (code, name), value in lines.items()]
        path = desk.correction_file(self.folder, len(self.files), said)
        self.files[package_name(path.name, path.read_bytes())] = path, said
        return str(path)

    def _said(self, file: str) -> tuple[str, list[tuple[str, str, str]]]:
        return next((package, lines) for package, (path, lines) in self.files.items() if str(path) == file)

    def _one(self, among: dict[str, Facts]) -> str | None:
        return self.chance.choice(sorted(among)) if among else None

    def _working_day(self, since: date, until: date) -> date:
        days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
        return self.chance.choice([day for day in days if day.weekday() < 5])


def made(chance: Random, begin: Snapshot, folder: Path, home: Path, steps: int = LENGTH) -> Sequence:
    """Make one sequence from the beginning; AssertionError with its steps where product and model differ."""
    begin.restore()
    desk.write_office(folder)
    one = Sequence(chance, folder, home)
    one.go(steps)
    return one


@row("model", count=500)
def sequences(outcome: Outcome, seed: int, count: int) -> None:
    """Make random sequences of steps; each step is held against the plain model."""
    with desk_place("model") as place:
        for part in range(count):
            _note(outcome, seed, part, place.begin, place.folder, place.home)


def _note(outcome: Outcome, seed: int, part: int, begin: Snapshot, folder: Path, home: Path) -> None:
    try:
        found = made(chance_of(seed, part), begin, folder, home)
    except AssertionError as error:
        outcome.lost += 1
        outcome.tell(f"part {part}: {error!s:.600}")
        outcome.note("differs", recovered=False)
    else:
        outcome.note("equal")
        outcome.became["steps"] = outcome.became.get("steps", 0) + len(found.made)
        outcome.became["kills"] = outcome.became.get("kills", 0) + found.kills
