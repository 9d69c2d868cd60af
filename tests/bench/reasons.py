"""How right each reason is, summed over made-up provinces: of those found how many are true, of those true how many are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.rules.verdict.reasons import MISSING, REASONS

ROW = "{:<16}{:<28}{:>8}{:>8}{:>8}{:>12}{:>9}"


@dataclass(frozen=True)
class Found:
    """One reason, or one missing piece of evidence, over all provinces.

    Attributes:
        verdict: the verdict that it explains.
        true: dossiers whose strongest cause it truly is; found: whose strongest reason it was said to be; both: both.
        provinces: how many provinces have one of them.
    """

    verdict: str
    name: str
    true: int
    found: int
    both: int
    provinces: int

    @property
    def cells(self) -> tuple[str, ...]:
        """The line of the table; a share of nothing is a dash."""
        shares = (f"{self.both / of:.3f}" if of else "-" for of in (self.found, self.true))
        return self.verdict, self.name, str(self.true), str(self.found), str(self.provinces), *shares


def summed(scores: Iterable[Mapping[str, Any]]) -> list[Found]:
    """Add up the ``reasons`` of scores (:mod:`demo.score`), verdict by verdict; a reason that nowhere occurs has no row."""
    sums: dict[str, list[int]] = {}
    for score in scores:
        for name, match in score["reasons"].items():
            known = sums.setdefault(name, [0, 0, 0, 0])
            for place, value in enumerate((match["true"], match["found"], match["both"], 1)):
                known[place] += value
    order = [*REASONS, *MISSING]
    unknown = sorted(set(sums) - set(order))
    return [Found(_verdict(name), name, *sums[name]) for name in (*order, *unknown) if name in sums]


def _verdict(name: str) -> str:
    return REASONS[name].verdict if name in REASONS else "undetermined" if name in MISSING else "?"


def table(found: Iterable[Found]) -> Iterator[str]:
    """Return the lines of the table."""
    yield ROW.format("verdict", "strongest reason, or missing", "true", "found", "seeds", "precision", "recall")
    for one in found:
        yield ROW.format(*one.cells)
