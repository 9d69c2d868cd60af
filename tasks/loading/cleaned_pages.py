"""Cleaned pages: typed frames for the warehouse; personal values end in this step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd
import pyarrow as pa

from config.sources import Source
from tasks.cleaning.agencies import AgencyLookup
from tasks.cleaning.changes import changes
from tasks.cleaning.codes_within_pages import told_apart
from tasks.cleaning.dossiers import clean_dossiers, latest_statements
from tasks.cleaning.histories import clean_events, clean_pauses
from tasks.cleaning.partial_statements import combined
from tasks.cleaning.reference import clean_procedures, clean_units
from tasks.cleaning.statement_order import Pulled
from tasks.rules.marks import CODE_REUSED
from tasks.sources.parsed_records import ParsedRecords

_REJECTED = {
    "page_digest": pd.ArrowDtype(pa.string()),
    "page_position": pd.ArrowDtype(pa.int64()),
    "code": pd.ArrowDtype(pa.string()),
    "reason": pd.ArrowDtype(pa.string()),
    "fields": pd.ArrowDtype(pa.string()),
}


@dataclass(frozen=True)
class Cleaned:
    """Typed frames of one or more pages.

    Attributes:
        dossiers, events, pauses: given columns of the tables in ``core``; the last two belong to dossiers
            of the first and are complete for them.
        changes: given columns of ``quality.changes``: what cleaning changed of these dossiers, their entries and pauses.
        procedures, units: given columns of the tables in ``ref``.
        rejected: ``page_digest, page_position, code, reason, fields`` of what cannot be used.
    """

    dossiers: pd.DataFrame
    events: pd.DataFrame
    pauses: pd.DataFrame
    changes: pd.DataFrame
    procedures: pd.DataFrame
    units: pd.DataFrame
    rejected: pd.DataFrame


def clean(
    readings: ParsedRecords, source: Source, units: pd.DataFrame, key: bytes, pulled: Pulled = MappingProxyType({})
) -> Cleaned:
    """Clean readings.

    Args:
        readings: of one page or several, in the order in which the source told them.
        source: its file.
        units: rows of ``ref.units``; without any, agencies stay as they are given.
        key: of the pseudonyms, at least 32 bytes.
        pulled: when pages were asked for, which tells the later of two statements where they do not themselves.
    """
    readings, reused = told_apart(readings, source, key)
    if source.statements == "partial":
        readings = combined(readings, source, pulled)
    latest = latest_statements(readings.dossiers, source, pulled)
    if len(latest.frame) < len(readings.dossiers):
        readings = _of_kept(readings, latest.frame)
    events, by_events, changed_events = clean_events(readings.events, source, key)
    pauses, by_pauses, changed_pauses = clean_pauses(readings.supplements, events, source)
    directory = AgencyLookup(units)
    dossiers = clean_dossiers(latest, source, directory, key, [by_events, by_pauses, {CODE_REUSED: reused}])
    entries = pd.concat([changed_events, changed_pauses], ignore_index=True)
    entries = entries[entries["code"].isin(dossiers["code"])]  # one that is left out may be nobody's
    changed = pd.concat([changes(latest.frame, dossiers, source, directory), entries], ignore_index=True)
    procedures, refused_procedures = clean_procedures(readings.procedures, source)
    agencies, refused_units = clean_units(readings.units, source)
    rejected = [readings.rejected, latest.rejected, refused_procedures, refused_units]
    together = pd.concat([frame.astype(_REJECTED)[list(_REJECTED)] for frame in rejected], ignore_index=True)
    return Cleaned(dossiers, events, pauses, changed, procedures, agencies, together)


def _of_kept(readings: ParsedRecords, kept: pd.DataFrame) -> ParsedRecords:
    """Leave out log entries and pauses of statements that were not kept."""
    return replace(readings, events=_among(readings.events, kept), supplements=_among(readings.supplements, kept))


def _among(rows: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    places = ["page_digest", "page_position"]
    found = rows[places].merge(kept[places], how="left", indicator=True)["_merge"]
    return rows[(found == "both").to_numpy(dtype=bool)]
