"""Night that goes wrong: what is done to an installation, what it says, and how soon its next run is good.

A module of this folder registers its nights with the decorator::

    @night("power-cut", "power cut during a pull")
    def power_cut(place: Place, hands: Hands) -> list[str]:
        ...  # make the fault, mend with ``hands.do("...")`` what no program can, return what was shown

What follows is the same for all: the next refresh, its seconds, its sentence, and whether its figures are those of a quiet night.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tasks.warehouse.cluster import Cluster, ensure_cluster
from tests.faults.place import Place
from tests.flow.installation import figures

DAY = "2026-03-31"
_REFRESH = ("-m", "flows.commands.cli", "refresh", "--as-of", DAY)
_PATIENCE = 600.0  # seconds


@dataclass
class Hands:
    """What a person had to do; kept by whoever does it."""

    done: list[str] = field(default_factory=list)

    def do(self, what: str) -> None:
        """Note a thing that no program can do."""
        self.done.append(what)


@dataclass(frozen=True)
class Night:
    """A fault and how it is made.

    Attributes:
        title: the fault in words.
        make: makes it, and returns the sentences that were shown while it lasted.
    """

    name: str
    title: str
    make: Callable[[Place, Hands], list[str]]


@dataclass(frozen=True)
class Morning:
    """What a night left: seconds until the next run was good (None: it was not), who had to do what, what was shown."""

    night: Night
    seconds: float | None
    hands: list[str]
    shown: list[str]
    after: str
    moved: dict[str, list[Any]]


NIGHTS: dict[str, Night] = {}


def night(name: str, title: str) -> Callable[[Callable[[Place, Hands], list[str]]], Callable[[Place, Hands], list[str]]]:
    """Register a function as a night."""

    def register(make: Callable[[Place, Hands], list[str]]) -> Callable[[Place, Hands], list[str]]:
        NIGHTS[name] = Night(name, title, make)
        return make

    return register


def refresh(place: Place) -> subprocess.Popen[str]:
    """Start the daily run by hand."""
    return place.run(*_REFRESH)


def told(command: subprocess.Popen[str]) -> str:
    """Wait for a command and return its last sentence, with its exit code where that is not 0."""
    said, wrong = command.communicate(timeout=_PATIENCE)
    lines = [line for line in (said if command.returncode == 0 else f"{said}\n{wrong}").splitlines() if line.strip()]
    own = [line for line in lines if line.startswith("motcua: ")] or lines[-1:] or ["(nothing)"]
    return own[-1] + (f" [exit {command.returncode}]" if command.returncode else "")


def decided(place: Place) -> dict[str, list[Any]]:
    """Return what the runs of an installation decided."""
    ensure_cluster(place.home)
    return figures(Cluster(place.home))
