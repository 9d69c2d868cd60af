"""Indicators from counts: numerator and denominator at every declared cut, by month and in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.codes import EVERY_COUNTER
from config.indicators import Indicator
from tasks.rules.arrays import EncodedText, Numbers, as_codes, as_months, as_text, group_numbers, truths
from tasks.rules.indicators.counters import GROUP
from tasks.rules.indicators.identities import IN_PROGRESS_COUNTERS
from tasks.rules.indicators.interval import interval

_CUTS = {"unit": "unit_code", "field": "field_code", "channel": "channel"}
_KEYS = ("basis", *GROUP, "period")
_NUMBERS = ("numerator", "denominator", "undetermined")
_VALUES = ("value", "lower", "upper")
_EVERY = "*"
_PLACE = {name: place for place, name in enumerate(EVERY_COUNTER)}
_STOCK = [_PLACE[name] for name in IN_PROGRESS_COUNTERS]


@dataclass(frozen=True)
class _Cells:
    """Counts as arrays, one element a row.

    Attributes:
        texts: basis and the fields of a group.
        month: months since 1970.
        numbers: int64 [row, counter].
    """

    texts: dict[str, EncodedText]
    month: Numbers
    numbers: Numbers

    @classmethod
    def of(cls, counts: pd.DataFrame) -> _Cells:
        return cls(
            {name: as_codes(as_text(counts[name])) for name in ("basis", *GROUP)},
            as_months(counts["month"]),
            np.column_stack([counts[name].to_numpy(dtype=np.int64) for name in EVERY_COUNTER]),
        )

    def of_channels(self, channels: tuple[str, ...]) -> _Cells:
        """Keep the rows, and the numbers of some channels alone."""
        kept = truths(pc.is_in(pa.array(self.texts["channel"].texts, pa.string()), value_set=pa.array(channels)))
        return replace(self, numbers=self.numbers * self.texts["channel"].where(kept)[:, None])


@dataclass(frozen=True)
class _Sums:
    """Counters at one level: a row for each basis, cut and period, whose texts are ``keys``; numbers int64 [row, counter]."""

    keys: dict[str, pa.Array]
    numbers: Numbers

    def total(self, counters: tuple[str, ...]) -> Numbers:
        return np.asarray(self.numbers[:, [_PLACE[name] for name in counters]].sum(axis=1))


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
    cells = _Cells.of(counts)
    parts = [
        _indicator(name, one, level, sums, cells)
        for level in sorted({level for one in definitions.values() for level in one.levels})
        for sums in [_sums(cells, level)]
        for name, one in definitions.items()
        if level in one.levels
    ]
    every = pa.concat_tables(parts) if parts else _rows("", _sums(cells, "total"), {})
    return every.combine_chunks().to_pandas(types_mapper=pd.ArrowDtype)


def _sums(cells: _Cells, level: str) -> _Sums:
    """Return the counters by basis, the level's cuts and period, months and ``*``."""
    cuts = ["basis", *(_CUTS[part] for part in level.split("+") if part in _CUTS)]
    first, by_month = _added([*(cells.texts[name].index for name in cuts), cells.month], cells.numbers)
    texts = {name: cells.texts[name].take(first) for name in cuts}
    months = cells.month[first]
    flows = by_month.copy()
    flows[:, _PLACE["carried_over"]] = 0
    if len(months):
        flows[np.ix_(months != months.max(), _STOCK)] = 0
    whole, in_all = _added([texts[name].index for name in cuts], flows)
    keys = {
        name: pa.concat_arrays([_texts(texts[name]), _texts(texts[name].take(whole))])
        if name in texts
        else pa.repeat(_EVERY, len(first) + len(whole))
        for name in _KEYS[:-1]
    }
    periods = pa.array(months.astype("datetime64[M]").astype(str), pa.string())
    keys["period"] = pa.concat_arrays([periods, pa.repeat(_EVERY, len(whole))])
    return _Sums(keys, np.concatenate([by_month, in_all]))


def _added(parts: list[Numbers], numbers: Numbers) -> tuple[Numbers, Numbers]:
    """Add up rows that agree in some parts: the place of the first of each group, and the sums."""
    group, size = group_numbers(*parts)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(size))
    sums = np.add.reduceat(numbers[order], starts) if size else numbers
    return order[starts], sums


def _texts(encoded: EncodedText) -> pa.Array:
    return pa.array(encoded.texts, pa.string()).take(pa.array(encoded.index))


def _indicator(name: str, one: Indicator, level: str, sums: _Sums, cells: _Cells) -> pa.Table:
    of_top = _sums(cells.of_channels(one.numerator_channels), level) if one.numerator_channels else sums
    numerator = of_top.total(one.numerator)
    if one.denominator:
        return _rate(name, one, sums, numerator)
    rows = _rows(name, sums, {"numerator": numerator, **dict.fromkeys(_VALUES, numerator.astype(float))})
    return rows.filter(pa.array(numerator > 0)) if "+" in level else rows


def _rate(name: str, one: Indicator, sums: _Sums, numerator: Numbers) -> pa.Table:
    denominator, undetermined = sums.total(one.denominator), sums.total(one.undetermined)
    found = interval(numerator, denominator, undetermined, one.digits)
    parts = {"numerator": numerator, "denominator": denominator, "undetermined": undetermined}
    return _rows(name, sums, parts | {"value": found.value, "lower": found.lower, "upper": found.upper})


def _rows(name: str, sums: _Sums, numbers: Mapping[str, np.ndarray]) -> pa.Table:
    """Return rows of an indicator: a plain count has no denominator and nothing undetermined, NaN is no value."""
    length = len(sums.numbers)
    columns = {"indicator": pa.repeat(name, length), **sums.keys}
    given = {"undetermined": np.zeros(length, np.int64), **numbers}
    for number in (*_NUMBERS, *_VALUES):
        kind = pa.int64() if number in _NUMBERS else pa.float64()
        columns[number] = pa.array(given[number], kind, from_pandas=True) if number in given else pa.nulls(length, kind)
    return pa.table(columns)
