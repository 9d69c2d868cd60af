"""Events of the correction loop, written to the outbox in the transaction in which they happen."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from schemas.outbox import LOOP_EVENTS
from tasks.recovery.manifests import keep_outbox, time_of
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load

_THERE = "SELECT event_id FROM quality.loop_events WHERE event_id = ANY(%(ids)s)"
_UNITS = "SELECT source, code, unit_code FROM core.dossiers WHERE code = ANY(%(codes)s)"


@dataclass(frozen=True)
class LoopEvent:
    """Something that happened.

    Attributes:
        kind: one of ``config.codes.EVENT_KINDS``.
        unit_code: agency that it concerns.
        about_unit: agency that it is about, where that is another one.
        package: work package or file of corrections.
        items: questions or corrections.
        account: who did it; None: nobody.
        due_at: until when an answer is due.
        mark: what tells it from another event of the same kind about the same package.
    """

    kind: str
    unit_code: str | None
    package: str
    items: int
    about_unit: str | None = None
    account: str | None = None
    due_at: datetime | None = None
    mark: str = ""

    @property
    def event_id(self) -> str:
        """Digest of what it is about."""
        parts = (self.kind, self.unit_code or "", self.about_unit or "", self.package, self.mark)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def write_events(current: Load, events: Iterable[LoopEvent]) -> int:
    """Write events of an open load to the outbox, each once, and return how many are new."""
    told = {event.event_id: event for event in events if event.items}
    there = {one for (one,) in current.fetch(_THERE, {"ids": list(told)})} if told else set()
    now = time_of(current)
    rows = [_row(event, now) for identity, event in told.items() if identity not in there]
    if rows:
        frame = LOOP_EVENTS.frame(rows).drop(columns=list(LOOP_EVENTS.managed))
        current.merge(LOOP_EVENTS, LOOP_EVENTS.conform(frame))
        keep_outbox(current)
        failpoint("events_written")
    return len(rows)


def events_of_corrections(
    current: Load, corrections: pd.DataFrame, package: str, account: str | None = None
) -> list[LoopEvent]:
    """Return an event for each agency and decision of some corrections.

    Args:
        current: the load that writes them.
        corrections: rows of ``quality.corrections`` as they are written; those that only wait are no decision.
        package: the file that brought them, or the one that was taken back.
        account: who decided; their approver by default.
    """
    units = {(source, code): unit for source, code, unit in current.fetch(_UNITS, {"codes": corrections["code"].tolist()})}
    decided = defaultdict(list)
    columns = ["correction_id", "source", "code", "state", "approved_by"]
    for row in corrections[columns].astype(object).itertuples():
        if row.state in ("approved", "rejected", "undone"):
            decided[units.get((row.source, row.code)), row.state, account or row.approved_by].append(row.correction_id)
    return [
        LoopEvent(state, unit, package, len(ids), account=by, mark=",".join(sorted(ids)))
        for (unit, state, by), ids in decided.items()
    ]


def events_of_answers(rows: Sequence[dict[str, Any]], file: str, account: str) -> list[LoopEvent]:
    """Return an event for each work package of which rows were answered.

    Args:
        rows: of ``quality.package_rows``, with ``asked_unit``.
        file: that brought the answers.
        account: who answered.
    """
    counted = Counter((row["package"], row["asked_unit"]) for row in rows)
    return [
        LoopEvent("answered", unit, package, items, account=account, mark=file) for (package, unit), items in counted.items()
    ]


def _row(event: LoopEvent, now: datetime) -> dict[str, Any]:
    told = ("event_id", "kind", "unit_code", "package", "items", "account", "due_at")
    return {**{name: getattr(event, name) for name in told}, "about_unit": event.about_unit or event.unit_code, "at": now}
