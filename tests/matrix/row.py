"""Row of the matrix: how many faults of one kind were made, and what came of each.

A module of this folder registers its rows with the decorator::

    @row("records", count=100_000)
    def records(outcome: Outcome, seed: int, count: int) -> None:
        ...  # make ``count`` faults, and note each with ``outcome``
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_SHOWN = 5  # faults of a row that are told in words
HEADINGS = ("row", "injected", "lost", "twice", "leaked", "recovered", "seconds", "seed")


@dataclass
class Outcome:
    """What came of the faults of a row.

    Attributes:
        injected: faults that were made.
        lost: values that are neither in a table nor among the rejects, merged ones among them; or a state that is not the right one.
        twice: values that are in two places.
        leaked: planted persons that were found where they may not be.
        recovered: faults after which everything is as it has to be, with no hand.
        seconds: of the processor, or of the clock where others work too.
        slowest: seconds of the slowest fault.
        became: kind of outcome to how many faults had it.
        told: the first faults that did not end as they have to.
    """

    injected: int = 0
    lost: int = 0
    twice: int = 0
    leaked: int = 0
    recovered: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    became: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def note(self, kind: str, faults: int = 1, *, recovered: bool = True) -> None:
        """Note faults that were made and how they ended."""
        self.injected += faults
        self.recovered += faults if recovered else 0
        self.became[kind] = self.became.get(kind, 0) + faults

    def tell(self, what: str) -> None:
        """Keep what went wrong in words, of the first few."""
        if len(self.told) < _SHOWN:
            self.told.append(what)

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, nothing is there twice, nothing leaked, and every fault was recovered from."""
        return self.lost == self.twice == self.leaked == 0 and self.recovered == self.injected > 0


Make = Callable[[Outcome, int, int], None]


@dataclass(frozen=True)
class Row:
    """A kind of fault.

    Attributes:
        name: how it is asked for.
        count: how many are made where nobody says another number.
        make: makes them; called with the outcome, a seed and a number.
    """

    name: str
    count: int
    make: Make

    def run(self, seed: int, count: int | None = None) -> Outcome:
        """Make the faults.

        Args:
            seed: the same faults again.
            count: how many; by default the row's own number.
        """
        outcome, began = Outcome(), time.perf_counter()
        self.make(outcome, seed, self.count if count is None else count)
        outcome.seconds = time.perf_counter() - began
        return outcome


ROWS: dict[str, Row] = {}


def row(name: str, count: int) -> Callable[[Make], Make]:
    """Register a row of the matrix."""

    def register(make: Make) -> Make:
        ROWS[name] = Row(name, count, make)
        return make

    return register


def chance_of(seed: int, part: int) -> random.Random:
    """Return the chance of one part of a row: each part can be made again without those before it."""
    return random.Random(f"{seed}/{part}")  # noqa: S311 - the same faults every time is the point
