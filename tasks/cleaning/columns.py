"""Columns of frames as Arrow arrays, and code lists applied to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.sources import BLANK, OTHER
from tasks.rules.arrays import truths
from tasks.rules.text.normal_form import fold_code_text, given, per_distinct
from tasks.rules.text.spelling import agreed, spelled

_TRUE = ("true", "1", "co", "x", "yes", "y", "da co", "convert")  # the last: how a province marks what it migrated
_FALSE = ("false", "0", "khong", "no", "n", "chua", "chua co")


def column(frame: pd.DataFrame, name: str) -> pa.Array:
    """Return a column of a frame as one Arrow array of text."""
    values = pa.array(frame[name])
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return values.cast(pa.string())


def series(values: pa.Array | np.ndarray) -> pd.Series:
    """Return an array as an Arrow-backed series."""
    arrow = values if isinstance(values, pa.Array) else pa.array(values)
    return pd.Series(pd.array(arrow, dtype=pd.ArrowDtype(arrow.type)))


@dataclass
class Flags:
    """Marks collected while rows are cleaned: mark to boolean array."""

    length: int
    raised: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, mark: str, rows: np.ndarray) -> None:
        """Raise a mark for rows, besides those that have it."""
        self.raised[mark] = self.raised.get(mark, np.zeros(self.length, dtype=bool)) | rows


@dataclass(frozen=True)
class CodeList:
    """A source's codes and what they mean to us.

    Attributes:
        exact: code as the list writes it, to its meaning.
        spelled: the same by its words in one spelling.
        folded: the same without marks, where that means one thing only.
        blank: meaning of no value.
        other: meaning of any value not listed.
        accepts_other: whether values not listed have a meaning at all.
    """

    exact: dict[str, Any]
    spelled: dict[str, Any]
    folded: dict[str, Any]
    blank: Any
    other: Any
    accepts_other: bool

    @classmethod
    def of(cls, own: Mapping[str, Any], default: Mapping[str, Any]) -> CodeList:
        """Build a list from the source's own map, else from the default one."""
        codes = own or default
        exact = {code: meaning for code, meaning in codes.items() if code not in (BLANK, OTHER)}
        words, folded = (agreed((form(code), exact[code]) for code in exact) for form in (spelled, fold_code_text))
        return cls(exact, words, folded, codes.get(BLANK, default.get(BLANK)), codes.get(OTHER), OTHER in codes)

    def knows(self, text: str) -> bool:
        """Tell whether a value is listed, in whatever spelling."""
        return self._place(text) is not None

    def meaning(self, text: str) -> Any:
        """Return what a value means: by its exact spelling first, by what is left without marks last."""
        known = self._place(text)
        return self.other if known is None else known[0][known[1]]

    def _place(self, text: str) -> tuple[dict[str, Any], str] | None:
        forms = ((self.exact, text), (self.spelled, spelled(text)), (self.folded, fold_code_text(text)))
        return next(((known, key) for known, key in forms if key in known), None)

    def meanings(self, values: pa.Array, kind: pa.DataType) -> tuple[pa.Array, np.ndarray]:
        """Return what each value means (null where unknown), and which given values are not in the list."""
        unknown = per_distinct(values, lambda text: not self.accepts_other and not self.knows(text), pa.bool_())
        found = per_distinct(values, self.meaning, kind)
        found = pc.if_else(pc.is_null(values), pa.scalar(self.blank, kind), found)
        return found, truths(unknown)


def booleans(values: pa.Array) -> pa.Array:
    """Read yes and no in the words that exports use; anything else is null."""
    return per_distinct(values, _boolean, pa.bool_())


def _boolean(text: str) -> bool | None:
    folded = fold_code_text(text)
    return True if folded in _TRUE else False if folded in _FALSE else None


def amounts(values: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Read sums of dong; several joined by ``+`` are added up.

    Returns:
        Whole dong, null where not given or not a number; and where a dot or comma divides thousands.
    """
    thousands = pc.match_substring_regex(values, r"\d[.,]\d{3}(?:\D|$)")
    return per_distinct(values, _amount, pa.int64()), truths(thousands)


def _amount(text: str) -> int | None:
    total = 0
    for part in text.split("+"):
        plain = part.strip().lower().removesuffix("đồng").removesuffix("đ").removesuffix("vnd").strip().replace(" ", "")
        groups = plain.replace(",", ".").split(".")
        whole = len(groups) > 1 and all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3
        digits = "".join(groups) if whole else plain.partition(".")[0]
        if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
            return None
        total += int(digits)
    return total


def any_given(*columns: pa.Array) -> np.ndarray:
    """Tell which rows have a value in any of the columns."""
    found: np.ndarray = np.logical_or.reduce([given(values) for values in columns])
    return found
