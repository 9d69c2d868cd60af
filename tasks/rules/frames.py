"""Frames that checks and verdicts read: one partition's dossiers and the rows about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class DossierFrames:
    """One partition, corrections applied, evidence of other systems re-keyed to the dossier.

    Attributes:
        dossiers: fields of ``core.dossiers`` (primary ones) plus ``duplicate_of`` (code of the dossier
            that this one repeats, or null) and ``corrected`` (names of corrected fields, space-separated,
            or null). A RangeIndex; unique by (source, code).
        events: fields of ``core.events`` for those dossiers.
        pauses: fields of ``core.pauses`` for those dossiers, and the pauses that matched evidence records
            hold, under the (source, code) of the dossier they speak about.
        evidence: matched records of other systems: ``source, code`` of the dossier, ``other_source,
            other_code``, ``received_at, due_at, done_at, returned_at, status, has_result, marks``.
        procedures: ``ref.procedures``, whole.
        units: ``ref.units``, whole.
        stated: the rows of ``dossiers`` as the source states them; None where nothing is corrected.
        earlier: what some of them were filed again after; None where none was.
        coded: their codes follow the national pattern; else a code is a name, and no agency and no date is read from it.
    """

    dossiers: pd.DataFrame
    events: pd.DataFrame
    pauses: pd.DataFrame
    evidence: pd.DataFrame
    procedures: pd.DataFrame
    units: pd.DataFrame
    stated: pd.DataFrame | None = None
    earlier: Earlier | None = None
    coded: bool = True

    def with_free_codes(self) -> DossierFrames:
        """Return the frames of a source whose codes are mere names."""
        earlier = self.earlier and replace(self.earlier, frames=self.earlier.frames.with_free_codes())
        return replace(self, coded=False, earlier=earlier)

    def part(self, chosen: np.ndarray) -> DossierFrames:
        """Return the chosen dossiers; what speaks about one that is not there is not looked at, so the rest stays whole.

        Args:
            chosen: a mask over ``dossiers``.
        """
        stated = None if self.stated is None else self.stated[chosen].reset_index(drop=True)
        return replace(self, dossiers=self.dossiers[chosen].reset_index(drop=True), stated=stated)


@dataclass(frozen=True)
class Earlier:
    """The withdrawn dossiers that others of the same source were filed again after.

    Attributes:
        frames: those dossiers, and what they were filed again after themselves.
        links: ``code`` of the dossier that was filed again, ``first_code`` of the one before it.
    """

    frames: DossierFrames
    links: pd.DataFrame
