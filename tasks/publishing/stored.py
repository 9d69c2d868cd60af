"""Storage of publications: a row that the publication before says too is not written again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pandas as pd

from schemas.indicators import STORED
from schemas.table import Table
from tasks.warehouse.load import Load
from tasks.warehouse.spans import supersede

_LAST = """
    SELECT greatest((SELECT max(published_at) FROM mart.publications WHERE policy = %(policy)s),
        (SELECT max(at) FROM audit.publication_states WHERE policy = %(policy)s))
"""


def next_moment(current: Load, policy: str) -> datetime:
    """Return when the next publication or draft of a policy is made.

    That is now, and after every one before, whatever the clock says.
    """
    now: datetime = datetime.now(UTC)
    last: datetime | None = current.read_one(_LAST, {"policy": policy})
    return now if last is None else max(now, last + timedelta(microseconds=1))


def store(current: Load, policy: str, at: datetime, frames: Mapping[Table, pd.DataFrame]) -> dict[Table, pd.DataFrame]:
    """Store what a publication says.

    Args:
        current: the open load.
        policy: name of the policy.
        at: its ``published_at``, later than that of every other of the policy.
        frames: rows of each published table, without the publication.

    Returns:
        Rows of each table of storage that were ended or begun by it.
    """
    where = {"policy": policy}
    return {STORED[table]: supersede(current, STORED[table], frame, where, at) for table, frame in frames.items()}
