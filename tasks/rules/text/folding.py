"""Folding of words: without diacritics, as lists of names, streets and forms are compared.

It needs no arrays, so that messages can use it.
"""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^0-9a-z]+")


def bare(text: str) -> str:
    r"""Return the words of a text without marks, lower case, one space between them.

    Examples:
        >>> bare("  Ngày  hẹn trả\n(dự kiến)")
        'ngay hen tra du kien'
        >>> bare("Đất đai")
        'dat dai'
    """
    # đ has no decomposition, so it is replaced by hand; ð is its look-alike.
    plain = unicodedata.normalize("NFKD", text.lower().replace("đ", "d").replace("ð", "d"))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", letters).strip()
