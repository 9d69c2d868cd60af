"""Counters of form II.06a from verdicts: each dossier in one column of every month it lives.

A dossier lives from its month of receipt to its month of end. So a month's columns are sums over
receipts, ends and due dates up to that month: cumulative sums, never a row per dossier and month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from config.calendar import OFFICE_ZONE_NAME
from config.codes import BRIDGE_COUNTERS, EVERY_COUNTER
from schemas.fields import STATES, TIMELINESS, UNCOUNTED_STATES
from tasks.rules.arrays import Mask, as_codes, as_text, group_numbers
from tasks.rules.dates.times import end_of_day, local_times
from tasks.rules.verdict.ends import FINISHED, IN_PROGRESS, REFUSED, WITHDRAWN
from tasks.rules.verdict.recorded import LATE, ON_TIME, UNDETERMINED

GROUP = ("unit_code", "field_code", "channel")
_UNKNOWN = {"unit_code": "?", "field_code": "?", "channel": "counter"}  # no channel means the counter (QD 766, 3.3)
_TIMELINESS = {name: place for place, name in enumerate(TIMELINESS)}
_STATES = {name: place for place, name in enumerate(STATES)}
_BRIDGE = {name: np.int8(place) for place, name in enumerate(BRIDGE_COUNTERS)}
_CELLS = 8_000_000  # month cells worked on at once: bounds memory when a wrong year stretches the span
_MONTHS = "datetime64[M]"


@dataclass(frozen=True)
class CountedDossiers:
    """The dossiers that one basis counts.

    Attributes:
        groups: frame of the distinct unit_code, field_code, channel, in order.
        group: int64, row of ``groups``.
        received: ``datetime64[us]``, office time; never NaT.
        due: the same, NaT without one.
        end: the same, NaT without one; means nothing while in progress.
        state: int8, place in ``schemas.fields.STATES``.
        timeliness: int8, place in ``schemas.fields.TIMELINESS``.
        bridge: int8, place in ``config.codes.BRIDGE_COUNTERS`` of those that this basis alone counts; -1: both do.
    """

    groups: pd.DataFrame
    group: np.ndarray
    received: np.ndarray
    due: np.ndarray
    end: np.ndarray
    state: np.ndarray
    timeliness: np.ndarray
    bridge: np.ndarray

    def __len__(self) -> int:
        return len(self.group)

    def where(self, mask: np.ndarray) -> CountedDossiers:
        """Keep some dossiers; the groups stay."""
        parts = (self.group, self.received, self.due, self.end, self.state, self.timeliness, self.bridge)
        return CountedDossiers(self.groups, *(part[mask] for part in parts))


def counted_dossiers(verdicts: pd.DataFrame, basis: str, zones: Mapping[str, str], as_of: date) -> CountedDossiers:
    """Return the dossiers that a basis counts.

    Args:
        verdicts: rows of ``judged.verdicts`` of one policy.
        basis: ``recorded``: all that the source has received; ``cleaned``: those that are counted.
        zones: IANA zone by source.
        as_of: a dossier without any date is taken as received on this day.

    The month of receipt is the same on both bases. Without a receipt it is the month of the first
    date that speaks of the dossier's end or due date: it must stand somewhere, or it would be lost.
    """
    kept = _counted(verdicts, basis).reset_index(drop=True)
    prefix = "recorded_" if basis == "recorded" else ""
    times = _office_times(kept, ("received_at", "end_at", "recorded_end_at", "recorded_due_at", "due_at"), zones)
    groups, group = _groups(kept)
    return CountedDossiers(
        groups=groups,
        group=group,
        received=_receipt(times, as_of),
        due=times[f"{prefix}due_at"],
        end=times[f"{prefix}end_at"],
        state=_coded(kept[f"{prefix}state"], _STATES),
        timeliness=_coded(kept[f"{prefix}timeliness"], _TIMELINESS),
        bridge=_bridge(kept, basis),
    )


def _counted(verdicts: pd.DataFrame, basis: str) -> pd.DataFrame:
    return verdicts[_is_recorded(verdicts) if basis == "recorded" else _is_cleaned(verdicts)]


def _is_recorded(verdicts: pd.DataFrame) -> Mask:
    return np.asarray(~verdicts["recorded_state"].isin(UNCOUNTED_STATES).to_numpy(dtype=bool))


def _is_cleaned(verdicts: pd.DataFrame) -> Mask:
    received = ~verdicts["state"].isin(UNCOUNTED_STATES).to_numpy(dtype=bool)
    return np.asarray(verdicts["counted"].to_numpy(dtype=bool) & received)


def _bridge(kept: pd.DataFrame, basis: str) -> np.ndarray:
    """Tell which dossiers one basis alone counts, and why; agency and month of receipt are the same on both."""
    if basis == "cleaned":
        return np.where(_is_recorded(kept), np.int8(-1), _BRIDGE["added_unshown"])
    unreceived = kept["state"].isin(UNCOUNTED_STATES).to_numpy(dtype=bool)
    left_out = kept["left_out"]
    test, by_policy = (left_out.eq(why).fillna(value=False).to_numpy(dtype=bool) for why in ("test", "by_policy"))
    why = np.select(
        [_is_cleaned(kept), unreceived, test, by_policy],
        [np.int8(-1), *(_BRIDGE[f"left_out_{name}"] for name in ("unreceived", "test", "by_policy"))],
        _BRIDGE["left_out_second_entry"],
    )
    return np.asarray(why, dtype=np.int8)


def _office_times(frame: pd.DataFrame, columns: tuple[str, ...], zones: Mapping[str, str]) -> dict[str, np.ndarray]:
    sources = as_codes(as_text(frame["source"]))
    told = [zones.get(source, OFFICE_ZONE_NAME) for source in sources.texts]
    times = {name: np.full(len(frame), np.datetime64("NaT", "us")) for name in columns}
    for zone in sorted(set(told)):
        mask = sources.where(one == zone for one in told)
        for name in columns:
            times[name][mask] = local_times(frame.loc[mask, name], zone)
    return times


def _receipt(times: Mapping[str, np.ndarray], as_of: date) -> np.ndarray:
    last = end_of_day(as_of)
    stand_in = np.full(len(times["received_at"]), last)
    for name in ("due_at", "recorded_due_at", "recorded_end_at", "end_at"):
        stand_in = np.where(np.isnat(times[name]), stand_in, times[name])
    return np.where(np.isnat(times["received_at"]), np.minimum(stand_in, last), times["received_at"])


def _groups(frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    keys = pd.DataFrame({name: frame[name].fillna(_UNKNOWN[name]) for name in GROUP})
    group, size = group_numbers(*(as_codes(as_text(keys[name])).index for name in GROUP))
    one_of = np.zeros(size, dtype=np.int64)
    one_of[group] = np.arange(len(group))
    groups = keys.iloc[one_of].sort_values(list(GROUP))
    place = np.empty(size, dtype=np.int64)
    place[group[groups.index.to_numpy()]] = np.arange(size)
    return groups.reset_index(drop=True), place[group]


def _coded(values: pd.Series, codes: Mapping[str, int]) -> np.ndarray:
    encoded = pa.array(values).dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    lookup = np.array([codes[name] for name in encoded.dictionary.to_pylist()], dtype=np.int8)
    return lookup[encoded.indices.to_numpy()] if len(values) else np.empty(0, np.int8)


def count_dossiers(cases: CountedDossiers, as_of: date) -> pd.DataFrame:
    """Count dossiers by group and month, up to ``as_of``.

    At the end of each month (of ``as_of`` in its month) an open dossier is overdue where its due date
    has passed. On ``as_of`` itself the verdict decides, because it knows of pauses and exceptions.
    A dossier that ended without a known time, or before its receipt, ends in its month of receipt.
    One received after ``as_of`` is not counted; one that ended after it is still open.

    Returns:
        Columns of ``mart.counts`` but policy and basis; a month without a dossier has no row.
    """
    known = cases.where(cases.received <= end_of_day(as_of))
    if not len(known):
        return _rows(known.groups.iloc[:0], np.zeros((0, 1, len(EVERY_COUNTER)), np.int64), 0, as_of)
    first = int(known.received.min().astype(_MONTHS).astype(np.int64))
    span = _month_number(as_of) - first + 1
    parts = [_rows(part.groups, _cells(part, first, span, as_of), first, as_of) for part in _chunks(known, span)]
    return pd.concat(parts, ignore_index=True)


def _month_number(day: date) -> int:
    return int(np.datetime64(day, "M").astype(np.int64))


def _chunks(cases: CountedDossiers, span: int) -> Iterator[CountedDossiers]:
    size = max(1, _CELLS // (span * len(EVERY_COUNTER)))
    for start in range(0, len(cases.groups), size):
        part = cases.where((cases.group >= start) & (cases.group < start + size))
        groups = cases.groups.iloc[start : start + size].reset_index(drop=True)
        yield replace(part, groups=groups, group=part.group - start)


def _cells(cases: CountedDossiers, first: int, span: int, as_of: date) -> np.ndarray:
    """Return int64 [group, month, counter]."""
    life = _Life.of(cases, first, span, as_of)
    cells = np.zeros((len(cases.groups), span, len(EVERY_COUNTER)), np.int64)
    at = {name: cells[:, :, place] for place, name in enumerate(EVERY_COUNTER)}
    at["received"][:] = life.count(life.born, life.everyone)
    for place, name in enumerate(TIMELINESS):
        at[f"finished_{name}"][:] = life.count(life.gone, (cases.state == FINISHED) & (cases.timeliness == place))
    otherwise = (cases.state == WITHDRAWN) | (cases.state == REFUSED)
    at["withdrawn"][:] = life.count(life.gone, cases.state == WITHDRAWN)
    at["refused"][:] = life.count(life.gone, cases.state == REFUSED)
    at["otherwise_on_time"][:] = life.count(life.gone, otherwise & (cases.timeliness <= ON_TIME))
    at["otherwise_late"][:] = life.count(life.gone, otherwise & (cases.timeliness == LATE))
    at["otherwise_undetermined"][:] = life.count(life.gone, otherwise & (cases.timeliness == UNDETERMINED))
    for place, name in enumerate(BRIDGE_COUNTERS):
        at[name][:] = life.count(life.born, cases.bridge == place)
    _fill_in_progress(at, cases, life)
    return cells


def _fill_in_progress(at: Mapping[str, np.ndarray], cases: CountedDossiers, life: _Life) -> None:
    settled = cases.timeliness != UNDETERMINED
    open_at_end = life.stock(life.born, life.everyone)
    at["in_progress_undetermined"][:] = life.stock(life.born, ~settled)
    since = np.maximum(life.born, life.expired)
    overdue = life.stock(since, settled)
    # On as_of the verdict's own word replaces the due date's, unless the dossier ended later and it speaks of that.
    ended_later = life.stock(since, settled & (cases.state != IN_PROGRESS))[:, -1]
    still_late = (cases.state == IN_PROGRESS) & (cases.timeliness == LATE)
    overdue[:, -1] = ended_later + np.bincount(cases.group[still_late], minlength=len(cases.groups))
    at["in_progress_overdue"][:] = overdue
    at["in_progress_in_time"][:] = open_at_end - at["in_progress_overdue"] - at["in_progress_undetermined"]
    at["carried_over"][:, 1:] = open_at_end[:, :-1]


def late_in(cases: CountedDossiers, first: date, last: date, as_of: date) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tell which dossiers the late columns of a span of months count, as :func:`count_dossiers` does.

    Args:
        cases: the dossiers.
        first: first day of the first month.
        last: first day of the last month, which may come after ``as_of``.
        as_of: day whose end the counters speak for.

    Returns:
        Masks over the dossiers: ``finished_late``, ``in_progress_overdue`` at the end of the span, ``otherwise_late``.
    """
    known = cases.received <= end_of_day(as_of)
    if not known.any():
        return known, known, known
    start = int(cases.received[known].min().astype(_MONTHS).astype(np.int64))
    span = _month_number(as_of) - start + 1
    since, until = _month_number(first) - start, min(_month_number(last) - start, span - 1)
    life = _Life.of(cases, start, span, as_of)
    ended = known & (cases.timeliness == LATE) & (since <= life.gone) & (life.gone <= until)
    overdue = (cases.timeliness != UNDETERMINED) & (np.maximum(life.born, life.expired) <= until)
    if until == span - 1:  # on as_of the verdict's own word replaces the due date's
        overdue = np.where(cases.state == IN_PROGRESS, cases.timeliness == LATE, overdue)
    overdue &= known & (life.born <= until) & (until < life.gone)
    otherwise = (cases.state == WITHDRAWN) | (cases.state == REFUSED)
    return ended & (cases.state == FINISHED), overdue, ended & otherwise


@dataclass(frozen=True)
class _Life:
    """Months from the first one: of receipt, of end and of the first month end past the due date; ``span``: never."""

    group: np.ndarray
    groups: int
    span: int
    born: np.ndarray
    gone: np.ndarray
    expired: np.ndarray

    @classmethod
    def of(cls, cases: CountedDossiers, first: int, span: int, as_of: date) -> _Life:
        last = end_of_day(as_of)
        born = cases.received.astype(_MONTHS).astype(np.int64) - first
        end = np.where(np.isnat(cases.end), cases.received, cases.end)
        gone = np.clip(end.astype(_MONTHS).astype(np.int64) - first, born, None)
        gone = np.where((cases.state == IN_PROGRESS) | (end > last), span, gone)
        undated = np.isnat(cases.due)
        due = np.where(undated, last, cases.due)  # a stand-in, undone below
        passed = (due + np.timedelta64(1, "us")).astype(_MONTHS).astype(np.int64) - first
        expired = np.where(due < last, np.clip(passed, 0, span), span)
        expired = np.where(undated, np.where(cases.timeliness == LATE, 0, span), expired)
        return cls(cases.group, len(cases.groups), span, born, gone, expired)

    @property
    def everyone(self) -> np.ndarray:
        return np.ones(len(self.group), dtype=bool)

    def count(self, month: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Return int64 [group, month]: dossiers of the mask whose month it is."""
        chosen = mask & (month < self.span)
        flat = np.bincount(self.group[chosen] * self.span + month[chosen], minlength=self.groups * self.span)
        return flat.reshape(self.groups, self.span)

    def stock(self, since: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Return int64 [group, month]: dossiers of the mask that are open at the month's end, from ``since`` on."""
        entered = mask & (since < self.gone)
        return np.cumsum(self.count(since, entered) - self.count(self.gone, entered), axis=1)


def _rows(groups: pd.DataFrame, cells: np.ndarray, first: int, as_of: date) -> pd.DataFrame:
    group, month = np.nonzero(cells.any(axis=2))
    months = (month + first).astype(_MONTHS)
    rows = groups.iloc[group].reset_index(drop=True)
    ends = np.minimum((months + 1).astype("datetime64[D]") - 1, np.datetime64(as_of, "D"))
    numbers = {name: pa.array(cells[group, month, place]) for place, name in enumerate(EVERY_COUNTER)}
    given = {"month": pa.array(months.astype("datetime64[D]")), **numbers, "as_of": pa.array(ends)}
    return rows.assign(**{name: pd.array(values, dtype=pd.ArrowDtype(values.type)) for name, values in given.items()})
