"""Privacy guard: removes personal values from parsed records, whichever field holds them.

Nothing else looks at the records before that. Every page of every source becomes readings in one place, and this is the
last thing done there: what looks like a person, by its form or because the same record names that person, is replaced
by a token; where a code stood, by one that tells codes apart.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config import code_lists
from config.profiles import PROFILES
from config.pseudonym_key import pseudonym_key
from config.sources import Source
from tasks.rules.arrays import truths
from tasks.rules.privacy.addresses import of_agency
from tasks.rules.privacy.displaced_values import displaced, unheard
from tasks.rules.privacy.masking import HIDDEN, looks_personal, personal, personal_code_or_text, without_contacts
from tasks.rules.privacy.numbers import CODE_NUMBER, DATED_NUMBER, DIGITS, is_dated
from tasks.rules.text.codes import NATIONAL, fold_codes
from tasks.sources.masked_fields import AGENCY, CODE, MASKED_FIELDS, TEXT, values_of
from tasks.sources.parsed_records import ParsedRecords

_LISTS: tuple[Mapping[str, Any], ...] = (
    *(profile.statuses for profile in PROFILES.values()),
    code_lists.CHANNEL_CODES,
    code_lists.PERSON_KIND_CODES,
    code_lists.PAUSE_KIND_CODES,
    code_lists.LEVEL_CODES,
)
# Codes that are as a code should be, which nearly all are.
PLAIN_CODE = r"^(?:(?:\d{3}\.\d{2}\.\d{2}\.[GHK]\d{2}|[GHK]\d{2}(?:\.\d{1,3}){0,4})-\d{6,8}-\d{4,8}|[A-Za-z]{1,4}[0-9]{0,8}(?:[-./][0-9]{1,8}){0,3}|[0-9]{1,8})$"
_TEXT = pd.ArrowDtype(pa.string())
_IN_ONE_FORM = re.compile(NATIONAL, re.ASCII)  # folding changes nothing about it; a file of corrections asks line by line
_FEWEST_DIGITS = 7  # of a number that tells somebody
_ENOUGH = 3  # numbers of a column that show how its receipts are made
_MOST = 0.8  # share of them that begin with a day


@dataclass
class PrivacyGuard:
    """What keeps personal values of one source from going on.

    Attributes:
        key: of the pseudonyms; asked for only where a code is replaced.
        known: words of the source's own lists, lower case; they are nobody's, whatever they look like.
        counts: values replaced, by field.
    """

    key: Callable[[], bytes]
    known: frozenset[str] = frozenset()
    counts: Counter[str] = field(default_factory=Counter)

    def guarded(self, readings: ParsedRecords) -> ParsedRecords:
        """Return readings without personal values outside the fields that cleaning turns into pseudonyms."""
        frames = {name: getattr(readings, name) for name in MASKED_FIELDS if len(getattr(readings, name))}
        held = sorted(self._codes(frames))
        changed = {name: self._frame(name, frame, held) for name, frame in frames.items()}
        changed = {name: frame for name, frame in changed.items() if frame is not frames[name]}
        return replace(readings, **changed) if changed else readings

    def _frame(self, name: str, frame: pd.DataFrame, held: list[str]) -> pd.DataFrame:
        columns = dict(self._columns(name, frame, held))
        if name == "dossiers":
            columns |= self._displaced(frame, columns)
        series = {one: pd.Series(pd.array(values, dtype=_TEXT), index=frame.index) for one, values in columns.items()}
        return frame.assign(**series) if series else frame

    def _codes(self, frames: dict[str, pd.DataFrame]) -> set[str]:
        """Return the codes that are personal; a dossier's code is the same in all its rows, so it goes in all of them."""
        found: set[str] = set()
        for column, kind in MASKED_FIELDS["dossiers"].items():
            if kind != CODE:
                continue
            named = {
                name: values_of(frame, column) for name, frame in frames.items() if MASKED_FIELDS[name].get(column) == CODE
            }
            odd = [pc.filter(values, pc.invert(pc.match_substring_regex(values, PLAIN_CODE))) for values in named.values()]
            distinct = pc.unique(pc.drop_null(pa.concat_arrays([pa.array([], pa.string()), *odd])))
            national = pc.match_substring_regex(fold_codes(distinct), NATIONAL)
            found |= _personal_codes(pc.filter(distinct, pc.invert(pc.fill_null(national, False))), self.known)
            found |= self._own(frames["dossiers"], named["dossiers"]) if "dossiers" in named else set()
        return found

    def _columns(self, name: str, frame: pd.DataFrame, held: list[str]) -> Iterator[tuple[str, pa.Array]]:
        names = values_of(frame, "applicant_name") if name == "dossiers" else None
        for column, kind in MASKED_FIELDS[name].items():
            values = values_of(frame, column)
            if values.null_count == len(values):
                continue
            texts = held if kind == CODE else self._texts(values, names, frame, kind)
            if texts:
                found = self._replaced(values, texts, kind, f"{name}.{column}")
                if found is not values:
                    yield column, found

    def _texts(self, values: pa.Array, names: pa.Array | None, frame: pd.DataFrame, kind: str) -> list[str]:
        """Return the different texts of a field that are personal."""
        coded = pc.dictionary_encode(values)
        own = self._own(frame, values) if names is not None else set()
        beside = _first(coded, names) if names is not None else [None] * len(coded.dictionary)
        return [
            text
            for text, name in zip(coded.dictionary.to_pylist(), beside, strict=True)
            if text in own or self._is_personal(text, kind) or (name and self._names(text, name))
        ]

    def _is_personal(self, text: str, kind: str) -> bool:
        return text.strip().lower() not in self.known and personal(text, places=kind == AGENCY) is not None

    def _names(self, text: str, name: str) -> bool:
        """Tell whether a text names the applicant of its record."""
        return len(name) < len(text) and name.lower() in text.lower() and self._tells(name, "applicant_name")

    def _tells(self, text: str, field: str) -> bool:
        """Tell whether a value says who somebody is: a placeholder does not, nor an agency that applied itself."""
        if field == "applicant_name":
            return len(text.split()) > 1 and text.strip().lower() not in self.known and not of_agency(text)
        return sum(map(str.isdigit, text)) >= _FEWEST_DIGITS

    def _own(self, frame: pd.DataFrame, values: pa.Array) -> set[str]:
        """Return values that are the applicant's name, number or telephone in the same record."""
        found: set[str] = set()
        for name in ("applicant_name", "identity_number", "phone"):
            same = pc.equal(values, values_of(frame, name))
            if pc.any(same).as_py():
                texts = pc.unique(pc.filter(values, same)).to_pylist()
                found |= {text for text in texts if text and self._tells(text, name)}
        return found

    def _displaced(self, frame: pd.DataFrame, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
        """Of records whose values stand in wrong fields only what other records say too goes on."""
        held = [pc.equal(values, HIDDEN) for column, values in columns.items() if MASKED_FIELDS["dossiers"][column] != CODE]
        rows = displaced(
            values_of(frame, "applicant_name"), np.logical_or.reduce([*map(truths, held), np.zeros(len(frame), bool)])
        )
        if not rows.any():
            return {}
        found = {}
        for column, kind in MASKED_FIELDS["dossiers"].items():
            values = columns.get(column, values_of(frame, column))
            texts = unheard(values, rows, self.known | {HIDDEN}) if kind != CODE else []
            if texts:
                found[column] = self._replaced(values, texts, TEXT, f"dossiers.{column}")
        return found

    def _replaced(self, values: pa.Array, texts: list[str], kind: str, where: str) -> pa.Array:
        places = pc.index_in(values, value_set=pa.array(texts, pa.string()))
        count = int(pc.count(places).as_py())
        if not count:
            return values
        self.counts[where] += count
        tokens = pa.array([self._token(text, kind) for text in texts], pa.string())
        return pc.if_else(pc.is_valid(places), tokens.take(places), values)

    def _token(self, text: str, kind: str) -> str:
        if kind == CODE:
            return code_token(text, self.key())
        return without_contacts(text) if kind == AGENCY else HIDDEN


def privacy_guard_of(source: Source) -> PrivacyGuard:
    """Return the guard of a source: what its lists know is nobody's, besides what lists of that kind know anyway."""
    lists: tuple[Mapping[str, Any], ...]
    lists = (source.statuses, source.channels, source.person_kinds, source.pause_kinds, source.levels, source.flags, *_LISTS)
    return PrivacyGuard(pseudonym_key, frozenset(str(code).strip().lower() for codes in lists for code in codes))


def agency_shown(text: str) -> str:
    """Return an agency's name without what is personal in it, as readings have it."""
    return text if personal(text, places=True) is None else without_contacts(text)


def page_name(name: str) -> str:
    """Return the name of a page in the warehouse.

    A file named after a person gets another name, always the same.
    """
    stem, dot, ending = name.rpartition(".")
    called = stem if dot else name
    if not (
        looks_personal(name) or personal_code_or_text(called, places=True) or personal(called.replace("_", " "), places=True)
    ):
        return name
    return f"{code_token(name, pseudonym_key())}{dot}{ending if dot else ''}"


def personal_by_itself(code: str) -> bool:
    """Tell whether a code is a person's, asked of it alone; receipts that begin with their day are none."""
    bare = code.strip()
    if _IN_ONE_FORM.fullmatch(bare):
        return False
    national = pc.match_substring_regex(fold_codes(pa.array([bare], pa.string())), NATIONAL)[0].as_py()
    return not (is_dated(bare) or national) and personal_code_or_text(bare)


def code_as_kept(code: str) -> str:
    """Return a dossier's code as the warehouse has it: whoever names one by a person's number means the token."""
    return code_token(code, pseudonym_key()) if code and personal_by_itself(code) else code


def code_token(text: str, key: bytes) -> str:
    """Return what stands for a personal value in the place of a code.

    The same for the same value, and nothing to guess it by.
    """
    return f"{HIDDEN.upper()}-{hmac.digest(key, b'code' + bytes(1) + text.strip().encode(), 'sha256').hex()[:16].upper()}"


def _first(coded: pa.DictionaryArray, names: pa.Array) -> list[str | None]:
    """Return, of each different text, the applicant's name in the first record that has it."""
    places = np.asarray(pc.fill_null(coded.indices, len(coded.dictionary)))
    first = np.zeros(len(coded.dictionary) + 1, dtype=np.int64)
    first[places[::-1]] = np.arange(len(places))[::-1]
    found: list[str | None] = names.take(pa.array(first[:-1])).to_pylist()
    return found


def _personal_codes(odd: pa.Array, known: frozenset[str]) -> set[str]:
    """Return the personal ones among different codes of a column; receipts that begin with their day are none."""
    bare = pc.utf8_trim_whitespace(odd)
    numbers = pc.match_substring_regex(bare, DIGITS)
    dated = pc.and_(numbers, pc.match_substring_regex(bare, DATED_NUMBER))
    count, with_day = pc.sum(numbers).as_py() or 0, pc.sum(dated).as_py() or 0
    receipts = count < _ENOUGH or with_day >= _MOST * count
    asked = pc.and_not(numbers, dated) if receipts else numbers
    found = set(pc.filter(odd, pc.and_(asked, pc.match_substring_regex(bare, CODE_NUMBER))).to_pylist())
    texts = pc.filter(odd, pc.invert(numbers)).to_pylist()
    return found | {text for text in texts if text.strip().lower() not in known and personal_code_or_text(text)}
