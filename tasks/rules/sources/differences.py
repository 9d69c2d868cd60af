"""Differences of two systems by dossier, in classes that add up to the gap between totals.

Every dossier of either system stands in exactly one row: in a pair with the same dossier of the other system, or
alone. So whatever is counted, dossiers or late ones, the left total less the right one is the sum over all rows,
and each row is of one class (``schemas.differences.CLASSES``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from schemas.differences import CLASSES
from tasks.rules.arrays import Mask, Numbers, arrow, statuses, truths
from tasks.rules.dates.times import local_times
from tasks.rules.linkage.duplicates import Pairs, clusters

COMPARED_TIMES = ("received_at", "due_at", "done_at", "returned_at")
COMPARED_FIELDS = ("status", *COMPARED_TIMES, "unit_code")
LATE = "late"  # told among the fields where nothing else differs but what the systems count as late
COMPARED_COLUMNS = ("code", *COMPARED_FIELDS, "modified_at")
# How far a status has come (law 2.6): submitted, received, in work or waiting, ended, handed over.
_STAGE = np.array([-1, 0, 1, 3, 2, 2, 2, 3, 3, 3, 4, -1, -1, -1, -1, -1])
_MISSING, _DUPLICATE, _LAG, _STATE, _DATE, _UNIT, _SAME = range(len(CLASSES))


@dataclass(frozen=True)
class System:
    """What one system states.

    Attributes:
        rows: the fields of ``COMPARED_COLUMNS`` of its dossiers, code unique.
        late: which of them it states as late.
        zone: of its office, in which days are told apart.
    """

    rows: pd.DataFrame
    late: Mask
    zone: str


def compare(left: System, right: System, links: Pairs) -> pd.DataFrame:
    """Put every dossier of two systems into one row with its class.

    Args:
        left: the system that is compared.
        right: the system that it is compared with.
        links: records that are one dossier, by place: left ones from 0, right ones after them. Links within one
            system are duplicates there. Indirect links count, too.

    Returns:
        ``side, code, other_code, kind, fields, left_late, right_late`` as in ``quality.differences``; rows of both
        systems first, then left ones, then right ones, by code.
    """
    one, other, alone, repeated = _rows(left, right, links)
    at_left, at_right = alone[alone < len(left.rows)], alone[alone >= len(left.rows)] - len(left.rows)
    kind, fields = _classes(left, right, one, other)
    lonely = np.where(repeated[alone], _DUPLICATE, _MISSING)
    split = len(at_left)
    frames = [
        _frame("both", left, right, one, other, kind).assign(fields=fields),
        _frame("left", left, right, at_left, None, lonely[:split]),
        _frame("right", left, right, None, at_right, lonely[split:]),
    ]
    return pd.concat([frame.sort_values("code") for frame in frames if len(frame)] or frames, ignore_index=True)


def _rows(left: System, right: System, links: Pairs) -> tuple[Numbers, Numbers, Numbers, Mask]:
    """Return the pairs (places left and right), the records alone, and which of all are repeated in their system.

    Of several records of one system that are one dossier that one stands for it whose code the other system has, too;
    else one that is linked across, else any; of several such the one with the smallest code.
    """
    size, cut = len(left.rows) + len(right.rows), len(left.rows)
    cluster = clusters(size, links)
    is_left = np.arange(size) < cut
    across = np.zeros(size, dtype=bool)
    crossing = links.take(is_left[links.left] != is_left[links.right])
    across[crossing.left] = across[crossing.right] = True
    namesake = pd.Index(right.rows["code"]).get_indexer(pd.Index(left.rows["code"]))
    alike = np.zeros(size, dtype=bool)
    named = np.flatnonzero(namesake >= 0)
    named = named[cluster[named] == cluster[namesake[named] + cut]]
    alike[named] = alike[namesake[named] + cut] = True
    rank = np.empty(size, dtype=np.int64)
    for places, rows in ((np.flatnonzero(is_left), left.rows), (np.flatnonzero(~is_left), right.rows)):
        rank[places] = pd.Series(rows["code"].astype(str)).rank(method="first").to_numpy(dtype=np.int64) if len(rows) else 0
    order = np.lexsort((rank, ~across, ~alike, is_left, cluster))
    first = np.ones(size, dtype=bool)
    first[1:] = (cluster[order][1:] != cluster[order][:-1]) | (is_left[order][1:] != is_left[order][:-1])
    chosen = order[first]
    chosen_left, chosen_right = chosen[is_left[chosen]], chosen[~is_left[chosen]]
    holder = np.full(int(cluster.max(initial=-1)) + 1, -1, dtype=np.int64)
    holder[cluster[chosen_right]] = chosen_right
    paired = holder[cluster[chosen_left]] >= 0
    one, other = chosen_left[paired], holder[cluster[chosen_left[paired]]]
    in_pair = np.zeros(size, dtype=bool)
    in_pair[one] = in_pair[other] = True
    repeated = np.ones(size, dtype=bool)
    repeated[chosen] = False
    return one, other - cut, np.flatnonzero(~in_pair), repeated


def _classes(left: System, right: System, one: Numbers, other: Numbers) -> tuple[Numbers, list[str | None]]:
    """Return the class of each pair and the names of the fields in which it differs."""
    a, b = left.rows.iloc[one], right.rows.iloc[other]
    absent = {"left": np.zeros(len(one), dtype=bool), "right": np.zeros(len(one), dtype=bool)}
    contradicted = np.zeros(len(one), dtype=bool)
    differ: dict[str, Mask] = {}
    for name in COMPARED_FIELDS:
        compared = _stated(left, name) and _stated(right, name)
        differ[name] = _differ(name, a, b, left.zone, right.zone) & compared
        if name in COMPARED_TIMES:
            no_left, no_right = _null(a[name]), _null(b[name])
            absent["left"] |= differ[name] & no_left
            absent["right"] |= differ[name] & no_right
            contradicted |= differ[name] & ~no_left & ~no_right
    dates = np.logical_or.reduce([differ[name] for name in COMPARED_TIMES])
    behind = _behind(a, b, absent["right"], absent["left"]) | _behind(b, a, absent["left"], absent["right"])
    lag = (dates | differ["status"]) & behind & ~contradicted & ~differ["unit_code"]
    late = left.late[one] != right.late[other]
    kind = np.select(
        [lag, differ["status"], dates, differ["unit_code"], late], [_LAG, _STATE, _DATE, _UNIT, _STATE], _SAME
    ).astype(np.int64)
    differ[LATE] = late & ~np.logical_or.reduce(list(differ.values()))
    return kind, _named(differ)


def _behind(a: pd.DataFrame, b: pd.DataFrame, lacks_b: Mask, lacks_a: Mask) -> Mask:
    """Tell in which pairs ``a`` may be an earlier state of ``b``: nothing that b lacks, no stage further, not modified later."""
    stage, onward = _STAGE[statuses(a["status"])], _STAGE[statuses(b["status"])]
    unknown = (stage < 0) | (onward < 0)
    moved = (stage < onward) | lacks_a
    later = local_times(a["modified_at"], "UTC") > local_times(b["modified_at"], "UTC")  # False where either is unknown
    return np.asarray(moved & ~lacks_b & ((stage <= onward) | unknown) & ~later)


def _differ(name: str, a: pd.DataFrame, b: pd.DataFrame, zone: str, other_zone: str) -> Mask:
    """Tell in which pairs a field differs; times to the minute, and by day where one of them is a day (midnight)."""
    no_a, no_b = _null(a[name]), _null(b[name])
    if name not in COMPARED_TIMES:
        equal = truths(pc.equal(arrow(a[name]), arrow(b[name])))
        return np.asarray((no_a != no_b) | (~equal & ~no_a & ~no_b))
    first, second = local_times(a[name], zone), local_times(b[name], other_zone)
    day, other_day = first.astype("datetime64[D]"), second.astype("datetime64[D]")
    timed = (first != day) & (second != other_day)
    minutes = first.astype("datetime64[m]") != second.astype("datetime64[m]")
    return np.asarray((no_a != no_b) | (~no_a & ~no_b & ((day != other_day) | (timed & minutes))))


def _stated(system: System, name: str) -> bool:
    """Tell whether a system states a field at all: what it never states is no difference."""
    return bool(system.rows[name].notna().any())


def _null(series: pd.Series) -> Mask:
    return np.asarray(arrow(series).is_null().to_numpy(zero_copy_only=False), dtype=bool)


def _named(differ: dict[str, Mask]) -> list[str | None]:
    """Return the names of the fields that hold for each row: few combinations occur, so each is joined once."""
    bits = sum((mask.astype(np.int64) << place for place, mask in enumerate(differ.values())), np.zeros(1, dtype=np.int64))
    words = {
        number: " ".join(name for place, name in enumerate(differ) if number >> place & 1) or None
        for number in np.unique(bits).tolist()
    }
    size = len(next(iter(differ.values())))
    return [words[number] for number in np.broadcast_to(bits, (size,)).tolist()]


def _frame(side: str, left: System, right: System, one: Numbers | None, other: Numbers | None, kind: Numbers) -> pd.DataFrame:
    size = len(kind)
    codes = left.rows["code"].iloc[one] if one is not None else right.rows["code"].iloc[other]
    both = one is not None and other is not None
    return pd.DataFrame(
        {
            "side": [side] * size,
            "code": codes.to_numpy(),
            "other_code": right.rows["code"].iloc[other].to_numpy() if both else [None] * size,
            "kind": np.array(CLASSES, dtype=object)[kind],
            "fields": [None] * size,
            "left_late": [None] * size if one is None else left.late[one].tolist(),
            "right_late": [None] * size if other is None else right.late[other].tolist(),
        }
    )
