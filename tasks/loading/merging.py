"""Merging of cleaned pages into the warehouse: dossiers, logs, pauses and changes.

No older statement replaces a newer one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pandas as pd
from psycopg2 import sql

from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.quality import CHANGES
from schemas.reference import PROCEDURES, UNITS
from tasks.loading.cleaned_pages import Cleaned
from tasks.loading.settled_codes import FAR_APART, mark_reused, settle_codes
from tasks.warehouse.load import Load
from tasks.warehouse.merge import Merged

# What was last modified earlier than what is there: an old file that came again. A time after the load itself says nothing.
_OUTDATED = "t.modified_at > s.modified_at AND t.modified_at <= {at}::timestamptz + interval '1 day'"


def merge_cleaned(current: Load, cleaned: Cleaned, at: datetime) -> None:
    """Merge all frames of some pages in an open load.

    Args:
        current: the load.
        cleaned: what the pages say.
        at: when they are loaded; a replay gives the time at which they were.
    """
    for table, frame in ((UNITS, cleaned.units), (PROCEDURES, cleaned.procedures)):
        if len(frame):
            current.merge(table, frame)
    if not len(cleaned.dossiers):
        return
    outdated = sql.SQL(_OUTDATED).format(at=sql.Literal(at))
    reused = mark_reused(cleaned)
    if reused:
        cleaned = settle_codes(current, cleaned, reused)
    either = sql.SQL("(({}) OR {})").format(outdated, FAR_APART)
    held = current.merge_unless(DOSSIERS, cleaned.dossiers, either, FAR_APART)
    gone, far = {code for code, _, is_far in held if not is_far}, {code for code, _, is_far in held if is_far}
    if far:
        # Within these pages it is told apart already; what is left are single dossiers that meet another one's number.
        rows = cleaned.dossiers["code"].isin(list(far)).to_numpy(dtype=bool)
        cleaned = settle_codes(current, cleaned, far - reused)
        current.merged += Merged(unchanged=-len(far))  # they are counted now
        gone |= {code for code, _, _ in current.merge_unless(DOSSIERS, cleaned.dossiers[rows], outdated)}
    if gone:
        cleaned = _without(cleaned, gone)
    current.merge_children(EVENTS, cleaned.events, parents=cleaned.dossiers)
    current.merge_children(PAUSES, cleaned.pauses, parents=cleaned.dossiers)
    # How a value came about decides no verdict: nothing is judged again because of it.
    current.merge_children(CHANGES, cleaned.changes, parents=cleaned.dossiers, tell=False)


def _without(cleaned: Cleaned, codes: set[str]) -> Cleaned:
    """Leave out dossiers with all that belongs to them."""

    def kept(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[~frame["code"].isin(list(codes)).to_numpy(dtype=bool)].reset_index(drop=True)

    return replace(
        cleaned,
        dossiers=kept(cleaned.dossiers),
        events=kept(cleaned.events),
        pauses=kept(cleaned.pauses),
        changes=kept(cleaned.changes),
    )
