"""Modification times of a page's records, and where to go on from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tasks.rules.dates.reading import NO_OFFSET, chosen, read_dates
from tasks.rules.dates.times import instants
from tasks.sources.formats.records import objects_of
from tasks.sources.http.list_protocol import ListResponse
from tasks.sources.http.paging import PageSummary


def seen_in(told: ListResponse, names: Sequence[str], zone: str, *, repeats: bool = False) -> PageSummary:
    """Return what matters of a page.

    Args:
        told: the page.
        names: that a record may have for the time of its last modification; none for a list that cannot be asked by it.
        zone: of the times in them that state no offset themselves.
        repeats: it brings the records of a page before it.
    """
    records = told.records
    total = None if told.total is not None and told.total < len(records) else told.total  # a number of something else
    answer = PageSummary(len(records), told.more, total, repeats)
    read = read_dates(objects_of(records).keys.texts(*names))
    times = chosen(read, read.month_first)
    stated = read.offset != NO_OFFSET
    if stated.any():  # such as milliseconds since 1970: those beside them without an offset become instants too
        local = instants(times, zone).dt.tz_localize(None).to_numpy(dtype="datetime64[us]", na_value=np.datetime64("NaT"))
        times = np.where(stated, times - np.where(stated, read.offset, 0).astype("timedelta64[m]"), local)
        zone = "UTC"
    times = times[~np.isnat(times)]
    if not len(times):
        return answer
    ordered = len(times) == len(records) and bool((times[1:] >= times[:-1]).all())
    newest = times.max().astype("datetime64[s]")  # what a question can name
    oldest, latest = instants(np.array([times.min(), newest], dtype=times.dtype), zone)
    return replace(
        answer,
        ordered=ordered,
        oldest=oldest.to_pydatetime(),
        newest=latest.to_pydatetime(),
        before_newest=int((times < newest).sum()),
    )
