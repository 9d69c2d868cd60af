"""Stated figures held against ours: a report's beside form II.06a of the same period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from schemas.fields import BASES
from tasks.reports.forms.bieu06a import totals
from tasks.reports.forms.published import PublishedCounters
from tasks.rules.indicators.periods import Period
from tasks.rules.stated.quantities import Quantity, StatedFigure

_SUMS: dict[Quantity, tuple[str, ...]] = {"finished_in_time": ("finished_early", "finished_on_time")}


@dataclass(frozen=True)
class HeldFigure:
    """A stated figure and ours.

    Attributes:
        figure: as it is stated.
        ours: by basis; of a share the share, None where its whole is empty.
    """

    figure: StatedFigure
    ours: dict[str, Fraction | None]

    def agrees(self, basis: str) -> bool:
        """Tell whether ours, written with as many digits, is what is stated."""
        ours, number = self.ours[basis], self.figure.number
        return ours is not None and abs(ours - number.value) <= (number.step / 2 if number.is_share else 0)


def held_against_ours(
    scope: Sequence[StatedFigure], counters: PublishedCounters, period: Period, unit: str | None
) -> list[HeldFigure]:
    """Hold the figures of one scope against the published ones.

    Args:
        scope: see :func:`tasks.rules.stated.quantities.read_figures`.
        counters: what is published.
        period: of which the report speaks.
        unit: agency of which it speaks, with those below it; None: the province.
    """
    last_row = totals(counters, period, unit)

    def count(quantity: Quantity, basis: str) -> int:
        return sum(last_row[basis][name] for name in _SUMS.get(quantity, (quantity,)))

    def ours(figure: StatedFigure, basis: str) -> Fraction | None:
        part = count(figure.quantity, basis)
        whole = 1 if figure.of is None else count(figure.of, basis)
        return Fraction(part, whole) if whole else None

    return [HeldFigure(figure, {basis: ours(figure, basis) for basis in BASES}) for figure in scope]
