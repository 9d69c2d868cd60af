"""Spans: rows that are stored once for as long as they say the same, and from and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from psycopg2 import sql

from schemas.table import Table
from tasks.rules.arrays import Mask, arrow, truths
from tasks.warehouse.identifiers import names, qualified
from tasks.warehouse.load import Load
from tasks.warehouse.merge import condition

FROM, UNTIL = "said_from", "said_until"


def supersede(current: Load, table: Table, frame: pd.DataFrame, where: Mapping[str, Any], at: datetime) -> pd.DataFrame:
    """Let a frame say from now on what stands within a condition; what says the same already stays as it is.

    What stands is read and compared here: to copy a whole publication to the server, where one row in twenty is new, costs
    four times as much.

    Args:
        current: the open load.
        table: its key is text and ends with ``said_from``, and ``said_until`` is null of the rows that stand.
        frame: all its columns but these two and those of the condition; keys unique.
        where: columns and values that every row of the frame is to have.
        at: from when it says so; later than any moment that stands within the condition.

    Returns:
        The rows that were ended or begun, as they stand now; none where the frame says what stood.
    """
    given = table.conform(frame.assign(**where, **{FROM: at, UNTIL: None})).reset_index(drop=True)
    query = sql.SQL("SELECT {} FROM {} AS t WHERE {} AND t.said_until IS NULL")
    stood = current.read(query.format(names(table.columns, "t"), qualified(table), condition(where)), None, table)
    place = _places(given, stood, table)
    ended = np.ones(len(stood), dtype=bool)
    ended[place[place >= 0]] = False
    over = table.conform(stood[ended].assign(**{UNTIL: at}))
    moved = pd.concat([over, given[place < 0]], ignore_index=True)
    current.merge(table, moved)
    return moved


def _places(given: pd.DataFrame, stood: pd.DataFrame, table: Table) -> np.ndarray:
    """Return for each given row the place of the standing one that says the same; -1 where none does."""
    key = [name for name in table.key if name != FROM]
    found = pc.fill_null(pc.index_in(_joined(given, key), value_set=_joined(stood, key)), -1)
    place = np.array(found.to_numpy(zero_copy_only=False))
    known = np.flatnonzero(place >= 0)
    equal = np.ones(len(known), dtype=bool)
    for name in (name for name in table.columns if name not in table.key and name != UNTIL):
        equal &= _equal(arrow(given[name]).take(pa.array(known)), arrow(stood[name]).take(pa.array(place[known])))
    place[known[~equal]] = -1
    return place


def _joined(frame: pd.DataFrame, columns: list[str]) -> pa.Array:
    return pc.binary_join_element_wise(*(arrow(frame[name]).cast(pa.string()) for name in columns), "\x1f")


def _equal(one: pa.Array, other: pa.Array) -> Mask:
    """Tell which values are equal; null equals null."""
    return truths(pc.equal(one, other)) | truths(pc.and_(pc.is_null(one), pc.is_null(other)))
