"""Text as Vietnamese offices write it: composed or decomposed, with or without marks, in fonts long gone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 4000  # characters kept of a text before any pattern looks at it
# Letters that stand in Vietnamese text only when a VNI or TCVN3 font was turned into Unicode wrongly:
# ñ is đ of VNI; the signs are letters of TCVN3 and never touch a letter otherwise.
_LEGACY = "[ñÑ]|[A-Za-z][®©µ¸¶·¹¨»¾¼½Æ×ÏÒ§][A-Za-z]|(?:^| )[®§][A-Za-zµ¸¶·¹«]"
_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def clean_text(values: pa.Array) -> pa.Array:
    """Compose (NFC), trim and collapse white space; an empty text becomes null. NUL characters are dropped."""
    text = pc.replace_substring(pc.utf8_slice_codeunits(values, 0, LONGEST), "\x00", "")
    text = pc.utf8_trim_whitespace(pc.utf8_normalize(text, "NFC"))
    text = pc.replace_substring_regex(text, r"[\s\p{Z}\p{Cc}\x{FEFF}\x{200B}]+", " ")
    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def not_composed(values: pa.Array) -> np.ndarray:
    """Tell which texts are not in NFC."""
    return truth(pc.not_equal(values, pc.utf8_normalize(values, "NFC")))


def legacy_font(values: pa.Array) -> np.ndarray:
    """Tell which texts show traces of VNI or TCVN3 fonts."""
    return truth(pc.match_substring_regex(pc.utf8_slice_codeunits(values, 0, LONGEST), _LEGACY))


def fold(text: str) -> str:
    r"""Reduce a name to what people compare: no marks, lower case, words separated by one space.

    Examples:
        >>> fold("  Ngày  hẹn trả\n(dự kiến)")
        'ngay hen tra du kien'
        >>> fold("Đất đai")
        'dat dai'
    """
    # đ has no decomposition, so it is replaced by hand.
    plain = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", letters).strip()


def fold_code_text(text: str) -> str:
    """Reduce a code of a code list: composed, trimmed, and ``1.0`` of a spreadsheet is ``1``, ``01`` too."""
    plain = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    if re.fullmatch(r"\d{1,9}(?:\.0+)?", plain):
        return str(int(plain.partition(".")[0]))
    return fold(plain) or plain


def per_distinct(values: pa.Array, answer: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """Apply a function to each distinct text once and spread the answers over all rows; null stays null."""
    coded = pc.dictionary_encode(values)
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    answers = pa.array([None if text is None else answer(text) for text in coded.dictionary.to_pylist()], kind)
    return answers.take(coded.indices)


def truth(values: pa.Array) -> np.ndarray:
    """Return a boolean array as numpy, null as False."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=bool)


def given(values: pa.Array) -> np.ndarray:
    """Tell which values are not null."""
    return truth(pc.is_valid(values))


def first_given(columns: Iterable[pa.Array]) -> pa.Array:
    """Return, row by row, the first value that is not null."""
    return pc.coalesce(*columns)
