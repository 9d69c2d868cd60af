"""Shrinkage gate: whether a source still holds about as many records as before.

What a source no longer shows is never retired, so a source that was emptied does no harm to the figures of
the past; but its news would be missing from then on, and nobody would know.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from config.errors import ShrinkageError, SourceError, Words
from config.language import Bilingual
from config.sources import Source
from schemas.raw import PULLS
from tasks.pulling.pull_log import PULL, PullRecord
from tasks.sources import landing
from tasks.sources.pages import read_page
from tasks.sources.protocol import Adapter, Window
from tasks.warehouse.load import load as open_load
from tasks.warehouse.rows import fetch_as, fetch_value
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_STATED = _SQL["stated"]
_HELD = _SQL["held"]


_SMALLER = _SQL["smaller"]
_GONE = _SQL["gone"]


class _SmallerFile(NamedTuple):
    """A file that came under the name of a larger one, and how many records that one held."""

    name: str
    page_digest: str
    media_type: str
    records: int


class _Folder(NamedTuple):
    """Records of files that went, of those that are there, and whether other names came in their place."""

    gone: int
    left_over: int
    renewed: bool


class _Stated(NamedTuple):
    """When somebody last accepted that the source shrank, and the largest count that it stated since."""

    accepted_at: datetime | None
    stated: int | None


class ShrinkageGate:
    """The gate of one pull.

    Args:
        source: its file says how much may go.
        adapter: asks it.
        receipt: of the pull; keeps the count stated.
    """

    def __init__(self, source: Source, adapter: Adapter, receipt: PullRecord) -> None:
        self.source = source
        self.adapter = adapter
        self.receipt = receipt

    def check_all(self) -> None:
        """Ask the source for its count of everything and compare with what was known.

        Raises:
            ShrinkageError: too much is gone.
        """
        known, settled = self._known()
        if self.source.shrinkage.share is None or (settled and known < self.source.shrinkage.least):
            return
        total = self.adapter.count(Window())
        if total is None:
            return
        self.receipt.row["source_total"] = total
        self._compare(Bilingual("tổng cộng", "in all"), total, known, known - total)

    def check_window(self, window: Window, total: int | None) -> None:
        """Compare the source's count of a window with what is held of the same window.

        Where a window has an end, records leave it rightfully: modified again, they stand in a later one.

        Raises:
            ShrinkageError: too much is gone.
        """
        if self.source.shrinkage.share is None:
            return
        if self.source.kind == "files":
            self._check_files()
        if total is None:
            return
        if window == Window():
            known, _ = self._known()
            self._compare(Bilingual("tổng cộng", "in all"), total, known, known - total)
            return
        known = self._held(window)
        missing = known - total
        if self._too_much(missing, known) and window.until is not None:
            later = Window(window.since, None)
            missing = min(missing, self._held(later) - (self.adapter.count(later) or 0))
        self._compare(Bilingual("trong một khoảng thời gian", "in a window of time"), total, known, missing)

    def _check_files(self) -> None:
        """Hold a folder against what it last held: files that shrank under their name, and files that were taken away.

        Where new names came for those that went, the folder is one whose files are taken away once they are read.
        """
        given = {"source": self.source.name, "pull_id": self.receipt.pull_id, "least": self.source.shrinkage.least}
        for file in fetch_as(_SmallerFile, _SMALLER, given):
            try:
                records = read_page(landing.fetch(file.page_digest, self.source.name), file.media_type, self.source).records
            except SourceError:
                continue  # it cannot be read: the load says so and keeps it
            self._compare(
                Bilingual(f"trong tệp {file.name}", f"in the file {file.name}"), records, file.records, file.records - records
            )
        (folder,) = fetch_as(_Folder, _GONE, given)
        if not folder.renewed:
            self._compare(
                Bilingual("trong tất cả các tệp", "in all files"), folder.left_over, folder.gone + folder.left_over, folder.gone
            )

    def _compare(self, where: Words, total: int, known: int, missing: int) -> None:
        share = self.source.shrinkage.share
        if share is not None and self._too_much(missing, known):
            raise ShrinkageError(self.source.name, where, total, known, share)

    def _too_much(self, missing: int, known: int) -> bool:
        options = self.source.shrinkage
        return options.share is not None and known >= options.least and missing > options.share * known

    def _known(self) -> tuple[int, bool]:
        """Return how many records are known, and whether that is settled: after an acceptance the source is asked anew."""
        (last,) = fetch_as(_Stated, _STATED, {"source": self.source.name})
        known = self._held(Window()) if last.stated is None else int(last.stated)
        return known, last.accepted_at is None or last.stated is not None

    def _held(self, window: Window) -> int:
        given = {"source": self.source.name, "since": window.since, "until": window.until}
        return int(fetch_value(_HELD, given))


def accept(source: str) -> None:
    """Note that an operator accepts that a source holds fewer records, once.

    What is known of the source begins anew.
    """
    row = {"source": source, "started_at": datetime.now(UTC), "state": "unchanged", "shrinkage_accepted": True}
    counts = {"pages": 0, "records": 0, "rejected": 0}
    with open_load(PULL, source) as current:
        name = f"{source}-accepted-{row['started_at']:%Y%m%dT%H%M%S.%f}"
        current.put(PULLS, {**row, **counts, "pull_id": name, "ended_at": row["started_at"]})
