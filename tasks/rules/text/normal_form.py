"""Normal form of text: composed letters, whatever form, diacritics or font it came in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import truths
from tasks.rules.text.spelling import UNSEEN, one_y, plain_code, plain_letters

LOST = "\ufffd"  # stands in a text where bytes were no letter
LONGEST_TEXT = 4000  # characters kept of a text before any pattern looks at it
# Letters that stand in Vietnamese text only when a VNI or TCVN3 font was turned into Unicode wrongly:
# ñ is đ of VNI; the signs are letters of TCVN3 and never touch a letter otherwise.
_LEGACY = "[ñÑ]|[A-Za-z][®©µ¸¶·¹¨»¾¼½Æ×ÏÒ§][A-Za-z]|(?:^| )[®§][A-Za-zµ¸¶·¹«]"
_SPACE_RUN = r"[\s\p{Z}\p{Cc}\x{FEFF}\x{200B}]+"
# What that makes a single space of: two of them, or one that is no plain space.
_ODD_SPACE = (
    "  |[\\x{00}-\\x{1F}\\x{7F}-\\x{A0}\\x{1680}\\x{2000}-\\x{200B}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}]"
    f"|[{UNSEEN}]"
)
# Of Latin letters with their marks in one character, all of Vietnamese among them, NFC leaves every text as it is.
_MAY_COMPOSE = "[^\\x{00}-\\x{2FF}\\x{1E00}-\\x{1EFF}]"
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def clean_text(values: pa.Array) -> pa.Array:
    """Compose (NFC), trim and collapse white space; an empty text becomes null. NUL characters are dropped."""
    return over_distinct(values, _clean)


def _clean(values: pa.Array) -> pa.Array:
    text = composed(pc.replace_substring(pc.utf8_slice_codeunits(values, 0, LONGEST_TEXT), "\x00", ""))
    text = one_spaced(text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def one_spaced(values: pa.Array) -> pa.Array:
    """Trim texts and make each run of white space and invisible signs in them a single space."""
    return pc.utf8_trim_whitespace(where_needed(values, _ODD_SPACE, _one_spaced))


def _one_spaced(values: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.replace_substring_regex(values, f"[{UNSEEN}]+", ""), _SPACE_RUN, " ")


def composed(values: pa.Array) -> pa.Array:
    """Bring texts to NFC."""
    return where_needed(values, _MAY_COMPOSE, lambda texts: pc.utf8_normalize(texts, "NFC"))


def where_needed(values: pa.Array, pattern: str, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Change the texts that a pattern finds, and leave the others as they are.

    Most are others, and the change would not touch them.
    """
    found = pc.fill_null(pc.match_substring_regex(values, pattern), False)
    if not pc.any(found).as_py():
        return values
    return pc.replace_with_mask(values, found, change(values.filter(found)))


def not_composed(values: pa.Array) -> np.ndarray:
    """Tell which texts are not in NFC."""
    return truths(over_distinct(values, lambda texts: pc.not_equal(texts, composed(texts))))


def legacy_font(values: pa.Array) -> np.ndarray:
    """Tell which texts show traces of VNI or TCVN3 fonts."""
    return matches(values, _LEGACY)


def matches(values: pa.Array, pattern: str) -> np.ndarray:
    """Tell which texts hold a pattern; only the first characters are looked at, so no text can be too long for it."""
    return truths(
        over_distinct(values, lambda texts: pc.match_substring_regex(pc.utf8_slice_codeunits(texts, 0, LONGEST_TEXT), pattern))
    )


def without_marks(text: str) -> str:
    """Return a text in small plain letters; signs and spaces stay."""
    # đ has no decomposition, so it is replaced by hand.
    plain = plain_letters(text).lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.replace("đ", "d"))
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    return plain


def fold(text: str) -> str:
    r"""Reduce a name to what is left of it without marks.

    rLower case, words separated by one space, y for i at their end.

    Names that differ in a mark become one here: :func:`tasks.rules.text.spelling.spelled` comes first.

    Examples:
        >>> fold("  Ngày  hẹn trả\n(dự kiến)")
        'ngay hen tra du kien'
        >>> fold("Đất đai")
        'dat dai'
    """
    return one_y(_NOT_WORD.sub(" ", without_marks(text)).strip())


def fold_code_text(text: str) -> str:
    """Reduce a code of a code list: plain signs, trimmed, and ``1.0`` of a spreadsheet is ``1``, ``01`` too."""
    plain = plain_code(text)
    if re.fullmatch(r"\d{1,9}(?:\.0+)?", plain):
        return str(int(plain.partition(".")[0]))
    return fold(plain) or plain


def over_distinct(values: pa.Array, function: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Apply a function of arrays to the distinct texts only and spread its answers; offices repeat themselves."""
    coded = pc.dictionary_encode(values)
    return function(coded.dictionary).take(coded.indices)


def per_distinct(values: pa.Array, answer: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """Apply a function to each distinct text once and spread the answers over all rows; null stays null."""
    return over_distinct(values, lambda texts: pa.array([answer(text) for text in texts.to_pylist()], kind))


def given(values: pa.Array) -> np.ndarray:
    """Tell which values are not null."""
    return truths(pc.is_valid(values))
