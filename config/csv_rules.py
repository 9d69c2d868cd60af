"""Rules for the cells of a table, declared in YAML beside the file, without code.

A rule says what its columns promise and why; :mod:`tasks.rules.sources.table_cells` looks for the cells that break it. What tells two
rows apart stands under ``same``; :mod:`tasks.rules.linkage.record_linkage` looks for rows that speak about one thing.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config.language import Bilingual

CsvRuleKind = Literal["given", "pattern", "forbidden", "group", "two_ways", "broken_text"]
DateOrder = Literal["dmy", "mdy", "ymd"]
# What a kind of rule takes besides its columns.
_TAKES = {"pattern": "pattern", "forbidden": "pattern", "group": "by", "two_ways": "orders"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CellRule(_Strict):
    """One promise.

    Attributes:
        kind: given: no cell is empty. pattern: a given cell is wholly of the pattern. forbidden: no part of it is.
            group: rows with the same ``by`` have the same value, and the one that more than half of them have is right.
            two_ways: a date with a year of two digits is the same day in every order in which it may have been written.
            broken_text: no character was lost on the way.
        columns: which cells.
        why: what in the data or in the world makes it so.
        pattern: regular expression (RE2).
        by: columns that together name the group.
        orders: orders of day, month and year that occur where the dates come from.
    """

    kind: CsvRuleKind
    columns: tuple[str, ...] = Field(min_length=1)
    why: str = Field(min_length=10)
    pattern: str | None = None
    by: tuple[str, ...] = ()
    orders: tuple[DateOrder, ...] = ()

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, value: str | None) -> str | None:
        try:
            pc.match_substring_regex(pa.array([""]), value or "")
        except pa.ArrowInvalid:
            raise ValueError(Bilingual("không phải biểu thức chính quy của RE2", "is no regular expression of RE2")) from None
        return value

    @model_validator(mode="after")
    def _takes_its_own(self) -> CellRule:
        given = {name for name in ("pattern", "by", "orders") if getattr(self, name)}
        wanted = {_TAKES[self.kind]} if self.kind in _TAKES else set()
        if given != wanted:
            raise ValueError(
                Bilingual(
                    f"quy tắc loại {self.kind} ngoài các cột chỉ nhận {', '.join(wanted) or '(không gì thêm)'}",
                    f"a rule of kind {self.kind} takes {', '.join(wanted) or 'nothing'} besides its columns",
                )
            )
        if self.kind == "two_ways" and len(set(self.orders)) < 2:
            raise ValueError(
                Bilingual(
                    "chỉ một thứ tự thì không có gì phải xét: ghi mọi thứ tự có thể gặp",
                    "one order leaves no doubt: name the orders that occur",
                )
            )
        return self


class Same(_Strict):
    """What tells two rows apart.

    Attributes:
        columns: columns that describe the thing; each adds what its likeness says by chance of agreeing.
        alike: similarity (Jaro-Winkler, 0 to 1) from which two texts count as the same one mistyped.
        swapped: pairs of columns whose values people exchange, such as given name and surname.
        right: share of a thing's own rows whose values of a column are alike.
        crowd: a value that more rows share brings no two of them together for a look.
    """

    columns: tuple[str, ...] = Field(min_length=2)
    alike: float = Field(default=0.85, gt=0.5, le=1)
    swapped: tuple[tuple[str, str], ...] = ()
    right: float = Field(default=0.9, gt=0.5, lt=1)
    crowd: int = Field(default=200, ge=2)

    @model_validator(mode="after")
    def _names_its_columns(self) -> Same:
        if len(set(self.columns)) < len(self.columns):
            raise ValueError(Bilingual("một cột được ghi hai lần", "a column is named twice"))
        strange = sorted({name for pair in self.swapped for name in pair} - set(self.columns))
        if strange:
            raise ValueError(
                Bilingual(
                    f"swapped nêu cột không có trong columns: {', '.join(strange)}",
                    f"swapped names what is not among the columns: {', '.join(strange)}",
                )
            )
        return self


class TableRules(_Strict):
    """The rules of one table.

    Attributes:
        table: what it is.
        rules: in the order in which they are reported.
        same: what tells two rows apart, where rows may repeat.
    """

    table: str = Field(min_length=3)
    rules: tuple[CellRule, ...] = ()
    same: Same | None = None

    @model_validator(mode="after")
    def _says_something(self) -> TableRules:
        if not self.rules and self.same is None:
            raise ValueError(Bilingual("thiếu cả rules lẫn same", "neither rules nor same is given"))
        again = [
            one for one, other in pairwise(sorted(rule.model_dump_json(exclude={"why"}) for rule in self.rules)) if one == other
        ]
        if again:
            raise ValueError(f"declared twice: {again[0]}")
        return self

    def columns(self) -> tuple[str, ...]:
        """Return every column that is spoken of, in order of first appearance."""
        named = [name for rule in self.rules for name in (*rule.columns, *rule.by)]
        return tuple(dict.fromkeys(named + list(self.same.columns if self.same else ())))
