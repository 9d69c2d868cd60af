"""Pauses of the clock: which count, and how far they move the due date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from config.codes import Status
from tasks.rules.arrays import truths
from tasks.rules.clock.working_clock import WorkingClock
from tasks.rules.dates.times import LocalTimes, local_times
from tasks.rules.verdict.facts import NAT, DossierFacts, as_int, sorted_rows_of

_DAY, _NOTHING = np.timedelta64(1, "D"), np.timedelta64(0, "us")
_FAR = np.datetime64("2262-01-01", "us")

Extend = Callable[[np.ndarray, np.ndarray, np.ndarray], LocalTimes]


@dataclass(frozen=True)
class PauseTable:
    """Pauses of a partition, sorted by dossier and start, own ones first.

    Overlapping pauses of a dossier are not joined yet.

    Attributes:
        rows: place of the dossier; start, end: office time, end in the far future while it lasts.
        elsewhere: only another system records it.
        supplement: it is a wait for a supplement.
        unanswered: a request on record of which none says that anything came in; at best the log says that work went on.
        seqs: place among the dossier's pauses in ``core.pauses``.
        reversed: its stated end lies before its start.
    """

    rows: np.ndarray
    start: LocalTimes
    end: LocalTimes
    elsewhere: np.ndarray
    supplement: np.ndarray
    unanswered: np.ndarray
    seqs: np.ndarray
    reversed: np.ndarray

    def take(self, wanted: np.ndarray) -> PauseTable:
        """Keep some rows."""
        return PauseTable(*(getattr(self, field.name)[wanted] for field in fields(self)))

    def impossible(self, as_of_end: np.datetime64) -> np.ndarray:
        """Tell which pauses cannot be as stated: ended before they began, or told of a time after the day judged."""
        return np.asarray(self.reversed | (self.start > as_of_end) | ((self.end > as_of_end) & (self.end < _FAR)))


@dataclass(frozen=True)
class PauseSummary:
    """What the pauses do to each dossier.

    Attributes:
        due: due date moved by the pauses that count.
        counted: number of pauses that count.
        own: one of them is recorded by the one-stop system itself.
        waiting: it is in a pause that counts, as of the end of the span.
        minutes: working minutes in pauses, overlapping ones once.
        first_seq: place of the first counting pause; -1 without one.
        empty_from: from when on requests stopped no clock: made just before the due date, and nobody answered; NaT without.
    """

    due: LocalTimes
    counted: np.ndarray
    own: np.ndarray
    waiting: np.ndarray
    minutes: np.ndarray
    first_seq: np.ndarray
    empty_from: LocalTimes

    def replaced(self, by: PauseSummary, where: np.ndarray) -> PauseSummary:
        """Return the summary with some dossiers' taken from another one."""
        return PauseSummary(**{f.name: np.where(where, getattr(by, f.name), getattr(self, f.name)) for f in fields(self)})


def pause_table(
    facts: DossierFacts, kinds: tuple[str, ...], *, other_systems: bool, need_record: bool
) -> tuple[PauseTable, np.ndarray]:
    """Gather the pauses that a policy accepts.

    Args:
        facts: the partition.
        kinds: kinds of waiting that stop the clock.
        other_systems: whether what other systems record counts.
        need_record: a wait for a supplement counts only with its request record (form 02) or with
            another system's word: the system keeps such records, so a bare status has no evidence.

    Returns:
        The pauses, and for each dossier whether one was refused for want of evidence.
    """
    pauses = facts.frames.pauses
    rows = sorted_rows_of(facts.frames.dossiers, pauses)
    kind, origin = pa.array(pauses["kind"]).cast(pa.string()), pa.array(pauses["origin"]).cast(pa.string())
    elsewhere = _equals(origin, "land_software")
    supplement = _equals(kind, "supplement")
    end_origin = pa.array(pauses["end_origin"]).cast(pa.string())
    start, end = local_times(pauses["started_at"], facts.zone), local_times(pauses["ended_at"], facts.zone)
    table = PauseTable(
        rows=rows,
        start=start,
        # An end before the start is no end: the pause lasts until something else ends it.
        end=np.where(np.isnat(end) | (end < start), _FAR, end),
        elsewhere=elsewhere,
        supplement=supplement,
        unanswered=supplement & _equals(origin, "supplement_record") & (np.isnat(end) | _equals(end_origin, "progress_log")),
        seqs=as_int(pauses["seq"], -1),
        reversed=end < start,
    )
    accepted = (rows >= 0) & np.asarray(
        pc.is_in(kind, value_set=pa.array(list(kinds), pa.string())).to_numpy(zero_copy_only=False)
    )
    if not other_systems:
        accepted &= ~elsewhere
    bare = np.zeros(len(rows), dtype=bool)
    if need_record:
        recorded = np.zeros(len(facts), dtype=bool)
        recorded[rows[accepted & supplement & ~_equals(origin, "progress_log")]] = True
        bare = accepted & supplement & ~recorded[np.maximum(rows, 0)]
    refused = np.zeros(len(facts), dtype=bool)
    refused[rows[bare]] = True
    kept = table.take(accepted & ~bare & (table.end > table.start))
    # Two systems often record one pause: then it is the one-stop system's own, whatever order the rows came in.
    return kept.take(np.lexsort((kept.seqs, kept.end, kept.elsewhere, kept.start, kept.rows))), refused


def with_pauses(
    table: PauseTable,
    due: LocalTimes,
    received: LocalTimes,
    until: LocalTimes,
    clock: WorkingClock,
    extend: Extend,
    last_minutes: int = 0,
) -> PauseSummary:
    """Move the due dates by the pauses, in the order of their start.

    A pause counts where it starts before the due date reached so far: time lost after the deadline
    gives nothing back. What an earlier pause already covered is not counted again.

    Args:
        table: the pauses.
        due: due date without pauses; NaT stays NaT.
        received: receipt; what lies before it is no pause.
        until: end of the dossier, or of the day that is judged; what lies after it is no pause.
        clock: the office's clock.
        extend: from (places of dossiers, their working minutes lost, their days of 24 hours lost, all
            pauses together rounded up once) to their due dates moved by that much.
        last_minutes: an unanswered request so few working minutes before the due date reached so far does not count.
    """
    count = len(due)
    minutes, elapsed = np.zeros(count, dtype=np.int64), np.zeros(count, dtype="timedelta64[us]")
    counted, own = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    all_minutes, waiting = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    first_seq, covered, moved = np.full(count, -1, dtype=np.int64), received.copy(), due.copy()
    empty_from = np.full(count, NAT)
    for place in _places(table.rows):
        rows = table.rows[place]
        start = np.fmax(table.start[place], covered[rows])
        end = np.fmin(table.end[place], until[rows])
        real = end > start
        counts = real & ((start < moved[rows]) | np.isnat(moved[rows]))
        if last_minutes and (asked := counts & table.unanswered[place]).any():
            left = clock.working_minutes_between(table.start[place], moved[rows])
            asked &= (left >= 0) & (left <= last_minutes)
            empty_from[rows] = np.where(asked, np.fmin(empty_from[rows], table.start[place]), empty_from[rows])
            real, counts = real & ~asked, counts & ~asked
        lost = np.where(real, np.maximum(clock.working_minutes_between(start, end), 0), 0)
        all_minutes[rows] += lost
        minutes[rows] += np.where(counts, lost, 0)
        elapsed[rows] += np.where(counts, end - start, _NOTHING)
        counted[rows] += counts
        own[rows] |= counts & ~table.elsewhere[place]
        waiting[rows] |= counts & (table.end[place] > until[rows])
        first_seq[rows] = np.where(counts & (first_seq[rows] < 0), table.seqs[place], first_seq[rows])
        covered[rows] = np.where(real, np.fmax(covered[rows], end), covered[rows])
        moved[rows] = np.where(counts, extend(rows, minutes[rows], np.ceil(elapsed[rows] / _DAY).astype(np.int64)), moved[rows])
    return PauseSummary(moved, counted, own, waiting, all_minutes, first_seq, empty_from)


def empty_requests(table: PauseTable, paused: PauseSummary) -> np.ndarray:
    """Tell which pauses are requests that stopped no clock.

    They were made just before the due date, and nobody answered.
    """
    rows = table.rows
    return np.asarray(table.unanswered & (table.start >= paused.empty_from[rows]) & (table.start < paused.due[rows]))


def _places(rows: np.ndarray) -> list[np.ndarray]:
    """Split sorted rows into the first pause of every dossier, the second of every dossier, and so on."""
    if not len(rows):
        return []
    starts = np.r_[True, rows[1:] != rows[:-1]]
    rank = np.arange(len(rows)) - np.maximum.accumulate(np.where(starts, np.arange(len(rows)), 0))
    return [np.flatnonzero(rank == r) for r in range(int(rank.max()) + 1)]


def supplements_in_order(table: PauseTable, count: int) -> list[tuple[LocalTimes, LocalTimes]]:
    """Return when each supplement of ``count`` dossiers was requested, and when it came.

    The first, second … in order; NaT where there is none.
    """
    wanted = table.take(table.supplement)
    found = []
    for place in _places(wanted.rows):
        asked, came = np.full(count, NAT), np.full(count, NAT)
        asked[wanted.rows[place]], came[wanted.rows[place]] = wanted.start[place], wanted.end[place]
        found.append((asked, came))
    return found


def _equals(values: pa.Array, word: str) -> np.ndarray:
    return truths(pc.equal(values, word))


def second_supplement(facts: DossierFacts, table: PauseTable) -> np.ndarray:
    """Tell which dossiers wait for a supplement that is not their first.

    Two systems may each record the same request: the larger of their numbers counts.
    """
    by_system = [
        np.bincount(table.rows[table.supplement & (table.elsewhere == elsewhere)], minlength=len(facts))
        for elsewhere in (False, True)
    ]
    requests = np.maximum(*by_system)
    return np.asarray((facts.status == Status.SUPPLEMENT) & (requests > 1))


def due_moved_after_expiry(facts: DossierFacts) -> np.ndarray:
    """Tell which dossiers show a due date that was moved later once it had passed."""
    pauses = facts.frames.pauses
    rows = sorted_rows_of(facts.frames.dossiers, pauses)
    before, after = local_times(pauses["due_before_at"], facts.zone), local_times(pauses["due_after_at"], facts.zone)
    moved = (rows >= 0) & (local_times(pauses["started_at"], facts.zone) > before) & (after > before)
    found = np.zeros(len(facts), dtype=bool)
    found[rows[moved]] = True
    return found
