"""Disputes of shares: how each class of dossiers moves another body's percentage to ours.

Whoever claims a percentage has two lists: of the dossiers that make it, and of all that it is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tasks.rules.indicators.interval import percent
from tasks.tracing.contributions import FigureName
from tasks.tracing.disputes import ADDED, TAKEN_AWAY, Dispute, dispute


@dataclass(frozen=True)
class ShareStep:
    """What a class does to the percentage.

    Attributes:
        kind: one of the classes; ``claimed``: what their percentage and their lists are apart.
        numerator, denominator: dossiers that go from, or come to, each of their lists.
        points: percentage points, rounded so that all of them lead from their percentage to ours.
    """

    kind: str
    numerator: int
    denominator: int
    points: Fraction


@dataclass(frozen=True)
class ShareDispute:
    """A percentage held against a published share.

    Attributes:
        numerator, denominator: their two lists, held against the two published counts.
        claimed: their percentage; None: what their lists give.
    """

    numerator: Dispute
    denominator: Dispute
    claimed: Fraction | None

    @property
    def theirs(self) -> Fraction | None:
        """Their percentage, of their lists where they name none; None where there is neither."""
        listed = self._percent(self.numerator.theirs, self.denominator.theirs)
        return listed if self.claimed is None else self.claimed

    @property
    def ours(self) -> Fraction | None:
        """The published percentage."""
        return self._percent(self.numerator.published, self.denominator.published)

    @property
    def remainder(self) -> int:
        """Dossiers that the classes leave unexplained, of both counts: 0, or an edit of what is kept."""
        return abs(self.numerator.remainder) + abs(self.denominator.remainder)

    def steps(self) -> list[ShareStep]:
        """Lead from their percentage to ours, class by class in the order of the classes.

        Points add up to the gap, to the last digit.
        """
        counts = (self.numerator.theirs, self.denominator.theirs)
        found, at = [], self.theirs
        listed = self._percent(*counts)
        if self.claimed is not None and listed is not None:
            found.append(ShareStep("claimed", 0, 0, listed - self.claimed))
            at = listed
        for sign, kinds in ((-1, TAKEN_AWAY), (1, ADDED)):
            for kind in kinds:
                moved = sign * self.numerator.count(kind), sign * self.denominator.count(kind)
                counts = counts[0] + moved[0], counts[1] + moved[1]
                now = self._percent(*counts)
                points = Fraction(0) if now is None or at is None else now - at
                found.append(ShareStep(kind, *moved, points))
                at = at if now is None else now
        return found

    def _percent(self, count: int, of: int) -> Fraction | None:
        """Return a percentage, rounded as the figure is published."""
        if of <= 0:
            return None
        digits = self.numerator.definition.digits
        (value,) = percent(np.array([count]), np.array([of]), digits)
        return Fraction(round(float(value) * 10**digits), 10**digits)


def share_dispute(
    publication_id: str, figure: FigureName, counted: Sequence[str], of: Sequence[str], claimed: Fraction | None = None
) -> ShareDispute:
    """Hold another body's two lists against both counts of a published share.

    Args:
        publication_id: a publication.
        figure: the share, its period as in :func:`tasks.tracing.disputes.dispute`.
        counted: their list of the dossiers that make the percentage, such as those on time.
        of: their list of all dossiers that the percentage is of.
        claimed: the percentage that they name.

    Raises:
        ConfigError: as :func:`tasks.tracing.disputes.dispute`.
    """
    return ShareDispute(
        dispute(publication_id, figure, counted, "numerator"), dispute(publication_id, figure, of, "denominator"), claimed
    )
