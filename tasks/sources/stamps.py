"""What the modification times of a page's records say about where to go on."""

from __future__ import annotations

from typing import Any

import numpy as np

from tasks.rules.dates import NO_OFFSET, chosen, read_dates
from tasks.rules.times import instants
from tasks.sources.exchange import DOSSIER_KEYS, split_objects
from tasks.sources.records import Keys
from tasks.sources.walk import Answer


def seen_in(records: list[Any], zone: str, last: bool, total: int | None) -> Answer:
    """Return what matters of a page.

    Args:
        records: of the page.
        zone: of the times in them.
        last: whether the source says that it is the last page.
        total: records in the whole question, where it tells.
    """
    objects, _, _ = split_objects(records)
    read = read_dates(Keys(objects).texts(*DOSSIER_KEYS["modified_at"]))
    times = chosen(read, read.month_first)
    times = times[(read.offset == NO_OFFSET) & ~np.isnat(times)]
    if not len(times):
        return Answer(last, total)
    ordered = len(times) == len(records) and bool((times[1:] >= times[:-1]).all())
    newest = times.max().astype("datetime64[s]")  # what a question can name
    oldest, latest = instants(np.array([times.min(), newest], dtype=times.dtype), zone)
    return Answer(last, total, ordered, oldest.to_pydatetime(), latest.to_pydatetime(), int((times < newest).sum()))
