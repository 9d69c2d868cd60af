"""Rejudging of dossiers with corrections that nobody has approved yet: before and after.

Nothing is written. The cost follows the corrections: only dossiers that they can touch are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from config.policies import Policy, own_policy
from schemas.quality import CORRECTIONS
from schemas.verdicts import COUNTED, VERDICTS_TABLE
from tasks.judging.offices import settled_parts
from tasks.rules.corrections.lines import Accepted
from tasks.rules.verdict.judgement import judge_settled
from tasks.warehouse.batches import Batch
from tasks.warehouse.dossiers import Selection, read_batch
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.partitions import Partition

_NAMES = tuple(dict.fromkeys((*COUNTED, "code", "verdict")))
_GIVEN = ("source", "code", "field", "new_value")
# What corrections of these dossiers can touch: themselves, and what was filed again after them; with its month.
_TOUCHED = """
    WITH given AS (SELECT * FROM unnest(%(sources)s::text[], %(codes)s::text[]) AS g (source, code)), touched AS (
        SELECT source, code FROM given UNION
        SELECT m.source, m.code FROM given JOIN core.matches AS m
            ON m.other_source = given.source AND m.other_code = given.code AND m.kind = 'refiled' AND m.source = given.source
    )
    SELECT d.source, d.partition_month, d.code FROM touched JOIN core.dossiers AS d USING (source, code)
    WHERE d.role = 'primary' ORDER BY 1, 2, 3
"""
_JUDGED = f"""
    SELECT {", ".join(f"v.{name}" for name in _NAMES)} FROM unnest(%(sources)s::text[], %(codes)s::text[]) AS g (source, code)
    JOIN judged.verdicts AS v USING (source, code) WHERE v.policy = %(policy)s ORDER BY v.source, v.code
"""


@dataclass(frozen=True)
class Rejudged:
    """Some dossiers under the office's policy, as they stand and as corrections would have them.

    Attributes:
        before: fields of ``judged.verdicts`` from which figures are made, and code and verdict; as the last run judged.
        after: the same dossiers in the same order, judged with the corrections.
        counted: of ``before``, the rows that the last run judged: what stands in the figures.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    counted: pd.DataFrame

    def improved(self) -> set[tuple[str, str]]:
        """Return source and code of those that count better, or that can no longer turn late, or only later."""
        better = _badness(self.after) < _badness(self.before)
        was_open = (self.before["state"] == "in_progress").to_numpy(dtype=bool)
        is_open = (self.after["state"] == "in_progress").to_numpy(dtype=bool)
        due = [frame["due_at"] for frame in (self.before, self.after)]
        later = (due[1] > due[0]).fillna(False).to_numpy(dtype=bool) | (due[0].notna() & due[1].isna()).to_numpy(dtype=bool)
        spared = was_open & (_badness(self.after) < _LATE) & (~is_open | later)
        keys = self.before.loc[better | spared, ["source", "code"]]
        return set(zip(keys["source"], keys["code"], strict=True))


_LATE = 2


def _badness(verdicts: pd.DataFrame) -> np.ndarray:
    """Return 2 for what counts as late, 1 for what may be late, 0 for the rest and for what is not counted."""
    late, doubtful = ((verdicts["timeliness"] == word).to_numpy(dtype=bool) for word in ("late", "undetermined"))
    return np.where(verdicts["counted"].to_numpy(dtype=bool), np.select([late, doubtful], [_LATE, 1], 0), 0)


def corrections_of(answers: Sequence[Accepted]) -> pd.DataFrame:
    """Return lines as corrections to lay over dossiers; see :func:`rejudge`."""
    rows = [(one.source, one.line.code, one.field, one.new_value) for one in answers]
    return correction_rows(rows)


def correction_rows(rows: Sequence[tuple[str, str, str, str | None]]) -> pd.DataFrame:
    """Return source, code, field and new value as corrections to lay over dossiers, oldest first."""
    frame = pd.DataFrame(rows, columns=list(_GIVEN))
    return frame.astype({name: CORRECTIONS.dtypes[name] for name in _GIVEN})


def rejudge(corrections: pd.DataFrame, as_of: date) -> Rejudged:
    """Judge what corrections touch as if they were approved now.

    Args:
        corrections: see :func:`correction_rows`.
        as_of: open dossiers are looked at at the end of this day.
    """
    policy = own_policy()
    given = corrections[["source", "code"]].drop_duplicates()
    keys = {"sources": given["source"].tolist(), "codes": given["code"].tolist()}
    rows = fetch_all(_TOUCHED, keys) if len(given) else []
    after = _judge(rows, corrections, policy, as_of)
    touched = {"sources": after["source"].tolist(), "codes": after["code"].tolist(), "policy": policy.policy}
    counted = read_frame(_JUDGED, touched, {name: VERDICTS_TABLE.dtypes[name] for name in _NAMES})
    known = set(zip(counted["source"], counted["code"], strict=True))
    new = [row for row in rows if (row[0], row[2]) not in known]
    before = pd.concat([counted, _judge(new, None, policy, as_of)], ignore_index=True) if new else counted
    return Rejudged(_in_order(before), _in_order(after), counted)


def _in_order(verdicts: pd.DataFrame) -> pd.DataFrame:
    return verdicts.sort_values(["source", "code"], ignore_index=True)


def _judge(
    rows: Sequence[tuple[str, date, str]], corrections: pd.DataFrame | None, policy: Policy, as_of: date
) -> pd.DataFrame:
    """Judge dossiers, given by source, month and code; nothing of them is written."""
    parts = [VERDICTS_TABLE.frame()[list(_NAMES)]]
    for source in sorted({source for source, _, _ in rows}):
        own = [(month, code) for one, month, code in rows if one == source]
        batch = Batch.of(*{Partition(source, month) for month, _ in own})
        frames = read_batch(batch, Selection(codes=tuple(code for _, code in own)), corrections)
        parts += [judge_settled(part, policy)[list(_NAMES)] for part in settled_parts(frames, source, as_of)]
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
