"""Spelling variants of one Vietnamese word, and diacritics that make another word.

Hoà and Hòa, xử lí and xử lý, Ð for Đ are one word each; Hùng and Hưng are two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TypeVar

_T = TypeVar("_T")

# Letters of other alphabets that look like Latin ones: they come in by copy and paste.
LOOK_ALIKES = dict(
    zip(
        "АВЕКМНОРСТУХІЈЅҮаеорсухіјѕһΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
        "ABEKMHOPCTYXIJSYaeopcyxijshABEZHIKMNOPTYXo",
        strict=True,
    )
)
# Letters of other languages and encodings that are drawn like Đ and its small one.
BARRED_D = {"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"}
DASHES = "\u02d7\u058a\u1806\u2010-\u2015\u2043\u2212\u2796\u2e3a\u2e3b\u30fc\ufe58\ufe63"  # of a class of letters
UNSEEN = "\u00ad\u034f\u200c-\u200f\u202a-\u202e\u2060-\u2064"  # likewise: signs without a place of their own
# Anything but ASCII and composed Vietnamese; most texts hold nothing of it.
_ODD = re.compile("[^\\x00-\\x9f\\u00c0-\\u00cf\\u00d1-\\u00ef\\u00f1-\\u0131\\u01a0\\u01a1\\u01af\\u01b0\\u1ea0-\\u1ef9]")
_OTHER_ALPHABET = re.compile("[\u0370-\u04ff]")
_LATIN = re.compile("[A-Za-z]")
_ONE_FORM = str.maketrans(BARRED_D)
_LOOKS_LIKE = str.maketrans(LOOK_ALIKES)
_UNSEEN = re.compile(f"[{UNSEEN}]")
_DASH = re.compile(f"[{DASHES}]")
_GAP = re.compile("[\\s\u200b\ufeff]+")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
# Two ways of writing one sound at the end of a word; "vy" and "vi" are two names.
_Y_AS_I = re.compile(r"\b(h|k|l|m|s|t|qu)i\b")


def plain_letters(text: str) -> str:
    """Return a text in NFKC, in Latin letters, without invisible signs.

    Letters of other scripts that only look like Latin ones among them are replaced.
    """
    if not _ODD.search(text):
        return text
    letters = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(_ONE_FORM)
    if _OTHER_ALPHABET.search(letters) and _LATIN.search(letters):
        letters = letters.translate(_LOOKS_LIKE)
    return letters


def plain_code(text: str) -> str:
    """Return a code in plain signs: as :func:`plain_letters`, one kind of dash and of space; case stays."""
    letters = plain_letters(text).translate(_LOOKS_LIKE)
    return _GAP.sub(" ", _DASH.sub("-", letters)).strip()


def one_y(words: str) -> str:
    """Write i at the end of small words without tones as y, where both are one: ``ly`` for ``li``."""
    return _Y_AS_I.sub(r"\1y", words) if "i " in words or words.endswith("i") else words


def spelled(text: str) -> str:
    """Return a name by its words in one spelling, marks kept.

    Case, composition, the place of the tone mark, i or y at the end, signs between words and look-alike letters make no
    difference; every other mark does.

    Examples:
        >>> spelled("UBND xã Hoà Bình") == spelled("Ubnd  Xã Hòa Bình")
        True
        >>> spelled("Ðang xử lí") == spelled("ĐANG XỬ LÝ"), spelled("Đông Sơn") == spelled("Đồng Sơn")
        (True, False)
    """
    loose = unicodedata.normalize("NFD", plain_letters(text).lower())
    return " ".join(_syllable(word) for word in _WORD.findall(loose))


def _syllable(word: str) -> str:
    """Return a word with its tone behind it: a syllable has one, and on which letter it is set is a habit."""
    tones = "".join(sorted(letter for letter in word if letter in _TONES))
    return one_y("".join(letter for letter in word if letter not in _TONES)) + tones


def has_marks(text: str) -> bool:
    """Tell whether a text bears any mark; one that bears none says nothing about them."""
    loose = unicodedata.normalize("NFD", plain_letters(text).lower())
    return any(letter == "đ" or unicodedata.combining(letter) for letter in loose)


def may_be_one(one: str, other: str) -> bool:
    """Tell whether two names may be one person's: alike in their marks, or but for the marks where one bears none.

    Examples:
        >>> may_be_one("Nguyễn Văn Hùng", "NGUYEN VAN HUNG"), may_be_one("Nguyễn Văn Hùng", "Nguyễn Văn Hưng")
        (True, False)
    """
    if spelled(one) == spelled(other):
        return True
    if has_marks(one) and has_marks(other):
        return False
    return without_marks(one) == without_marks(other)


def without_marks(text: str) -> str:
    """Return a name as :func:`spelled`, its marks left out."""
    loose = (letter for letter in spelled(text) if not unicodedata.combining(letter))
    return one_y("".join(loose).replace("đ", "d"))


def agreed(pairs: Iterable[tuple[str, _T]]) -> dict[str, _T]:
    """Return what each key means, without those that mean more than one thing, and without an empty one."""
    found: dict[str, _T] = {}
    several = {""}
    for key, meaning in pairs:
        if found.setdefault(key, meaning) != meaning:
            several.add(key)
    return {key: meaning for key, meaning in found.items() if key not in several}
