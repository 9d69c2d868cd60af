"""Displaced cells: whether a page's headings stand over the values that they name.

The values themselves tell. Where a column was put in, left out or exchanged in an export, every row is read wrongly and
each value may look sound: a due date where the receipt should be. So pages are asked as a whole, by a sample of their
rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config import code_lists
from config.sources import Source
from config.status_lists import STATUS_CODES
from tasks.cleaning.columns import CodeList, Flags, column, series
from tasks.cleaning.dossiers import status_list
from tasks.cleaning.timestamps import groups_of, read_timestamps
from tasks.rules.arrays import Mask, truths
from tasks.rules.dates.reading import read_dates
from tasks.rules.dates.times import days, local_times
from tasks.rules.text.codes import NATIONAL, fold_codes, read_codes
from tasks.rules.text.normal_form import clean_text, fold_code_text, given, per_distinct
from tasks.sources.twice import says_two

SAMPLE = 60  # rows of a page that are looked at: what is displaced is displaced in all of them
DISPLACED_TIMES = ("received_at", "due_at", "done_at", "returned_at")
_DATES = ("submitted_at", *DISPLACED_TIMES, "refused_at", "result_at", "modified_at")
_FEW = 3  # rows fewer than which prove nothing where one column alone speaks
_SHARE = 0.5  # of a column's values that have to be of another kind
_OF_ROWS = 0.2  # of a page's rows, that have to hold such values: one cell each or a few in some
_BROKEN = 0.6  # of the pairs of times that have to stand in the wrong order
_NEAR = 3  # days by which receipt may follow the date inside the code: a weekend lies between
_AHEAD = 2  # days by which an end may lie after the pull: zones and clocks differ
# What each field never holds; a list of codes in the words of its own source is told by the source.
_FOREIGN = {
    "code": ("date", "procedure", "status", "channel", "identity"),
    "alias_code": ("date", "procedure", "status", "channel"),
    "receipt_number": ("date", "procedure", "status", "channel"),
    "procedure_code": ("date", "dossier", "status", "channel", "identity"),
    "field_code": ("date", "dossier", "procedure", "status", "channel"),
    "unit": ("date", "dossier", "procedure", "status", "channel", "identity"),
    "unit_code": ("date", "dossier", "procedure", "status", "channel", "identity"),
    "channel": ("date", "dossier", "procedure", "status", "identity"),
    "person_kind": ("date", "dossier", "procedure", "identity"),
    "identity_number": ("date", "dossier", "procedure", "status", "channel"),
    "applicant_name": ("date", "dossier", "procedure", "status", "channel", "identity"),
    "phone": ("date", "dossier", "procedure", "status", "channel"),
    "status": ("date", "dossier", "procedure", "channel", "identity"),
}
_NO_DATES = ("dossier", "procedure", "status", "channel")
_PATTERNS = {
    "date": r"^\s*(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{1,2}-\d{1,2})(?:[ T]+\d{1,2}:\d{2}.*)?\s*$",
    "procedure": r"^\s*[1-3]\.\d{6}(?:\.\d{3}\..*)?\s*$",
    "identity": r"^\s*\d{12}\s*$",
}


@dataclass(frozen=True)
class Sample:
    """Some rows of each page.

    Attributes:
        frame: rows of ``Readings.dossiers``.
        page: number of each row's page; names: digests by that number.
        asked: day of each page's pull; NaT where it is not known.
    """

    frame: pd.DataFrame
    page: npt.NDArray[np.int64]
    names: list[str]
    asked: npt.NDArray[np.datetime64]

    def per_page(self, rows: Mask) -> npt.NDArray[np.int64]:
        """Count the rows of each page that are true."""
        return np.bincount(self.page[rows], minlength=len(self.names))


def sample_of(dossiers: pd.DataFrame, asked: Mapping[str, np.datetime64]) -> Sample:
    """Take a sample of each page's rows, spread over the page.

    Args:
        dossiers: ``Readings.dossiers``.
        asked: the day on which each page was pulled.
    """
    page, names = pd.factorize(column(dossiers, "page_digest").to_numpy(zero_copy_only=False))
    rank = pd.Series(page).groupby(page, sort=False).cumcount().to_numpy()
    step = -(-np.bincount(page, minlength=len(names)) // SAMPLE)
    kept = np.flatnonzero(rank % np.maximum(step, 1)[page] == 0) if len(page) else np.zeros(0, dtype=np.int64)
    days_asked = np.array([asked.get(str(name), np.datetime64("NaT")) for name in names], dtype="datetime64[D]")
    return Sample(dossiers.iloc[kept].reset_index(drop=True), page[kept].astype(np.int64), list(map(str, names)), days_asked)


def displaced(sample: Sample, source: Source, known: pd.DataFrame | None = None) -> dict[str, tuple[str, ...]]:
    """Return the pages whose headings stand over other values, and under which fields that shows.

    Args:
        sample: of pages that all belong to one source of dossiers.
        source: its zone, order of dates and code lists.
        known: rows of ``core.dossiers`` of the same source that the sample names, as earlier pages stated them: fields
            ``code, status`` and those of ``DISPLACED_TIMES``.
    """
    if sample.frame.empty:
        return {}
    times = _times_of(sample, source)
    found: dict[int, set[str]] = {}
    for fields, pages in (*_of_another_kind(sample, source), *_out_of_order(sample, times, source)):
        for page in np.flatnonzero(pages).tolist():
            found.setdefault(page, set()).update(fields)
    if known is not None and len(known):
        for page, others in _taken_from_elsewhere(sample, times, source, known).items():
            found.setdefault(page, set()).update(others)
    return {sample.names[page]: tuple(sorted(fields)) for page, fields in sorted(found.items())}


def _of_another_kind(sample: Sample, source: Source) -> list[tuple[tuple[str, ...], Mask]]:
    """Tell in which pages at least two fields, or one in several rows, hold values of another field's kind."""
    flagged, held = {}, np.zeros(len(sample.names), dtype=bool)
    for name in (*_FOREIGN, *_DATES):
        rows, stated = _foreign(sample, source, name)
        count, all_ = sample.per_page(rows), sample.per_page(stated)
        flagged[name] = np.where(count > _SHARE * all_, count, 0)
        if (
            name in _DATES and count.any()
        ):  # a word may mean that there is no date; a status or a code means that it is elsewhere
            count = sample.per_page(_of_kinds(sample, source, name, _NO_DATES))
        held |= (count >= 2) & (count == all_)
    counts = np.array(list(flagged.values()))
    held |= ((counts > 0).sum(axis=0) >= 2) | (counts.max(axis=0) >= _FEW)
    # A column that stands under another heading does so in many rows; a few odd values are no such column.
    held &= counts.sum(axis=0) >= _OF_ROWS * sample.per_page(np.ones(len(sample.frame), dtype=bool))
    return [((name,), held & (count > 0)) for name, count in flagged.items()]


def _foreign(sample: Sample, source: Source, name: str) -> tuple[Mask, Mask]:
    """Tell which rows hold a value of another kind in a field, and which hold any."""
    text = column(sample.frame, name)
    stated = given(clean_text(text)) & ~says_two(text)
    if not stated.any():
        return stated & False, stated
    if name in _DATES:
        return read_dates(text).unreadable & stated, stated
    national = source.codes == "national" and not source.is_land
    kinds = [kind for kind in _FOREIGN[name] if national or name != "code" or kind != "identity"]
    rows = _of_kinds(sample, source, name, kinds)
    own = {"status": status_list(source), "channel": CodeList.of(source.channels, code_lists.CHANNEL_CODES)}.get(name)
    if own is not None:  # what its own list names is none of another's
        rows &= ~given(own.meanings(clean_text(text), pa.string() if name == "channel" else pa.int64())[0]) | own.accepts_other
    return rows & stated, stated


def _of_kinds(sample: Sample, source: Source, name: str, kinds: Sequence[str]) -> Mask:
    text = column(sample.frame, name)
    return np.asarray(np.logical_or.reduce([_is(text, kind, source) for kind in kinds]), dtype=bool)


def _is(text: pa.Array, kind: str, source: Source) -> Mask:
    """Tell which texts are of a kind beyond doubt."""
    if kind == "dossier":
        return truths(pc.match_substring_regex(fold_codes(text), NATIONAL))
    if kind in _PATTERNS:
        return truths(pc.match_substring_regex(text, _PATTERNS[kind]))
    codes = (source.statuses or STATUS_CODES) if kind == "status" else (source.channels or code_lists.CHANNEL_CODES)
    words = {fold_code_text(code) for code in codes if any(letter.isalpha() for letter in code) and len(code) > 3}
    return truths(per_distinct(clean_text(text), lambda one: fold_code_text(one) in words, pa.bool_()))


def _times_of(sample: Sample, source: Source) -> dict[str, npt.NDArray[np.datetime64]]:
    """Read the sample's times, office time; the date inside the code among them as ``code``."""
    frame = sample.frame
    codes = read_codes(column(frame, "code"))
    texts = {name: column(frame, name) for name in DISPLACED_TIMES}
    read = read_timestamps(texts, source, groups_of(frame["page_digest"]), Flags(len(frame)), codes.day)
    return {**{name: local_times(series(values), source.zone) for name, values in read.items()}, "code": codes.day}


def _out_of_order(
    sample: Sample, times: Mapping[str, npt.NDArray[np.datetime64]], source: Source
) -> list[tuple[tuple[str, ...], Mask]]:
    """Tell in which pages times of a dossier stand in an order in which no office works."""
    day = {name: days(values) for name, values in times.items()}
    received = day["received_at"]
    found: list[tuple[tuple[str, ...], Mask]] = []
    for name in ("due_at", "done_at", "returned_at"):
        both = ~np.isnat(received) & ~np.isnat(day[name])
        found.append((("received_at", name), _most(sample, both & (day[name] < received), both)))
    ended, asked = ~np.isnat(day["done_at"]), sample.asked[sample.page]
    ahead = ended & ~np.isnat(asked) & (day["done_at"] > asked + _AHEAD)
    found.append((("done_at",), _most(sample, ahead, ended)))
    if source.codes == "national" and source.dates.settle_by_code:
        dated = ~np.isnat(received) & ~np.isnat(times["code"])
        other = [dated & (np.abs((day[name] - times["code"]).astype(float)) <= _NEAR) for name in ("due_at", "done_at")]
        own = dated & (np.abs((received - times["code"]).astype(float)) <= _NEAR)
        for name, near in zip(("due_at", "done_at"), other, strict=True):
            found.append((("received_at", name), _most(sample, near & ~own, dated)))
    return found


def _most(sample: Sample, broken: Mask, asked: Mask) -> Mask:
    count, all_ = sample.per_page(broken), sample.per_page(asked)
    return np.asarray((count >= _FEW) & (count >= _BROKEN * all_))


def _taken_from_elsewhere(
    sample: Sample, times: Mapping[str, npt.NDArray[np.datetime64]], source: Source, known: pd.DataFrame
) -> dict[int, set[str]]:
    """Tell which pages say again what is known, each value under another heading, or understand nothing of it any more."""
    place = pd.Index(known["code"].astype(str)).get_indexer(
        pd.Index(series(fold_codes(column(sample.frame, "code"))).astype(str))
    )
    here = place >= 0
    before = {name: local_times(known[name], source.zone)[np.maximum(place, 0)] for name in DISPLACED_TIMES}
    counts: dict[tuple[str, str], npt.NDArray[np.int64]] = {}
    for one in DISPLACED_TIMES:
        for other in DISPLACED_TIMES:
            if one != other:
                moved = here & (times[one] == before[other]) & (times[one] != before[one]) & (times[other] != before[other])
                counts[one, other] = sample.per_page(moved)
    rows = sample.per_page(here)
    pairs = sum((count > 0).astype(int) for count in counts.values())
    worse = sample.per_page(here & _contradicts(times)) >= sample.per_page(
        here & _contradicts({**before, "code": times["code"]})
    )
    found: dict[int, set[str]] = {}
    for (one, other), count in counts.items():
        many = (count >= np.maximum(2, 0.3 * rows)) | ((rows <= _FEW) & (count >= 1) & (np.asarray(pairs) >= 2))
        for page in np.flatnonzero(many & worse).tolist():
            found.setdefault(page, set()).update((one, other))
    for page in np.flatnonzero(_not_understood(sample, source, known, place)).tolist():
        found.setdefault(page, set()).add("status")
    return found


def _contradicts(times: Mapping[str, npt.NDArray[np.datetime64]]) -> Mask:
    """Tell which rows hold times that contradict each other: a page that puts such things right is not held."""
    received, due, done, returned = (days(times[name]) for name in DISPLACED_TIMES)
    far = np.abs((received - times["code"]).astype(float)) > _NEAR
    return np.asarray((due < received) | (done < received) | (returned < received) | (returned < done) | far)


def _not_understood(sample: Sample, source: Source, known: pd.DataFrame, place: npt.NDArray[np.int64]) -> Mask:
    """Tell in which pages hardly any status is understood of dossiers whose status was."""
    text = clean_text(column(sample.frame, "status"))
    had = (place >= 0) & known["status"].notna().to_numpy(dtype=bool)[np.maximum(place, 0)]
    meant = status_list(source).meanings(text, pa.int64())[0]
    lost = had & ~given(meant) & ~says_two(text) & (not source.presumed or given(text))
    count, all_ = sample.per_page(lost), sample.per_page(had)
    return np.asarray((count >= 5) & (count >= 0.8 * all_))
