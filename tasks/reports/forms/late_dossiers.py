"""Late dossiers of a period: those that its figures count, with days over and who held them since.

The counters of form II.06a choose them (:func:`tasks.rules.indicators.counters.late_in`), so list and figure are one count: where
verdicts and publication differ, no list is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pandas as pd

from config.errors import UnreadableDataError
from config.language import Bilingual
from schemas.verdicts import COUNTED, VERDICTS_TABLE
from tasks.judging.judged_sources import zones
from tasks.reports.forms.published import PublishedCounters
from tasks.reports.holders import read_holders
from tasks.reports.lists import with_days_over
from tasks.rules.indicators.counters import counted_dossiers, late_in
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.structure import Structure
from tasks.warehouse.engine import read_frame
from tasks.warehouse.statements import statements_of

LATE_COUNTERS = ("finished_late", "in_progress_overdue", "otherwise_late")
"""Columns (10) and (13) of form II.06a, and those withdrawn, refused or stopped too late."""
_COLUMNS = tuple(dict.fromkeys(("source", "code", *COUNTED, "procedure_code")))
_SQL = statements_of(__file__)
_VERDICTS = _SQL["verdicts"].format(columns=", ".join(_COLUMNS))


def late_dossiers(
    counters: PublishedCounters, period: Period, unit: str | None = None, structure: Structure = "then"
) -> pd.DataFrame:
    """Return the late dossiers of a period, the longest over first.

    Returns:
        Columns of ``judged.verdicts``, ``agency`` (that whose form counts it), ``counter`` (one of :data:`LATE_COUNTERS`),
        ``days_over`` (working days, 0 and more) and ``holder`` (who held it longest since it was due).

    Raises:
        UnreadableDataError: verdicts were changed since the publication, so that the list would be another count.
    """
    of = counters.publication
    rows = _late_of(counters, period, unit, structure)
    rolled = counters.agencies(period, unit, structure)
    published = rolled[(rolled["basis"] == "cleaned").to_numpy(dtype=bool)][list(LATE_COUNTERS)].sum()
    listed = rows["counter"].value_counts()
    for name in LATE_COUNTERS:
        here, there = int(listed.get(name, 0)), int(published[name])
        if here != there:
            raise UnreadableDataError(
                f"judged.verdicts, {of.policy}, {name}",
                Bilingual(f"danh sách có {here} hồ sơ, bản công bố có {there}", f"{here} dossiers, and {there} are published"),
                Bilingual("Hãy chạy `motcua publish`.", "Run `motcua publish`."),
            )
    dated = with_days_over(rows, min(period.end, of.as_of))
    over = dated["days_over"].clip(lower=0)  # late by the rule of the second supplement, before it was due: over by no day
    held = _holders(of.policy) if len(dated) else {}
    holders = [held.get(key, "unknown") for key in zip(dated["source"], dated["code"], strict=True)]
    return dated.assign(days_over=over, holder=pd.Series(holders, index=dated.index, dtype=object))


def _late_of(counters: PublishedCounters, period: Period, unit: str | None, structure: Structure) -> pd.DataFrame:
    as_of = counters.publication.as_of
    agencies = counters.agencies_of(unit, structure)
    parameters = {
        "policy": counters.publication.policy,
        "before": min(period.end, as_of) + timedelta(days=2),
        "units": None if unit is None else sorted(agencies),
    }
    verdicts = read_frame(_VERDICTS, parameters, {name: VERDICTS_TABLE.dtypes[name] for name in _COLUMNS})
    late = late_in(counted_dossiers(verdicts, "cleaned", zones(), as_of), period.first, period.last, as_of)
    counter = np.select(list(late), LATE_COUNTERS, default="")
    rows = verdicts.assign(counter=pd.Series(counter, index=verdicts.index, dtype=object))
    rows = rows[counter != ""].reset_index(drop=True)
    return rows.assign(agency=[agencies[code if isinstance(code, str) else "?"] for code in rows["unit_code"].astype(object)])


def _holders(policy: str) -> Mapping[tuple[str, str], str]:
    held = read_holders(policy)
    sums = held.groupby(["source", "code", "holder"], observed=True)["minutes_over"].sum().reset_index()
    sums = sums[(sums["minutes_over"] > 0).to_numpy(dtype=bool)].sort_values("minutes_over", kind="stable")
    return {(row["source"], row["code"]): row["holder"] for row in sums.to_dict("records")}
