"""Run history that landing files cannot give back: first-seen days, gate results, published figures.

Receipts of loads and of corrections tell what was read. When a finding was first seen, what a gate found on a day, pulls
that brought nothing, figures that were published: no landing file tells that. Each run lands at its end what is new of
it, as a receipt of the chain ``runs``; publications and differences are told by whoever writes them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from schemas.audit import PROGRESS
from schemas.breakers import BREAKERS
from schemas.differences import DIFFERENCES
from schemas.drift import DRIFT
from schemas.indicators import PUBLICATIONS, STORED
from schemas.publications import PUBLICATION_DRAFTS, PUBLICATION_STATES, RULES_ARCHIVE
from schemas.quality import COMPLETENESS, FINDINGS, GATE_RESULTS, PROPOSALS
from schemas.raw import PAGES, PULLS, WINDOWS
from schemas.table import Table
from schemas.verdicts import VERDICT_VERSIONS
from tasks.publishing.stored import store
from tasks.recovery.manifests import STEP, Manifest, ManifestDraft, keep, read_manifests, time_in
from tasks.sources import landing
from tasks.sources.storage import WHERE
from tasks.warehouse.engine import fetch_all, read_frame
from tasks.warehouse.failpoints import failpoint
from tasks.warehouse.load import Load, load
from tasks.warehouse.partitions import high_watermark
from tasks.warehouse.rows import fetch_value

RUNS = "runs"
_MARGIN = timedelta(minutes=10)  # a row states when it was made, and is committed a little later
_RECENT = "(ended_at IS NULL OR ended_at >= %(since)s)"
# Windows before pages: of what lands meanwhile a page too many may be told, never a place beyond a page that is not.
_OF_A_RUN: dict[Table, str] = {
    WINDOWS: _RECENT,
    PAGES: f"loaded_at IS NULL OR met_in IN (SELECT p.pull_id FROM raw.pulls AS p WHERE {_RECENT})",
    PULLS: _RECENT,
    PROGRESS: "step = 'pull'",
    BREAKERS: "true",
}
_OF_A_PUBLICATION = {
    **dict.fromkeys((PUBLICATIONS, PUBLICATION_STATES, PUBLICATION_DRAFTS), "publication_id = %(publication)s"),
    RULES_ARCHIVE: "changed_in = %(number)s",
}
HISTORY_TABLES = {table.full_name: table for table in (*_OF_A_RUN, *_OF_A_PUBLICATION)}
NEWEST_ONLY = (BREAKERS, DIFFERENCES)  # told whole each time: of a chain the newest receipt counts

# Told as their rows change. Of these only proposals are ever deleted; judging withdraws those that came back in vain.
_CHANGED = (FINDINGS, GATE_RESULTS, COMPLETENESS, DRIFT, PROPOSALS)
SHEETS = {t.full_name: t for t in (*_CHANGED, DIFFERENCES, *STORED.values(), VERDICT_VERSIONS)}
_STORED_LATER = "SELECT EXISTS (SELECT FROM mart.stored_indicators WHERE policy = %(policy)s AND said_from >= %(at)s)"
_REACHED = "SELECT through, cursor FROM audit.progress WHERE step = %(step)s AND partition = %(chain)s"


def keep_run() -> bool:
    """Land what runs have found since this was last done; tell whether there was anything.

    Raises:
        TransientError: the landing zone does not answer; the next run tells it as well.
    """
    reached = high_watermark()
    known = fetch_all(_REACHED, {"step": STEP, "chain": RUNS})
    after, since = (int(known[0][0]), time_in(known[0][1])) if known else (0, datetime.min)
    if not _is_news(after, since):
        return False
    with load("keep", RUNS) as current:
        queries = {t: f"SELECT {', '.join(t.given_columns)} FROM {_changed(t)} ORDER BY {', '.join(t.key)}" for t in _CHANGED}
        frames = {table: current.read(query, {"after": after}, table) for table, query in queries.items()}
        keep(current, ManifestDraft(RUNS, _OF_A_RUN, sheets=_stored(frames), margin=_MARGIN, through=reached))
    return True


def keep_publication(current: Load, policy: str, publication_id: str, frames: Mapping[Table, pd.DataFrame]) -> None:
    """Land the receipt of an open load that publishes.

    ``frames`` are the rows of storage that it began or ended, none where the figures were published before.
    """
    given = {"publication": publication_id, "number": current.change_number}
    keep(current, ManifestDraft(f"publications/{policy}", _OF_A_PUBLICATION, given, sheets=_stored(frames)))


def keep_whole(current: Load, chain: str, table: Table, frame: pd.DataFrame) -> None:
    """Land the receipt of an open load that has made all rows of a chain anew."""
    keep(current, ManifestDraft(chain, sheets=_stored({table: frame}, empty=True)))


def restore_sheets(current: Load, receipts: Sequence[Manifest]) -> None:
    """Put back the rows of the sheets that the warehouse lacks."""
    _restore_whole_publications(current, receipts)
    for name, table in SHEETS.items():
        frame = _told_of(table, receipts)
        if frame.empty:
            continue
        if table in (*STORED.values(), VERDICT_VERSIONS):  # told again when it ends: the last word holds
            current.merge(table, frame)
            continue
        there = current.read(f"SELECT {', '.join(table.key)} FROM {name}", None, table)
        current.merge(table, frame[~_among(frame, there, table)])


def _restore_whole_publications(current: Load, receipts: Sequence[Manifest]) -> None:
    """Store publications whose receipts tell every row of them, as those of older versions do, unless they are there."""
    told = [one for one in receipts if any(table.full_name in one.sheets for table in STORED)]
    found = [(row, one) for one in told for row in one.rows[PUBLICATIONS.full_name]]
    for row, receipt in sorted(found, key=lambda each: str(each[0]["published_at"])):
        policy, at = row["policy"], datetime.fromisoformat(row["published_at"])
        if current.read_one(_STORED_LATER, {"policy": policy, "at": at}):
            continue
        store(current, policy, at, {table: _whole_sheet(receipt, table) for table in STORED})


def _whole_sheet(receipt: Manifest, table: Table) -> pd.DataFrame:
    """Return all rows that a publication has of a table; a table without a row has no sheet."""
    digest = receipt.sheets.get(table.full_name)
    frame = table.frame() if digest is None else read_sheet(digest, table)
    return frame.drop(columns="publication_id")


def put_back_days(as_of: date) -> int:
    """Give findings that hold again the days on which they were seen before; return how many.

    A replay sees every finding on its own day, also those of dossiers that no run of late had to look at.

    Args:
        as_of: day of the replay; where it is later than all that is told, what was seen on it stands.
    """
    told = _told_of(FINDINGS, read_manifests())
    if told.empty or as_of > max(told["last_seen_on"].max(), told["resolved_on"].fillna(date.min).max()):
        return 0
    now = read_frame(f"SELECT {', '.join(FINDINGS.given_columns)} FROM {FINDINGS.full_name}", None, FINDINGS)
    both = told.merge(now[[*FINDINGS.key, "severity", "resolved_on"]], on=list(FINDINGS.key), suffixes=("", "_now"))
    same = (both["severity"] == both["severity_now"]) & (both["resolved_on"].isna() == both["resolved_on_now"].isna())
    with load("replay", "findings") as current:
        merged = current.merge(FINDINGS, both[same.to_numpy(dtype=bool)][list(FINDINGS.given_columns)])
    return merged.updated


def _is_news(after: int, since: datetime) -> bool:
    asked = ["SELECT FROM raw.pulls WHERE ended_at IS NULL OR ended_at > %(since)s"]
    asked += [f"SELECT FROM {_changed(table)}" for table in _CHANGED]
    query = "SELECT " + " OR ".join(f"EXISTS ({one})" for one in asked)
    return bool(fetch_value(query, {"after": after, "since": since}))


def _changed(table: Table) -> str:
    return f"{table.full_name} WHERE changed_in > %(after)s"


def _stored(frames: Mapping[Table, pd.DataFrame], *, empty: bool = False) -> dict[str, str]:
    """Land frames as Parquet; return the digest of each, those without a row left out unless that is what they say."""
    return {t.full_name: land_sheet(frame, t) for t, frame in frames.items() if empty or len(frame)}


def land_sheet(frame: pd.DataFrame, table: Table) -> str:
    """Land rows of a table as Parquet; return the digest of the landing file."""
    digest = landing.store(_to_parquet(frame, table))
    failpoint("sheet_landed")
    return digest


def read_sheet(digest: str, table: Table) -> pd.DataFrame:
    """Read rows that were landed, as the table is declared today."""
    return _from_parquet(landing.fetch(digest, WHERE), table)


def _to_parquet(frame: pd.DataFrame, table: Table) -> bytes:
    import pyarrow.parquet  # a tenth of a second that most commands do not need

    content = pa.Table.from_pandas(table.conform(frame)[list(table.given_columns)], preserve_index=False)
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(content.replace_schema_metadata(None), buffer, compression="none")
    return buffer.getvalue()


def _from_parquet(body: bytes, table: Table) -> pd.DataFrame:
    """Read a sheet as the table is declared today: columns that it has lost are passed over, new ones are null."""
    import pyarrow.parquet

    content = pyarrow.parquet.read_table(io.BytesIO(body))
    kinds = {name: table[name].kind.arrow for name in table.given_columns}
    arrays = {
        name: content[name].cast(kind) if name in content.column_names else pa.nulls(content.num_rows, kind)
        for name, kind in kinds.items()
    }
    return pa.table(arrays).to_pandas(types_mapper=pd.ArrowDtype)


def _told_of(table: Table, receipts: Sequence[Manifest]) -> pd.DataFrame:
    """Return the rows that receipts tell of a table, each as it was told last."""
    digests = [receipt.sheets[table.full_name] for receipt in telling(table, receipts)]
    frames = [read_sheet(digest, table) for digest in digests]
    if not frames:
        return table.frame().drop(columns=list(table.managed))
    return pd.concat(frames, ignore_index=True).drop_duplicates(list(table.key), keep="last", ignore_index=True)


def telling(table: Table, receipts: Iterable[Manifest]) -> Iterator[Manifest]:
    """Return the receipts that count for a table, in order."""
    found = [one for one in receipts if table.full_name in one.rows or table.full_name in one.sheets]
    newest = {one.chain: one.name for one in found}
    return (one for one in found if table not in NEWEST_ONLY or newest[one.chain] == one.name)


def _among(frame: pd.DataFrame, others: pd.DataFrame, table: Table) -> npt.NDArray[np.bool_]:
    key = list(table.key)
    marked = frame[key].merge(others[key], on=key, how="left", indicator=True)["_merge"]
    return np.asarray(marked == "both", dtype=bool)
