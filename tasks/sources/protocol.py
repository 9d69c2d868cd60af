"""Protocol of adapters: a source's records as pages of bytes, exactly as they came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

JSON = "application/json"
JSON_LINES = "application/x-ndjson"
CSV = "text/csv"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REFUSED_FILE = "application/x-motcua-refused"  # not the file, but why it was not taken: a word
OLD_WORKBOOK = "application/vnd.ms-excel"


@dataclass(frozen=True)
class Page:
    """One page, file or batch of rows.

    Attributes:
        number: place in the pull, from 0.
        name: what the source calls it; holds no personal value.
        media_type: what the bytes are.
        body: the bytes as they came.
        records: how many records it holds, where that is known without reading it.
        newest: latest modification stated in it, aware; None where it states none.
        mark: where to go on after it, in the adapter's own words; None where a pull cannot go on in the middle.
    """

    number: int
    name: str
    media_type: str
    body: bytes
    records: int | None = None
    newest: datetime | None = None
    mark: str | None = None


@dataclass(frozen=True)
class Window:
    """Which records a pull asks for, by their last modification.

    Attributes:
        since: this instant and later, aware; None asks for all.
        until: before this instant; None sets no end.
    """

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class DayTotal:
    """How many dossiers an agency received on a day, by the source's own count.

    Attributes:
        unit: agency as the source names it in its dossiers; empty where it names none.
        day: of receipt, in the source's own time zone.
    """

    unit: str
    day: date
    count: int


class Adapter(Protocol):
    """A way to reach a source."""

    def pages(self, window: Window, after: str | None = None) -> Iterator[Page]:
        """Yield the pages of a window.

        Args:
            window: which records.
            after: mark of the last page that came before the pull was cut off: the pages up to it are not asked
                for again. None, or a mark that no longer means anything, begins at the first.

        Raises:
            TransientError: the network or the source failed in a way that may pass.
            SourceError: the source answered something that cannot be used.
        """
        ...

    def control_total(self, window: Window) -> int | None:
        """Return how many records the source itself counted in the window that was read; None where it cannot tell."""
        ...

    def count(self, window: Window) -> int | None:
        """Ask the source how many records it holds in a window, without reading them; None where it cannot tell."""
        ...

    def day_totals(self, first: date, last: date) -> list[DayTotal] | None:
        """Ask the source for its own counts by agency and day of receipt, both days included; None where it tells none."""
        ...
