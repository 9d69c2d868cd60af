"""Who holds the dossiers, and who held the late ones after their due date: working minutes by agency and holder.

On demand: the figures are worked out anew from the dossiers, the log and the pauses, so they always speak for what was judged last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from config.errors import DataError
from config.policies import Policy, load_policies
from config.settings import settings
from schemas.fields import TIMELINESS, UNIT_CODE
from tasks.digest import rules_digest
from tasks.offices import office_of
from tasks.rules.case import build_case, settle
from tasks.rules.ends import NOT_RECEIVED
from tasks.rules.facts import facts_of
from tasks.rules.holders import HOLDERS, holders_of
from tasks.rules.verdict import missing_evidence, timeliness, verdicts
from tasks.warehouse.bundles import Bundle, bundled
from tasks.warehouse.dossiers import ALL, read_bundle
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import Partition

_JUDGED = "SELECT partition, as_of FROM audit.progress WHERE step = 'judge' AND as_of IS NOT NULL ORDER BY partition"
_TEXT, _COUNT = pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.int64())
COLUMNS = ("source", "code", UNIT_CODE.name, "timeliness", "holder", "minutes", "minutes_over")


@dataclass(frozen=True)
class Sum:
    """Minutes of one holder of an agency's dossiers.

    Attributes:
        dossiers: how many dossiers it held for a minute or more.
        minutes: working minutes in all; over: those after the due date.
    """

    unit_code: str
    holder: str
    dossiers: int
    minutes: int
    over: int


def read_holders(policy: str | None = None, unit: str | None = None, *, late: bool = False) -> pd.DataFrame:
    """Return who held each counted dossier for how long, a row a dossier and holder that had it for a minute or more.

    Args:
        policy: by whose due dates, ends and pauses; the installation's by default.
        unit: dossiers of this agency only.
        late: only those that are truly late under the policy.

    Returns:
        Columns as in :data:`COLUMNS`, by source, code and holder; of a dossier the minutes add up to all working
        minutes from receipt to its end, or to the end of the day that was judged.

    Raises:
        DataError: nothing was judged yet.
    """
    chosen = load_policies()[policy or settings().policy]
    parts = [_of_bundle(bundle, as_of, chosen) for bundle, as_of in _judged()]
    found = pd.concat(parts, ignore_index=True)
    keep = np.ones(len(found), dtype=bool)
    if unit is not None:
        keep &= (found["unit_code"] == unit).fillna(False).to_numpy(dtype=bool)
    if late:
        keep &= (found["timeliness"] == "late").to_numpy(dtype=bool)
    return found[keep].sort_values(["source", "code", "holder"], ignore_index=True)


def by_holder(found: pd.DataFrame) -> list[Sum]:
    """Sum up by agency and holder: agencies by name, the longest holder of each first; ``*`` is all agencies together."""
    grouped = found.assign(unit_code=found["unit_code"].fillna("-"), dossiers=1)
    whole = grouped.assign(unit_code="*")
    sums = (
        pd.concat([whole, grouped])
        .groupby(["unit_code", "holder"], observed=True)[["dossiers", "minutes", "minutes_over"]]
        .sum()
    )
    listed = [
        Sum(str(unit), str(holder), *(int(value) for value in row))
        for (unit, holder), row in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    return sorted(listed, key=lambda one: (one.unit_code, -one.minutes, one.holder))


def _judged() -> Iterator[tuple[Bundle, date]]:
    """Return the bundles that were judged, each with the day that it was judged for."""
    days = {Partition.parse(key): as_of for key, as_of in fetch_all(_JUDGED)}
    if not days:
        raise DataError("judged.verdicts", "a judged dossier", 0, action="Run `motcua refresh` first.")
    for day in sorted(set(days.values())):
        for bundle in bundled("judge", sorted(one for one, as_of in days.items() if as_of == day), rules_digest()):
            yield bundle, day


def _of_bundle(bundle: Bundle, as_of: date, policy: Policy) -> pd.DataFrame:
    office = office_of(bundle.source)
    frames = read_bundle(bundle, ALL)
    case = build_case(settle(facts_of(frames, office.zone), office, as_of), policy)
    timely = timeliness(case, missing_evidence(case))
    _, repeated = verdicts(case, timely)
    held = holders_of(case)
    minutes, over = held.shares(len(timely)), held.shares(len(timely), over=True)
    counted = (case.ends.state != NOT_RECEIVED) & ~repeated
    rows, holder = np.nonzero((minutes > 0) & counted[:, None])
    dossiers = frames.dossiers[["source", "code", "unit_code"]].iloc[rows].reset_index(drop=True)
    return dossiers.assign(
        timeliness=pd.array([TIMELINESS[place] for place in timely[rows]], dtype=_TEXT),
        holder=pd.array([HOLDERS[place] for place in holder], dtype=_TEXT),
        minutes=pd.array(minutes[rows, holder], dtype=_COUNT),
        minutes_over=pd.array(over[rows, holder], dtype=_COUNT),
    )
