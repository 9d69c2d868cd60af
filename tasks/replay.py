"""Replay: the warehouse rebuilt from the landing zone, without asking any source.

Every load is done again as it was done: the same pages together, in the same order, under the rules and source
files of today. What a killed replay leaves is safe: pages not loaded yet wait like any others, and a further
replay begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.errors import ConfigError
from config.known_sources import known_sources
from config.language import Bilingual
from config.settings import settings
from config.sources import Source
from schemas.raw import PAGES
from tasks.loading.pages import load_again
from tasks.recovery.manifests import RESTORED, STEP, Manifest, keep_load, read_manifests, values_of
from tasks.recovery.run_history import HISTORY_TABLES, keep_run, put_back_days, restore_sheets, telling
from tasks.runtime.safe_errors import with_safe_errors
from tasks.runtime.step_result import StepResult
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import Load, load
from tasks.warehouse.rows import fetch_value

_SUBJECT = "*"
# Made again from the landing files. All else stays where it is, and comes back from the receipts where it was lost.
REBUILT = (
    "core.dossiers",
    "core.dossier_versions",
    "core.events",
    "core.pauses",
    "core.matches",
    "ref.units",
    "ref.procedures",
    "raw.mentions",
    "raw.rejected",
    "quality.changes",
    "quality.clock_faults",
    "judged.verdicts",
    "judged.recounts",
    "mart.counts",
)
# What is not the same after a replay: these and no other; a test compares all tables. The ledger of a lost warehouse begins
# anew, with the replay as its first entries, and with it the numbers of changes: `changed_in` wherever it stands, and `through`; seals are made anew by the next publication.
NUMBERED_ANEW = ("audit.ledger", "audit.progress", "audit.seals", "audit.seal_sums")
_FILLED = "SELECT EXISTS (SELECT FROM raw.pulls) OR EXISTS (SELECT FROM core.dossiers)"
_LOADED = """
    SELECT source, loaded_at, page_digest FROM raw.pages WHERE loaded_at IS NOT NULL
    ORDER BY loaded_at, source, (SELECT p.started_at FROM raw.pulls AS p WHERE p.pull_id = pages.pull_id), pull_id, number
"""


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="findings-as-seen")
@with_safe_errors
def findings_as_seen(as_of: date) -> int:
    """Give findings their days back after they were made again.

    See :func:`tasks.recovery.run_history.put_back_days`.
    """
    return put_back_days(as_of)


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="replay")
@with_safe_errors
def replay(overwrite: bool = False, without_purged: bool = False) -> StepResult:
    """Rebuild the warehouse from the landing zone; see :func:`replay_landing`."""
    return replay_landing(overwrite=overwrite, without_purged=without_purged)


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="purged-pages")
@with_safe_errors
def purged_pages() -> int:
    """Return how many landing files were purged, of which a replay has rebuilt nothing."""
    return int(fetch_value("SELECT count(*) FROM raw.pages WHERE purged_on IS NOT NULL"))


def replay_landing(*, overwrite: bool = False, without_purged: bool = False) -> StepResult:
    """Rebuild reference data and dossiers from landing files and receipts; matching and judging come after.

    Args:
        overwrite: empty what is derived in a warehouse that holds something, and build it again. Receipts of
            pulls, findings, corrections, gate results, publications and the ledger stay.
        without_purged: rebuild the rest where landing files were purged; dossiers that rest on these alone are not there then.

    Raises:
        ConfigError: the warehouse is not empty, there are no receipts, or a source of theirs has no file; landing files
            were purged. Nothing was changed.
        SourceError: a receipt or landing file is missing or damaged.
    """
    if not without_purged:
        _refuse_purged(read_manifests())
    if overwrite:
        _write_missing_receipts()
        keep_run()
    elif fetch_value(_FILLED):
        raise ConfigError(
            "motcua replay",
            Bilingual("kho dữ liệu không trống", "the warehouse is not empty"),
            Bilingual("một kho trống, hoặc --overwrite", "an empty one, or --overwrite"),
        )
    receipts = read_manifests()
    sources = _sources_of(receipts)
    _restore(receipts)
    counts = StepResult("replay", _SUBJECT)
    for receipt in receipts:
        if receipt.source is not None:
            counts += load_again(sources[receipt.source], receipt.loaded, receipt.at)
    return counts


def _refuse_purged(receipts: Sequence[Manifest]) -> None:
    """Refuse where pages were purged: what they alone said cannot be rebuilt, and figures of before would lack it.

    Raises:
        ConfigError: how many were purged, of which sources and between which days.
    """
    purged = {
        (row["source"], row["page_digest"]): row["purged_on"]
        for receipt in receipts
        for row in receipt.rows.get(PAGES.full_name, ())
        if row.get("purged_on")
    }
    if not purged:
        return
    sources, days = ", ".join(sorted({source for source, _ in purged})), sorted(purged.values())
    raise ConfigError(
        "motcua replay",
        Bilingual(
            f"{len(purged)} bản gốc của {sources} đã xóa theo thời hạn lưu từ {days[0]} đến {days[-1]}: hồ sơ chỉ có trong đó không dựng lại được",
            f"{len(purged)} landing files of {sources} were purged by rule from {days[0]} to {days[-1]}: dossiers that rest on them alone cannot be rebuilt",
        ),
        Bilingual(
            "phục hồi kho từ bản sao lưu (`motcua restore`); hoặc --without-purged, và số liệu các kỳ trước sẽ thiếu các hồ sơ đó",
            "a backup of the warehouse (`motcua restore`); or --without-purged, and figures of earlier periods will lack those dossiers",
        ),
    )


def _sources_of(receipts: Sequence[Manifest]) -> dict[str, Source]:
    """Return the source files that the receipts speak of.

    Raises:
        ConfigError: there is nothing to replay, or a source has no file any more.
    """
    if not receipts:
        raise ConfigError(
            "landing zone",
            Bilingual("không có biên nhận của lần nạp nào", "holds no receipt of a load"),
            Bilingual("vùng lưu bản gốc của kho cần dựng lại", "the landing zone of the warehouse that is to be rebuilt"),
        )
    known = known_sources().judged
    missing = sorted({receipt.source for receipt in receipts if receipt.source} - set(known))
    if missing:
        raise ConfigError(
            str(settings().sources_dir),
            Bilingual(
                f"không có {', '.join(missing)}, nguồn có các trang phải nạp lại",
                f"has no {', '.join(missing)}, whose pages are to be replayed",
            ),
            Bilingual("đặt lại tệp của nguồn", "its file, put back"),
        )
    return known


def _write_missing_receipts() -> None:
    """Land a receipt for every load that has none: of a warehouse that is older than receipts, or from a backup."""
    known = {(receipt.source, digest) for receipt in read_manifests() for digest in receipt.loaded}
    groups: dict[tuple[str, Any], list[str]] = {}
    for source, at, digest in fetch_all(_LOADED):
        if (source, digest) not in known:
            groups.setdefault((source, at), []).append(digest)
    for (source, at), digests in groups.items():
        with load("replay", source) as current:
            keep_load(current, source, digests, at)


def _restore(receipts: Sequence[Manifest]) -> None:
    """Empty what is rebuilt and put back what the receipts say, in one transaction; rows that are there stay as they are."""
    with load("replay", _SUBJECT) as current:
        if current.fetch(_FILLED)[0][0]:
            current.execute(f"TRUNCATE {', '.join(REBUILT)}")
        current.execute("DELETE FROM audit.progress WHERE step IN ('match', 'check', 'judge', 'measure')")
        current.execute("UPDATE raw.pages SET loaded_at = NULL")
        current.execute("DELETE FROM audit.seals")
        current.execute("DELETE FROM audit.seal_sums")
        for name, table in {**RESTORED, **HISTORY_TABLES}.items():
            latest = {}
            for receipt in telling(table, receipts):
                for row in receipt.rows.get(name, ()):
                    latest[tuple(row[column] for column in table.key)] = values_of(table, row)
            rows = list(latest.values())
            if table is PAGES:
                rows = [{**row, "loaded_at": None} for row in rows]
            frame = table.frame(rows).drop(columns=list(table.managed))
            current.merge(table, frame[_absent(current, name, table.key, latest)])
        restore_sheets(current, receipts)
        _restore_heads(current, receipts)


def _absent(current: Load, name: str, key: Sequence[str], rows: dict[tuple[Any, ...], Any]) -> npt.NDArray[np.bool_]:
    there = set(current.fetch(f"SELECT {', '.join(key)} FROM {name}"))
    return np.array([each not in there for each in rows], dtype=bool)


def _restore_heads(current: Load, receipts: Sequence[Manifest]) -> None:
    """Let the next receipt of each chain follow on the last one."""
    for receipt in {receipt.chain: receipt for receipt in receipts}.values():
        current.progress(STEP, receipt.chain, through=current.change_number, rules_digest="", cursor=receipt.name)
