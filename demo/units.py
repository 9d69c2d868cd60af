"""Directory of made-up agencies, before and after 1 July 2025."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

DATA = Path(__file__).with_name("data")
REORGANISED = date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class Unit:
    """An agency; the same code may mean another one at another time."""

    code: str
    name: str
    level: str
    parent: str
    valid_from: str
    valid_to: str
    successor: str
    old_code: str


class Directory:
    """All agencies, by level and by code."""

    def __init__(self) -> None:
        with (DATA / "units.csv").open(encoding="utf-8", newline="") as file:
            self.all = [Unit(**row) for row in csv.DictReader(file)]

    def at(self, code: str, day: date) -> Unit:
        """Return what a code means on a day; KeyError where it means nothing."""
        for unit in self._by_code[code]:
            if unit.valid_from <= day.isoformat() and (not unit.valid_to or day.isoformat() <= unit.valid_to):
                return unit
        raise KeyError(code)

    def heir(self, code: str) -> str:
        """Return the agency that continues the work of an abolished one, else the code itself."""
        return next((unit.successor for unit in self._by_code[code] if unit.successor), code)

    def of_level(self, level: str, day: date) -> list[str]:
        """Return the codes of a level in force on a day."""
        return self._before[level] if day < REORGANISED else self._after[level]

    @cached_property
    def _by_code(self) -> dict[str, list[Unit]]:
        units: dict[str, list[Unit]] = {}
        for unit in self.all:
            units.setdefault(unit.code, []).append(unit)
        return units

    @cached_property
    def _before(self) -> dict[str, list[str]]:
        return self._levels([unit for unit in self.all if unit.valid_from < REORGANISED.isoformat()])

    @cached_property
    def _after(self) -> dict[str, list[str]]:
        return self._levels([unit for unit in self.all if not unit.valid_to])

    @staticmethod
    def _levels(units: list[Unit]) -> dict[str, list[str]]:
        levels: dict[str, list[str]] = {level: [] for level in ("province", "department", "branch", "district", "commune")}
        for unit in units:
            levels[unit.level].append(unit.code)
        return levels
