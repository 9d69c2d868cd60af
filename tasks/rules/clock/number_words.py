"""Numbers written out in Vietnamese, up to 999, replaced by digits before a span of time."""

from __future__ import annotations

import re

_DIGITS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9}
# As the last digit after a ten: twenty-one, twenty-four, fifteen. "năm" there means years.
_LAST = {**{word: value for word, value in _DIGITS.items() if word != "năm"}, "mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5}
_ZERO_BETWEEN = ("linh", "lẻ")
_WORDS = sorted({*_DIGITS, *_LAST, "mười", "mươi", "trăm", *_ZERO_BETWEEN}, key=len, reverse=True)
_SEQUENCE = re.compile(rf"(?<!\w)(?:{'|'.join(_WORDS)})(?:\s+(?:{'|'.join(_WORDS)}))*(?!\w)")
# A number counts only before what is counted, before the same number in brackets, in brackets itself, or in a range.
_BEFORE = re.compile(r"\s*\(?\s*(?:ngày|giờ|tiếng|tháng|năm|tuần|buổi|phút)(?!\w)|\s*\(\s*\d|\s*(?:đến|tới|[-~])\s*\w")


def digits_for_words(text: str) -> str:
    """Write the numbers of a text in digits.

    Args:
        text: composed (NFC), lower case.

    Examples:
        >>> digits_for_words("mười lăm ngày làm việc")
        '15 ngày làm việc'
        >>> digits_for_words("một năm, 07 (bảy) ngày, nghỉ thứ bảy")
        '1 năm, 07 (7) ngày, nghỉ thứ bảy'
    """
    return _SEQUENCE.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    words, text = match[0].split(), match.string
    value, used = _number(words)
    rest = " ".join(words[used:])
    after = f"{rest}{text[match.end() : match.end() + 40]}"
    in_brackets = text[: match.start()].rstrip().endswith("(") and not rest and text[match.end() :].lstrip().startswith(")")
    if not used or not (in_brackets or _BEFORE.match(after)):
        return match[0]
    return f"{value} {rest}".rstrip()


def _number(words: list[str]) -> tuple[int, int]:
    """Return the number that the first words say, and how many they are; the longest that is one."""
    hundreds, used = 0, 0
    if len(words) > 1 and words[0] in _DIGITS and words[1] == "trăm":
        hundreds, used = _DIGITS[words[0]] * 100, 2
        if len(words) > 3 and words[2] in _ZERO_BETWEEN and words[3] in _LAST | _DIGITS:
            return hundreds + (_LAST | _DIGITS)[words[3]], 4
    tens, more = _below_hundred(words[used:])
    return hundreds + tens, used + more


def _below_hundred(words: list[str]) -> tuple[int, int]:
    if words[:1] == ["mười"]:
        ten, used = 10, 1
    elif len(words) > 1 and words[0] in _DIGITS and words[1] == "mươi":
        ten, used = _DIGITS[words[0]] * 10, 2
    else:
        return (_DIGITS[words[0]], 1) if words and words[0] in _DIGITS else (0, 0)
    last = _LAST.get(words[used]) if len(words) > used else None
    return (ten, used) if last is None else (ten + last, used + 1)
