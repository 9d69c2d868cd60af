"""Consequences of stated figures: identities that hold or break, and what follows without being said.

Every quantity is an interval: a count is exact, a share is as exact as its last digit. What cannot be told apart is not told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from tasks.rules.stated.quantities import Quantity, StatedFigure

Standing = Literal["holds", "cut_off", "breaks", "follows", "if_carried"]
"""An identity holds, holds if the share was cut off instead of rounded, or breaks; a count follows, or follows if what was
received includes what was carried over."""

SUMS: tuple[tuple[Quantity, tuple[Quantity, ...], tuple[Quantity, ...]], ...] = (
    ("handled", ("carried_over", "received"), ()),
    ("handled", ("finished", "in_progress"), ("withdrawn", "refused")),
    ("finished_in_time", ("finished_early", "finished_on_time"), ()),
    ("finished", ("finished_in_time", "finished_late"), ()),
    ("finished", ("finished_early", "finished_on_time", "finished_late"), ()),
    ("in_progress", ("in_progress_in_time", "in_progress_overdue"), ()),
    ("received", ("received_online", "received_otherwise"), ()),
)
"""Wholes, their parts, and the parts that count only where they are stated."""


@dataclass(frozen=True)
class CountRange:
    """Least and greatest count that a quantity can be."""

    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        """Whether it is one count."""
        return self.low == self.high


@dataclass(frozen=True)
class Consequence:
    """What the figures of one scope say of one identity.

    Attributes:
        standing: see :data:`Standing`.
        quantity: the whole of a sum, or what a share counts.
        parts: of a sum; of a share the whole alone.
        stated: what stands for the quantity: of a sum the span, of a share its figure.
        derived: what follows from the others.
        figure: the share; None for a sum.
    """

    standing: Standing
    quantity: Quantity
    parts: tuple[Quantity, ...]
    stated: CountRange | None
    derived: CountRange
    figure: StatedFigure | None = None


def consequences_of(scope: Sequence[StatedFigure]) -> list[Consequence]:
    """Return every identity that can be checked, and every count that follows, the breaks first.

    Args:
        scope: figures of one scope; see :func:`tasks.rules.stated.quantities.read_figures`.
    """
    counts = {one.quantity: CountRange(int(one.number.value), int(one.number.value)) for one in scope if one.of is None}
    shares = [one for one in scope if one.of is not None]
    found = [*_sums(counts), *_shares(shares, counts)]
    found += _following(counts, shares, {one.quantity for one in found if one.standing == "breaks"})
    return sorted(found, key=lambda one: one.standing != "breaks")


def _sums(counts: Mapping[Quantity, CountRange]) -> list[Consequence]:
    """Check the sums of which every number is stated, and that no stated parts are more than their whole."""
    found, wholes = [], dict[Quantity, CountRange]()
    for whole, parts, optional in SUMS:
        known = tuple(part for part in (*parts, *optional) if part in counts)
        if not known:
            continue
        total = CountRange(*[sum(counts[part].low for part in known)] * 2)
        complete = all(part in counts for part in parts)
        # A whole that nobody states is what its first sum says.
        stated = counts.get(whole) or (wholes.setdefault(whole, total) if complete else None)
        if stated is None or stated is total or (not complete and total.low <= stated.low):
            continue
        found.append(Consequence("holds" if total == stated else "breaks", whole, known, stated, total))
    return found


def _shares(shares: Sequence[StatedFigure], counts: Mapping[Quantity, CountRange]) -> list[Consequence]:
    """Check the shares of which both counts are stated, or follow by one sum."""
    found = []
    for figure in shares:
        part, whole = (_known(name, counts) for name in (figure.quantity, figure.of))
        if part is None or whole is None or whole.low == 0 or figure.of is None:
            continue
        true = Fraction(part.low, whole.low)
        found.append(Consequence(_standing(figure, true), figure.quantity, (figure.of,), None, part, figure))
    return found


def _standing(figure: StatedFigure, true: Fraction) -> Standing:
    stated, step = figure.number.value, figure.number.step
    if stated - step / 2 <= true <= stated + step / 2:
        return "holds"
    return "cut_off" if stated <= true < stated + step else "breaks"


def _known(name: Quantity | None, counts: Mapping[Quantity, CountRange]) -> CountRange | None:
    """Return a count that is stated, or is the rest or the sum of stated ones."""
    if name is None or name in counts:
        return counts.get(name) if name is not None else None
    for whole, parts, optional in SUMS:
        extra = [counts[one] for one in optional if one in counts]
        if name == whole and all(part in counts for part in parts):
            total = sum(counts[part].low for part in parts) + sum(one.low for one in extra)
            return CountRange(total, total)
        others = [counts[part] for part in parts if part in counts and part != name]
        if name in parts and whole in counts and len(others) == len(parts) - 1:
            rest = counts[whole].low - sum(one.low for one in (*others, *extra))
            return CountRange(rest, rest) if rest >= 0 else None
    return None


def _following(
    counts: Mapping[Quantity, CountRange], shares: Sequence[StatedFigure], broken: set[Quantity]
) -> list[Consequence]:
    """Return the counts that nobody states and that follow; none from a sum that breaks."""
    found = []
    known = dict(counts)
    for name in ("finished_in_time", "finished_on_time", "finished_late", "in_progress", "in_progress_overdue", "in_progress_in_time",
                 "handled", "carried_over"):  # fmt: skip
        derived = None if name in known else _known(name, known)
        if derived is not None and not broken & {whole for whole, parts, _ in SUMS if name == whole or name in parts}:
            found.append(Consequence("follows", name, (), None, derived))
            known[name] = derived
    for figure in shares:
        whole = known.get(figure.of) if figure.of is not None else None
        if whole is None or figure.quantity in known or figure.quantity in broken:
            continue
        low, high = (figure.number.value + sign * figure.number.step / 2 for sign in (-1, 1))
        span = CountRange(max(0, ceil(low * whole.low)), min(whole.high, floor(high * whole.high)))
        found.append(Consequence("follows", figure.quantity, (), None, span, figure))
        if figure.quantity == "finished_in_time" and "finished_late" not in known:
            late = CountRange(whole.low - span.high, whole.high - span.low)
            found.append(Consequence("follows", "finished_late", (), None, late, figure))
    if (
        "in_progress" not in known
        and {"received", "finished"} <= counts.keys()
        and counts["finished"].low <= counts["received"].low
    ):
        rest = counts["received"].low - counts["finished"].low
        found.append(Consequence("if_carried", "in_progress", (), None, CountRange(rest, rest)))
    return found
