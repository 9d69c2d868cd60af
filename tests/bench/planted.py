"""Faults of whole systems planted in a made-up province (:mod:`demo.systemic`), and the tickets by which they come out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.province import tickets

ROW = "{:<24}{:>9}{:>6}{:>7}{:>8}{:>8}  {}"
NEARLY_ALL = 0.95


@dataclass(frozen=True)
class Struck:
    """One fault and the first ticket of its cause.

    Attributes:
        planted: dossiers that it struck; held: those of them in the ticket.
        rank: of the ticket among all; size: dossiers in it; inside: those of them where the fault strikes.
        where: what the ticket says about it.
    """

    cause: str
    planted: int
    rank: int
    size: int
    held: int
    inside: int
    where: str

    @property
    def out(self) -> bool:
        """Whether the ticket holds the fault and little else."""
        return self.held >= NEARLY_ALL * self.planted and self.inside >= NEARLY_ALL * self.size


def struck(folder: Path) -> list[Struck]:
    """Hold the first ticket of each cause against what was planted in the province of that home."""
    told = tickets(folder)
    found = []
    for fault in json.loads((folder / "province" / "truth" / "systemic.json").read_text(encoding="utf-8")):
        planted, region = ({tuple(each) for each in fault[name]} for name in ("planted", "region"))
        rank, first = next((n, one) for n, one in enumerate(told, 1) if one["cause"] == fault["cause"])
        codes = {tuple(each) for each in first["codes"]}
        numbers = (len(planted), rank, len(codes), len(codes & planted), len(codes & region))
        found.append(Struck(fault["cause"], *numbers, first["where"]))
    return found


def table(rows: Iterable[Struck]) -> Iterator[str]:
    """Return the lines of the table."""
    yield ROW.format("planted fault", "dossiers", "rank", "ticket", "recall", "inside", "where the ticket says it strikes")
    for one in rows:
        shares = (f"{one.held / one.planted:.3f}", f"{one.inside / one.size:.3f}")
        yield ROW.format(one.cause, one.planted, one.rank, one.size, *shares, one.where)
