"""Indicators from counts: numerator and denominator at every declared cut, by month and in all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from config.codes import COUNTERS
from config.indicators import Indicator
from tasks.rules.indicators.counters import GROUP
from tasks.rules.indicators.identities import IN_PROGRESS_COUNTERS
from tasks.rules.indicators.interval import interval

_CUTS = {"unit": "unit_code", "field": "field_code", "channel": "channel"}
_KEYS = ("indicator", "basis", *GROUP, "period")
_NUMBERS = {"numerator": pa.int64(), "denominator": pa.int64(), "undetermined": pa.int64()}
_VALUES = {"value": pa.float64(), "lower": pa.float64(), "upper": pa.float64()}


def indicators_of(counts: pd.DataFrame, definitions: Mapping[str, Indicator]) -> pd.DataFrame:
    """Return every indicator at every level that it declares.

    Args:
        counts: rows of ``mart.counts`` of one policy, all groups and months.
        definitions: indicators by name (``config.indicators.indicators_in_force``).

    Returns:
        Columns of ``mart.indicators`` but the publication; ``*`` stands for all units, fields,
        channels or months. Over all months flows add up, what is in progress is that of the last
        month, and nothing is carried over. Plain counts of zero are left out at combined levels.
    """
    parts = [
        _indicator(name, one, level, sums, counts)
        for level, sums in _sums_by_level(counts, definitions)
        for name, one in definitions.items()
        if level in one.levels
    ]
    kept = [part for part in parts if len(part)]
    return pd.concat(kept, ignore_index=True) if kept else _frame({name: [] for name in (*_KEYS, *_NUMBERS, *_VALUES)})


def _sums_by_level(counts: pd.DataFrame, definitions: Mapping[str, Indicator]) -> Iterator[tuple[str, pd.DataFrame]]:
    for level in sorted({level for one in definitions.values() for level in one.levels}):
        yield level, _sums(counts, level)


def _sums(counts: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return the counters by basis, the level's cuts and period, months and ``*``."""
    cuts = [_CUTS[part] for part in level.split("+") if part in _CUTS]
    by_month = counts.groupby(["basis", *cuts, "month"], sort=False)[list(COUNTERS)].sum().reset_index()
    months = by_month["month"].to_numpy(dtype="datetime64[M]")
    by_month["period"] = months.astype(str)
    whole = by_month.copy()
    whole["carried_over"] = 0
    if len(months):
        whole.loc[months != months.max(), list(IN_PROGRESS_COUNTERS)] = 0
    whole["period"] = "*"
    whole = whole.groupby(["basis", *cuts, "period"], sort=False)[list(COUNTERS)].sum().reset_index()
    both = pd.concat([by_month.drop(columns="month"), whole], ignore_index=True)
    return both.assign(**{name: "*" for name in GROUP if name not in cuts})


def _total(sums: pd.DataFrame, counters: tuple[str, ...]) -> np.ndarray:
    total = np.zeros(len(sums), np.int64)
    for name in counters:
        total = total + sums[name].to_numpy(dtype=np.int64)
    return total


def _indicator(name: str, one: Indicator, level: str, sums: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    numerator = _of_channels(counts, one, level, sums) if one.numerator_channels else _total(sums, one.numerator)
    if one.denominator:
        return _rate(name, one, sums, numerator)
    value = numerator.astype(float)
    numbers = {"numerator": numerator, "denominator": [None] * len(sums), "undetermined": np.zeros(len(sums), np.int64)}
    rows = _frame(_keys(name, sums) | numbers | {"value": value, "lower": value, "upper": value})
    return rows[numerator > 0] if "+" in level else rows


def _of_channels(counts: pd.DataFrame, one: Indicator, level: str, sums: pd.DataFrame) -> np.ndarray:
    """Return the numerator of some channels for each row of the sums over all of them."""
    keys = ["basis", *GROUP, "period"]
    some = _sums(counts[counts["channel"].isin(one.numerator_channels).to_numpy(dtype=bool)], level)
    found = some[keys].assign(numerator=_total(some, one.numerator))
    joined = sums[keys].merge(found, on=keys, how="left", validate="one_to_one")
    return np.asarray(joined["numerator"].fillna(0), dtype=np.int64)


def _rate(name: str, one: Indicator, sums: pd.DataFrame, numerator: np.ndarray) -> pd.DataFrame:
    denominator, undetermined = _total(sums, one.denominator), _total(sums, one.undetermined)
    found = interval(numerator, denominator, undetermined, one.digits)
    parts = {"numerator": numerator, "denominator": denominator, "undetermined": undetermined}
    return _frame(_keys(name, sums) | parts | {"value": found.value, "lower": found.lower, "upper": found.upper})


def _keys(name: str, sums: pd.DataFrame) -> dict[str, object]:
    return {"indicator": [name] * len(sums)} | {key: sums[key].to_numpy(dtype=object) for key in _KEYS[1:]}


def _frame(columns: Mapping[str, object]) -> pd.DataFrame:
    kinds = dict.fromkeys(_KEYS, pa.string()) | _NUMBERS | _VALUES
    return pd.DataFrame({name: pd.array(_nullable(columns[name]), dtype=pd.ArrowDtype(kind)) for name, kind in kinds.items()})


def _nullable(values: object) -> object:
    """Turn NaN into null: an empty denominator has no value."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return pa.array(values, from_pandas=True)
    return values
