"""Table cells that break their declared rules (config/csv_rules.py), in any table of texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.csv_rules import CellRule, DateOrder, TableRules
from tasks.rules.arrays import Mask, Numbers, arrow, as_codes, group_numbers, truths
from tasks.rules.text.normal_form import given, over_distinct

_DATE = r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,2})$"
# The replacement character, controls, private use; and a mark above or below that belongs to no letter: text in NFC
# keeps one only where a wrong code page made it.
_BROKEN = r"[\x{FFFD}\p{Mn}\p{Co}\x{80}-\x{9F}]"


@dataclass(frozen=True)
class BrokenCells:
    """Cells of one column that break one rule."""

    rule: CellRule
    column: str
    rows: Mask


def broken_cells(frame: pd.DataFrame, rules: TableRules) -> list[BrokenCells]:
    """Return what breaks each rule, column by column, in the order of the rules; only where something does.

    Args:
        frame: texts; an empty text is no value.
        rules: every column of theirs is in the frame.
    """
    columns = {name: _texts(frame[name]) for name in rules.columns()}
    found = [
        BrokenCells(rule, name, _KINDS[rule.kind](columns[name], rule, columns))
        for rule in rules.rules
        for name in rule.columns
    ]
    return [broken for broken in found if broken.rows.any()]


def wrong(frame: pd.DataFrame, found: list[BrokenCells]) -> pd.DataFrame:
    """Return a frame of booleans of the same shape: True where a cell breaks any rule."""
    cells = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    for broken in found:
        cells[broken.column] |= broken.rows
    return cells


def _texts(series: pd.Series) -> pa.Array:
    texts = arrow(series).cast(pa.string())
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _not_given(values: pa.Array, _rule: CellRule, _columns: dict[str, pa.Array]) -> Mask:
    return ~given(values)


def _not_of_pattern(values: pa.Array, rule: CellRule, _columns: dict[str, pa.Array]) -> Mask:
    whole = f"^(?:{rule.pattern})$"
    holds = truths(over_distinct(values, lambda texts: pc.match_substring_regex(texts, whole)))
    return np.asarray(given(values) & ~holds)


def _forbidden(values: pa.Array, rule: CellRule, _columns: dict[str, pa.Array]) -> Mask:
    return truths(over_distinct(values, lambda texts: pc.match_substring_regex(texts, rule.pattern)))


def _against_group(values: pa.Array, rule: CellRule, columns: dict[str, pa.Array]) -> Mask:
    """Tell which values are not the one that more than half of their group has; empty ones contradict nothing."""
    parts: list[np.ndarray] = [as_codes(columns[name]).index for name in rule.by]
    value = as_codes(values).index
    known = np.logical_and.reduce([part >= 0 for part in (*parts, value)])
    answer = np.zeros(len(value), dtype=bool)
    if not known.any():
        return answer
    group, _ = group_numbers(*(part[known] for part in parts))
    pair, pairs = group_numbers(group, value[known])
    of_pair, of_group = np.bincount(pair, minlength=pairs), np.bincount(group)
    most = np.zeros(len(of_group), dtype=np.int64)
    np.maximum.at(most, group, of_pair[pair])
    answer[known] = (2 * most[group] > of_group[group]) & (of_pair[pair] < most[group])
    return answer


def _reads_two_ways(values: pa.Array, rule: CellRule, _columns: dict[str, pa.Array]) -> Mask:
    return truths(over_distinct(values, lambda texts: pa.array(_two_ways(texts, rule.orders))))


def _two_ways(texts: pa.Array, orders: tuple[DateOrder, ...]) -> Mask:
    parts = pc.extract_regex(texts, _DATE)
    numbers = [pc.fill_null(pc.struct_field(parts, name).cast(pa.int64()), -1).to_numpy(zero_copy_only=False) for name in "abc"]
    earliest, latest = np.full(len(texts), np.iinfo(np.int64).max), np.full(len(texts), -1)
    for order in orders:
        day = _as_number(*(numbers[order.index(part)] for part in "ymd"))
        earliest, latest = np.where(day >= 0, np.minimum(earliest, day), earliest), np.maximum(latest, day)
    return (latest >= 0) & (earliest < latest)


def _as_number(year: Numbers, month: Numbers, day: Numbers) -> Numbers:
    """Return yymmdd as a number, -1 where there is no such day; years of two digits keep their two digits."""
    possible = (year >= 0) & (month >= 1) & (month <= 12) & (day >= 1)
    # 2000 and 1900 differ in their leap day alone; the more generous one decides what is possible.
    months = ((2000 + year - 1970) * 12 + month - 1).astype("datetime64[M]")
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    return np.where(possible & (day <= length), (year * 100 + month) * 100 + day, -1)


def _broken_text(values: pa.Array, _rule: CellRule, _columns: dict[str, pa.Array]) -> Mask:
    return truths(over_distinct(values, lambda texts: pc.match_substring_regex(pc.utf8_normalize(texts, "NFC"), _BROKEN)))


_KINDS: dict[str, Callable[[pa.Array, CellRule, dict[str, pa.Array]], Mask]] = {
    "given": _not_given,
    "pattern": _not_of_pattern,
    "forbidden": _forbidden,
    "group": _against_group,
    "two_ways": _reads_two_ways,
    "broken_text": _broken_text,
}
