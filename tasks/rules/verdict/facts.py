"""Facts known about each dossier of a partition, as arrays in the order of its frame."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.codes import FINISHED_STATUSES, OPEN_STATUSES, RESULTLESS_STATUSES, STATUS_OF_END
from tasks.rules.arrays import arrow, has_word, truths
from tasks.rules.dates.times import LocalTimes, local_times
from tasks.rules.frames import DossierFrames
from tasks.rules.text.codes import read_codes

NAT = np.datetime64("NaT", "us")
_EVER = np.datetime64("1970-01-01", "us")  # of a deletion without any time: it was before whatever is judged


@dataclass(frozen=True)
class Log:
    """The progress log of each dossier in brief.

    Attributes:
        entries: number of entries.
        last_status: status of the last entry that has one; 0 without any.
        first_open_at, last_open_at: times of the first and the last entry that shows work going on (2, 4, 5, 6); NaT without.
        received: the log shows the receipt (status 2, or any later one of work).
        ends: per end status (9, 10, 8, 3, 7) the first such entry after the last work; NaT without one.
        end_seqs: its place in the log; -1 without one.
    """

    entries: np.ndarray
    last_status: np.ndarray
    first_open_at: LocalTimes
    last_open_at: LocalTimes
    received: np.ndarray
    ends: dict[int, LocalTimes]
    end_seqs: dict[int, np.ndarray]

    def take(self, places: np.ndarray) -> Log:
        """Return the logs of some dossiers."""
        return Log(
            self.entries[places],
            self.last_status[places],
            self.first_open_at[places],
            self.last_open_at[places],
            self.received[places],
            {code: at[places] for code, at in self.ends.items()},
            {code: seq[places] for code, seq in self.end_seqs.items()},
        )


@dataclass(frozen=True)
class Evidence:
    """What matched records of other systems say of each dossier; NaT where they say nothing.

    Attributes:
        done_at: end of processing by result; withdrawn_at: end by withdrawal or return;
        returned_at: hand-over, to the citizen or to the postal service that carries the result; each the earliest of its kind.
        received_at: the earliest receipt there; that of a carrier is no receipt.
    """

    done_at: LocalTimes
    withdrawn_at: LocalTimes
    returned_at: LocalTimes
    received_at: LocalTimes

    def take(self, places: np.ndarray) -> Evidence:
        """Return what is known about some dossiers."""
        return Evidence(*(getattr(self, field.name)[places] for field in fields(self)))


@dataclass(frozen=True)
class DossierFacts:
    """All arrays have the length of ``frames.dossiers``; times are office time, microseconds."""

    frames: DossierFrames
    zone: str
    submitted: LocalTimes
    received: LocalTimes
    due: LocalTimes
    done: LocalTimes
    returned: LocalTimes
    refused: LocalTimes
    modified: LocalTimes
    deleted: LocalTimes
    status: np.ndarray
    code_day: np.ndarray
    log: Log
    evidence: Evidence

    def __len__(self) -> int:
        return len(self.status)

    def marked(self, mark: str) -> np.ndarray:
        """Tell which dossiers bear a mark (whole word)."""
        return has_word(arrow(self.frames.dossiers["marks"]), mark)

    def given(self, field: str) -> np.ndarray:
        """Tell which dossiers have a value in a field of ``core.dossiers``."""
        return np.asarray(self.frames.dossiers[field].notna().to_numpy(), dtype=bool)

    def take(self, places: np.ndarray) -> DossierFacts:
        """Return the facts of some dossiers.

        Args:
            places: ascending, each once.
        """
        chosen = np.zeros(len(self), dtype=bool)
        chosen[places] = True
        arrays = {name: getattr(self, name)[places] for name in _ARRAYS}
        return DossierFacts(
            self.frames.part(chosen), self.zone, **arrays, log=self.log.take(places), evidence=self.evidence.take(places)
        )

    def with_dates(self, dates: dict[str, LocalTimes]) -> DossierFacts:
        """Return the facts with some dates replaced where another one is given: by name of the fact, NaT where it stays."""
        given: dict[str, Any] = {name: np.where(np.isnat(at), getattr(self, name), at) for name, at in dates.items()}
        return replace(self, **given)


_ARRAYS = ("submitted", "received", "due", "done", "returned", "refused", "modified", "deleted", "status", "code_day")


def facts_of(frames: DossierFrames, zone: str, carriers: tuple[str, ...] = ()) -> DossierFacts:
    """Read the frames of a partition into arrays.

    Args:
        frames: the partition.
        zone: the office's zone (IANA).
        carriers: systems of those who carry results to citizens: see :func:`summarise_evidence`.
    """
    dossiers = frames.dossiers

    def time(name: str) -> LocalTimes:
        return local_times(dossiers[name], zone)

    log = summarise_log(frames, zone)
    status = as_int(dossiers["status"], 0)
    return DossierFacts(
        frames=frames,
        zone=zone,
        submitted=time("submitted_at"),
        received=time("received_at"),
        due=time("due_at"),
        done=time("done_at"),
        returned=time("returned_at"),
        refused=time("refused_at"),
        modified=time("modified_at"),
        deleted=deletions(dossiers, zone),
        # A source that lost the status in synchronisation still has the log.
        status=np.where(status == 0, log.last_status, status),
        code_day=_days_in_codes(frames),
        log=log,
        evidence=summarise_evidence(frames, zone, carriers),
    )


def deletions(dossiers: pd.DataFrame, zone: str) -> LocalTimes:
    """Return when each dossier was deleted at its system, office time; NaT for those that stand there.

    Without a day of its own that is when the record was modified last, which told of it; without that the beginning of time.
    """
    gone = truths(arrow(dossiers["is_deleted"]))
    if not gone.any():
        return np.full(len(dossiers), NAT)
    at, modified = (local_times(dossiers[name], zone) for name in ("deleted_at", "modified_at"))
    at = np.where(np.isnat(at), np.where(np.isnat(modified), _EVER, modified), at)
    return np.where(gone, at, NAT)


def _days_in_codes(frames: DossierFrames) -> np.ndarray:
    if not frames.coded:
        return np.full(len(frames.dossiers), np.datetime64("NaT", "D"))
    return read_codes(pa.array(frames.dossiers["code"]).cast(pa.string())).day


def as_stated(facts: DossierFacts) -> DossierFacts:
    """Return the facts by the source's word alone, approved corrections left out."""
    if facts.frames.stated is None:
        return facts
    stated = facts.frames.stated
    status = as_int(stated["status"], 0)
    return replace(
        facts,
        frames=replace(facts.frames, dossiers=stated, stated=None),
        received=local_times(stated["received_at"], facts.zone),
        due=local_times(stated["due_at"], facts.zone),
        done=local_times(stated["done_at"], facts.zone),
        returned=local_times(stated["returned_at"], facts.zone),
        refused=local_times(stated["refused_at"], facts.zone),
        status=np.where(status == 0, facts.log.last_status, status),
    )


def summarise_log(frames: DossierFrames, zone: str, until: np.datetime64 | None = None) -> Log:
    """Bring the events into one line a dossier.

    Args:
        frames: the partition.
        zone: the office's zone (IANA).
        until: work that the log shows after this moment is none; what it shows ended there stays.
    """
    count = len(frames.dossiers)
    rows, at, status, seq = _sorted_events(frames, zone)
    opens = np.isin(status, OPEN_STATUSES)
    if until is not None:
        opens &= ~(at > until)
    first_open, last_open = (find(rows, np.arange(len(rows)), opens, count, -1) for find in (_first, _last))
    ends: dict[int, LocalTimes] = {}
    seqs: dict[int, np.ndarray] = {}
    for code in STATUS_OF_END.values():
        # Work taken up again cancels the ends before it: only what comes after the last work counts.
        after = (status == code) & (np.arange(len(rows)) > last_open[rows])
        place = _first(rows, np.arange(len(rows)), after, count, -1)
        ends[code] = np.where(place >= 0, at[place] if len(at) else NAT, NAT)
        seqs[code] = np.where(place >= 0, seq[place] if len(seq) else -1, -1)
    return Log(
        entries=np.bincount(rows, minlength=count),
        last_status=_last(rows, status, status > 0, count, 0),
        first_open_at=np.where(first_open >= 0, at[first_open] if len(at) else NAT, NAT),
        last_open_at=np.where(last_open >= 0, at[last_open] if len(at) else NAT, NAT),
        received=np.bincount(rows[opens], minlength=count) > 0,
        ends=ends,
        end_seqs=seqs,
    )


def summarise_evidence(frames: DossierFrames, zone: str, carriers: tuple[str, ...] = ()) -> Evidence:
    """Bring the matched records of other systems into one line a dossier.

    Args:
        frames: the partition.
        zone: the office's zone (IANA).
        carriers: systems of those who carry results, as the postal service: what such a one received, the office had
            handed over; when it reached the citizen says nothing about the office.
    """
    count, evidence = len(frames.dossiers), frames.evidence
    rows = sorted_rows_of(frames.dossiers, evidence)
    status = as_int(evidence["status"], 0)
    done, returned = local_times(evidence["done_at"], zone), local_times(evidence["returned_at"], zone)
    received = local_times(evidence["received_at"], zone)
    carried = truths(pc.is_in(arrow(evidence["other_source"]), value_set=pa.array(list(carriers), pa.string())))
    returned = np.where(carried & ~np.isnat(received), received, returned)
    received = np.where(carried, NAT, received)
    return Evidence(
        done_at=earliest(rows, done, np.isin(status, FINISHED_STATUSES), count),
        withdrawn_at=earliest(rows, done, np.isin(status, RESULTLESS_STATUSES), count),
        returned_at=earliest(rows, returned, np.ones(len(rows), dtype=bool), count),
        received_at=earliest(rows, received, np.ones(len(rows), dtype=bool), count),
    )


def sorted_rows_of(dossiers: pd.DataFrame, children: pd.DataFrame) -> np.ndarray:
    """Return for each child row the place of its dossier; a partition has one source, so the code decides."""
    places = pc.index_in(pa.array(children["code"]).cast(pa.string()), value_set=pa.array(dossiers["code"]).cast(pa.string()))
    return np.asarray(pc.fill_null(places, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def earliest(rows: np.ndarray, times: LocalTimes, wanted: np.ndarray, count: int) -> LocalTimes:
    """Return the earliest wanted time of each dossier; NaT without one."""
    use = wanted & ~np.isnat(times) & (rows >= 0)
    order = np.argsort(times[use], kind="stable")[::-1]
    found = np.full(count, NAT)
    found[rows[use][order]] = times[use][order]  # the last assignment stands: the earliest
    return found


def as_int(values: pd.Series, null: int) -> np.ndarray:
    """Return an Arrow-backed column as int64, with a number for null."""
    return np.asarray(pc.fill_null(pa.array(values).cast(pa.int64()), null).to_numpy(zero_copy_only=False))


def _sorted_events(frames: DossierFrames, zone: str) -> tuple[np.ndarray, LocalTimes, np.ndarray, np.ndarray]:
    events = frames.events
    rows, seq = sorted_rows_of(frames.dossiers, events), as_int(events["seq"], 0)
    order = np.lexsort((seq, rows))
    order = order[rows[order] >= 0]
    return rows[order], local_times(events["at"], zone)[order], as_int(events["status"], 0)[order], seq[order]


def _last(rows: np.ndarray, values: np.ndarray, wanted: np.ndarray, count: int, none: int) -> np.ndarray:
    found = np.full(count, none, dtype=np.int64)
    found[rows[wanted]] = values[wanted]  # of several assignments to one place the last stands
    return found


def _first(rows: np.ndarray, values: np.ndarray, wanted: np.ndarray, count: int, none: int) -> np.ndarray:
    return _last(rows[::-1], values[::-1], wanted[::-1], count, none)
