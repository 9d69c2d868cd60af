"""Matches between records: rows of ``core.matches`` from rows of ``core.dossiers``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from schemas.dossiers import MATCHES
from tasks.rules.arrays import arrow
from tasks.rules.linkage.duplicates import (
    BY_APPLICANT,
    CONFIDENCE,
    MATCH_RULES,
    NOBODY,
    Intake,
    Pairs,
    duplicates,
    evidence,
    second_words,
)
from tasks.rules.linkage.refiling import refilings

MATCH_COLUMNS = (
    "source",
    "code",
    "role",
    "alias_code",
    "receipt_number",
    "procedure_code",
    "unit_code",
    "applicant_key",
    "applicant_spelling",
    "status",
    "received_at",
    "due_at",
    "done_at",
    "returned_at",
    "marks",
)


def match_dossiers(rows: pd.DataFrame, zones: Mapping[str, str], successors: Mapping[str, str] = NOBODY) -> pd.DataFrame:
    """Find evidence, duplicates and what was filed again among rows.

    Args:
        rows: the fields of ``MATCH_COLUMNS``, ``withdrawn_at`` of those that the citizen withdrew, and ``log_ended`` where only
            the log shows a result; (source, code) unique.
            A row's matches are complete only if every row that shares a code, alias, receipt number or applicant with it
            is there, and so on from row to row.
        zones: time zone of each source, by which the day of receipt is told.
        successors: agencies that others have taken the place of, and which (:func:`tasks.rules.reference.successors`). A
            dossier that is worked on is restated under the new one, the forgotten second entry of it is not.

    Returns:
        Rows of ``core.matches`` without managed columns, ordered by key.
    """
    intake = Intake.of(rows, zones, successors)
    repeats = duplicates(intake)
    counted = np.arange(len(rows))
    counted[repeats.left] = repeats.right
    speaks = evidence(intake, counted)
    again, first, confidence = refilings(intake, _instants(rows["received_at"]), _instants(rows["withdrawn_at"]), counted)
    refiled = _frame(rows, Pairs.of(again, first, BY_APPLICANT), "refiled").assign(confidence=confidence)
    told = [
        _frame(rows, repeats, "duplicate_of"),
        _frame(rows, Pairs.together(speaks, second_words(intake, repeats)), "evidence"),
        refiled,
    ]
    found = pd.concat(told, ignore_index=True)
    return MATCHES.conform(found.sort_values(list(MATCHES.key), ignore_index=True))


def _frame(rows: pd.DataFrame, pairs: Pairs, kind: str) -> pd.DataFrame:
    left, right = rows.iloc[pairs.left], rows.iloc[pairs.right]
    return pd.DataFrame(
        {
            "source": left["source"].array,
            "code": left["code"].array,
            "other_source": right["source"].array,
            "other_code": right["code"].array,
            "kind": kind,
            "rule": np.array(MATCH_RULES, dtype=object)[pairs.rule],
            "confidence": np.array(CONFIDENCE)[pairs.rule],
        }
    )


def _instants(values: pd.Series) -> np.ndarray:
    return np.asarray(arrow(values).to_numpy(zero_copy_only=False), dtype="datetime64[us]")
