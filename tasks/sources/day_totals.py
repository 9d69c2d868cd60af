"""Day totals: a source's own counts by agency and day of receipt, from answers or SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from config.connections import Totals
from config.language import Bilingual
from tasks.rules.dates.reading import chosen, read_dates
from tasks.sources.formats.records import objects_of
from tasks.sources.protocol import DayTotal


def read_totals(records: Sequence[Any], totals: Totals) -> list[DayTotal]:
    """Read the records of an answer.

    Raises:
        ValueError: a record has no day or no count that can be read; holds no value.
    """
    objects = objects_of(records)
    keys = objects.keys
    read = read_dates(keys.texts(totals.day))
    days = chosen(read, read.month_first).astype("datetime64[D]").tolist()
    counts = keys.texts(totals.count).to_pylist()
    units = keys.texts(totals.unit).to_pylist()
    if objects.others or any(day is None for day in days) or not all((text or "").isdigit() for text in counts):
        raise ValueError(
            Bilingual(f"một bản ghi thiếu {totals.day} hoặc {totals.count}", f"a record lacks {totals.day} or {totals.count}")
        )
    return [DayTotal(unit or "", day, int(count)) for unit, day, count in zip(units, days, counts, strict=True)]


def day_of(column: sa.Column[Any], dialect: str, zone: str) -> sa.ColumnElement[date]:
    """Return the expression of a column's day in a zone, as a dialect computes it."""
    if dialect == "sqlite":
        return sa.func.date(column)
    if getattr(column.type, "timezone", False) and dialect == "postgresql":
        return sa.cast(sa.func.timezone(zone, column), sa.Date)
    return sa.cast(column, sa.Date)
