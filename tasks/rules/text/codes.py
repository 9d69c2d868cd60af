"""Codes of dossiers, agencies and procedures (law 3): one form for what people write in many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import truths
from tasks.rules.text.normal_form import clean_text, given, per_distinct, where_needed
from tasks.rules.text.spelling import BARRED_D, DASHES, LOOK_ALIKES, plain_code

_HYPHENS = f"[{DASHES}_]"
_DOTS = "[\u00b7\u2219\u22c5\u3002\uff61]"
_GAPS = r"[\s\p{Z}\p{Cc}\p{Cf}]+"
# Tolerant pattern of law 3.1: old and new agency codes, six or eight digits of date, four to eight of sequence.
NATIONAL = (
    r"^(?P<unit>(?:\d{3}\.\d{2}\.\d{2}\.[GHK]\d{2}|[GHK]\d{2}(?:\.\d{1,3})*))-(?P<date>\d{6}|\d{8})-(?P<sequence>\d{4,8})$"
)
PROCEDURE_NUMBER = r"^[1-3](?:[.,]\d{1,5})?$"  # what a spreadsheet makes of a procedure's code that ends with zeros
LONGEST_CODE = 100
_LETTERS = {other: latin for other, latin in {**LOOK_ALIKES, **BARRED_D}.items() if other.isupper()}
# A text of other characters than these, an empty one or one that is too long; any other is a code in its one form.
_NOT_FOLDED = rf"[^A-Z0-9.\-]|^$|^.{{{LONGEST_CODE + 1}}}"
_YEAR = r"~\d{4}(?:\.\d+)?$"  # what tells a reused number from the first one (tasks/rules/linkage/reused_numbers.py)
_MOST_FOLDS = 3  # more were never needed for any text


@dataclass(frozen=True)
class ParsedCodes:
    """What dossier codes say.

    Attributes:
        folded: the code in its one form; null where none was given.
        changed: the given form was another (beyond white space around it).
        national: it follows the national pattern.
        unit: agency part, null where the code does not follow the pattern.
        day: date inside the code as ``datetime64[D]``, NaT where there is none.
    """

    folded: pa.Array
    changed: np.ndarray
    national: np.ndarray
    unit: pa.Array
    day: np.ndarray


def fold_codes(values: pa.Array) -> pa.Array:
    """Bring codes to one form: NFKC, upper case, Latin letters, plain hyphens, no white space; empty is null."""
    return where_needed(values, _NOT_FOLDED, _fold_codes)


def _fold_codes(values: pa.Array) -> pa.Array:
    text = _fold(pc.utf8_slice_codeunits(values, 0, LONGEST_CODE))
    # What a gap, an accent or another alphabet kept apart may belong together once that is gone.
    for _ in range(_MOST_FOLDS):
        if truths(pc.string_is_ascii(text))[given(text)].all():
            break
        text = _fold(text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _fold(values: pa.Array) -> pa.Array:
    text = pc.utf8_upper(pc.utf8_normalize(values, "NFKC"))
    for pattern, plain in ((_HYPHENS, "-"), (_DOTS, "."), (_GAPS, "")):
        text = pc.replace_substring_regex(text, pattern, plain)
    if truths(pc.match_substring_regex(text, r"[\x{0370}-\x{04FF}ÐƉ]")).any():
        for other, latin in _LETTERS.items():
            text = pc.replace_substring(text, other, latin)
    return text


def read_codes(values: pa.Array) -> ParsedCodes:
    """Read dossier codes; see :class:`ParsedCodes`."""
    folded = fold_codes(values)
    parts = pc.extract_regex(without_year(folded), NATIONAL)
    changed = truths(pc.not_equal(pc.utf8_trim_whitespace(values), folded))
    return ParsedCodes(folded, changed, given(parts), pc.struct_field(parts, "unit"), code_days(pc.struct_field(parts, "date")))


def without_year(codes: pa.Array) -> pa.Array:
    """Return codes as their source writes them.

    A reused number is kept with the year of its receipt, ``00052~2026``.
    """
    return where_needed(codes, _YEAR, lambda those: pc.replace_substring_regex(those, _YEAR, ""))


def code_days(digits: pa.Array) -> np.ndarray:
    """Read ``yyMMdd`` or ``yyyyMMdd`` as days; NaT where the date does not exist.

    Two digits of a year are of this century: the one-stop mechanism is younger than it.
    """
    six = pc.equal(pc.utf8_length(digits), 6)
    full = pc.if_else(six, pc.binary_join_element_wise("20", digits, ""), digits)
    moments = pc.strptime(full, format="%Y%m%d", unit="s", error_is_null=True)
    found = np.asarray(moments.to_numpy(zero_copy_only=False), dtype="datetime64[D]")
    # strptime lets 31 February through on some systems: a real date writes itself the same way again.
    again = pc.strftime(moments, format="%Y%m%d")
    return np.where(truths(pc.equal(again, full)), found, np.datetime64("NaT"))


def plain_codes(values: pa.Array) -> pa.Array:
    """Write codes whose case and spaces mean something in plain signs.

    Full-width digits, look-alike letters and odd dashes are replaced.
    """
    return where_needed(clean_text(values), r"[^\x00-\x7F]", lambda texts: per_distinct(texts, plain_code, pa.string()))


def fold_procedures(values: pa.Array) -> pa.Array:
    """Cut the owner's suffix off national procedure codes; a local invented code stays as it is (law 3.3).

    A spreadsheet that took a code for a number left out its last zeros: six digits are fixed, so 2.00072 was 2.000720 and 2 was 2.000000.
    """
    codes = pc.replace_substring_regex(plain_codes(values), r"^([1-3]) ?\. ?(\d{6})(?:[ .].*)?$", r"\1.\2")
    return where_needed(codes, PROCEDURE_NUMBER, _with_zeros)


def _with_zeros(numbers: pa.Array) -> pa.Array:
    return pc.utf8_rpad(pc.replace_substring_regex(numbers, r"^([1-3])[.,]?", r"\1."), 8, "0")


def fold_units(values: pa.Array) -> pa.Array:
    """Bring agency codes to one form: upper case, no white space."""
    return pc.utf8_upper(fold_codes(values))
