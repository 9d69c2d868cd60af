"""Changes that cleaning made to a dossier's fields: value before, after, rule and confidence.

Reading a value in the form that the source's file declares (a date in its order and zone, a listed code) changes nothing;
anything beyond that is a change. Personal values are named by their rule only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config import code_lists
from config.sources import Source
from schemas.dossiers import DOSSIERS, SERVICE_FLAGS, SERVICE_LEVEL
from tasks.cleaning.agencies import AgencyLookup
from tasks.cleaning.change_log import ChangeRecorder, EntryPosition, date_rules
from tasks.cleaning.columns import CodeList, column
from tasks.rules import marks
from tasks.rules.arrays import as_text, truths
from tasks.rules.dates.reading import read_dates
from tasks.rules.dates.times import local_times
from tasks.rules.text.codes import PROCEDURE_NUMBER
from tasks.rules.text.normal_form import composed, given, matches, one_spaced

_CODES = ("code", "alias_code", "receipt_number", "procedure_code", "field_code")
_TEXTS = {"status_as_given": "status", "unit_as_given": "unit"}
_DATE_MARKS = "|".join(marks.OF_DATES)
_IDENTITY_MARKS = f"{marks.ID_PLACEHOLDER}|{marks.ID_MALFORMED}"
_FOREIGN = r"[\x{0370}-\x{04FF}]"


class _Rows:
    """The dossiers as given and as kept, and what was noted of them."""

    def __init__(self, kept: pd.DataFrame, dossiers: pd.DataFrame, source: Source) -> None:
        self.kept, self.dossiers, self.source = kept, dossiers, source
        self.noted = ChangeRecorder(source)

    def add(self, field: str, rows: np.ndarray, before: pa.Array, rules: list[str] | str) -> None:
        """Note a change of some rows; arrays are of these rows only."""
        after = None if field == "applicant_key" else self.dossiers[field].iloc[rows].reset_index(drop=True)
        self.noted.add(field, rows, before, after, rules)

    def frame(self) -> pd.DataFrame:
        """Return rows of ``quality.changes``."""
        place = EntryPosition(DOSSIERS.full_name, as_text(self.dossiers["code"]), np.zeros(len(self.dossiers), dtype=np.int64))
        return self.noted.frame(place)


def changes(kept: pd.DataFrame, dossiers: pd.DataFrame, source: Source, directory: AgencyLookup) -> pd.DataFrame:
    """Compare statements with the dossiers that cleaning made of them.

    Args:
        kept: the statements as text, ``Latest.frame``.
        dossiers: rows of ``core.dossiers``, in the same order.
        source: whose they are.
        directory: of agencies, by which they were cleaned.

    Returns:
        Rows of ``quality.changes`` about ``core.dossiers``: at most one a dossier and field.
    """
    rows = _Rows(kept, dossiers.reset_index(drop=True), source)
    _codes(rows)
    _texts(rows)
    _agencies(rows, directory)
    _dates(rows)
    _amounts(rows)
    _listed(rows)
    _applicants(rows)
    return rows.frame()


def _codes(rows: _Rows) -> None:
    for field in _CODES:
        before, after = column(rows.kept, field), as_text(rows.dossiers[field])
        changed = np.flatnonzero(given(before) & given(after) & ~truths(pc.equal(before, after)))
        some, kept = _at(before, changed), _at(after, changed)
        forms = truths(pc.equal(one_spaced(some), kept)), truths(pc.equal(composed(one_spaced(some)), kept))
        suffix = (pc.utf8_length(kept).to_numpy() < pc.utf8_length(some).to_numpy()) & (field == "procedure_code")
        rules = [
            ("look_alike", matches(some, _FOREIGN)),
            ("trimmed", forms[0]),
            ("procedure_number", matches(some, PROCEDURE_NUMBER) & (field == "procedure_code")),
            ("composed", forms[1]),
            ("procedure_suffix", suffix),
        ]
        rows.add(
            field, changed, some, np.select([rows_ for _, rows_ in rules], [rule for rule, _ in rules], "code_form").tolist()
        )


def _texts(rows: _Rows) -> None:
    for field, name in _TEXTS.items():
        rows.noted.add_words(field, column(rows.kept, name), as_text(rows.dossiers[field]))


def _agencies(rows: _Rows, directory: AgencyLookup) -> None:
    if not directory.entries:
        return
    codes, names, after = column(rows.kept, "unit_code"), column(rows.kept, "unit"), as_text(rows.dossiers["unit_code"])
    before = pc.coalesce(codes, names)
    stated = given(before) | (given(after) & (rows.source.role == "primary"))
    changed = np.flatnonzero(~truths(pc.equal(codes, after)) & stated)
    parts = (_at(values, changed) for values in (codes, names, after))
    distinct: dict[tuple[str | None, str | None, str | None], tuple[str | None, str]] = {}
    told = []
    for key in zip(*(part.to_pylist() for part in parts), strict=True):
        if key not in distinct:
            distinct[key] = _way(directory, *key)
        told.append(distinct[key])
    rows.add("unit_code", changed, pa.array([text for text, _ in told], pa.string()), [rule for _, rule in told])


def _way(directory: AgencyLookup, code: str | None, name: str | None, found: str | None) -> tuple[str | None, str]:
    """Return the text by which an agency was found, and the rule."""
    if found is None:
        return code or name, "agency_unknown"
    if code and found in directory.of_code(code):
        passed_on = {entry.code for entry in directory.old.get(code, ())}
        return code, "agency_old_code" if found in passed_on else "code_form"
    meant, rule = directory.way(name) if name else (set(), "")
    if found in meant:
        return name, rule
    return code or name, "agency_of_code"


def _dates(rows: _Rows) -> None:
    """Look at the rows that cleaning has marked; all others hold dates in the form that is declared."""
    marked = np.flatnonzero(matches(as_text(rows.dossiers["marks"]), _DATE_MARKS))
    if not len(marked):
        return
    guessed = matches(as_text(rows.dossiers["marks"].iloc[marked]), marks.DATE_AMBIGUOUS)
    for field in _date_fields(rows):
        before = _at(column(rows.kept, field), marked)
        read = read_dates(before)
        taken = local_times(rows.dossiers[field].iloc[marked], rows.source.zone)
        rule = date_rules(read, taken, guessed, rows.source)
        changed = np.flatnonzero(rule != "")
        rows.add(field, marked[changed], _at(before, changed), rule[changed].tolist())


def _date_fields(rows: _Rows) -> Iterator[str]:
    for field in rows.dossiers.columns:
        if field in rows.kept.columns and pa.types.is_timestamp(pa.array(rows.dossiers[field].iloc[:1]).type):
            yield str(field)


def _amounts(rows: _Rows) -> None:
    before, after = column(rows.kept, "fee_amount"), as_text(rows.dossiers["fee_amount"])
    changed = np.flatnonzero(given(before) & ~truths(pc.equal(before, after)) & ~matches(before, r"^\s*$"))
    read = given(_at(after, changed))
    rows.add("fee_amount", changed, _at(before, changed), np.where(read, "number_form", "number_unreadable").tolist())


def _listed(rows: _Rows) -> None:
    """Note what no code list explains, and what was filled in where the source says nothing."""
    lists = {
        "channel": CodeList.of(rows.source.channels, code_lists.CHANNEL_CODES),
        "person_kind": CodeList.of(rows.source.person_kinds, code_lists.PERSON_KIND_CODES),
    }
    for field in (*lists, "status", "has_result", "is_migrated", "is_deleted", *SERVICE_FLAGS, SERVICE_LEVEL.name):
        before, after = column(rows.kept, field), as_text(rows.dossiers[field])
        stated = given(before) & ~matches(before, r"^\s*$")
        unlisted = np.flatnonzero(stated & ~given(after))
        rows.add(field, unlisted, _at(before, unlisted), "not_listed")
        filled = np.flatnonzero(~stated & given(after)) if rows.source.role == "primary" else unlisted[:0]
        rows.add(field, filled, pa.nulls(len(filled), pa.string()), "presumed" if field == "status" else "by_default")


def _applicants(rows: _Rows) -> None:
    refused = np.flatnonzero(matches(as_text(rows.dossiers["marks"]), _IDENTITY_MARKS))
    rows.add("applicant_key", refused, pa.nulls(len(refused), pa.string()), "identity_refused")


def _at(values: pa.Array, rows: np.ndarray) -> pa.Array:
    return values.take(pa.array(rows))
