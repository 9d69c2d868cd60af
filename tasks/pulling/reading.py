"""Reading windows into the landing zone: page by page, each written down before the next is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from config.errors import ShrinkageError, SourceError, TransientError
from tasks.pulling.books import Receipt
from tasks.pulling.spans import Asked, Habits
from tasks.sources import landing
from tasks.sources.protocol import Adapter, Window
from tasks.warehouse.kill import kill_point

_PATIENCE = 2  # windows that may fail for a reason that may pass before the rest is left to the next pull


class Guard(Protocol):
    """Whoever decides whether what a window brought is accepted."""

    def check_window(self, window: Window, total: int | None) -> None:
        """Let it pass, or raise."""
        ...


def read_all(
    adapter: Adapter,
    receipt: Receipt,
    planned: Sequence[Asked | Window],
    guard: Guard,
    habits: Habits,
    reached: datetime | None,
) -> datetime | None:
    """Read the planned windows; one that fails does not keep the others from being read.

    When the source has moved on, its end is asked for once more from the new mark: the question that the next
    pull will ask, so that an unchanged source gives bytes already known, and that finds what was committed late.

    Args:
        adapter: reads the source.
        receipt: of the pull.
        planned: in the order in which they are read.
        guard: decides whether a window is accepted.
        habits: what the source's file says about windows.
        reached: latest modification met by the pulls before.

    Returns:
        The latest modification met by now.

    Raises:
        SourceError: the first that a window raised, after the others were read.
    """
    faults: list[SourceError] = []
    ahead, before = False, reached
    receipt.planned([each.window if isinstance(each, Asked) else each for each in planned])
    for given in planned:
        try:
            newest = _read(adapter, receipt, given, guard)
        except SourceError as error:
            faults.append(error)
            if sum(isinstance(fault, TransientError) for fault in faults) >= _PATIENCE:
                break
            continue
        ahead = (given.window if isinstance(given, Asked) else given).until is None
        reached = max(filter(None, (reached, newest)), default=None)
    if faults:
        raise faults[0]
    if ahead and reached is not None and reached != before:
        receipt.at_end = True
        _read(adapter, receipt, Window(reached - habits.overlap, None), guard)
    return reached


def _read(adapter: Adapter, receipt: Receipt, given: Asked | Window, guard: Guard) -> datetime | None:
    """Read one window; return the latest modification met, not later than when it was first asked."""
    asked = receipt.begin(given)
    window, newest = asked.window, asked.newest_at
    try:
        for page in adapter.pages(window, asked.mark):
            newest = max(filter(None, (newest, page.newest)), default=None)
            if page.records == 0:
                continue  # an answer without a record is nothing to load
            digest = landing.store(page.body)
            kill_point("page_landed")
            receipt.note(asked, page, digest)
            kill_point("page_recorded")
        total = adapter.control_total(window)
        guard.check_window(window, total)
    except BaseException as error:
        receipt.end(asked, "refused" if isinstance(error, ShrinkageError) else "failed", error=type(error).__name__)
        raise
    limit = None if newest is None else min(newest, asked.started_at)
    receipt.add_total(total)
    receipt.end(asked, "done", complete_to=window.until or limit, total=total)
    kill_point("window_done")
    return limit
