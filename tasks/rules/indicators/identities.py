"""Identities of form II.06a that every row must satisfy, each with a name.

A system that forces its numbers to agree (``max(x, 0)``) hides the dossier that went missing;
these only look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from config.codes import BRIDGE_COUNTERS, COUNTERS, EVERY_COUNTER
from schemas.fields import TIMELINESS
from tasks.rules.arrays import Mask, Numbers, as_codes, as_months, as_text, group_numbers
from tasks.rules.dates.times import end_of_day
from tasks.rules.indicators.counters import GROUP, CountedDossiers
from tasks.rules.verdict.ends import FINISHED, IN_PROGRESS, REFUSED, WITHDRAWN
from tasks.rules.verdict.recorded import LATE

IDENTITIES = {
    "balance": "carried over + received = finished + in progress + withdrawn + refused",
    "otherwise": "withdrawn + refused = those of them on time, late and undetermined",
    "carry": "carried over into a month = in progress at the end of the month before",
    "recount": "each column, over all months, equals the dossiers themselves counted once",
    "succession": "opening of a period = in progress at the end of the period before",
    "bridge": "recorded as received - left out, each for its reason + added = received after cleaning",
    "parts": "the cells of a roll-up add up to the whole",
}
_KEY = ("policy", "basis", *GROUP)
_FINISHED = tuple(name for name in COUNTERS if name.startswith("finished_"))
IN_PROGRESS_COUNTERS = tuple(name for name in COUNTERS if name.startswith("in_progress_"))
_OTHERWISE = tuple(name for name in COUNTERS if name.startswith("otherwise_"))
_LEFT_OUT = tuple(name for name in BRIDGE_COUNTERS if name.startswith("left_out_"))
_ADDED = tuple(name for name in BRIDGE_COUNTERS if name not in _LEFT_OUT)


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
    return [*_broken_balances(frame), *broken_carries(frame)]


def broken_rollup(rolled: pd.DataFrame, before: pd.DataFrame, whole: pd.DataFrame) -> list[Break]:
    """Return every break of ``balance``, ``otherwise``, ``succession`` and ``parts`` in the cells of a period.

    Args:
        rolled: ``basis``, keys and counters of the period.
        before: the same of all months before it.
        whole: ``basis`` and counters of the period over all cells.
    """
    keys = [name for name in rolled.columns if name not in EVERY_COUNTER]
    here = rolled[keys].assign(left=_total(rolled, ("carried_over",)))
    there = before[keys].assign(right=_total(before, IN_PROGRESS_COUNTERS))
    both = here.merge(there, on=keys, how="outer").fillna({"left": 0, "right": 0})
    differences = both["left"].to_numpy(dtype=np.int64) - both["right"].to_numpy(dtype=np.int64)
    return [*_broken_balances(rolled), *_breaks("succession", both, differences, keys), *_broken_parts(rolled, whole)]


def holds_rollup(numbers: Numbers, before: Numbers, counters: Sequence[str]) -> bool:
    """Tell whether ``balance``, ``otherwise`` and ``succession`` hold in every cell of a period.

    Args:
        numbers: int64 [cell, counter] of the period.
        before: the same, of the same cells, of all months before it.
        counters: names of the counters in that order.
    """
    here, there = ({name: each[:, place] for place, name in enumerate(counters)} for each in (numbers, before))
    balance, otherwise = _balances(here)
    succession = here["carried_over"] - sum(there[name] for name in IN_PROGRESS_COUNTERS)
    return not (balance.any() or otherwise.any() or succession.any())


def broken_bridge(counts: pd.DataFrame) -> list[Break]:
    """Return every break of ``bridge``, which leaves no remainder in any cell.

    Args:
        counts: rows of ``mart.counts``, of both bases.
    """
    if counts.empty:
        return []
    keys = [name for name in (*_KEY, "month") if name in counts.columns and name != "basis"]
    months = as_months(counts["month"])
    group, size = group_numbers(*(as_codes(as_text(counts[name])).index for name in keys if name != "month"), months)
    recorded = (counts["basis"] == "recorded").to_numpy(dtype=bool)
    received, out, added = (_total(counts, names) for names in (("received",), _LEFT_OUT, _ADDED))
    difference, misplaced = np.zeros(size, np.int64), np.zeros(size, np.int64)
    np.add.at(difference, group, np.where(recorded, received - out, added - received))
    np.add.at(misplaced, group, np.where(recorded, added, out))
    broken = np.where(difference == 0, misplaced, difference)
    one_of = np.zeros(size, np.int64)
    one_of[group] = np.arange(len(counts))
    return _breaks("bridge", counts.iloc[one_of], broken, keys) if broken.any() else []


def _broken_parts(rolled: pd.DataFrame, whole: pd.DataFrame) -> list[Break]:
    columns = list(COUNTERS)
    parts, total = (frame.groupby("basis")[columns].sum() for frame in (rolled, whole))
    parts, total = (frame.reindex(parts.index.union(total.index), fill_value=0) for frame in (parts, total))
    differences = (parts - total).stack()
    return [
        Break("parts", f"{basis} {name}", int(difference)) for (basis, name), difference in differences.items() if difference
    ]


def _broken_balances(frame: pd.DataFrame) -> list[Break]:
    balance, otherwise = _balances({name: frame[name].to_numpy(dtype=np.int64) for name in COUNTERS})
    return [*_breaks("balance", frame, balance), *_breaks("otherwise", frame, otherwise)]


def _balances(of: Mapping[str, Numbers]) -> tuple[Numbers, Numbers]:
    """Return by how much each cell misses ``balance`` and ``otherwise``; counters by name."""

    def total(*names: str) -> Numbers:
        return np.asarray(np.sum([of[name] for name in names], axis=0, dtype=np.int64))

    balance = total("carried_over", "received") - total(*_FINISHED, *IN_PROGRESS_COUNTERS, "withdrawn", "refused")
    return balance, total("withdrawn", "refused") - total(*_OTHERWISE)


def _total(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    total = np.zeros(len(frame), np.int64)
    for name in columns:
        total = total + frame[name].to_numpy(dtype=np.int64)
    return total


def _breaks(identity: str, frame: pd.DataFrame, difference: Numbers, keys: Sequence[str] = (*_KEY, "month")) -> list[Break]:
    names = [name for name in keys if name in frame.columns]
    broken = np.flatnonzero(difference)
    rows = frame.iloc[broken][names].astype(str).agg(" ".join, axis=1) if len(broken) else ()
    return [Break(identity, where, int(difference[at])) for where, at in zip(rows, broken, strict=True)]


def broken_carries(counts: pd.DataFrame, since: date | None = None) -> list[Break]:
    """Return every break of ``carry``; a month without a row holds only zeros.

    Args:
        counts: rows of ``mart.counts``; policy and basis may be left out.
        since: only what is carried into the months from this day on; into every one by default.
    """
    if counts.empty:
        return []
    names = [name for name in _KEY if name in counts.columns]
    group, size = group_numbers(*(as_codes(as_text(counts[name])).index for name in names))
    months = as_months(counts["month"])
    first, span = int(months.min()), int(months.max() - months.min()) + 2  # room for what follows on the last month
    place = group * span + months - first
    difference = np.zeros(size * span, np.int64)
    difference[place] += _total(counts, ("carried_over",))
    difference[place + 1] -= _total(counts, IN_PROGRESS_COUNTERS)
    difference = difference.reshape(size, span)[:, :-1]
    if since is not None:
        difference[:, : max(int(np.datetime64(since, "M").astype(np.int64)) - first, 0)] = 0
    if not difference.any():
        return []
    broken, month = np.nonzero(difference)
    one_of = np.zeros(size, np.int64)
    one_of[group] = np.arange(len(counts))
    rows = counts[names].iloc[one_of[broken]].reset_index(drop=True)
    rows["month"] = (month + first).astype("datetime64[M]").astype(str)
    return _breaks("carry", rows, difference[broken, month])


def broken_recount(counts: pd.DataFrame, cases: CountedDossiers, as_of: date) -> list[Break]:
    """Return every break of ``recount``: counts summed over months against the dossiers themselves.

    Args:
        counts: rows of one basis for the groups of ``cases``, up to ``as_of``.
        cases: the dossiers that should stand in them.
        as_of: a dossier received later should not, and one that ended later is in progress.
    """
    groups = pd.concat([cases.groups[list(GROUP)], counts[list(GROUP)]], ignore_index=True)
    group, size = group_numbers(*(as_codes(as_text(groups[name])).index for name in GROUP))
    of_cases, of_counts = group[: len(cases.groups)], group[len(cases.groups) :]
    months = as_months(counts["month"])
    is_last = months == months.max() if len(months) else np.zeros(0, dtype=bool)
    known = cases.where(cases.received <= end_of_day(as_of))
    expected = _counted_once(known, of_cases[known.group], size, end_of_day(as_of))
    one_of = np.zeros(size, np.int64)
    one_of[group] = np.arange(len(groups))
    found: list[Break] = []
    for name, dossiers in expected.items():
        told = np.zeros(size, np.int64)
        np.add.at(told, of_counts, _told(counts, name, is_last))
        if (told != dossiers).any():
            found += _breaks("recount", groups.iloc[one_of].assign(month=f"column {name}"), told - dossiers)
    return found


def _told(counts: pd.DataFrame, name: str, is_last: Mask) -> Numbers:
    """Return what each row adds to a column over all months: what is in progress is that of the last one."""
    return _total(counts, IN_PROGRESS_COUNTERS) * is_last if name == "in_progress" else _total(counts, (name,))


def _counted_once(cases: CountedDossiers, group: Numbers, size: int, last: np.datetime64) -> Mapping[str, Numbers]:
    """Return for each column how many dossiers of each group belong into it."""
    state = np.where((cases.state != IN_PROGRESS) & (cases.end > last), IN_PROGRESS, cases.state)

    def counted(mask: Mask) -> Numbers:
        return np.bincount(group[mask], minlength=size)

    columns = {"received": counted(np.ones(len(cases), dtype=bool)), "in_progress": counted(state == IN_PROGRESS)}
    otherwise = (state == WITHDRAWN) | (state == REFUSED)
    for place, name in enumerate(TIMELINESS):
        columns[f"finished_{name}"] = counted((state == FINISHED) & (cases.timeliness == place))
    columns["withdrawn"] = counted(state == WITHDRAWN)
    columns["refused"] = counted(state == REFUSED)
    columns["otherwise_late"] = counted(otherwise & (cases.timeliness == LATE))
    return columns | {name: counted(cases.bridge == place) for place, name in enumerate(BRIDGE_COUNTERS)}
