"""Affected figures: before and after, by agency and month, where some verdicts change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from config.codes import EVERY_COUNTER
from config.indicators import indicators_in_force
from schemas.indicators import COUNTS
from tasks.judging.judged_sources import zones
from tasks.reports.rehearsal import Rehearsal
from tasks.rules.indicators.counters import GROUP, count_dossiers, counted_dossiers
from tasks.rules.indicators.values import indicators_of
from tasks.warehouse.engine import read_frame

_BASIS = "cleaned"  # what the source states stays what it is, whatever the law says
_KEYS = ("indicator", *GROUP, "period")
_VALUES = ("value", "numerator", "denominator")
_COUNTED = f"SELECT {', '.join(COUNTS.columns)} FROM mart.counts WHERE policy = %(policy)s AND basis = '{_BASIS}' ORDER BY {', '.join(COUNTS.key)}"


@dataclass(frozen=True)
class Side:
    """A figure at one time.

    ``value`` is None where the denominator is empty, ``denominator`` also where it is a plain count.
    """

    value: float | None
    numerator: int
    denominator: int | None


@dataclass(frozen=True)
class FigureChange:
    """A figure that moves; ``*`` stands for all agencies, fields, channels or months."""

    indicator: str
    unit_code: str
    field_code: str
    channel: str
    period: str
    before: Side
    after: Side


def affected_figures(rehearsal: Rehearsal, as_of: date) -> list[FigureChange] | None:
    """Work out every cleaned figure as it is, and as a rehearsal would make it.

    Counters are sums over dossiers: what the changed ones add now is taken off, what they would add is put on.

    Args:
        rehearsal: under one policy before and after.
        as_of: day that the rehearsal speaks for.

    Returns:
        The figures that differ, those about all agencies first; None where none were counted for that day.
    """
    now = read_frame(_COUNTED, {"policy": rehearsal.before.policy}, COUNTS)
    if not len(now) or now["as_of"].max() != as_of:
        return None
    then = _sum([now, _counters(rehearsal.moved, 0, as_of, -1), _counters(rehearsal.moved, 1, as_of, 1)])
    definitions = indicators_in_force(as_of)
    sides = [indicators_of(counts.assign(basis=_BASIS), definitions).astype(object) for counts in (_sum([now]), then)]
    joined = sides[0].merge(sides[1], on=list(_KEYS), how="outer", suffixes=("_before", "_after")).astype(object)
    joined = joined.where(joined.notna(), None)
    found = [_change(row) for row in joined.to_dict("records")]
    return sorted((one for one in found if one.before != one.after), key=_order)


def _counters(moved: Sequence[tuple[pd.DataFrame, pd.DataFrame]], side: int, as_of: date, sign: int) -> pd.DataFrame:
    """Return what the changed dossiers add to the counters before (0) or after (1), or take off with a sign of -1."""
    verdicts = [pair[side] for pair in moved if len(pair[side])]
    if not verdicts:
        return pd.DataFrame(columns=[*GROUP, "month", *EVERY_COUNTER])
    counts = count_dossiers(counted_dossiers(pd.concat(verdicts, ignore_index=True), _BASIS, zones(), as_of), as_of)
    return counts.assign(**{name: counts[name] * sign for name in EVERY_COUNTER})


def _sum(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    columns = [*GROUP, "month", *EVERY_COUNTER]
    every = pd.concat([part[columns].astype(object) for part in parts if len(part)], ignore_index=True)
    summed = every.groupby([*GROUP, "month"], sort=True)[list(EVERY_COUNTER)].sum().reset_index()
    return summed.astype({name: COUNTS.dtypes[name] for name in columns})


def _change(row: dict[str, Any]) -> FigureChange:
    indicator, unit, field, channel, period = (str(row[name]) for name in _KEYS)
    return FigureChange(indicator, unit, field, channel, period, _side(row, "before"), _side(row, "after"))


def _side(row: dict[str, Any], side: str) -> Side:
    """Return a figure; one that is not there at all counts nothing."""
    value, numerator, denominator = (row[f"{name}_{side}"] for name in _VALUES)
    return Side(None if value is None else float(value), int(numerator or 0), None if denominator is None else int(denominator))


def _order(one: FigureChange) -> tuple[int, str, str, str, str, str]:
    specific = sum(part != "*" for part in (one.unit_code, one.field_code, one.channel))
    return specific, one.indicator, one.unit_code, one.field_code, one.channel, one.period
