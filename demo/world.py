"""The whole province: made, spoilt, checked, written, taken on by days, corrected at its source."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from demo.again import Again
from demo.calendar import DAY, day_number, moment_of
from demo.desk import show
from demo.faults import Faults, make_scene, rates
from demo.history import FIRST_RECEIPT, History
from demo.hub import write_hub
from demo.judge import judge
from demo.land import write_land
from demo.model import Dossier
from demo.national import Record, dossier_record, procedure_records, unit_records
from demo.people import CANARIES
from demo.postal import write_postal
from demo.procedures import Catalogue
from demo.recorded import served_state
from demo.spoilt import Spoilt, spoilt_rates
from demo.spoilt_books import write_books
from demo.spoilt_limits import worded
from demo.systemic import SystemicFault, plant_systemic, write_systemic
from demo.truth import write_truth
from demo.units import Directory
from demo.workbooks import write_workbooks

AS_OF = date(2026, 3, 31)
FEWEST = 300
DAILY = 40
DOSSIERS = "dossiers.jsonl"
HABITS = "habits.json"


@dataclass
class World:
    """A province on a day.

    Attributes:
        as_of: day whose end everything speaks for.
        steps: days by which it was taken on, one after another.
        systemic: faults of whole systems, planted on top; none as a rule.
        spoilt: share of the dossiers that are spoilt besides (:mod:`demo.spoilt`); 0 as a rule.
        without: kinds of spoiling that are left out.
        habits: of spoilt workbooks, by commune.
        corrections: what clerks corrected at the source: code, field, value, time of modification.
        twice: codes of records that the list holds twice.
        codeless: number of records without a code.
    """

    seed: int
    count: int
    as_of: date
    clean: bool
    dossiers: list[Dossier]
    history: History
    twice: frozenset[str] = frozenset()
    codeless: int = 0
    systemic: list[SystemicFault] = field(default_factory=list)
    spoilt: float = 0.0
    without: tuple[str, ...] = ()
    habits: dict[str, str] = field(default_factory=dict)
    steps: list[int] = field(default_factory=list)
    corrections: list[Record] = field(default_factory=list)

    @property
    def now(self) -> int:
        """Minute after the last one of ``as_of``."""
        return (day_number(self.as_of) + 1) * DAY


def make_world(
    seed: int,
    count: int,
    as_of: date = AS_OF,
    *,
    clean: bool = False,
    systemic: bool = False,
    spoilt: float = 0.0,
    without: Sequence[str] = (),
) -> World:
    """Make a province: true histories, then the layer of faults.

    There are no faults if ``clean``; those of whole systems and spoilt ones only if asked for.

    Raises:
        ValueError: fewer dossiers than can carry every cause.
    """
    if count < FEWEST:
        raise ValueError(f"{count} dossiers cannot carry every cause; ask for {FEWEST} or more")
    history = History(Directory(), Catalogue(), str(seed))
    world = World(seed, count, as_of, clean, history.between(FIRST_RECEIPT, as_of, count, 1), history)
    for dossier in world.dossiers:
        show(dossier, history.directory, world.now)
    if not clean:
        faults = Faults(make_scene(history, str(seed), world.now), history, world.dossiers, str(seed), 1 - spoilt)
        faults.plant()
        world.codeless = max(2, round(count * faults.rates["dirt"]["no_code"]))
        world.twice = frozenset(dossier.code for dossier in world.dossiers if "record_twice" in dossier.planted)
    Again(history, world.dossiers, str(seed), world.now).plant(rates(), clean=clean)
    if systemic:
        world.systemic = plant_systemic(world.dossiers, make_scene(history, f"{seed}/systemic", world.now))
    if spoilt:
        world.spoilt, world.without = spoilt, tuple(without)
        layer = Spoilt(history, world.dossiers, str(seed), world.now, spoilt)
        layer.plant(without)
        world.habits = layer.habits
    return world


def advance(world: World, days: int) -> None:
    """Let days pass: work goes on, new dossiers come in; what was spoiled stays spoiled."""
    first = world.as_of + timedelta(days=1)
    world.as_of += timedelta(days=days)
    world.steps.append(days)
    start = max(dossier.number for dossier in world.dossiers) + 1
    world.history.rng.seed(f"{world.seed}/{first}/{world.as_of}")
    world.dossiers += world.history.between(first, world.as_of, DAILY * days, start)
    for dossier in world.dossiers:
        if not dossier.kept:
            _show_again(dossier, world)


def _show_again(dossier: Dossier, world: World) -> None:
    """Make a view anew; its spellings stay as they were."""
    before = dossier.shown
    show(dossier, world.history.directory, world.now)
    if before is not None:
        dossier.view.raw, dossier.view.level = before.raw, before.level


def write_world(world: World, out: Path) -> dict[str, int]:
    """Write everything below ``out``; return the number of dossiers by verdict.

    Raises:
        RuntimeError: what is served does not say what the truth table takes it to say.
    """
    served, directory, catalogue = out / "served", world.history.directory, world.history.catalogue
    served.mkdir(parents=True, exist_ok=True)
    _replace(served / "procedures.json", procedure_records(catalogue, worded if world.spoilt else None))
    _replace(served / "units.json", unit_records(directory))
    _replace_lines(served / DOSSIERS, _served_records(world))
    write_workbooks(world.dossiers, directory, catalogue, out / "files" / "communes", world.habits)
    write_postal(world.dossiers, out / "files" / "postal")
    write_land(world.dossiers, out / "land")
    rows: dict[str, int] = {}
    if world.spoilt:
        write_hub(world.dossiers, out / "files" / "hub")
        rows = write_books(world.dossiers, out / "files")
        systems = spoilt_rates()["systems"]
        _replace(served / HABITS, {name: value for name, value in systems.items() if name not in world.without})
    counts = write_truth(world.dossiers, world.now, out / "truth")
    if world.spoilt:
        _replace(out / "truth" / "rows.json", rows)
    if world.systemic:
        write_systemic(world.systemic, out / "truth")
    _write_recipe(world, out)
    return counts


def read_world(out: Path) -> World:
    """Make the province of a folder again, from its recipe: seed, size, days passed, corrections.

    Raises:
        FileNotFoundError: no province was written there.
    """
    recipe = json.loads((out / "truth" / "recipe.json").read_text(encoding="utf-8"))
    faults = {name: recipe.get(name, False) for name in ("clean", "systemic", "spoilt")} | {
        "without": recipe.get("without", ())
    }
    world = make_world(recipe["seed"], recipe["count"], date.fromisoformat(recipe["as_of"]), **faults)
    for days in recipe["steps"]:
        advance(world, days)
    world.corrections = recipe["corrections"]
    return world


def correct(out: Path, code: str, name: str, value: str) -> str:
    """Correct one field of a dossier at the provincial one-stop system, as its clerk would.

    Args:
        out: folder of the province.
        code: dossier code, as in the truth table.
        name: field of the national record, e.g. ``NgayKetThucXuLy``.
        value: as the source writes it, e.g. ``20250310160000``.

    Returns:
        The record's new modification time: later than every other, so that a pull since then sees it.

    Raises:
        KeyError: there is no such dossier or field.
    """
    path = out / "served" / DOSSIERS
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    recipe_path = out / "truth" / "recipe.json"
    recipe = json.loads(recipe_path.read_text(encoding="utf-8"))
    touched = _minute_after(max(record["NgayCapNhat"] for record in records))
    correction = {"code": code, "field": name, "value": value, "touched": touched}
    _replace_lines(path, _corrected(records, [correction]))
    recipe["corrections"].append(correction)
    _replace(recipe_path, recipe)
    return touched


def _minute_after(stamp: str) -> str:
    day = date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]))
    minute = day_number(day) * DAY + int(stamp[8:10]) * 60 + int(stamp[10:12]) + 1
    return f"{moment_of(minute):%Y%m%d%H%M%S}"


def _served_records(world: World) -> list[Record]:
    records: list[Record] = []
    for dossier in world.dossiers:
        if dossier.source == "province":
            record = dossier_record(dossier, world.history.catalogue)
            said, meant = served_state(record, world.now), judge(dossier, world.now).recorded
            if said != meant:
                raise RuntimeError(f"{dossier.code} is served as {said}, the truth table says {meant}")
            records += [record] * (2 if dossier.code in world.twice else 1)
    records += [{**records[CANARIES + number * 3], "MaHoSo": ""} for number in range(world.codeless)]
    return _corrected(records, world.corrections)


def _corrected(records: list[Record], corrections: list[Record]) -> list[Record]:
    for correction in corrections:
        found = [place for place, record in enumerate(records) if _folded(record["MaHoSo"]) == correction["code"]]
        if not found or correction["field"] not in records[found[0]]:
            raise KeyError(f"{correction['code']} has no {correction['field']}")
        changes = {correction["field"]: correction["value"], "NgayCapNhat": correction["touched"]}
        for place in found:
            records[place] = {**records[place], **changes}
    return sorted(records, key=lambda record: (record["NgayCapNhat"], record["MaHoSo"]))


def _folded(code: str) -> str:
    return "".join(code.split()).replace("–", "-").upper()


def _write_recipe(world: World, out: Path) -> None:
    first = world.as_of - timedelta(days=sum(world.steps))
    recipe = {"seed": world.seed, "count": world.count, "as_of": first.isoformat(), "clean": world.clean}
    recipe |= {"systemic": bool(world.systemic), "spoilt": world.spoilt, "without": world.without}
    _replace(out / "truth" / "recipe.json", {**recipe, "steps": world.steps, "corrections": world.corrections})


def _replace_lines(path: Path, records: list[Record]) -> None:
    _replace_text(path, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))


def _replace(path: Path, content: Any) -> None:
    _replace_text(path, json.dumps(content, ensure_ascii=False, indent=1))


def _replace_text(path: Path, text: str) -> None:
    """Write a file whole, so that a server reading it never sees half."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)  # noqa: PTH105 - the atomic one of the two
