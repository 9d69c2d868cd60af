"""Precedence among entries of one dossier, so that a forgotten one never hides a finished one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.codes import ASKED_STATUSES, FINISHED_STATUSES, RESULTLESS_STATUSES, Status
from tasks.rules.arrays import arrow, as_text, truths
from tasks.rules.dates.times import LocalTimes

Ranks = npt.NDArray[np.int64]
FINISHED, AT_WORK, CLOSED, UNTOUCHED = range(4)  # the first counts
_AT_WORK = (Status.PROCESSING, *ASKED_STATUSES)
_SAID = ("done_at", "returned_at", "due_at")  # the more of it is stated, the richer an entry is


def standing(rows: pd.DataFrame) -> Ranks:
    """Tell how far each entry has come: finished with a result, at work, closed without a result, untouched.

    A second entry is often tidied away by withdrawing or stopping it: that is no reason to count it in the place of the
    one that is worked on.

    Args:
        rows: fields ``status, done_at, returned_at`` of ``core.dossiers``; ``log_ended`` where it is there: the
            progress log shows a result that the record itself does not.
    """
    status = np.asarray(pc.fill_null(pa.array(rows["status"]).cast(pa.int64()), 0).to_numpy(zero_copy_only=False))
    ended = _given(rows, "done_at") | _given(rows, "returned_at")
    if "log_ended" in rows:
        ended |= truths(arrow(rows["log_ended"]))
    closed = np.isin(status, RESULTLESS_STATUSES)
    finished = np.isin(status, FINISHED_STATUSES) | (ended & ~closed)
    return np.select([finished, np.isin(status, _AT_WORK), closed], [FINISHED, AT_WORK, CLOSED], UNTOUCHED)


def precedence(rows: pd.DataFrame, received: LocalTimes) -> Ranks:
    """Number rows so that of several entries of one dossier the one with the smallest number is counted.

    It is the one that came furthest, then the one that states most, the earliest received, the smallest code.
    """
    said = np.sum([_given(rows, name) for name in _SAID], axis=0, dtype=np.int64)
    when = np.where(np.isnat(received), np.iinfo(np.int64).max, received.astype(np.int64))
    code, source = (pc.rank(as_text(rows[name]), tiebreaker="dense").to_numpy() for name in ("code", "source"))
    rank = np.empty(len(rows), dtype=np.int64)
    rank[np.lexsort((source, code, when, -said, standing(rows)))] = np.arange(len(rows))
    return rank


def _given(rows: pd.DataFrame, name: str) -> npt.NDArray[np.bool_]:
    return np.asarray(arrow(rows[name]).is_valid().to_numpy(zero_copy_only=False), dtype=bool)
