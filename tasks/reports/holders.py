"""Holders of dossiers: working minutes by agency, and those after the due date.

On demand: the figures are worked out anew from the dossiers, the log and the pauses, so they always speak for what was judged last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from config.errors import NothingYetError
from config.language import Bilingual
from config.policies import Policy, load_policies
from schemas.fields import TIMELINESS
from tasks.judging.offices import settled_parts
from tasks.judging.rules_digest import rules_digest
from tasks.rules.verdict.ends import NOT_RECEIVED
from tasks.rules.verdict.holders import HOLDERS, OTHER_AGENCY, Holdings, holders_of
from tasks.rules.verdict.judgement import judgement_of
from tasks.rules.verdict.timeline import ResolvedInputs
from tasks.warehouse.batches import Batch, batched
from tasks.warehouse.dossiers import EVERY_DOSSIER, read_batch
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import Partition

_T = TypeVar("_T")
_JUDGED = "SELECT partition, as_of FROM audit.progress WHERE step = 'judge' AND as_of IS NOT NULL ORDER BY partition"
_TEXT, _COUNT = pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.int64())
_SUMS = ["minutes", "minutes_over"]


@dataclass(frozen=True)
class Sum:
    """Minutes of one holder, or of one of its steps, of an agency's dossiers.

    Attributes:
        room: who acted by the log, and status: the log's; None where the sum is over all steps, or where none is stated.
        dossiers: how many dossiers it held for a minute or more.
        minutes: working minutes in all; over: those after the due date.
    """

    unit_code: str
    holder: str
    dossiers: int
    minutes: int
    over: int
    room: str | None = None
    status: int | None = None


def read_holders(policy: str, unit: str | None = None, *, late: bool = False) -> pd.DataFrame:
    """Return who held each counted dossier for how long.

    A row is a dossier, a holder and a step that had it for a minute or more.

    Args:
        policy: by whose due dates, ends and pauses.
        unit: dossiers of this agency only.
        late: only those that are truly late under the policy.

    Returns:
        Columns as in :data:`COLUMNS`, by source, code, holder and step; of a dossier the minutes add up to all working
        minutes from receipt to its end, or to the end of the day that was judged.

    Raises:
        NothingYetError: nothing was judged yet.
    """
    chosen = load_policies()[policy]
    parts = [_of_batch(batch, as_of, chosen) for batch, as_of in _judged()]
    found = pd.concat(parts, ignore_index=True)
    keep = np.ones(len(found), dtype=bool)
    if unit is not None:
        keep &= (found["unit_code"] == unit).fillna(False).to_numpy(dtype=bool)
    if late:
        keep &= (found["timeliness"] == "late").to_numpy(dtype=bool)
    return found[keep].sort_values(["source", "code", "holder", "room", "status"], ignore_index=True)


def by_holder(found: pd.DataFrame) -> list[Sum]:
    """Sum up by agency and holder: agencies by name, the longest holder of each first.

    ``*`` is all agencies together.
    """
    grouped = found.assign(unit_code=found["unit_code"].fillna("-"))
    both = pd.concat([grouped.assign(unit_code="*"), grouped])
    dossiers = both.groupby(["unit_code", "holder", "source", "code"], observed=True)[_SUMS].sum().assign(dossiers=1)
    sums = dossiers.groupby(level=["unit_code", "holder"])[["dossiers", *_SUMS]].sum()
    listed = [
        Sum(str(unit), str(holder), int(many), int(minutes), int(over))
        for (unit, holder), (many, minutes, over) in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    return sorted(listed, key=lambda one: (one.unit_code, -one.minutes, one.holder))


def by_step(found: pd.DataFrame) -> list[Sum]:
    """Sum up by agency, holder and step of the log; agencies by name, the longest step of each first."""
    keys = ["unit_code", "holder", "room", "status"]
    grouped = found.assign(unit_code=found["unit_code"].fillna("-"), dossiers=1)
    sums = grouped.groupby(keys, observed=True, dropna=False)[["dossiers", *_SUMS]].sum()
    listed = [
        Sum(str(unit), str(holder), int(many), int(minutes), int(over), _given(room, str), _given(status, int))
        for (unit, holder, room, status), (many, minutes, over) in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    return sorted(listed, key=lambda one: (one.unit_code, -one.minutes, one.holder, str(one.room), one.status or 0))


def _given(value: Any, kind: Callable[[Any], _T]) -> _T | None:
    return None if pd.isna(value) else kind(value)


def _judged() -> Iterator[tuple[Batch, date]]:
    """Return the batches that were judged, each with the day that it was judged for."""
    days = {Partition.parse(key): as_of for key, as_of in fetch_all(_JUDGED)}
    if not days:
        raise NothingYetError(Bilingual("kết luận", "verdict"))
    for day in sorted(set(days.values())):
        for batch in batched("judge", sorted(one for one, as_of in days.items() if as_of == day), rules_digest()):
            yield batch, day


def _of_batch(batch: Batch, as_of: date, policy: Policy) -> pd.DataFrame:
    parts = settled_parts(read_batch(batch, EVERY_DOSSIER), batch.source, as_of)
    return pd.concat([_of_office(settled, policy) for settled in parts], ignore_index=True)


def _of_office(settled: ResolvedInputs, policy: Policy) -> pd.DataFrame:
    """Work out the dossiers that follow one clock."""
    judged = judgement_of(settled, policy)
    case = judged.case
    counted = (case.ends.state != NOT_RECEIVED) & ~judged.repeated
    return _by_dossier(holders_of(case), counted, case.facts.frames.dossiers, judged.timely)


def _by_dossier(held: Holdings, counted: np.ndarray, dossiers: pd.DataFrame, timely: np.ndarray) -> pd.DataFrame:
    """Add up the stretches of each dossier, holder and step; a wait has no step, whatever the log says meanwhile."""
    works = held.holder <= OTHER_AGENCY
    room, status = np.where(works, held.room, -1), np.where(works, held.status, 0)
    use = np.flatnonzero(counted[held.rows] & (held.minutes > 0))
    steps = np.ravel_multi_index(
        (held.rows[use], held.holder[use], room[use] + 1, status[use]),
        shape := (max(len(timely), 1), len(HOLDERS), len(held.rooms) + 1, 11),
    )
    known, place = np.unique(steps, return_inverse=True)
    row, holder, room, status = np.unravel_index(known, shape)
    minutes, over = (
        np.bincount(place, weights=held.minutes[use] * weight, minlength=len(row)) for weight in (1, held.over[use])
    )
    found = dossiers[["source", "code", "unit_code"]].iloc[row].reset_index(drop=True)
    rooms = pa.array([None, *held.rooms], pa.string())
    return found.assign(
        timeliness=pd.array([TIMELINESS[place] for place in timely[row]], dtype=_TEXT),
        holder=pd.array([HOLDERS[place] for place in holder], dtype=_TEXT),
        room=pd.Series(rooms.take(pa.array(room)), dtype=_TEXT),
        status=pd.Series(pa.array(status, mask=status == 0), dtype=_COUNT),
        minutes=pd.array(np.rint(minutes).astype(np.int64), dtype=_COUNT),
        minutes_over=pd.array(np.rint(over).astype(np.int64), dtype=_COUNT),
    )
