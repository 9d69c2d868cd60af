"""Impact of corrections before they are approved: dossiers, figures and ranks that move, by agency.

Nothing is written, and the cost follows the corrections: counters are sums over dossiers, so what the touched dossiers add
now is taken off and what they would add is put on. Once approved and published, the figures are these to the last digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from config.codes import EVERY_COUNTER
from config.indicators import Indicator, headline_in_force, indicators_in_force
from config.policies import own_policy
from schemas.fields import BASES
from schemas.indicators import COUNTS, INDICATORS
from tasks.correcting.rejudging import Rejudged, rejudge
from tasks.judging.judged_sources import zones
from tasks.reports.affected_figures import FigureChange, Side
from tasks.rules.indicators.counters import GROUP, count_dossiers, counted_dossiers
from tasks.rules.indicators.values import indicators_of
from tasks.warehouse.engine import read_frame
from tasks.warehouse.rows import fetch_value

_LEVELS = ("total", "unit")
_WHOLE = ("basis", "unit_code", "field_code", "channel", "month")
_KEYS = ("indicator", "basis", *GROUP, "period")
_NUMBERS = ("numerator", "denominator", "undetermined", "value", "lower", "upper")
# All fields together: agencies and channels are what figures by agency are made from.
_NOW = f"""
    SELECT basis, unit_code, '*' AS field_code, channel, month, {", ".join(f"sum({name})::bigint AS {name}" for name in EVERY_COUNTER)}
    FROM mart.counts WHERE policy = %(policy)s GROUP BY 1, 2, 4, 5 ORDER BY 1, 2, 4, 5
"""
_MEASURED = "SELECT as_of FROM audit.progress WHERE step = 'measure' AND partition = %(policy)s"


@dataclass(frozen=True)
class RankChange:
    """Place of an agency among all by the headline rate, the best being 1; None where it has no rate."""

    unit_code: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Impact:
    """What corrections would move.

    Attributes:
        as_of: day that the figures speak for; None: none were counted yet, and none are told.
        corrections: how many were looked at; dossiers: how many they touch.
        improved: source and code of those that count better.
        verdicts: how many dossiers of which agency go from which verdict to which, unequal ones only.
        figures: every figure of all agencies and of each that moves, those about all agencies first.
        ranks: agencies whose place moves.
        indicators: the figures as they would be published, of the levels total and unit: columns of ``mart.indicators``.
    """

    as_of: date | None
    corrections: int
    dossiers: int
    improved: frozenset[tuple[str, str]]
    verdicts: Counter[tuple[str | None, str, str]]
    figures: tuple[FigureChange, ...]
    ranks: tuple[RankChange, ...]
    indicators: pd.DataFrame

    def moves(self) -> list[tuple[str, str, str, int]]:
        """Return agency (``?`` where it is not known), verdict before, verdict after and number of dossiers, in order."""
        moved = sorted(self.verdicts.items(), key=lambda one: (one[0][0] or "", one[0][1:]))
        return [(unit or "?", old, new, count) for (unit, old, new), count in moved]

    def units(self) -> list[str]:
        """Return the agencies of which anything moves, in order."""
        told = {one.unit_code for one in self.figures} | {unit or "?" for unit, _, _ in self.verdicts}
        return sorted(told - {"*"})


def measured_day() -> date | None:
    """Return the day for which the office's figures were counted last; None where they never were."""
    found: date | None = fetch_value(_MEASURED, {"policy": own_policy().policy})
    return found


def impact_of(corrections: pd.DataFrame, as_of: date, judged: Rejudged | None = None) -> Impact:
    """Work out what moves if corrections are approved.

    Args:
        corrections: source, code, field and new value; see :func:`tasks.correcting.rejudging.correction_rows`.
        as_of: day for which dossiers are judged.
        judged: what these corrections touch, where it was judged with them for that day just now.
    """
    judged = rejudge(corrections, as_of) if judged is None else judged
    counted = measured_day() == as_of
    before, after = _sides(judged, as_of) if counted else (_none(), _none())
    figures = _changed(before, after)
    return Impact(
        as_of=as_of if counted else None,
        corrections=len(corrections),
        dossiers=len(judged.after),
        improved=frozenset(judged.improved()),
        verdicts=_verdicts(judged),
        figures=figures,
        ranks=tuple(_ranks(before, after, as_of)) if counted else (),
        indicators=after,
    )


def _none() -> pd.DataFrame:
    return INDICATORS.frame()[[*_KEYS, *_NUMBERS]]


def _verdicts(judged: Rejudged) -> Counter[tuple[str | None, str, str]]:
    names = [judged.after["unit_code"], judged.before["verdict"], judged.after["verdict"]]
    columns = [name.astype(object).where(name.notna(), None) for name in names]
    return Counter((unit, old, new) for unit, old, new in zip(*columns, strict=True) if old != new)


def _sides(judged: Rejudged, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the indicators as they are and as they would be, of the levels total and unit."""
    types = {name: COUNTS.dtypes[name] for name in (*_WHOLE, *EVERY_COUNTER)}
    now = read_frame(_NOW, {"policy": own_policy().policy}, types)
    then = _sum([now, _counters(judged.counted, as_of, -1), _counters(judged.after, as_of, 1)])
    definitions = {name: shown for name, one in indicators_in_force(as_of).items() if (shown := _at_levels(one))}
    return indicators_of(now, definitions), indicators_of(then, definitions)


def _at_levels(one: Indicator) -> Indicator | None:
    levels = tuple(level for level in one.levels if level in _LEVELS)
    return one.model_copy(update={"levels": levels}) if levels else None


def _counters(verdicts: pd.DataFrame, as_of: date, sign: int) -> pd.DataFrame:
    """Return what dossiers add to the counters of all fields together, or take off with a sign of -1."""
    parts = []
    for basis in BASES if len(verdicts) else ():
        counts = count_dossiers(counted_dossiers(verdicts, basis, zones(), as_of), as_of)
        numbers = {name: counts[name].to_numpy(dtype=np.int64) * sign for name in EVERY_COUNTER}
        parts.append(counts[list(GROUP)].assign(basis=basis, field_code="*", month=counts["month"], **numbers))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*_WHOLE, *EVERY_COUNTER])


def _sum(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    columns = [*_WHOLE, *EVERY_COUNTER]
    every = pd.concat([part[columns].astype(object) for part in parts if len(part)], ignore_index=True)
    every = every.astype({name: COUNTS.dtypes[name] for name in columns})
    summed = every.groupby(list(_WHOLE), sort=True)[list(EVERY_COUNTER)].sum().reset_index()
    kept = summed[list(EVERY_COUNTER)].to_numpy(dtype=np.int64).any(axis=1)
    return summed[kept].reset_index(drop=True)


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> tuple[FigureChange, ...]:
    """Return the cleaned figures that differ; a month or an agency that is on one side only counts nothing on the other."""
    keys = list(_KEYS)
    joined = before.merge(after, on=keys, how="outer", suffixes=("_before", "_after"), indicator="side")
    differs = (joined["side"] != "both").to_numpy(dtype=bool)
    for name in ("value", "numerator", "denominator"):
        old, new = joined[f"{name}_before"], joined[f"{name}_after"]
        differs = differs | ~((old == new).fillna(False).to_numpy(dtype=bool) | (old.isna() & new.isna()).to_numpy(dtype=bool))
    moved = joined[differs & (joined["basis"] == "cleaned").to_numpy(dtype=bool)].astype(object)
    rows = moved.where(moved.notna(), None).to_dict("records")
    return tuple(sorted((_change(row) for row in rows), key=_order))


def _change(row: dict[str, Any]) -> FigureChange:
    indicator, unit, field, channel, period = (str(row[name]) for name in ("indicator", *GROUP, "period"))
    return FigureChange(indicator, unit, field, channel, period, _side(row, "before"), _side(row, "after"))


def _side(row: dict[str, Any], side: str) -> Side:
    value, numerator, denominator = (row[f"{name}_{side}"] for name in ("value", "numerator", "denominator"))
    return Side(None if value is None else float(value), int(numerator or 0), None if denominator is None else int(denominator))


def _order(one: FigureChange) -> tuple[bool, bool, str, str, str]:
    return one.unit_code != "*", one.period != "*", one.unit_code, one.indicator, one.period


def _ranks(before: pd.DataFrame, after: pd.DataFrame, as_of: date) -> list[RankChange]:
    name, _ = headline_in_force(as_of)
    old, new = (_places(frame, name) for frame in (before, after))
    units = sorted(old.keys() | new.keys())
    return [RankChange(unit, old.get(unit), new.get(unit)) for unit in units if old.get(unit) != new.get(unit)]


def _places(figures: pd.DataFrame, indicator: str) -> dict[str, int]:
    """Return the place of each agency by the headline of the whole span after cleaning; equal rates share a place."""
    wanted = {"indicator": indicator, "basis": "cleaned", "field_code": "*", "channel": "*", "period": "*"}
    mask = np.ones(len(figures), dtype=bool)
    for column, value in wanted.items():
        mask = mask & (figures[column] == value).to_numpy(dtype=bool)
    mask = mask & (figures["unit_code"] != "*").to_numpy(dtype=bool) & figures["value"].notna().to_numpy(dtype=bool)
    own = figures[mask]
    values = own["value"].to_numpy(dtype=float)
    return {str(unit): int((values > value).sum()) + 1 for unit, value in zip(own["unit_code"], values, strict=True)}
