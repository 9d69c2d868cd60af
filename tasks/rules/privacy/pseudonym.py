"""Keyed pseudonyms, and the checks that need the value itself before it is dropped.

A plain hash of a twelve-digit number is undone in seconds by trying all of them;
HMAC-SHA-256 with a key outside the database is not.
"""

from __future__ import annotations

import hmac

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from stdnum.vn import mst

from config.language import Bilingual
from config.pseudonym_key import SHORTEST_KEY
from tasks.rules.arrays import truths
from tasks.rules.text.normal_form import fold, given, per_distinct
from tasks.rules.text.spelling import has_marks, spelled

_SHORT = 16  # hexadecimal digits: enough to tell a few names apart
# Filled in for want of a number (law 2.10, 3.4), and runs of one digit or of counting digits.
_PLACEHOLDER = r"^(?:0+|1+|2+|3+|4+|5+|6+|7+|8+|9+|0*1|0?123456789\d{0,3}|1234567890?|9876543210?|[01]?0?9?0{6,}\d?)$"
_PHONE_PLACEHOLDER = r"^(?:0?123456789\d?|0?987654321\d?|0?9?0{6,}\d?|0(\d?)0{7,}|0?1{8,}|0?9{8,}|0?8{8,}|0?3{8,})$"
# Mobile numbers since 2018, fixed lines with area codes 02x, service numbers.
_PHONE = r"^(?:0[35789]\d{8}|02\d{8,9}|06[79]\d{6,8}|1[89]00\d{4,6})$"


def pseudonyms(values: pa.Array, key: bytes, purpose: str) -> pa.Array:
    """Replace values by keyed pseudonyms; null stays null.

    Args:
        values: text, already normalised by the caller.
        key: at least 32 bytes.
        purpose: kind of value (``id``, ``person``, ``officer``), so that equal texts of two kinds differ.

    Returns:
        Hexadecimal HMAC-SHA-256, 64 characters.

    Raises:
        ValueError: the key is too short.
    """
    if len(key) < SHORTEST_KEY:
        raise ValueError(
            Bilingual(f"khóa bút danh có ít nhất {SHORTEST_KEY} byte", f"a pseudonym key has at least {SHORTEST_KEY} bytes")
        )
    prefix = purpose.encode() + b"\x00"
    return per_distinct(values, lambda text: hmac.digest(key, prefix + text.encode(), "sha256").hex(), pa.string())


def digits_only(values: pa.Array) -> pa.Array:
    """Drop everything but digits; null where none is left."""
    digits = pc.replace_substring_regex(pc.utf8_normalize(values, "NFKC"), r"[^0-9]", "")
    return pc.if_else(pc.equal(digits, ""), pa.scalar(None, pa.string()), digits)


def identity_placeholder(digits: pa.Array) -> np.ndarray:
    """Tell which identity numbers are placeholders."""
    return truths(pc.match_substring_regex(digits, _PLACEHOLDER))


def identity_malformed(digits: pa.Array) -> np.ndarray:
    """Tell which identity numbers are neither 12 nor 9 digits nor a valid tax code of an organisation."""
    personal = pc.match_substring_regex(digits, r"^(?:\d{9}|\d{12})$")
    other = pc.if_else(personal, pa.scalar(None, pa.string()), digits)
    tax = per_distinct(other, lambda text: bool(mst.is_valid(text)), pa.bool_())
    malformed: np.ndarray = np.logical_and(given(digits), ~truths(pc.or_kleene(personal, pc.fill_null(tax, False))))
    return malformed


def phone_digits(values: pa.Array) -> pa.Array:
    """Bring telephone numbers to the national form with a leading 0."""
    return pc.replace_substring_regex(digits_only(values), r"^(?:0084|84)(\d{9,10})$", r"0\1")


def phone_malformed(digits: pa.Array) -> np.ndarray:
    """Tell which telephone numbers no Vietnamese line can have."""
    malformed: np.ndarray = np.logical_and(given(digits), ~truths(pc.match_substring_regex(digits, _PHONE)))
    return malformed


def phone_placeholder(digits: pa.Array) -> np.ndarray:
    """Tell which telephone numbers were made up to fill the field."""
    return truths(pc.match_substring_regex(digits, _PHONE_PLACEHOLDER))


def spellings(names: pa.Array, key: bytes) -> pa.Array:
    """Return short pseudonyms of names with their marks.

    Null for a name that bears none, and so says nothing about them.

    Of names that are one without marks and share a telephone it tells Hùng from Hưng; no name is found by it alone.
    """
    marked = per_distinct(names, lambda text: spelled(text) if has_marks(text) else None, pa.string())
    return pc.utf8_slice_codeunits(pseudonyms(marked, key, "spelling"), 0, _SHORT)


def names_and_phones(names: pa.Array, phones: pa.Array) -> pa.Array:
    """Join folded name and telephone number; null unless both are given."""
    folded = per_distinct(names, lambda text: fold(text) or None, pa.string())
    return pc.binary_join_element_wise(folded, phones, "\x1f")
