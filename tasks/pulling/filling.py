"""Back-fill of a source's past: which windows a span needs, why, and where it was cut off.

It says beforehand what is judged again after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from config.sources import Source
from tasks.pulling.pull_log import PULL, requested_of
from tasks.pulling.windows import FAILED, Fill, RequestedWindow, window_policy_of
from tasks.sources.protocol import Window
from tasks.warehouse.load import load
from tasks.warehouse.rows import fetch_as, fetch_value

FillChoice = Literal["missing", "missing-and-failed", "all"]
"""What of a span is read: what never landed; that, and what failed; or everything again."""
_STEP = "backfill"
_BEGUN = "SELECT cursor FROM audit.progress WHERE step = %(step)s AND partition = %(order)s"
_HELD = """
    SELECT count(*) AS dossiers, count(DISTINCT d.partition_month) AS months FROM core.dossiers AS d
    WHERE d.source = %(source)s AND EXISTS (
        SELECT FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) AS w (since, until)
        WHERE (w.since IS NULL OR d.modified_at >= w.since) AND (w.until IS NULL OR d.modified_at < w.until))
"""


@dataclass(frozen=True)
class PlannedWindow:
    """A window that a back-fill asks for.

    Attributes:
        why: missing (never landed), cut_off, failed, or again (it has landed).
    """

    window: Window
    why: str


@dataclass(frozen=True)
class HeldInWindows:
    """Dossiers held that were last modified in some windows.

    With the months of receipt that are judged anew if one of them changes.
    """

    dossiers: int
    months: int


@dataclass(frozen=True)
class FillOrder:
    """What is to be filled.

    Attributes:
        span: whole days in the source's own time.
        begun: when an order to read all again was begun that was not finished; None where none was.
    """

    source: Source
    span: Window
    choice: FillChoice
    begun: datetime | None = None

    @property
    def fill(self) -> Fill:
        """How the planner is asked."""
        return Fill(self.span, self.choice == "all", self.begun, self.choice != "missing")

    @property
    def name(self) -> str:
        """Names the same order in a later run."""
        return f"{self.source.name}/{self.span.since}..{self.span.until or ''}"

    def windows(self) -> list[PlannedWindow]:
        """Return the windows that have to be asked for, in order."""
        planned = self.fill.plan(requested_of(self.source.name), window_policy_of(self.source), datetime.now(UTC))
        return [self._planned(each) for each in planned]

    def _planned(self, each: RequestedWindow | Window) -> PlannedWindow:
        if isinstance(each, RequestedWindow):
            return PlannedWindow(each.window, "failed" if each.state in FAILED else "cut_off")
        return PlannedWindow(each, "again" if self.choice == "all" else "missing")


def fill_order(source: Source, span: Window, choice: FillChoice) -> FillOrder:
    """Return an order, gone on with where the same one was cut off; nothing is written."""
    order = FillOrder(source, span, choice)
    begun = fetch_value(_BEGUN, {"step": _STEP, "order": order.name}) if choice == "all" else None
    return replace(order, begun=datetime.fromisoformat(begun)) if begun else order


def begin_order(order: FillOrder) -> FillOrder:
    """Note when an order to read all again begins, so that a run that is cut off is gone on with by the next."""
    if order.choice != "all" or order.begun is not None:
        return order
    begun = datetime.now(UTC)
    _note(order, begun.isoformat())
    return replace(order, begun=begun)


def end_order(order: FillOrder) -> None:
    """Note that an order was carried out whole: the next of its kind reads all again."""
    if order.begun is not None:
        _note(order, None)


def held_in(source: Source, windows: Sequence[Window]) -> HeldInWindows:
    """Count what is held of some windows; a source without times of modification has its dossiers in none."""
    given: dict[str, Any] = {"source": source.name}
    given |= {"since": [each.since for each in windows], "until": [each.until for each in windows]}
    return fetch_as(HeldInWindows, _HELD, given)[0]


def _note(order: FillOrder, cursor: str | None) -> None:
    with load(PULL, order.source.name) as current:
        current.progress(_STEP, order.name, through=current.change_number, rules_digest="", cursor=cursor)
