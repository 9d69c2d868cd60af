"""Manifests beside the landing files: what rebuilding a lost warehouse needs to know.

Whoever loads pages or takes in corrections (and, in :mod:`tasks.recovery.run_history`, whoever publishes or ends a run) lands a
receipt inside the open load, before its commit. Each names the one that was committed before it, so of the receipts of
a chain those count that the newest leads back to: one whose load was killed before its commit is named by none, and one
that is missing is noticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from config.errors import SourceError
from config.language import Bilingual
from schemas.audit import PROGRESS
from schemas.audits import AUDITS
from schemas.open_data import OPEN_CELLS, OPEN_RELEASES
from schemas.outbox import DELIVERIES, LOOP_EVENTS
from schemas.packages import PACKAGE_ROWS, PACKAGES
from schemas.quality import CORRECTIONS
from schemas.raw import PAGES, PULLS, WINDOWS
from schemas.reference_series import REFERENCE_SERIES
from schemas.table import Kind, Table
from tasks.sources.encrypted_store import blob_store
from tasks.sources.storage import WHERE
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load

STEP = "receipt"  # of audit.progress: the newest receipt of each chain
_FOLDER = "receipts"
_MARGIN = timedelta(days=1)  # rows written while the load before this one ran are told again
_CORRECTIONS = "corrections"
_WORK = "packages"
_OUTBOX = "outbox"
_AUDITS = "audits"
_OPEN_DATA = "open-data"
_REFERENCE = "reference-series"
_PURGES = "purges"
_SOURCES = "sources/"

# What each kind of receipt tells of: rows that no landing file holds.
_OF_A_LOAD: dict[Table, str] = {
    WINDOWS: "source = %(source)s AND (ended_at IS NULL OR ended_at >= %(since)s OR window_id IN "
    "(SELECT g.window_id FROM raw.pages AS g WHERE g.source = %(source)s AND g.page_digest = ANY(%(pages)s)))",
    PAGES: "source = %(source)s AND (loaded_at IS NULL OR page_digest = ANY(%(pages)s))",
    PULLS: "source = %(source)s AND (started_at >= %(since)s OR pull_id IN "
    "(SELECT g.pull_id FROM raw.pages AS g WHERE g.source = %(source)s AND g.page_digest = ANY(%(pages)s)))",
    PROGRESS: "step = 'pull' AND partition = %(source)s",
}
_OF_A_PACKAGE = {CORRECTIONS: "package = %(package)s", PACKAGE_ROWS: "answered_in = %(package)s"}
_OF_MADE_PACKAGES = {PACKAGES: "package = ANY(%(packages)s)", PACKAGE_ROWS: "package = ANY(%(packages)s)"}
_OF_THE_OUTBOX = {LOOP_EVENTS: "changed_in = %(number)s", DELIVERIES: "changed_in = %(number)s"}
_OF_AN_AUDIT = {AUDITS: "month = %(month)s"}
_OF_AN_OPEN_RELEASE = {OPEN_RELEASES: "release_id = %(release)s", OPEN_CELLS: "release_id = %(release)s"}
_OF_REFERENCE_SERIES = {REFERENCE_SERIES: "file_digest = %(digest)s"}
_OF_A_PURGE = {PAGES: "source = %(source)s AND page_digest = ANY(%(pages)s)"}
_NEWEST = "SELECT cursor FROM audit.progress WHERE step = %(step)s AND partition = %(chain)s"
RESTORED = {
    table.full_name: table
    for table in (
        *_OF_A_LOAD,
        *_OF_A_PACKAGE,
        *_OF_MADE_PACKAGES,
        *_OF_THE_OUTBOX,
        *_OF_AN_AUDIT,
        *_OF_AN_OPEN_RELEASE,
        *_OF_REFERENCE_SERIES,
    )
}


@dataclass(frozen=True)
class Manifest:
    """One load of a source, one package of corrections, or what a run found.

    Attributes:
        name: its file below the landing zone.
        chain: ``sources/<name>``, ``corrections``, ``packages``, ``outbox``, ``audits``, ``open-data``, ``reference-series``, ``purges``, or one of :mod:`tasks.recovery.run_history`.
        at: when the load began; the receipt itself may be younger, where one was missing.
        previous: name of the receipt committed before it; None for the first.
        loaded: digests of the pages that were loaded together, in order.
        rows: name of a table to rows of it.
        sheets: name of a table to the digest of a landing file with many rows of it.
    """

    name: str
    chain: str
    at: datetime
    previous: str | None
    loaded: tuple[str, ...]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    sheets: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str | None:
        """The source that was loaded; None for what is no load."""
        return self.chain.removeprefix(_SOURCES) if self.chain.startswith(_SOURCES) else None


@dataclass(frozen=True)
class ManifestDraft:
    """What the receipt of an open load is to tell.

    Attributes:
        chain: which receipts it follows.
        wanted: which rows of which tables it tells; ``%(since)s`` is when the one before was written, less the margin.
        parameters: of those conditions.
        pages: digests of the pages that were loaded.
        sheets: name of a table to the digest of a landing file with rows of it.
        at: when what it tells was done; the load's own time by default.
        margin: rows so much older than the receipt before are told again.
        through: change number up to which it tells; the load's own by default.
    """

    chain: str
    wanted: Mapping[Table, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    pages: Sequence[str] = ()
    sheets: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    margin: timedelta = _MARGIN
    through: int | None = None


def keep_load(current: Load, source: str, pages: Sequence[str], at: datetime | None = None) -> None:
    """Land the receipt of an open load, after all that it writes and before its commit.

    Args:
        current: the load.
        source: whose pages are loaded.
        pages: their digests, in order.
        at: when they were loaded; the load's own time by default.
    """
    given = {"source": source, "pages": list(pages)}
    keep(current, ManifestDraft(f"{_SOURCES}{source}", _OF_A_LOAD, given, pages=pages, at=at))


def keep_package(current: Load, package: str) -> None:
    """Land the receipt of a package of corrections, with all its rows; to be called where any of them is written."""
    keep(current, ManifestDraft(_CORRECTIONS, _OF_A_PACKAGE, {"package": package}))


def keep_made_packages(current: Load, packages: Sequence[str]) -> None:
    """Land the receipt of work packages that an open load records, with their rows."""
    keep(current, ManifestDraft(_WORK, _OF_MADE_PACKAGES, {"packages": list(packages)}))


def keep_outbox(current: Load) -> None:
    """Land the receipt of what an open load writes to the outbox.

    In a warehouse that is built again what was told stays told, and what waits goes on waiting.
    """
    keep(current, ManifestDraft(_OUTBOX, _OF_THE_OUTBOX, {"number": current.change_number}))


def keep_audit(current: Load, month: str) -> None:
    """Land the receipt of an audit that an open load records."""
    keep(current, ManifestDraft(_AUDITS, _OF_AN_AUDIT, {"month": month}))


def keep_open_release(current: Load, release_id: str) -> None:
    """Land the receipt of a release of open data: a warehouse that is built again must know it."""
    keep(current, ManifestDraft(_OPEN_DATA, _OF_AN_OPEN_RELEASE, {"release": release_id}))


def keep_reference_series(current: Load, digest: str) -> None:
    """Land the receipt of a file of reference series: no source can tell them again."""
    keep(current, ManifestDraft(_REFERENCE, _OF_REFERENCE_SERIES, {"digest": digest}))


def keep_purge(current: Load, source: str, pages: Sequence[str]) -> None:
    """Land the receipt of a purge: a warehouse that is built again must know which pages say nothing any more."""
    keep(current, ManifestDraft(_PURGES, _OF_A_PURGE, {"source": source, "pages": list(pages)}))


def time_of(current: Load) -> datetime:
    """Return when the open load began, as the warehouse will write it."""
    moment: datetime = current.read_one("SELECT now()")
    return moment.astimezone(UTC)


def keep(current: Load, draft: ManifestDraft) -> None:
    """Land a receipt of an open load and make it the newest one of its chain."""
    # Two packages may come at once; a chain has one end.
    current.execute("SELECT pg_advisory_xact_lock(hashtextextended(%(chain)s, 0))", {"chain": f"receipts of {draft.chain}"})
    previous = current.read_one(_NEWEST, {"step": STEP, "chain": draft.chain})
    since = (time_in(previous) - draft.margin) if previous else datetime(1970, 1, 1, tzinfo=UTC)
    conditions = {**draft.parameters, "since": since}
    written = time_of(current)
    content = {
        "chain": draft.chain,
        "at": (draft.at or written).astimezone(UTC).isoformat(),
        "previous": previous,
        "loaded": list(draft.pages),
        "rows": {table.full_name: _rows(current, table, where, conditions) for table, where in draft.wanted.items()},
        "sheets": dict(draft.sheets),
    }
    body = json.dumps(content, ensure_ascii=False, indent=1, default=_plain).encode()
    name = f"{_FOLDER}/{draft.chain}/{written:%Y%m%dT%H%M%S.%fZ}-{_digest(body)}.json"
    blob_store().put(name, body)
    failpoint("receipt_landed")
    through = current.change_number if draft.through is None else draft.through
    current.progress(STEP, draft.chain, through=through, rules_digest="", cursor=name)


def read_manifests() -> list[Manifest]:
    """Read the receipts that were committed, in the order in which their loads were.

    Raises:
        SourceError: one is damaged, or one that a later one names is missing; nothing was changed.
    """
    by_chain: dict[str, dict[str, Manifest]] = {}
    for name in blob_store().names(_FOLDER):
        receipt = _read(name)
        by_chain.setdefault(receipt.chain, {})[name] = receipt
    chosen = [receipt for found in by_chain.values() for receipt in _committed(found)]
    return sorted(chosen, key=lambda receipt: (receipt.at, receipt.name))


def values_of(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of a receipt as the table's frame takes it; columns that the table no longer has are passed over."""
    return {name: _value(table[name].kind, row[name]) for name in table.given_columns if name in row}


def _committed(found: Mapping[str, Manifest]) -> Iterator[Manifest]:
    """Follow a chain from its newest receipt back to its first."""
    name: str | None = max(found)  # names begin with the time of writing
    while name is not None:
        if name not in found:
            raise SourceError(
                WHERE,
                Bilingual(
                    f"thiếu biên nhận {name} mà một biên nhận sau có nhắc đến",
                    f"receipt {name} is missing, and a later one names it",
                ),
                Bilingual("Hãy phục hồi từ bản sao lưu.", "Restore it from a backup."),
            )
        yield found[name]
        name = found[name].previous


def _read(name: str) -> Manifest:
    body = blob_store().get(name)
    if _digest(body) != name.rpartition("-")[2].removesuffix(".json"):
        raise SourceError(
            WHERE,
            Bilingual(f"biên nhận {name} bị hỏng", f"receipt {name} is damaged"),
            Bilingual("Hãy phục hồi từ bản sao lưu.", "Restore it from a backup."),
        )
    given = json.loads(body)
    moment = datetime.fromisoformat(given["at"])
    return Manifest(
        name, given["chain"], moment, given["previous"], tuple(given["loaded"]), given["rows"], given.get("sheets", {})
    )


def _rows(current: Load, table: Table, where: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    columns, key = ", ".join(table.given_columns), ", ".join(table.key)
    found = current.fetch(f"SELECT {columns} FROM {table.full_name} WHERE {where} ORDER BY {key}", parameters)
    return [dict(zip(table.given_columns, row, strict=True)) for row in found]


def time_in(name: str) -> datetime:
    """Return the time that a receipt's name begins with."""
    stamp = name.rpartition("/")[2].partition("-")[0]
    return datetime.strptime(stamp, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no way to write down {type(value).__name__}")


def _value(kind: Kind, value: Any) -> Any:
    if kind is Kind.JSON and value is not None:
        return json.dumps(value, ensure_ascii=False)
    if value is None or kind not in (Kind.INSTANT, Kind.DATE):
        return value
    return datetime.fromisoformat(value) if kind is Kind.INSTANT else date.fromisoformat(value)
