"""A line of the table that `make bench` and `make score` print: ours, the other, ratio, target, met or missed.

A module of this folder registers its lines with the decorator::

    @line("merge-vs-copy", other="bare COPY", at_most=3.0)
    def merge_vs_copy() -> Measured:
        ours, other = timed(merge), timed(copy)
        assert ours.result == other.result  # equality first: a fast wrong answer is not measured
        return Measured(ours.seconds, other.seconds)

What is registered is found by `tests.bench.__main__`; nothing else has to be listed anywhere.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

WIDTHS = (36, 14, 32, 10, 18)
HEADINGS = ("name", "ours", "the other", "ratio", "target")


@dataclass(frozen=True)
class Measured:
    """What one line measured.

    Attributes:
        ours: seconds of ours, or the number of right answers.
        other: seconds of the other, or the number of all answers.
        unit: printed after both; empty for counts.
    """

    ours: float
    other: float
    unit: str = "s"


@dataclass(frozen=True)
class Timed:
    """Seconds of the quickest of some repeats, and the result of the last."""

    seconds: float
    result: Any


@dataclass(frozen=True)
class Target:
    """When a line is met: the ratio is ours to the other, or the other to ours where we must be faster."""

    bound: float
    inverse: bool
    upper: bool

    def ratio(self, measured: Measured) -> float:
        """Return the ratio that the bound speaks about."""
        top, bottom = (measured.other, measured.ours) if self.inverse else (measured.ours, measured.other)
        return top / bottom if bottom else float("inf")

    def met(self, measured: Measured) -> bool:
        """Whether the ratio keeps the bound."""
        ratio = self.ratio(measured)
        return ratio <= self.bound if self.upper else ratio >= self.bound

    def __str__(self) -> str:
        if self.inverse:
            return f">= {self.bound:g}x faster"
        return f"{'<=' if self.upper else '>='} {self.bound:g}"


@dataclass(frozen=True)
class Line:
    """One line: its name, what ours is measured against, the target, and the function that measures.

    Attributes:
        long: it takes a good part of an hour, and is measured by `make bench-long`.
    """

    name: str
    other: str
    target: Target
    measure: Callable[[], Measured]
    long: bool = False


LINES: dict[str, Line] = {}


def line(
    name: str,
    *,
    other: str,
    at_most: float | None = None,
    at_least: float | None = None,
    times_faster: float | None = None,
    long: bool = False,
) -> Callable[[Callable[[], Measured]], Callable[[], Measured]]:
    """Register a function as a line of the table.

    Args:
        name: what `make bench ONLY=name` calls it.
        other: what ours is measured against, in two or three words.
        at_most: ours / other must not exceed this.
        at_least: ours / other must reach this (for scores).
        times_faster: other / ours must reach this (for times).
        long: see :class:`Line`.
    """
    bounds = [b for b in (at_most, at_least, times_faster) if b is not None]
    if len(bounds) != 1:
        raise ValueError(f"{name}: give exactly one of at_most, at_least, times_faster")
    target = Target(bounds[0], inverse=times_faster is not None, upper=at_most is not None)

    def register(measure: Callable[[], Measured]) -> Callable[[], Measured]:
        if name in LINES:
            raise ValueError(f"{name} is registered twice")
        LINES[name] = Line(name, other, target, measure, long)
        return measure

    return register


def timed(function: Callable[[], Any], repeats: int = 1) -> Timed:
    """Run a function and return the seconds of its quickest run with the last result."""
    best, result = float("inf"), None
    for _ in range(repeats):
        started = time.perf_counter()
        result = function()
        best = min(best, time.perf_counter() - started)
    return Timed(best, result)


def print_row(cells: Iterable[str], verdict: str) -> None:
    """Print one row of the table, flushed, so that a long run shows how far it is."""
    print("  ".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)) + f"  {verdict}", flush=True)


def run(lines: Iterable[Line], title: str) -> int:
    """Measure the lines, print the table and its closing sentence.

    Returns:
        0, also where a target is missed; 1 where a line could not be measured at all.
    """
    print_row(HEADINGS, "")
    met = errors = total = 0
    for entry in lines:
        total += 1
        try:
            measured = entry.measure()
        except Exception as error:  # one broken line must not hide the others
            errors += 1
            traceback.print_exception(error, file=sys.stderr)
            print_row((entry.name, "-", entry.other, "-", str(entry.target)), f"missed ({type(error).__name__})")
            continue
        met += entry.target.met(measured)
        print_row(_cells(entry, measured), "met" if entry.target.met(measured) else "missed")
    print(f"{title}: {met} of {total} met", flush=True)
    return 1 if errors else 0


def _cells(entry: Line, measured: Measured) -> tuple[str, str, str, str, str]:
    number = "{:,.3f} s".format if measured.unit == "s" else (lambda value: f"{value:,g}" + f" {measured.unit}".rstrip())
    ratio = entry.target.ratio(measured)
    return (
        entry.name,
        number(measured.ours),
        f"{entry.other} {number(measured.other)}",
        f"{ratio:,.3f}" if ratio < 100 else f"{ratio:,.0f}",
        str(entry.target),
    )
