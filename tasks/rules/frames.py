"""The frames that checks and verdicts read: one partition's dossiers and all that speaks about them."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    dossiers: pd.DataFrame
    events: pd.DataFrame
    pauses: pd.DataFrame
    evidence: pd.DataFrame
    procedures: pd.DataFrame
    units: pd.DataFrame
