"""Schema changes of sources that a run met: a table, and a warning where a file asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

from config.language import translate
from flows.runs.outcome import RunFailures
from tasks.reports.artifacts import CHANGE_WORDS, write_drift
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_value

_MARK = "SELECT coalesce(max(changed_in), 0) FROM quality.drift"
_SINCE = """
    SELECT source, field, what, before, now, policy, first_page FROM quality.drift
    WHERE changed_in > %(mark)s ORDER BY source, policy DESC, what, field
"""
_MOST_NAMED = 3  # fields that a sentence names; the table has them all


@contextmanager
def told_of_drift(trouble: RunFailures) -> Iterator[None]:
    """Tell at the end what changed in the shape of the sources that were loaded inside."""
    mark = fetch_value(_MARK)
    yield
    rows = fetch_all(_SINCE, {"mark": mark})
    if not rows:
        return
    write_drift(rows)
    for name, found in groupby((row for row in rows if row[5] == "warn"), key=lambda row: row[0]):
        trouble.warn(sentence(name, [(field, what) for _, field, what, *_ in found]))


def sentence(name: str, found: list[tuple[str, str]]) -> str:
    """Say in one sentence what changed in a source; names of fields only."""
    shown = ", ".join(f"{field} ({translate(*CHANGE_WORDS[what])})" for field, what in found[:_MOST_NAMED])
    more = len(found) - _MOST_NAMED
    rest = translate(f" và {more} thay đổi khác", f" and {more} more") if more > 0 else ""
    return translate(f"{name}: cấu trúc dữ liệu thay đổi: {shown}{rest}.", f"{name}: its data changed shape: {shown}{rest}.")
