"""Identities of form II.06a that every row must satisfy, each with a name.

A system that forces its numbers to agree (``max(x, 0)``) hides the dossier that went missing;
these only look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from config.codes import COUNTERS
from schemas.fields import TIMELINESS
from tasks.rules.dates.times import end_of_day
from tasks.rules.indicators.counters import GROUP, CountedDossiers
from tasks.rules.verdict.ends import FINISHED, IN_PROGRESS, REFUSED, WITHDRAWN
from tasks.rules.verdict.recorded import LATE

IDENTITIES = {
    "balance": "carried over + received = finished + in progress + withdrawn + refused",
    "otherwise": "withdrawn + refused = those of them on time, late and undetermined",
    "carry": "carried over into a month = in progress at the end of the month before",
    "recount": "each column, over all months, equals the dossiers themselves counted once",
}
_KEY = ("policy", "basis", *GROUP)
_FINISHED = tuple(name for name in COUNTERS if name.startswith("finished_"))
IN_PROGRESS_COUNTERS = tuple(name for name in COUNTERS if name.startswith("in_progress_"))
_OTHERWISE = tuple(name for name in COUNTERS if name.startswith("otherwise_"))
_FLOWS = tuple(name for name in COUNTERS if name not in (*IN_PROGRESS_COUNTERS, "carried_over"))


@dataclass(frozen=True)
class Break:
    """An identity that a row does not keep.

    Attributes:
        identity: its name in ``IDENTITIES``.
        where: policy, basis, agency, field, channel and month, as far as they are given.
        difference: left side minus right side, dossiers.
    """

    identity: str
    where: str
    difference: int


def broken_identities(counts: pd.DataFrame) -> list[Break]:
    """Return every break of ``balance``, ``otherwise`` and ``carry``.

    Args:
        counts: rows of ``mart.counts``, whole groups; policy and basis may be left out.
    """
    frame = counts.reset_index(drop=True)
    balance = _total(frame, ("carried_over", "received")) - _total(
        frame, (*_FINISHED, *IN_PROGRESS_COUNTERS, "withdrawn", "refused")
    )
    otherwise = _total(frame, ("withdrawn", "refused")) - _total(frame, _OTHERWISE)
    return [
        *_breaks("balance", frame, balance),
        *_breaks("otherwise", frame, otherwise),
        *_broken_carries(frame),
    ]


def _total(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    total = np.zeros(len(frame), np.int64)
    for name in columns:
        total = total + frame[name].to_numpy(dtype=np.int64)
    return total


def _breaks(identity: str, frame: pd.DataFrame, difference: np.ndarray) -> list[Break]:
    names = [name for name in (*_KEY, "month") if name in frame.columns]
    broken = np.flatnonzero(difference)
    rows = frame.loc[broken, names].astype(str).agg(" ".join, axis=1) if len(broken) else ()
    return [Break(identity, where, int(difference[at])) for where, at in zip(rows, broken, strict=True)]


def _broken_carries(frame: pd.DataFrame) -> list[Break]:
    """Compare each month with the one before; a month without a row holds only zeros."""
    if frame.empty:
        return []
    keys = [name for name in _KEY if name in frame.columns]
    months = frame["month"].to_numpy(dtype="datetime64[M]").astype(np.int64)
    here = frame[keys].assign(at=months, left=_total(frame, ("carried_over",)))
    before = frame[keys].assign(at=months + 1, right=_total(frame, IN_PROGRESS_COUNTERS))
    before = before[before["at"] <= months.max()]
    both = here.merge(before, on=[*keys, "at"], how="outer").fillna({"left": 0, "right": 0})
    both["month"] = both["at"].to_numpy(dtype=np.int64).astype("datetime64[M]").astype(str)
    return _breaks("carry", both, both["left"].to_numpy(dtype=np.int64) - both["right"].to_numpy(dtype=np.int64))


def broken_recount(counts: pd.DataFrame, cases: CountedDossiers, as_of: date) -> list[Break]:
    """Return every break of ``recount``: counts summed over months against the dossiers themselves.

    Args:
        counts: rows of one basis for the groups of ``cases``, up to ``as_of``.
        cases: the dossiers that should stand in them.
        as_of: a dossier received later should not, and one that ended later is in progress.
    """
    last = counts["month"].max() if len(counts) else None
    flows = counts.groupby(list(GROUP))[list(_FLOWS)].sum()
    stock = counts[counts["month"] == last].groupby(list(GROUP))[list(IN_PROGRESS_COUNTERS)].sum()
    counted = flows.join(stock, how="left").fillna(0)
    expected = _counted_once(cases.where(cases.received <= end_of_day(as_of)), end_of_day(as_of))
    both = counted.reindex(expected.index.union(counted.index), fill_value=0).astype(np.int64)
    expected = expected.reindex(both.index, fill_value=0)
    found: list[Break] = []
    for name in expected.columns:
        difference = _column_total(both, str(name)) - expected[name].to_numpy(dtype=np.int64)
        if difference.any():
            found += _breaks("recount", both.index.to_frame(index=False).assign(month=f"column {name}"), difference)
    return found


def _column_total(counted: pd.DataFrame, name: str) -> np.ndarray:
    parts = IN_PROGRESS_COUNTERS if name == "in_progress" else (name,)
    return _total(counted, parts)


def _counted_once(cases: CountedDossiers, last: np.datetime64) -> pd.DataFrame:
    index = pd.MultiIndex.from_frame(cases.groups)
    size = len(cases.groups)
    state = np.where((cases.state != IN_PROGRESS) & (cases.end > last), IN_PROGRESS, cases.state)

    def counted(mask: np.ndarray) -> np.ndarray:
        return np.bincount(cases.group[mask], minlength=size)

    columns = {"received": counted(np.ones(len(cases), dtype=bool)), "in_progress": counted(state == IN_PROGRESS)}
    otherwise = (state == WITHDRAWN) | (state == REFUSED)
    for place, name in enumerate(TIMELINESS):
        columns[f"finished_{name}"] = counted((state == FINISHED) & (cases.timeliness == place))
    columns["withdrawn"] = counted(state == WITHDRAWN)
    columns["refused"] = counted(state == REFUSED)
    columns["otherwise_late"] = counted(otherwise & (cases.timeliness == LATE))
    return pd.DataFrame(columns, index=index)
