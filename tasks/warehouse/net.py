"""Privacy net of the warehouse: personal values in any text are replaced on their way in.

The first net (:mod:`tasks.sources.privacy_guard`) stands where pages become readings and knows more: whose record it is, what the
other numbers of a column look like. Here every text passes that a source or a file given by a person can fill, wherever it
came from, and is looked at by itself; what the first net let through for a reason passes here too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.known_sources import known_sources
from config.pseudonym_key import pseudonym_key
from schemas.audit import LEDGER, PROGRESS
from schemas.differences import DIFFERENCES
from schemas.dossiers import DOSSIER_VERSIONS, MATCHES
from schemas.indicators import COUNTS, PUBLICATIONS, STORED
from schemas.publications import PUBLICATION_DRAFTS, PUBLICATION_STATES, RULES_ARCHIVE
from schemas.quality import CLOCK_FAULTS, FINDINGS, GATE_RESULTS, PROPOSALS
from schemas.table import Kind, Table
from schemas.verdicts import VERDICT_VERSIONS, VERDICTS_TABLE
from tasks.rules.arrays import arrow, truths
from tasks.rules.marks import PERSONAL_MASKED
from tasks.rules.privacy.masking import (
    HIDDEN,
    looks_personal,
    mask,
    names_somebody,
    personal,
    personal_code_or_text,
    told,
    without_contacts,
)
from tasks.rules.privacy.numbers import is_dated
from tasks.rules.text.syllables import set_of
from tasks.sources.privacy_guard import PLAIN_CODE, code_token, page_name, personal_by_itself, privacy_guard_of

# Made of rows of the warehouse alone, so that each of their texts was looked at where it came in.
DERIVED: frozenset[str] = frozenset(
    table.full_name
    for table in (
        *(DOSSIER_VERSIONS, MATCHES, FINDINGS, PROPOSALS, GATE_RESULTS, CLOCK_FAULTS, DIFFERENCES, VERDICTS_TABLE),
        *(COUNTS, *STORED.values(), PUBLICATIONS, LEDGER, PROGRESS),
        # Of these a person fills the reason of a withdrawal, which tasks/approving refuses where it looks personal.
        *(PUBLICATION_STATES, PUBLICATION_DRAFTS, RULES_ARCHIVE, VERDICT_VERSIONS),
    )
)
# Written by this program in its own words, names of files in config, digests and pseudonyms; nobody else fills them.
# A mark is the adapter's word for a place; a place at a person's number is not written down (tasks/sources/databases/row_position.py).
OURS = set_of(
    "source pull_id window_id met_in page_digest first_page digest state error_class media_type role applicant_key "
    "applicant_spelling actor_key marks origin end_origin rule table_name policy what meaning kinds correction_id package "
    "reason fields mark purge_rule calendar kind row_key decision answered_in event_id subscription message month series measure file_digest"
)
CODE, TEXT, PLACE, VALUE = "code", "text", "place", "value"
MESSAGE, NOTES, EVIDENCE, ACCOUNT, FILE = "message", "notes", "evidence", "account", "file"
_BY_NAME = {
    **dict.fromkeys(set_of("code alias_code receipt_number other_code"), CODE),
    **dict.fromkeys(set_of("unit_as_given unit_code about_unit parent_code succeeded_by old_code unit name"), PLACE),
    **dict.fromkeys(
        set_of("field field_key before now field_name limit_text reference document note published_by remarks"), PLACE
    ),
    **dict.fromkeys(set_of("source_value cleaned_value new_value old_value"), VALUE),
    "error": MESSAGE,
    "notes": NOTES,
    **dict.fromkeys(set_of("proposed_by approved_by undone_by answered_by audited_by entered_by account reader"), ACCOUNT),
    "evidence": EVIDENCE,
}
_BY_TABLE = {"raw.pages.name": FILE}
_TOKEN = f"{HIDDEN.upper()}-"
# What is plainly no person's, which nearly all are: codes as they should be, and days and hours.
_PLAIN_VALUE = (
    rf"{PLAIN_CODE}|^\d{{4}}-\d\d-\d\d(?:[T ][\d:.]{{5,15}})?$|^\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}(?: [\d:]{{4,8}})?$"
)
_PLAIN = {CODE: PLAIN_CODE, VALUE: _PLAIN_VALUE}
_TEXT = pd.ArrowDtype(pa.string())


def kind_of(table: Table, column: str) -> str | None:
    """Return what may stand in a column that a source or a person can fill.

    None for a column that nobody fills, or that holds no text.
    """
    if table.full_name in DERIVED or column in OURS or table[column].kind not in (Kind.TEXT, Kind.JSON):
        return None
    return _BY_TABLE.get(f"{table.full_name}.{column}") or _BY_NAME.get(column, TEXT)


@dataclass
class Net:
    """What keeps personal values out of the tables that one load writes.

    Attributes:
        codes: dossier codes that were replaced, with what stands for them: the rows that belong to a dossier follow it.
    """

    codes: dict[str, str] = field(default_factory=dict)

    def guarded(self, table: Table, frame: pd.DataFrame, *, children: bool = False) -> pd.DataFrame:
        """Return a conformed frame without personal values in the columns that a source or a person can fill.

        Args:
            table: where it goes.
            frame: its given columns, in the declared dtypes.
            children: its rows belong to dossiers whose codes were looked at; only replaced ones are replaced.
        """
        changed: dict[str, pd.Series] = {}
        rows = np.zeros(len(frame), dtype=bool)
        for column in frame.columns if table.full_name not in DERIVED else ():
            kind = kind_of(table, str(column))
            if kind is None or not len(frame):
                continue
            values = arrow(frame[column])
            found = self.followed(values) if children and column == "code" else self._column(values, kind, column in table.key)
            if found is not values:
                rows |= ~truths(pc.equal(found, values)) & truths(pc.is_valid(values))
                changed[str(column)] = pd.Series(pd.array(found, dtype=_TEXT), index=frame.index)
        if rows.any() and "marks" in frame.columns:
            changed["marks"] = pd.Series(pd.array(_marked(arrow(frame["marks"]), rows), dtype=_TEXT), index=frame.index)
        return frame.assign(**changed) if changed else frame

    def row(self, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return one row, or some columns of it, likewise; what is no column of the table stays as it is."""
        return {name: self._value(table, name, value) if name in table.columns else value for name, value in row.items()}

    def followed(self, values: pa.Array) -> pa.Array:
        """Return dossier codes with those replaced that were replaced before."""
        return _replaced(values, self.codes) if self.codes else values

    def _value(self, table: Table, column: str, value: Any) -> Any:
        kind = kind_of(table, column)
        if kind is None or not isinstance(value, str):
            return value
        found = self._tokens(pa.array([value]), kind, column in table.key)
        return found.get(value, value)

    def _column(self, values: pa.Array, kind: str, in_key: bool) -> pa.Array:
        if values.null_count == len(values):
            return values
        distinct = _odd(values, _PLAIN[kind]) if kind in _PLAIN else pc.unique(pc.drop_null(values))
        tokens = self._tokens(distinct, kind, in_key)
        return _replaced(values, tokens) if tokens else values

    def _tokens(self, distinct: pa.Array, kind: str, in_key: bool) -> dict[str, str]:
        """Return what stands for each of some texts that is personal."""
        held = [text for text in distinct.to_pylist() if not text.startswith(_TOKEN) and _HELD[kind](text)]
        if held and kind in (CODE, TEXT, PLACE, VALUE):
            known = _known_words()
            held = [text for text in held if text.strip().lower() not in known]
        found = {text: _shown(text, kind, in_key) for text in held}
        if kind == CODE:
            self.codes |= found
        return {text: shown for text, shown in found.items() if shown != text}


def _any_value(text: str) -> bool:
    return personal_code_or_text(text, places=True) and not is_dated(text.strip())


_HELD: Mapping[str, Callable[[str], bool]] = {
    CODE: personal_by_itself,
    TEXT: lambda text: personal(text) is not None,
    PLACE: lambda text: personal(text, places=True) is not None,
    VALUE: _any_value,
    MESSAGE: lambda text: mask(text) != text,
    NOTES: lambda text: _told(text) != text,
    EVIDENCE: names_somebody,
    ACCOUNT: looks_personal,
    FILE: lambda text: page_name(text) != text,
}


def _told(notes: str) -> str:
    """Return what was noted of a page, each part of each line by itself."""
    return "\n".join("\t".join(map(told, line.split("\t"))) for line in notes.split("\n"))


def _shown(text: str, kind: str, in_key: bool) -> str:
    if kind == FILE:
        return page_name(text)
    if kind in (MESSAGE, NOTES):
        return mask(text) if kind == MESSAGE else _told(text)
    if kind == CODE or in_key:
        return code_token(text, pseudonym_key())
    return without_contacts(text) if kind == PLACE else HIDDEN


def _odd(values: pa.Array, plain: str) -> pa.Array:
    return pc.unique(pc.drop_null(pc.filter(values, pc.invert(pc.match_substring_regex(values, plain)))))


def _replaced(values: pa.Array, tokens: Mapping[str, str]) -> pa.Array:
    places = pc.index_in(values, value_set=pa.array(list(tokens), pa.string()), skip_nulls=True)
    if places.null_count == len(places):
        return values
    return pc.if_else(pc.is_valid(places), pa.array(list(tokens.values()), pa.string()).take(places), values)


def _marked(marks: pa.Array, rows: np.ndarray) -> pa.Array:
    """Return marks with the one that says that something of a row was masked."""
    more = pc.binary_join_element_wise(marks, PERSONAL_MASKED, " ", null_handling="skip")
    lacking = rows & ~truths(pc.match_substring(marks, PERSONAL_MASKED))
    return pc.if_else(pa.array(lacking), more, marks)


def _known_words() -> frozenset[str]:
    """Return the words of all sources' own lists; they are nobody's, whatever they look like."""
    return frozenset().union(*(privacy_guard_of(source).known for source in known_sources().judged.values()))
