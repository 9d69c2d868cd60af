"""Pull log: receipt, windows and pages of a pull, each in a small transaction of its own.

Each is written as soon as it is true.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from config.errors import MotcuaError
from schemas.raw import PAGES, PULLS, WINDOWS
from tasks.pulling.windows import RequestedWindow
from tasks.rules.privacy.masking import mask
from tasks.sources.protocol import Page, Window
from tasks.warehouse.load import Load
from tasks.warehouse.load import load as open_load
from tasks.warehouse.rows import fetch_as, fetch_value
from tasks.warehouse.statements import statements_of

PULL = "pull"
_ASKED = """
    SELECT window_id, window_from, window_to, state, started_at, complete_to, mark, newest_at
    FROM raw.windows WHERE source = %(source)s ORDER BY started_at, window_id
"""
# When any other pull last brought a page: bytes that were last met before that are met again.
_LAST_NEWS = """
    SELECT max(p.started_at) FROM raw.pulls AS p WHERE p.source = %(source)s AND p.pull_id <> %(pull_id)s
        AND EXISTS (SELECT FROM raw.pages AS g WHERE g.pull_id = p.pull_id)
"""
_SQL = statements_of(__file__)
_NOTE_PAGE = _SQL["note_page"]
# Not flushed at once: should the machine lose power, a page or two are asked for again; their bytes are flushed.
_NOTE_WINDOW = """
    SET LOCAL synchronous_commit TO off;
    UPDATE raw.windows SET mark = coalesce(%(mark)s, mark), pages = pages + 1, records = records + %(records)s,
        newest_at = greatest(newest_at, %(newest)s) WHERE window_id = %(window_id)s;
"""


def requested_of(source: str) -> list[RequestedWindow]:
    """Return all windows of a source, the oldest question first."""
    return [
        RequestedWindow(
            row["window_id"],
            Window(row["window_from"], row["window_to"]),
            row["state"],
            row["started_at"],
            row["complete_to"],
            row["mark"],
            row["newest_at"],
        )
        for row in fetch_as(dict[str, Any], _ASKED, {"source": source})
    ]


@dataclass
class PullRecord:
    """The receipt of a pull that goes on.

    Attributes:
        row: the row of ``raw.pulls`` so far.
        fresh: how many pages came that have to be loaded.
        digests: of all pages that came.
        at_end: the planned windows are read, their end is asked for once more.
    """

    source: str
    row: dict[str, Any]
    last_news: datetime | None
    fresh: int = 0
    windows: int = 0
    records: int = 0
    digests: list[str] = field(default_factory=list)
    at_end: bool = False

    @property
    def pull_id(self) -> str:
        """Its name."""
        return str(self.row["pull_id"])

    def add_total(self, total: int | None) -> None:
        """Add the source's own count of a window that was planned; the end that is asked for once more counts twice."""
        if total is not None and not self.at_end:
            self.row["control_total"] = (self.row.get("control_total") or 0) + total

    def begin(self, given: Window | RequestedWindow) -> RequestedWindow:
        """Note that a window is asked for, or gone on with."""
        number, self.windows = self.windows, self.windows + 1
        if isinstance(given, RequestedWindow):
            with open_load(PULL, self.source) as current:
                statement = (
                    "UPDATE raw.windows SET state = 'running', pull_id = %(pull)s, ended_at = NULL WHERE window_id = %(id)s"
                )
                current.execute(statement, {"pull": self.pull_id, "id": given.window_id})
            return given
        asked = RequestedWindow(f"{self.pull_id}-{number}", given, "running", datetime.now(UTC))
        row = {
            "window_id": asked.window_id,
            "source": self.source,
            "pull_id": self.pull_id,
            "window_from": given.since,
            "window_to": given.until,
            "state": "running",
            "pages": 0,
            "records": 0,
            "started_at": asked.started_at,
        }
        with open_load(PULL, self.source) as current:
            current.put(WINDOWS, row)
        return asked

    def note(self, asked: RequestedWindow, page: Page, digest: str) -> None:
        """Note a page whose bytes are in the landing zone, and where to go on after it."""
        values = {
            "source": self.source,
            "digest": digest,
            "pull_id": self.pull_id,
            "window_id": asked.window_id,
            "number": len(self.digests),
            "name": page.name,
            "media_type": page.media_type,
            "bytes": len(page.body),
            "records": page.records or 0,
            "mark": page.mark,
            "newest": page.newest,
            "last_news": self.last_news,
        }
        with open_load(PULL, self.source, digest=digest) as current:
            fresh = current.read_one(_NOTE_WINDOW + _NOTE_PAGE, current.net.row(PAGES, values))
        self.fresh += bool(fresh)
        self.digests.append(digest)
        self.records += page.records or 0

    def end(
        self,
        asked: RequestedWindow,
        state: str,
        *,
        complete_to: datetime | None = None,
        total: int | None = None,
        error: str = "",
    ) -> None:
        """Note how an attempt at a window ended."""
        values = {"id": asked.window_id, "state": state, "to": complete_to, "total": total, "error": error or None}
        with open_load(PULL, self.source) as current:
            current.execute(
                "UPDATE raw.windows SET state = %(state)s, complete_to = %(to)s, control_total = coalesce(%(total)s, control_total), "
                "mark = CASE WHEN %(state)s = 'refused' THEN NULL ELSE mark END, ended_at = now(), error_class = %(error)s "
                "WHERE window_id = %(id)s",
                values,
            )

    def planned(self, windows: Sequence[Window]) -> None:
        """Note the span that the pull asks for, for its receipt."""
        if windows:
            self.row["window_from"] = (
                None if any(w.since is None for w in windows) else min(w.since for w in windows if w.since)
            )
            self.row["window_to"] = None if any(w.until is None for w in windows) else max(w.until for w in windows if w.until)

    def close(self, newest: datetime | None) -> str | None:
        """Write the receipt of a pull that ended well; return its name if anything has to be loaded."""
        digest = hashlib.sha256("".join(self.digests).encode()).hexdigest()
        with open_load(PULL, self.source, digest=digest) as current:
            self._write(current, {"state": "landed" if self.fresh else "unchanged", "digest": digest})
            mark = newest.isoformat() if newest else None
            current.progress(PULL, self.source, through=current.change_number, rules_digest="", cursor=mark)
        return self.pull_id if self.fresh else None

    def fail(self, error: BaseException) -> None:
        """Write the receipt of a pull that failed; the text of an error that is not ours may quote a record."""
        text = mask(str(error)) if isinstance(error, MotcuaError) else None
        with open_load(PULL, self.source) as current:
            self._write(current, {"state": "failed", "error_class": type(error).__name__, "error": text})

    def _write(self, current: Load, more: dict[str, Any]) -> None:
        counted = {"pages": len(self.digests), "records": self.records, "rejected": 0, "ended_at": datetime.now(UTC)}
        current.put(PULLS, {**self.row, **counted, **more})


def begin_pull(source: str) -> PullRecord:
    """Write the receipt of a pull that begins, in a transaction of its own, so that a pull that dies leaves a trace."""
    started = datetime.now(UTC)
    pull_id = f"{source}-{started:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    row = {"pull_id": pull_id, "source": source, "started_at": started, "state": "running"}
    with open_load(PULL, source) as current:
        current.put(PULLS, {"pages": 0, "records": 0, "rejected": 0, **row})
    last_news = fetch_value(_LAST_NEWS, {"source": source, "pull_id": pull_id})
    return PullRecord(source, row, last_news)
