"""The gate that a source passes before it is believed: does it still hold about what it held?

What a source no longer shows is never retired, so a source that was emptied does no harm to the figures of
the past; but its news would be missing from then on, and nobody would know.
"""

from __future__ import annotations

from config.errors import ShrinkageError
from config.sources import Source
from tasks.pulling.books import Receipt
from tasks.sources.protocol import Adapter, Window
from tasks.warehouse.engine import fetch_all

# The largest count that the source stated since somebody last accepted that it shrank: many small losses add up.
_STATED = """
    WITH accepted AS (
        SELECT max(started_at) AS at FROM raw.pulls WHERE source = %(source)s AND shrinkage_accepted AND state <> 'failed'
    )
    SELECT greatest(
        (SELECT max(source_total) FROM raw.pulls, accepted WHERE source = %(source)s AND started_at >= coalesce(at, '-infinity')),
        (
            SELECT max(control_total) FROM raw.windows, accepted WHERE source = %(source)s AND state = 'done'
                AND window_from IS NULL AND window_to IS NULL AND started_at >= coalesce(at, '-infinity')
        )
    )
"""
# What came before somebody accepted that the source shrank may be gone from it.
_HELD = """
    SELECT count(*) FROM core.dossiers AS d WHERE d.source = %(source)s
        AND (%(since)s::timestamptz IS NULL OR d.modified_at >= %(since)s)
        AND (%(until)s::timestamptz IS NULL OR d.modified_at < %(until)s)
        AND NOT EXISTS (
            SELECT FROM raw.pulls AS a, raw.pages AS g JOIN raw.pulls AS b ON b.pull_id = g.pull_id
            WHERE a.source = %(source)s AND a.shrinkage_accepted AND a.state <> 'failed'
                AND g.source = d.source AND g.page_digest = d.page_digest AND b.started_at < a.started_at
        )
"""


class ShrinkageGate:
    """The gate of one pull.

    Args:
        source: its file says how much may go.
        adapter: asks it.
        receipt: of the pull; keeps the count stated and an acceptance.
        accepted: whether an operator has said that the source may have shrunk.
    """

    def __init__(self, source: Source, adapter: Adapter, receipt: Receipt, *, accepted: bool) -> None:
        self.source = source
        self.adapter = adapter
        self.receipt = receipt
        self.accepted = accepted

    def check_all(self) -> None:
        """Ask the source for its count of everything and compare with what was known.

        Raises:
            ShrinkageError: too much is gone.
        """
        known = self._known()
        if self.source.shrinkage.share is None or known < self.source.shrinkage.least:
            return
        total = self.adapter.count(Window())
        if total is None:
            return
        self.receipt.row["source_total"] = total
        self._compare("in all", total, known, known - total)

    def check_window(self, window: Window, total: int | None) -> None:
        """Compare the source's count of a window with what is held of the same window.

        Where a window has an end, records leave it rightfully: modified again, they stand in a later one.

        Raises:
            ShrinkageError: too much is gone.
        """
        if total is None or self.source.shrinkage.share is None:
            return
        if window == Window():
            known = self._known()
            self._compare("in all", total, known, known - total)
            return
        known = self._held(window)
        missing = known - total
        if self._too_much(missing, known) and window.until is not None:
            later = Window(window.since, None)
            missing = min(missing, self._held(later) - (self.adapter.count(later) or 0))
        self._compare("in a window of time", total, known, missing)

    def _compare(self, where: str, total: int, known: int, missing: int) -> None:
        share = self.source.shrinkage.share
        if share is None or not self._too_much(missing, known):
            return
        if not self.accepted:
            raise ShrinkageError(self.source.name, where, total, known, share)
        self.receipt.row["shrinkage_accepted"] = True

    def _too_much(self, missing: int, known: int) -> bool:
        options = self.source.shrinkage
        return options.share is not None and known >= options.least and missing > options.share * known

    def _known(self) -> int:
        stated = fetch_all(_STATED, {"source": self.source.name})[0][0]
        return self._held(Window()) if stated is None else int(stated)

    def _held(self, window: Window) -> int:
        given = {"source": self.source.name, "since": window.since, "until": window.until}
        return int(fetch_all(_HELD, given)[0][0])
