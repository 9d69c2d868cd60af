"""Verdicts under two policies, or under the law in force and a draft; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.errors import ConfigError
from config.language import Bilingual
from config.policies import Policy, load_policies
from schemas.verdicts import COUNTED
from tasks.judging.offices import settled_parts
from tasks.reports.drafts import Draft
from tasks.rules.arrays import arrow
from tasks.rules.verdict.judgement import judge_settled
from tasks.rules.verdict.timeline import ResolvedInputs
from tasks.warehouse.batches import every_batch
from tasks.warehouse.dossiers import EVERY_DOSSIER, Selection, read_batch
from tasks.warehouse.partitions import last_day_of

_SHOWN = ("source", "code", "unit_code", "verdict", "due_at", "end_at")


@dataclass(frozen=True)
class VerdictChange:
    """One dossier that comes out otherwise; times are instants, words those of the glossary, ``None`` not counted."""

    source: str
    code: str
    unit_code: str | None
    verdict: tuple[str, str]
    timeliness: tuple[str | None, str | None]
    due_at: tuple[pd.Timestamp | None, pd.Timestamp | None]
    end_at: tuple[pd.Timestamp | None, pd.Timestamp | None]


@dataclass
class Rehearsal:
    """What comes out before and after, under one policy each.

    Attributes:
        before, after: the policies; the same twice where the draft is a limit or a calendar.
        read: dossiers that were judged.
        by_unit: dossiers by agency and by what they were before and are after (a timeliness, or None: not counted).
        changed: dossiers whose verdict, timeliness, due date or end comes out otherwise, by source and code.
        moved: their verdicts before and after, as far as figures are made from them.
    """

    before: Policy
    after: Policy
    read: int = 0
    by_unit: dict[str | None, Counter[tuple[str | None, str | None]]] = field(default_factory=dict)
    changed: list[VerdictChange] = field(default_factory=list)
    moved: list[tuple[pd.DataFrame, pd.DataFrame]] = field(default_factory=list)

    def figures(self, place: int) -> dict[str | None, Counter[str | None]]:
        """Return the dossiers by agency and timeliness, before (0) or after (1)."""
        found: dict[str | None, Counter[str | None]] = {}
        for unit, pairs in self.by_unit.items():
            found[unit] = Counter()
            for pair, count in pairs.items():
                found[unit][pair[place]] += count
        return found

    def add(self, before: pd.DataFrame, after: pd.DataFrame) -> None:
        """Take in the verdicts of some dossiers, row by row the same ones."""
        self.read += len(before)
        old, new = _counted(before), _counted(after)
        units = arrow(before["unit_code"])
        table = (
            pa.table({"unit": units, "old": old, "new": new}).group_by(["unit", "old", "new"]).aggregate([([], "count_all")])
        )
        for row in table.to_pylist():
            self.by_unit.setdefault(row["unit"], Counter())[row["old"], row["new"]] += row["count_all"]
        differs = _differs(old, new)
        for name in ("verdict", "due_at", "end_at"):
            differs |= _differs(arrow(before[name]), arrow(after[name]))
        rows = np.flatnonzero(differs)
        self.moved.append((before[list(COUNTED)].iloc[rows], after[list(COUNTED)].iloc[rows]))
        one, other = (_rows(frame, rows) for frame in (before, after))
        words = list(zip(old.take(pa.array(rows)).to_pylist(), new.take(pa.array(rows)).to_pylist(), strict=True))
        for was, is_, word in zip(one, other, words, strict=True):
            pairs = [(was[name], is_[name]) for name in ("verdict", "due_at", "end_at")]
            self.changed.append(VerdictChange(was["source"], was["code"], was["unit_code"], pairs[0], word, *pairs[1:]))


def rehearse(draft: Draft, policies: Sequence[str], only: Mapping[str, Sequence[str]] | None = None) -> list[Rehearsal]:
    """Judge all of history as the law stands and as a draft has it; nothing is written.

    Args:
        draft: a policy, a calendar, or limits. A draft policy is held against the policies asked for.
        policies: names of policies.
        only: codes by source: judge these dossiers alone.

    Returns:
        One rehearsal a policy, open dossiers as of the day that was judged last.

    Raises:
        ConfigError: there is no such policy.
        DataError: nothing was judged yet.
    """
    known = load_policies()
    unknown = [name for name in policies if name not in known]
    if unknown:
        raise ConfigError(
            "policy",
            Bilingual(f"không có cách tính {', '.join(unknown)}", f"there is no {', '.join(unknown)}"),
            ", ".join(known),
        )
    found = [Rehearsal(known[name], draft.policy or known[name]) for name in policies]
    for now, drafted in _settled(draft, only):
        for one in found:
            one.add(_judged(now, one.before), _judged(drafted, one.after))
    for one in found:
        one.changed.sort(key=lambda change: (change.source, change.code))
    return found


def _settled(
    draft: Draft, only: Mapping[str, Sequence[str]] | None
) -> Iterator[tuple[list[ResolvedInputs], list[ResolvedInputs]]]:
    as_of = last_day_of()
    for batch in every_batch(None if only is None else sorted(only)):
        frames = read_batch(batch, EVERY_DOSSIER if only is None else Selection(codes=tuple(only[batch.source])))
        if not len(frames.dossiers):
            continue
        drafted = replace(frames, procedures=draft.procedures(frames.procedures))
        now = settled_parts(frames, batch.source, as_of)
        # A drafted calendar may move agencies to other hours, so both sides are put together again before they are compared.
        yield now, now if draft.policy else settled_parts(drafted, batch.source, as_of, draft.calendars)


def _judged(parts: list[ResolvedInputs], policy: Policy) -> pd.DataFrame:
    verdicts = pd.concat([judge_settled(settled, policy) for settled in parts], ignore_index=True)
    return verdicts.sort_values("code", ignore_index=True)


def _rows(verdicts: pd.DataFrame, rows: np.ndarray) -> list[dict[str, Any]]:
    some = verdicts[list(_SHOWN)].iloc[rows].astype(object)
    found: list[dict[str, Any]] = some.where(some.notna(), None).to_dict("records")
    return found


def _counted(verdicts: pd.DataFrame) -> pa.Array:
    return pc.if_else(arrow(verdicts["counted"]), arrow(verdicts["timeliness"]), pa.scalar(None, pa.string()))


def _differs(one: pa.Array, other: pa.Array) -> np.ndarray:
    both_null = pc.and_(pc.is_null(one), pc.is_null(other))
    same = pc.or_(pc.fill_null(pc.equal(one, other), False), both_null)
    return ~np.asarray(same.to_numpy(zero_copy_only=False), dtype=bool)
