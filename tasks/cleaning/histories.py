"""Progress logs and pauses: rows of ``core.events`` and ``core.pauses``."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config import code_lists
from config.codes import Status
from config.sources import Source
from schemas.dossiers import EVENTS, PAUSES
from tasks.cleaning.change_log import ChangeRecorder
from tasks.cleaning.columns import CodeList, Flags, column, series
from tasks.cleaning.dossiers import status_list
from tasks.cleaning.entries import entry_changes, note_dates, note_listed
from tasks.cleaning.timestamps import groups_of, read_timestamps
from tasks.rules.marks import DATE_UNREADABLE, PAUSE_UNDATED, PERSONAL_MASKED, UNKNOWN_LOG_STATUS, UNKNOWN_PAUSE_KIND
from tasks.rules.privacy.pseudonym import pseudonyms
from tasks.rules.text.codes import fold_codes
from tasks.rules.text.normal_form import clean_text, given
from tasks.sources.masked_fields import masked

WAITING = {
    Status.SUPPLEMENT: "supplement",
    Status.FINANCIAL: "financial",
    Status.STOPPED: "stop",
}  # statuses in which the agency waits for someone else
_CLOSE = pd.Timedelta(days=1)  # two records of one pause may be written a day apart
_KEY = ["source", "code"]
# Marks of an entry that its dossier gets.
_TOLD = (DATE_UNREADABLE, UNKNOWN_LOG_STATUS, UNKNOWN_PAUSE_KIND, PAUSE_UNDATED, PERSONAL_MASKED)
Raised = dict[str, pa.Array]  # mark to the codes of the dossiers that get it


def clean_events(readings: pd.DataFrame, source: Source, key: bytes) -> tuple[pd.DataFrame, Raised, pd.DataFrame]:
    """Clean progress logs.

    Args:
        readings: ``Readings.events``, those of the statements kept.
        source: its code lists, zone and order of dates.
        key: of the pseudonyms of officers.

    Returns:
        Rows of ``core.events``, the marks that dossiers get because of an entry (one whose time cannot be read is left
        out), and rows of ``quality.changes``.
    """
    codes = fold_codes(column(readings, "code"))
    flags = Flags(len(readings))
    texts = {name: column(readings, name) for name in ("at", "planned_end_at")}
    dates = read_timestamps(texts, source, groups_of(readings["page_digest"]), flags)
    status_text, unit_text = column(readings, "status"), column(readings, "unit")
    status, unlisted = status_list(source).meanings(clean_text(status_text), pa.int64())
    flags.add(UNKNOWN_LOG_STATUS, unlisted)
    flags.add(PERSONAL_MASKED, masked(readings, "events"))
    unit = clean_text(unit_text)
    noted = ChangeRecorder(source)
    note_dates(noted, texts, dates, flags)
    note_listed(noted, "status", status_text, status, unlisted, "not_listed")
    noted.add_words("unit_as_given", unit_text, unit)
    frame = pd.DataFrame(
        {
            "code": series(codes),
            "at": series(dates["at"]),
            "status": series(status),
            "unit_as_given": series(unit),
            "actor_key": series(pseudonyms(clean_text(column(readings, "actor")), key, "officer")),
            "planned_end_at": series(dates["planned_end_at"]),
            "row": np.arange(len(readings)),
        }
    )
    frame = frame[given(codes) & given(dates["at"])]
    frame = _numbered(frame.assign(source=source.name), ["at"])
    return EVENTS.conform(frame), _raised(flags, codes), entry_changes(noted, EVENTS, codes, frame)


def clean_pauses(readings: pd.DataFrame, events: pd.DataFrame, source: Source) -> tuple[pd.DataFrame, Raised, pd.DataFrame]:
    """Clean recorded pauses and add those that only the log shows.

    A stretch of status 5, 6 or 8 in the log that a supplement record already tells is not told twice;
    if the record lacks the end and the log has it, the log's end is taken. Status 8 with nothing
    after it is the end of the dossier, not a pause.

    Returns:
        Rows of ``core.pauses``, the marks that dossiers get because of a pause, and rows of ``quality.changes``.
    """
    noted, codes = ChangeRecorder(source), fold_codes(column(readings, "code"))
    recorded, raised = _recorded(readings, codes, source, noted)
    if not source.is_land:
        told = _with_log(recorded, _stretches(events))
        _note_ends(noted, recorded, told)
        recorded = told
    frame = _numbered(recorded.assign(source=source.name), ["started_at", "kind"])
    return PAUSES.conform(frame), raised, entry_changes(noted, PAUSES, codes, frame)


def _raised(flags: Flags, codes: pa.Array) -> Raised:
    return {mark: codes.filter(pa.array(flags.raised[mark])).unique() for mark in _TOLD if mark in flags.raised}


def _note_ends(noted: ChangeRecorder, recorded: pd.DataFrame, told: pd.DataFrame) -> None:
    """Note the ends that only the log knows; pauses that no record tells are told by their origin."""
    after = told["ended_at"].iloc[: len(recorded)]
    filled = np.flatnonzero((recorded["ended_at"].isna() & after.notna()).to_numpy(dtype=bool))
    rows = recorded["row"].to_numpy(dtype=np.int64)[filled]
    noted.add("ended_at", rows, pa.nulls(len(filled), pa.string()), after.iloc[filled], "end_from_log")


def _recorded(readings: pd.DataFrame, codes: pa.Array, source: Source, noted: ChangeRecorder) -> tuple[pd.DataFrame, Raised]:
    names = ("started_at", "ended_at", "due_before_at", "due_after_at")
    flags = Flags(len(readings))
    texts = {name: column(readings, name) for name in names}
    dates = read_timestamps(texts, source, groups_of(readings["page_digest"]), flags)
    kinds = CodeList.of(source.pause_kinds, code_lists.PAUSE_KIND_CODES)
    kind_text = column(readings, "kind")
    meant, unlisted = kinds.meanings(clean_text(kind_text), pa.string())
    kind = pa.compute.fill_null(meant, "supplement")
    flags.add(UNKNOWN_PAUSE_KIND, unlisted)
    # Where it ended, or that it began, is written: so there was one.
    flags.add(PAUSE_UNDATED, ~given(dates["started_at"]) & (given(dates["ended_at"]) | given(texts["started_at"])))
    note_dates(noted, texts, dates, flags)
    note_listed(noted, "kind", kind_text, kind, unlisted, "pause_presumed")
    frame = pd.DataFrame({"code": series(codes), "kind": series(kind), "row": np.arange(len(readings))})
    frame = frame.assign(**{name: series(values) for name, values in dates.items()})
    origin = "land_software" if source.is_land else "supplement_record"
    frame["origin"] = series(pa.array([origin] * len(frame), pa.string()))
    frame["end_origin"] = frame["origin"].where(frame["ended_at"].notna())
    frame = frame[given(codes) & given(dates["started_at"])].reset_index(drop=True)
    return _told_once(frame), _raised(flags, codes)


def _told_once(frame: pd.DataFrame) -> pd.DataFrame:
    """Make one of records that tell the same pause: of one kind, begun within a day, neither ended before the other began.

    Of each field the first one given stays, of the due date after it the last.
    """
    frame = frame.sort_values(["code", "kind", "started_at"], kind="stable", ignore_index=True)
    before, start, end = frame.shift(), _moments(frame["started_at"]), _moments(frame["ended_at"])
    again = ((frame["code"] == before["code"]) & (frame["kind"] == before["kind"])).fillna(False).to_numpy(dtype=bool)
    again &= (start - start.shift() <= _CLOSE).to_numpy(dtype=bool)
    earlier = end.shift()
    again &= (earlier.isna() | ((end.isna() | (end == earlier)) & (earlier > start))).to_numpy(dtype=bool)
    if not again.any():
        return frame
    groups = frame.groupby(np.cumsum(~again), sort=False)
    told = groups.first().assign(due_after_at=groups["due_after_at"].last())
    return told[frame.columns].astype(frame.dtypes.to_dict()).reset_index(drop=True)


def _stretches(events: pd.DataFrame) -> pd.DataFrame:
    """Return the stretches of waiting in the log: code, kind, started_at, ended_at."""
    log = events[events["status"].notna()]
    changed = (log["code"] != log["code"].shift()) | (log["status"] != log["status"].shift())
    log = log[changed.fillna(True).to_numpy(dtype=bool)]
    following = log["at"].shift(-1).where((log["code"].shift(-1) == log["code"]).fillna(False))
    waiting = log["status"].isin(list(WAITING)).to_numpy(dtype=bool)
    stopped_for_good = (log["status"] == Status.STOPPED).to_numpy(dtype=bool) & following.isna().to_numpy(dtype=bool)
    found = log.assign(ended_at=following)[waiting & ~stopped_for_good]
    kinds = [WAITING[status] for status in found["status"].tolist()]
    return pd.DataFrame(
        {
            "code": found["code"].array,
            "kind": pd.array(kinds, dtype=pd.ArrowDtype(pa.string())),
            "started_at": found["at"].array,
            "ended_at": found["ended_at"].array,
            "end_origin": pc.if_else(pa.array(found["ended_at"]).is_valid(), "progress_log", pa.scalar(None, pa.string())),
        }
    )


def _with_log(recorded: pd.DataFrame, stretches: pd.DataFrame) -> pd.DataFrame:
    """Add the stretches that no record tells, and ends that only the log knows."""
    if stretches.empty:
        return recorded
    numbered = recorded.reset_index(names="record")
    pairs = stretches.reset_index(names="stretch").merge(numbered, on=["code", "kind"], suffixes=("", "_told"))
    same = _overlap(pairs)
    pairs = pairs[same]
    # A stretch just before an open request is close to it and no end of it.
    later = (_moments(pairs["ended_at"]) > _moments(pairs["started_at_told"])).to_numpy(dtype=bool)
    ends = pairs[later].drop_duplicates("record").set_index("record")["ended_at"]
    told = recorded.assign(ended_at=recorded["ended_at"].fillna(ends.reindex(recorded.index)))
    by_log = told["ended_at"].notna() & recorded["ended_at"].isna()
    told["end_origin"] = told["end_origin"].mask(by_log, "progress_log")
    extra = stretches[~stretches.index.isin(pairs["stretch"])]
    moment = pd.ArrowDtype(pa.timestamp("us", tz="UTC"))
    nothing = pd.Series(pd.NA, index=extra.index, dtype=moment)
    extra = extra.assign(due_before_at=nothing, due_after_at=nothing, origin="progress_log", row=-1)
    return pd.concat([told, extra.astype(told.dtypes.to_dict())], ignore_index=True)


def _overlap(pairs: pd.DataFrame) -> np.ndarray:
    """Tell which pairs of a stretch and a record speak of the same pause."""
    far = pd.Timestamp.max.floor("us").tz_localize("UTC")
    starts = (_moments(pairs["started_at"]), _moments(pairs["started_at_told"]))
    ends = tuple(_moments(pairs[name]).fillna(far - _CLOSE * 2) for name in ("ended_at", "ended_at_told"))
    same = (starts[0] <= ends[1] + _CLOSE) & (starts[1] <= ends[0] + _CLOSE)
    flags: np.ndarray = same.to_numpy(dtype=bool)
    return flags


def _moments(values: pd.Series) -> pd.Series:
    return values.astype("datetime64[us, UTC]")


def _numbered(frame: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """Sort each dossier's rows by time, then as given, and number them from 0."""
    frame = frame.sort_values(["code", *order], kind="stable", ignore_index=True)
    return frame.assign(seq=frame.groupby("code", sort=False).cumcount())
