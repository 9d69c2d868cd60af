"""Catalogue of the made-up province: limits of real procedures, versions, some of its own.

``data/procedures.csv`` holds the texts as the national catalogue writes them and, beside them, how a
civil servant reads them (``amount``, ``unit``): the reading is never served.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date

from demo.oracle import Limit
from demo.units import DATA

CHANNEL_CODES = {"counter": "1", "online": "2", "postal": "3"}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a procedure's limit for one channel."""

    code: str
    name: str
    field_code: str
    field_name: str
    owner: str
    channel: str
    limit_text: str
    limit_unit_text: str
    amount: str
    unit: str
    valid_from: str
    valid_to: str
    reference: str

    @property
    def limit(self) -> Limit:
        """The limit as a civil servant reads it."""
        return Limit(int(self.amount or 0), self.unit)

    def governs(self, day: str) -> bool:
        """Answer whether a dossier received on that day (ISO) falls under it."""
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)


class Catalogue:
    """All versions, by procedure."""

    def __init__(self) -> None:
        with (DATA / "procedures.csv").open(encoding="utf-8", newline="") as file:
            self.all = [Version(**row) for row in csv.DictReader(file)]
        self.by_code: dict[str, list[Version]] = {}
        for version in self.all:
            self.by_code.setdefault(version.code, []).append(version)
        self._cache: dict[tuple[str, str, date], Version | None] = {}

    def version(self, code: str, channel: str, day: date) -> Version | None:
        """Return the version in force for a channel, else the counter's, else None."""
        key = (code, channel, day)
        if key not in self._cache:
            in_force = {each.channel: each for each in self.by_code.get(code, ()) if each.governs(day.isoformat())}
            self._cache[key] = in_force.get(channel) or in_force.get("counter")
        return self._cache[key]

    def channels(self, code: str) -> list[str]:
        """Return the channels that a procedure has limits for."""
        return sorted({version.channel for version in self.by_code[code]})

    def of_owner(self, group: str) -> list[str]:
        """Return the procedures of communes, districts, land offices (by name) or departments."""
        named = ("commune", "district", "land")
        codes = {each.code for each in self.all if (each.owner if each.owner in named else "department") == group}
        return sorted(codes)

    def expired(self, day: date) -> list[str]:
        """Return the procedures that have no version in force on a day although they had one before."""
        return sorted(
            code for code, versions in self.by_code.items() if not any(version.governs(day.isoformat()) for version in versions)
        )
