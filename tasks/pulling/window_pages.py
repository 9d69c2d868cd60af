"""Pages of windows, read into the landing zone one by one.

Each is recorded while the next one is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

from config.errors import RefusedError, ShrinkageError, SourceError, TransientError
from tasks.pulling.pull_log import PullRecord
from tasks.pulling.windows import RequestedWindow, WindowPolicy
from tasks.sources import landing
from tasks.sources.protocol import Adapter, Page, Window
from tasks.warehouse.failpoints import failpoint

_PATIENCE = 2  # windows that may fail for a reason that may pass before the rest is left to the next pull


class WindowGate(Protocol):
    """Whoever decides whether what a window brought is accepted."""

    def check_window(self, window: Window, total: int | None) -> None:
        """Let it pass, or raise."""
        ...


def read_all(
    adapter: Adapter,
    receipt: PullRecord,
    planned: Sequence[RequestedWindow | Window],
    guard: WindowGate,
    habits: WindowPolicy,
    reached: datetime | None,
) -> datetime | None:
    """Read the planned windows; one that fails does not keep the others from being read.

    When the source has moved on, its end is asked for once more from the new mark: the question that the next
    pull will ask, so that an unchanged source gives bytes already known, and that finds what was committed late.
    So it is where a pull goes on in the middle of that end: the pages before were last met by the pull that was
    cut off, and would be taken for news the next time.

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
    ahead, goes_on, before = False, False, reached
    receipt.planned([each.window if isinstance(each, RequestedWindow) else each for each in planned])
    for given in planned:
        try:
            newest = _read(adapter, receipt, given, guard)
        except SourceError as error:
            faults.append(error)
            # Who refuses us once is not asked again with the same words: accounts get locked.
            if isinstance(error, RefusedError) or sum(isinstance(fault, TransientError) for fault in faults) >= _PATIENCE:
                break
            continue
        ahead = (given.window if isinstance(given, RequestedWindow) else given).until is None
        goes_on = isinstance(given, RequestedWindow) and given.mark is not None
        reached = max(filter(None, (reached, newest)), default=None)
    if faults:
        raise next((fault for fault in faults if isinstance(fault, RefusedError)), faults[0])
    if ahead and reached is not None and (goes_on or reached != before):
        receipt.at_end = True
        _read(adapter, receipt, Window(reached - habits.overlap, None), guard)
    return reached


def _read(adapter: Adapter, receipt: PullRecord, given: RequestedWindow | Window, guard: WindowGate) -> datetime | None:
    """Read one window; return the latest modification met, not later than when it was first asked."""
    asked = receipt.begin(given)
    window = asked.window
    failpoint("window_begun")
    try:
        newest = _land_all(adapter.pages(window, asked.mark), receipt, asked)
        total = adapter.control_total(window)
        guard.check_window(window, total)
    except BaseException as error:
        receipt.end(asked, "refused" if isinstance(error, ShrinkageError) else "failed", error=type(error).__name__)
        raise
    limit = None if newest is None else min(newest, asked.started_at)
    receipt.add_total(total)
    receipt.end(asked, "done", complete_to=window.until or limit, total=total)
    failpoint("window_done")
    return limit


def _land_all(pages: Iterable[Page], receipt: PullRecord, asked: RequestedWindow) -> datetime | None:
    """Land pages, each while the source makes the next one; return the latest modification met.

    One page at most is on its way: what a kill can lose was asked for and not finished, and is asked for again.
    """
    newest = asked.newest_at
    with ThreadPoolExecutor(1, thread_name_prefix="land") as behind:
        before: Future[None] | None = None
        try:
            for page in pages:
                newest = max(filter(None, (newest, page.newest)), default=None)
                if before is not None:
                    before.result()
                # An answer without a record is nothing to load.
                before = None if page.records == 0 else behind.submit(_land, page, receipt, asked)
        finally:
            if before is not None:
                before.result()  # what went wrong here went wrong before whatever the source did
    return newest


def _land(page: Page, receipt: PullRecord, asked: RequestedWindow) -> None:
    digest = landing.store(page.body)
    failpoint("page_landed")
    receipt.note(asked, page, digest)
    failpoint("page_recorded")
