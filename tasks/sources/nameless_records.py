"""Nameless records: their code names no dossier, so that many of them would become one.

Every page passes here, whatever it is written in: ``true``, ``1e400``, a list or the year 2025 under one key in a thousand
records is a fault of whoever wrote them, and each of them is kept as a reject instead of replacing the one before.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.sources import Source
from schemas.rejects import RejectReason
from tasks.rules.arrays import truths
from tasks.rules.text.codes import LONGEST_CODE, fold_codes
from tasks.rules.text.normal_form import fold
from tasks.sources.masked_fields import values_of
from tasks.sources.parsed_records import PLACE_FIELDS, ParsedRecords

# Five figures between plain signs name something; only what differs from that is looked at by itself.
_PLAIN = rf"^(?:[A-Za-z.\-]{{0,20}}[0-9]){{5}}[A-Za-z0-9.\-]{{0,{LONGEST_CODE - 5}}}$"
_MAY_BE_ROUNDED = r"[eE][0-9]+$|\.0$"
_ROUNDED = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+?\d+|\d{16,}\.0")
_LOST = "\ufffd"
_OPENING, _CLOSING = ("{", "["), ("}", "]")
_NO_NAMES = frozenset(
    [
        "true",
        "false",
        "null",
        "none",
        "nil",
        "nan",
        "inf",
        "infinity",
        "undefined",
        "unknown",
        "na",
        "khong",
        "khongco",
        "chua",
        "chuaco",
        "khongro",
    ]
)
_YEAR_FIGURES = 4  # of a year, or of the number of a row: no national code is so short


def without_nameless(readings: ParsedRecords, source: Source) -> ParsedRecords:
    """Take the records whose code names nothing out of a page, with their log entries, and keep them as rejects.

    An empty code is not looked at: cleaning rejects it.
    """
    if readings.dossiers.empty:
        return readings
    codes = values_of(readings.dossiers, "code")
    odd = truths(pc.invert(pc.match_substring_regex(codes, _PLAIN))) | truths(pc.match_substring_regex(codes, _MAY_BE_ROUNDED))
    rows = np.flatnonzero(odd)
    national = source.codes == "national" and not source.is_land
    why = [_fault(text, national) for text in codes.take(pa.array(rows)).to_pylist()]
    reasons = {int(row): reason for row, reason in zip(rows, why, strict=True) if reason is not None}
    return rejected_rows(readings, reasons) if reasons else readings


def rejected_rows(readings: ParsedRecords, reasons: dict[int, RejectReason]) -> ParsedRecords:
    """Move rows of ``dossiers`` to the rejected, without their log entries and pauses.

    Args:
        readings: of some pages.
        reasons: of each row, by its place in the frame; their codes are not kept, for they name nothing.
    """
    rows = list(reasons)
    gone = readings.dossiers.iloc[rows]
    refused = gone[list(PLACE_FIELDS)].assign(code=None, reason=[reasons[row].value for row in rows], fields="code")
    refused = refused.astype({name: readings.rejected.dtypes[name] for name in refused.columns})
    kept = readings.dossiers.drop(index=readings.dossiers.index[rows]).reset_index(drop=True)
    events, lost = _without(readings.events, gone)
    supplements, _ = _without(readings.supplements, gone)
    lines = readings.lines
    if lines.physical:  # of a table of events each is a line of its own
        lines = replace(lines, rejected=lines.rejected + max(lost, len(rows)))
    together = pd.concat([readings.rejected, refused[list(readings.rejected.columns)]], ignore_index=True)
    return replace(readings, dossiers=kept, events=events, supplements=supplements, rejected=together, lines=lines)


def _without(rows: pd.DataFrame, gone: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return children of other dossiers, and how many were left out."""
    if rows.empty:
        return rows, 0
    places = list(PLACE_FIELDS)
    theirs = pd.MultiIndex.from_frame(rows[places]).isin(pd.MultiIndex.from_frame(gone[places]))
    return rows[~theirs].reset_index(drop=True), int(theirs.sum())


@lru_cache(4096)
def _fault(text: str | None, national: bool) -> RejectReason | None:
    """Tell why a text names no dossier; None where it may."""
    given = (text or "").strip()
    if _LOST in given:
        return RejectReason.CODE_DAMAGED
    if _ROUNDED.fullmatch(given):
        return RejectReason.CODE_ROUNDED
    if given.startswith(_OPENING) and given.endswith(_CLOSING):
        return RejectReason.CODE_NAMES_NOTHING
    if len(given) > LONGEST_CODE:
        return RejectReason.CODE_TOO_LONG
    (folded,) = fold_codes(pa.array([given])).to_pylist()
    if folded is None:
        return None
    return RejectReason.CODE_NAMES_NOTHING if _names_nothing(folded, national) else None


def _names_nothing(folded: str, national: bool) -> bool:
    bare = "".join(sign for sign in folded if sign.isalnum())
    if not bare.strip("0") or "".join(filter(str.isalnum, fold(folded))) in _NO_NAMES:
        return True
    if folded.startswith("-") and bare.isdigit():  # a number below zero
        return True
    # Rows of sums and headings: "II", "A", "Lũy kế"; each national code has figures.
    return national and (not any(map(str.isdigit, bare)) or (bare.isdigit() and len(bare) <= _YEAR_FIGURES))
