"""Holders of a dossier, working minute by working minute, each minute with exactly one.

The span from receipt to the end (or to the day that is judged) is cut wherever something changes: a pause begins
or ends, the progress log has an entry, the due date passes. Between two cuts nothing changes, so one holder has it all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import arrow
from tasks.rules.clock.pauses import empty_requests, pause_table
from tasks.rules.clock.working_clock import WorkingClock
from tasks.rules.dates.times import LocalTimes, local_times
from tasks.rules.linkage.crosswalk import agencies_named
from tasks.rules.text.normal_form import fold
from tasks.rules.text.spelling import agreed, spelled
from tasks.rules.verdict.facts import as_int, sorted_rows_of
from tasks.rules.verdict.timeline import Timeline

HOLDERS: Final = ("agency", "tax_office", "other_agency", "citizen", "finance", "posting", "stopped", "unknown")
AGENCY, TAX_OFFICE, OTHER_AGENCY, CITIZEN, FINANCE, POSTING, STOPPED, UNKNOWN = range(len(HOLDERS))
# Whose a wait is. A payment is the tax office's until its notice and the citizen's after it; no source tells the two apart,
# except where the log names the tax office.
OF_PAUSE: Final = {
    "supplement": CITIZEN,
    "financial": FINANCE,
    "stop": STOPPED,
    "posting": POSTING,
    "opinion": OTHER_AGENCY,
}
_ORIGIN = np.datetime64("1970-01-01T00:00", "m")


@dataclass(frozen=True)
class Waits:
    """Pauses, those that come first in dispute first; times in minutes.

    Attributes:
        rows: place of the dossier; start, end: office time, ``datetime64[m]``.
        holder: place in ``HOLDERS``.
    """

    rows: np.ndarray
    start: np.ndarray
    end: np.ndarray
    holder: np.ndarray


@dataclass(frozen=True)
class Steps:
    """Entries of progress logs, sorted by dossier, minute and place in the log.

    Attributes:
        rows: place of the dossier; at: office time, ``datetime64[m]``.
        holder: place in ``HOLDERS`` of who has it from then on, while no pause says otherwise.
        status: national status from then on; 0 while none was stated.
        room: place in ``rooms`` of who acted, -1 where it is not stated.
        rooms: rooms and agencies as the logs name them.
    """

    rows: np.ndarray
    at: np.ndarray
    holder: np.ndarray
    status: np.ndarray
    room: np.ndarray
    rooms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spans:
    """From when to when each dossier is held; ``datetime64[m]``, NaT where unknown.

    Attributes:
        start: receipt; end: end, or the end of the day that is judged; due: due date that counts.
        without: place in ``HOLDERS`` of who has it before the log's first entry.
        lost_at: from this minute on nobody is known to have it, for it ended at a time that nobody knows; NaT elsewhere.
    """

    start: np.ndarray
    end: np.ndarray
    due: np.ndarray
    without: np.ndarray
    lost_at: np.ndarray


@dataclass(frozen=True)
class Holdings:
    """Stretches in one hand, sorted by dossier and time, without gaps and without overlap.

    Attributes:
        rows: place of the dossier; start, end: office time, ``datetime64[m]``.
        holder: place in ``HOLDERS``; minutes: working minutes.
        over: it lies after the due date.
        status: status of the log's step, 0 without one; room: place in ``rooms``, -1 without one.
    """

    rows: np.ndarray
    start: np.ndarray
    end: np.ndarray
    holder: np.ndarray
    minutes: np.ndarray
    over: np.ndarray
    status: np.ndarray
    room: np.ndarray
    rooms: tuple[str, ...]

    def shares(self, count: int, *, over: bool = False) -> np.ndarray:
        """Add up the minutes of each holder: ``count`` dossiers × holders; with ``over`` those after the due date only."""
        use = self.over if over else np.ones(len(self.rows), dtype=bool)
        place = self.rows[use] * len(HOLDERS) + self.holder[use]
        sums = np.bincount(place, weights=self.minutes[use], minlength=count * len(HOLDERS))
        return np.rint(sums).astype(np.int64).reshape(count, len(HOLDERS))


def holders_of(case: Timeline) -> Holdings:
    """Tell who holds each dossier of a partition when.

    A dossier without a known receipt, or with a time outside the calendar, has no stretches: its total is unknown too.
    Pauses that the policy counts come first, so what the holders other than agencies have is what the verdict leaves out.
    """
    start, end = _to_minute(case.receipt.at), _to_minute(case.until)
    known = case.office.clock.working_minutes_between(start, end) >= 0
    known &= start <= end
    steps = _steps(case)
    has_unit = case.facts.given("unit_code")
    last = start.copy()
    np.maximum.at(last, steps.rows, np.where(steps.at < start[steps.rows], start[steps.rows], steps.at))
    spans = Spans(
        start=np.where(known, start, np.datetime64("NaT", "m")),
        end=end,
        due=_to_minute(case.due),
        without=np.where(has_unit, AGENCY, UNKNOWN),
        lost_at=np.where(case.ends.unknown, last, np.datetime64("NaT", "m")),
    )
    return hold(spans, _waits(case), steps, case.office.clock)


def hold(spans: Spans, waits: Waits, steps: Steps, clock: WorkingClock) -> Holdings:
    """Cut the spans into stretches and give each to its holder; see :class:`Holdings`."""
    rows, start, end = _stretches(spans, waits, steps)
    entry = _entry_in_force(rows, start, steps)
    before = entry < 0
    place = np.maximum(entry, 0)

    def of_entry(values: np.ndarray, otherwise: np.ndarray | int) -> np.ndarray:
        return np.where(before, otherwise, values[place] if len(values) else otherwise)

    holder = of_entry(steps.holder, spans.without[rows])
    holder = np.where(start >= spans.lost_at[rows], UNKNOWN, holder)
    wait = _first_wait(rows, start, end, waits)
    waiting = wait >= 0
    # Where the log itself names the tax office, a wait for the payment is the tax office's.
    by_tax = waiting & (holder == TAX_OFFICE)
    if len(waits.rows):
        of_wait = waits.holder[np.maximum(wait, 0)]
        holder = np.where(waiting & ~(by_tax & (of_wait == FINANCE)), of_wait, holder)
    return Holdings(
        rows=rows,
        start=start,
        end=end,
        holder=holder.astype(np.int64),
        minutes=clock.working_minutes_between(start, end),
        over=start >= spans.due[rows],
        status=of_entry(steps.status, 0).astype(np.int64),
        room=of_entry(steps.room, -1).astype(np.int64),
        rooms=steps.rooms,
    )


def _stretches(spans: Spans, waits: Waits, steps: Steps) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dossier, start and end of every stretch: from each cut to the next of the same dossier."""
    held = np.flatnonzero(~np.isnat(spans.start) & (spans.start < spans.end))
    cut_rows = np.concatenate([held, held, held, held, waits.rows, waits.rows, steps.rows])
    cut_at = np.concatenate(
        [spans.start[held], spans.end[held], spans.due[held], spans.lost_at[held], waits.start, waits.end, steps.at]
    )
    inside = (cut_at >= spans.start[cut_rows]) & (cut_at <= spans.end[cut_rows])  # False for NaT
    cut_rows, cut_at = cut_rows[inside], cut_at[inside]
    order = np.lexsort((cut_at, cut_rows))
    cut_rows, cut_at = cut_rows[order], cut_at[order]
    real = (cut_rows[1:] == cut_rows[:-1]) & (cut_at[1:] > cut_at[:-1])
    return cut_rows[:-1][real], cut_at[:-1][real], cut_at[1:][real]


def _entry_in_force(rows: np.ndarray, start: np.ndarray, steps: Steps) -> np.ndarray:
    """Return the place of the last log entry at or before each stretch; -1 before the first."""
    found = np.searchsorted(_key(steps.rows, steps.at), _key(rows, start), side="right") - 1
    same = (found >= 0) & (steps.rows[np.maximum(found, 0)] == rows) if len(steps.rows) else np.zeros(len(rows), dtype=bool)
    return np.where(same, found, -1)


def _first_wait(rows: np.ndarray, start: np.ndarray, end: np.ndarray, waits: Waits) -> np.ndarray:
    """Return the place of the pause that each stretch lies in, of several the first; -1 without one."""
    first = np.searchsorted(_key(rows, start), _key(waits.rows, waits.start), side="left")
    behind = np.maximum(np.searchsorted(_key(rows, end), _key(waits.rows, waits.end), side="right"), first)
    lengths = behind - first
    pause = np.repeat(np.arange(len(waits.rows)), lengths)
    stretch = np.repeat(first, lengths) + np.arange(len(pause)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    found = np.full(len(rows), len(waits.rows), dtype=np.int64)
    np.minimum.at(found, stretch, pause)
    return np.where(found < len(waits.rows), found, -1)


def _key(rows: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return one number that sorts by dossier, then minute; the year 2262 is 150 million minutes away."""
    return rows.astype(np.int64) * 1_000_000_000 + np.clip((at - _ORIGIN).astype(np.int64), -400_000_000, 400_000_000)


def _to_minute(times: LocalTimes) -> np.ndarray:
    """Drop seconds, as the clock does; NaT stays NaT."""
    return np.asarray(times.astype("datetime64[m]"))


def _waits(case: Timeline) -> Waits:
    """Gather the proved pauses of every kind: those that the policy counts before the others, then by start."""
    kinds = sorted(OF_PAUSE, key=lambda kind: (kind not in case.policy.pauses, OF_PAUSE[kind]))
    tables = [
        pause_table(case.facts, (kind,), other_systems=case.policy.other_systems, need_record=case.office.keeps_requests)[0]
        for kind in kinds
    ]
    tables = [table.take(~empty_requests(table, case.paused)) for table in tables]
    sizes = [len(table.rows) for table in tables]
    rows, start, end = (np.concatenate([getattr(table, name) for table in tables]) for name in ("rows", "start", "end"))
    holder = np.repeat([OF_PAUSE[kind] for kind in kinds], sizes)
    uncounted = np.repeat([kind not in case.policy.pauses for kind in kinds], sizes)
    # No pause reaches beyond the dossier's own span.
    start, end = (
        np.fmax(_to_minute(start), _to_minute(case.receipt.at)[rows]),
        np.fmin(_to_minute(end), _to_minute(case.until)[rows]),
    )
    real = np.flatnonzero(end > start)
    order = real[np.lexsort((end[real], holder[real], start[real], uncounted[real]))]
    return Waits(rows[order], start[order], end[order], holder[order])


def _steps(case: Timeline) -> Steps:
    frames = case.facts.frames
    events = frames.events
    rows, at = sorted_rows_of(frames.dossiers, events), _to_minute(local_times(events["at"], case.facts.zone))
    order = np.lexsort((as_int(events["seq"], 0), at, rows))
    order = order[(rows[order] >= 0) & ~np.isnat(at[order])]
    rows, at = rows[order], at[order]
    named = pc.dictionary_encode(arrow(events["unit_as_given"]).cast(pa.string()))
    rooms = tuple(named.dictionary.to_pylist())
    room = np.asarray(named.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)[order]
    holder = _holder_of_room(case, rooms, rows, room)
    return Steps(rows, at, holder, _carried(as_int(events["status"], 0)[order], rows), room, rooms)


def _holder_of_room(case: Timeline, rooms: tuple[str, ...], rows: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Tell who has the dossier after each entry: a tax office, another agency of the directory, else its own agency.

    An agency that took over the dossier's own, or stands above or below it, is no other one.
    """
    units = case.facts.frames.units
    codes = pc.unique(arrow(units["unit_code"]).cast(pa.string()))
    place_of = {code: place for place, code in enumerate(codes.to_pylist())}
    agencies = [(str(name), place_of[code]) for name, code in zip(units["name"], units["unit_code"], strict=True)]
    by_spelling, by_name = (agreed((form(name), place) for name, place in agencies) for form in (spelled, fold))
    folded = [fold(name) for name in rooms]
    tax = np.array([" thue " in f" {name} " for name in folded] + [False], dtype=bool)[room]
    meant = [by_spelling.get(spelled(room_), by_name.get(name, -1)) for room_, name in zip(rooms, folded, strict=True)]
    named = np.array([*meant, -1], dtype=np.int64)[room]
    unit = arrow(case.facts.frames.dossiers["unit_code"]).cast(pa.string())
    own = np.asarray(pc.fill_null(pc.index_in(unit, value_set=codes), -1).to_numpy(zero_copy_only=False), dtype=np.int64)[rows]
    pair = own * len(codes) + named
    foreign = (own >= 0) & (named >= 0) & (own != named) & ~np.isin(pair, _kin(units, place_of))
    owned = np.where(case.facts.given("unit_code")[rows] | (room >= 0), AGENCY, UNKNOWN)
    return np.where(tax, TAX_OFFICE, np.where(foreign, OTHER_AGENCY, owned))


def _kin(units: pd.DataFrame, place_of: dict[str, int]) -> np.ndarray:
    """Return the pairs of agencies, as one number each, of which one took over the other or stands above it."""
    pairs = [
        (place_of[one], place_of[other])
        for column in ("succeeded_by", "parent_code")
        for one, others in zip(units["unit_code"], units[column], strict=True)
        for other in agencies_named(others)
        if other in place_of
    ]
    return np.array([p * len(place_of) + q for a, b in pairs for p, q in ((a, b), (b, a))], dtype=np.int64)


def _carried(status: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Carry the last status stated of a dossier over entries that state none."""
    places = np.arange(len(rows))
    first = np.r_[True, rows[1:] != rows[:-1]] if len(rows) else np.zeros(0, dtype=bool)
    last = np.maximum.accumulate(np.where((status > 0) | first, places, 0)) if len(rows) else places
    return status[last]
