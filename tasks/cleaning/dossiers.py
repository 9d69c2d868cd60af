"""Dossiers: from parsed records to rows of ``core.dossiers``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config import code_lists
from config.sources import Source
from schemas.dossiers import DOSSIERS, SERVICE_FLAGS
from schemas.rejects import RejectReason
from tasks.cleaning.agencies import AgencyLookup
from tasks.cleaning.applicants import applicant_keys
from tasks.cleaning.columns import CodeList, Flags, amounts, any_given, booleans, column, series
from tasks.cleaning.equal_statements import with_equals
from tasks.cleaning.statement_order import Pulled, oldest_first
from tasks.cleaning.timestamps import groups_of, read_timestamps
from tasks.rules import marks
from tasks.rules.dates.times import days, local_times, month_start
from tasks.rules.privacy.masking import HIDDEN
from tasks.rules.text.codes import ParsedCodes, fold_codes, fold_procedures, plain_codes, read_codes
from tasks.rules.text.normal_form import LOST, clean_text, given, legacy_font, matches, not_composed
from tasks.sources.masked_fields import masked

DATES = (
    "submitted_at",
    "received_at",
    "due_at",
    "done_at",
    "returned_at",
    "refused_at",
    "result_at",
    "deleted_at",
    "modified_at",
)
_ENDS = ("done_at", "returned_at", "result_at")
_LONGEST_SHOWN = 80  # characters kept of a status or agency as given
_NO_MONTH = np.datetime64("1970-01-01", "D")  # a dossier without any date still belongs to a partition


@dataclass(frozen=True)
class Latest:
    """The statements that count: one a code, the latest.

    Attributes:
        frame: rows of ``Readings.dossiers``, a RangeIndex.
        repeated: where the code stood more than once in its page.
        rejected: ``page_digest, page_position, code, reason, fields`` of records without a code.
    """

    frame: pd.DataFrame
    repeated: np.ndarray
    rejected: pd.DataFrame


def latest_statements(readings: pd.DataFrame, source: Source, pulled: Pulled) -> Latest:
    """Keep the latest statement about each code; see :func:`tasks.cleaning.statement_order.oldest_first`.

    What its equals say otherwise makes the fact two; see :mod:`tasks.cleaning.equal_statements`.
    """
    codes = series(fold_codes(column(readings, "code")))
    usable = codes.notna().to_numpy(dtype=bool)
    rejected = readings.loc[~usable, ["page_digest", "page_position"]].assign(
        code=None, reason=RejectReason.NO_CODE.value, fields="code"
    )
    kept, codes = readings[usable].reset_index(drop=True), codes[usable].reset_index(drop=True)
    if not codes.duplicated().any():
        return Latest(kept, np.zeros(len(kept), dtype=bool), rejected)
    repeated = pd.DataFrame({"page": kept["page_digest"], "code": codes}).duplicated(keep=False).to_numpy(dtype=bool)
    order = oldest_first(kept, source, pulled)
    chosen = np.sort(codes.iloc[order].drop_duplicates(keep="last").index.to_numpy())
    return Latest(with_equals(kept, codes, chosen, source, status_list(source)), repeated[chosen], rejected)


def clean_dossiers(
    latest: Latest, source: Source, directory: AgencyLookup, key: bytes, by_entries: Iterable[Mapping[str, pa.Array]]
) -> pd.DataFrame:
    """Clean the dossiers of one or more pages.

    Args:
        latest: the statements that count.
        source: its code lists, zone and order of dates.
        directory: agencies.
        key: of the pseudonyms.
        by_entries: mark to the folded codes of dossiers that get it because of their log or their pauses.

    Returns:
        Rows of ``core.dossiers``, in the order of ``latest``.
    """
    kept = latest.frame
    flags = Flags(len(kept))
    flags.add(marks.DUPLICATE_RECORD, latest.repeated)
    flags.add(marks.PERSONAL_MASKED, masked(kept))
    codes = _codes(column(kept, "code"), source, flags)
    for mark, those in chain.from_iterable(raised.items() for raised in by_entries):
        flags.add(mark, pc.is_in(codes.folded, those).to_numpy(zero_copy_only=False))
    dates = read_timestamps({n: column(kept, n) for n in DATES}, source, groups_of(kept["page_digest"]), flags, codes.day)
    columns: dict[str, pa.Array] = {"code": codes.folded, **dates}
    columns |= _plain_columns(kept, source, flags)
    columns |= _listed_columns(kept, source, flags)
    columns |= _deletions(kept, dates, flags)
    columns |= _agency_columns(kept, codes, dates, source, directory, flags)
    columns |= applicant_keys(kept, source, key, flags)
    columns["status"] = _status(kept, columns, source, flags)
    columns["partition_month"] = _months(dates, codes, source)
    frame = pd.DataFrame({name: series(values) for name, values in columns.items()})
    frame["source"], frame["role"] = source.name, "evidence" if source.role == "evidence" else "primary"
    frame["marks"] = series(marks.joined_marks(flags.raised, len(kept)))
    frame[["page_digest", "page_position"]] = kept[["page_digest", "page_position"]]
    return DOSSIERS.conform(frame)


def _codes(values: pa.Array, source: Source, flags: Flags) -> ParsedCodes:
    codes = read_codes(values)
    # The land software names a dossier by its receipt number, which follows no national pattern.
    if source.codes == "national" and not source.is_land:
        flags.add(marks.CODE_FOLDED, codes.changed)
        flags.add(marks.CODE_UNREADABLE, ~codes.national)
        flags.add(marks.NO_CODE_DATE, codes.national & np.isnat(codes.day))
    if source.codes == "free":  # a name like any other, even where it looks like a national code
        size = len(codes.folded)
        return replace(
            codes,
            national=np.zeros(size, dtype=bool),
            unit=pa.nulls(size, pa.string()),
            day=np.full(size, np.datetime64("NaT", "D")),
        )
    return codes


def _plain_columns(kept: pd.DataFrame, source: Source, flags: Flags) -> dict[str, pa.Array]:
    """Return codes, sums and yes-or-no fields."""
    fees, thousands = amounts(column(kept, "fee_amount"))
    flags.add(marks.NUMBER_AS_TEXT, thousands)
    flag = CodeList.of(source.flags, {"on_time": "on_time", "late": "late"})
    return {
        "alias_code": fold_codes(column(kept, "alias_code")),
        "receipt_number": fold_codes(column(kept, "receipt_number")),
        "procedure_code": fold_procedures(column(kept, "procedure_code")),
        "field_code": plain_codes(column(kept, "field_code")),
        "has_result": booleans(column(kept, "has_result")),
        "is_migrated": booleans(column(kept, "is_migrated")),
        **{name: booleans(column(kept, name)) for name in SERVICE_FLAGS},
        "fee_amount": fees,
        "source_flag": flag.meanings(clean_text(column(kept, "source_flag")), pa.string())[0],
    }


def _listed_columns(kept: pd.DataFrame, source: Source, flags: Flags) -> dict[str, pa.Array]:
    """Return the fields that a code list explains."""
    channels = CodeList.of(source.channels, code_lists.CHANNEL_CODES)
    channel, unknown = channels.meanings(clean_text(column(kept, "channel")), pa.string())
    flags.add(marks.UNKNOWN_CHANNEL, unknown)
    persons = CodeList.of(source.person_kinds, code_lists.PERSON_KIND_CODES)
    person, unknown = persons.meanings(clean_text(column(kept, "person_kind")), pa.string())
    flags.add(marks.UNKNOWN_PERSON_KIND, unknown)
    level, _ = CodeList.of({}, code_lists.SERVICE_LEVEL_CODES).meanings(clean_text(column(kept, "service_level")), pa.string())
    given_status = _shown(column(kept, "status"), flags)
    return {"channel": channel, "person_kind": person, "service_level": level, "status_as_given": given_status}


def _deletions(kept: pd.DataFrame, dates: Mapping[str, pa.Array], flags: Flags) -> dict[str, pa.Array]:
    """Return whether each record says that it was deleted, when, and why.

    Its own yes or no decides where it has one: a record that was restored may keep the day of its deletion. A day that
    cannot be read deletes nothing, for the dossier would leave the figures by a slip of the pen.
    """
    told = pc.if_else(pc.is_valid(dates["deleted_at"]), pa.scalar(True), pa.scalar(None, pa.bool_()))
    deleted = pc.coalesce(booleans(column(kept, "is_deleted")), told)
    gone = pc.fill_null(deleted, False)
    return {
        "is_deleted": deleted,
        "deleted_at": pc.if_else(gone, dates["deleted_at"], pa.scalar(None, dates["deleted_at"].type)),
        "deletion_reason": pc.if_else(gone, _shown(column(kept, "deletion_reason"), flags), pa.scalar(None, pa.string())),
    }


def status_list(source: Source) -> CodeList:
    """Return the source's statuses, else those that hold for its profile."""
    return CodeList.of(source.statuses, source.own_profile.statuses)


def _status(kept: pd.DataFrame, columns: Mapping[str, pa.Array], source: Source, flags: Flags) -> pa.Array:
    """Return the national status; where the source states none that is known, what its dates and its file presume.

    A word that nobody knows, or none at all, beside an end or a hand-over is ended, for the source itself says so. With
    nothing beside it nothing is known, and the status stays null; only of an empty one the source's file may presume
    that it is open.
    """
    values = clean_text(column(kept, "status"))
    status, unknown = status_list(source).meanings(values, pa.int64())
    if source.is_land and not source.statuses:
        # Any code but 0 means returned or withdrawn, but only of a dossier that has ended.
        open_ones = pc.and_(pc.is_null(columns["done_at"]), pc.not_equal(status, 9))
        status = pc.if_else(pc.fill_null(open_ones, False), pa.scalar(4, pa.int64()), status)
    blank, asked = ~given(values), bool(source.presumed) or source.role == "primary"
    nobody_knows = (~given(status) & (unknown | blank) & asked) | (blank & bool(source.presumed))
    if nobody_knows.any():
        ended = any_given(*(columns[name] for name in dict.fromkeys((*source.recorded.end, "returned_at"))))
        as_ended = np.where(given(columns["returned_at"]) & ~blank, 10, source.presumed.get("ended", 9))
        status = pc.if_else(pa.array(nobody_knows & ended), pa.array(as_ended, pa.int64()), status)
        if source.presumed:
            is_open = pa.scalar(source.presumed.get("open", 4), pa.int64())
            status = pc.if_else(pa.array(blank & ~ended), is_open, status)
    flags.add(marks.UNKNOWN_STATUS, unknown)
    if source.role == "primary":
        flags.add(marks.UNKNOWN_STATUS, ~given(values) & ~given(status))
    return status


def _agency_columns(
    kept: pd.DataFrame,
    codes: ParsedCodes,
    dates: Mapping[str, pa.Array],
    source: Source,
    directory: AgencyLookup,
    flags: Flags,
) -> dict[str, pa.Array]:
    stated, code = column(kept, "unit"), clean_text(column(kept, "unit_code"))
    name = _shown(stated, flags)
    received = days(local_times(series(dates["received_at"]), source.zone))
    # Looked up whole: names of branches and centres are longer than what is shown, and differ at their ends.
    called = pc.utf8_trim_whitespace(pc.replace_substring(clean_text(stated), HIDDEN, ""))
    found = directory.resolve(code, called, codes.unit, received)
    flags.add(marks.UNIT_UNKNOWN, found.unknown)
    flags.add(marks.UNIT_FOLDED, found.folded)
    flags.add(marks.UNIT_AMBIGUOUS, found.ambiguous)
    return {"unit_code": found.codes, "unit_as_given": pc.coalesce(name, code)}


def _shown(values: pa.Array, flags: Flags) -> pa.Array:
    """Return a text that is kept as given: composed, cut to a length that no sentence about a person fits into."""
    flags.add(marks.NOT_NFC, not_composed(values))
    flags.add(marks.TEXT_DAMAGED, matches(values, LOST))
    text = pc.utf8_slice_codeunits(clean_text(values), 0, _LONGEST_SHOWN)
    flags.add(marks.LEGACY_FONT, legacy_font(text))
    return text


def _months(dates: Mapping[str, pa.Array], codes: ParsedCodes, source: Source) -> pa.Array:
    """Return the month of receipt, else of submission, of the code's date, of modification, of an end."""
    months = np.full(len(codes.day), np.datetime64("NaT", "D"))
    by_date = {name: month_start(local_times(series(values), source.zone)) for name, values in dates.items()}
    by_code = codes.day.astype("datetime64[M]").astype("datetime64[D]")
    for option in (
        by_date["received_at"],
        by_date["submitted_at"],
        by_code,
        by_date["modified_at"],
        *(by_date[name] for name in _ENDS),
    ):
        months = np.where(np.isnat(months), option, months)
    return pa.array(np.where(np.isnat(months), _NO_MONTH, months), pa.date32())
