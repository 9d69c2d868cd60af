"""Dry runs of a back-fill and of a re-statement: what would be done.

Nothing is started but the warehouse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console

from flows.commands.console_tables import print_rows
from flows.runtime.session import warehouse

if TYPE_CHECKING:
    from tasks.publishing.past_days import DayChoice
    from tasks.pulling.filling import FillChoice

_OUT = Console()


def foresee_backfill(source: str, since: date, until: date | None, what: FillChoice) -> int:
    """Print the windows that a back-fill would ask for, and what would follow."""
    from flows.backfill import foreseen, order_of
    from tasks.reports.window_lists import planned_rows

    with warehouse():
        _, order = order_of(source, since, until, what)
        windows = order.windows()
        return _print(planned_rows(order.source, windows), foreseen(order, windows))


def foresee_restate(since: date, until: date | None, what: DayChoice) -> int:
    """Print the days that a re-statement would judge and publish, and how they stand."""
    from flows.restate import days_to_state, foreseen, last_day
    from tasks.reports.past_days import day_rows

    with warehouse():
        last = last_day(until)
        days = days_to_state(since, last, what)
        return _print(day_rows(days), foreseen(since, last, days))


def _print(rows: Sequence[Mapping[str, object]], said: str) -> int:
    if rows:
        print_rows(_OUT, rows, len(rows))
    _OUT.print(said, highlight=False, markup=False)
    return 0
