"""Numbers of persons in a text: identity papers, telephones, tax codes, accounts.

Codes of dossiers, dates and sums are left alone.
"""

from __future__ import annotations

import re

# What digits of other meaning look like; taken out before any number is looked for.
_CODES = (
    r"(?:\d{3}\.\d{2}\.\d{2}\.)?[GHK]\d{2}(?:\.\d{1,3}){0,4}(?:-\d{6,8}-\d{1,10})?(?![\w])"  # agency or dossier
    r"|\d{3}\.\d{2}\.\d{2}\.[GHK]\d{2}"
    r"|(?<![\w.])[1-3]\.\d{6}(?![\d])"  # procedure
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"  # or a month: sources write either first
_YEAR = r"(?:19|20)\d\d"
_TIME = r"(?:[T ,]{1,2}\d{1,2}[:h]\d{2}(?::\d{2})?(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)?"
_DATES = (
    rf"(?<!\d){_DAY}[-/.]{_DAY}[-/.]{_YEAR}(?!\d){_TIME}"
    rf"|(?<!\d){_YEAR}[-/.]{_DAY}[-/.]{_DAY}(?!\d){_TIME}"
    r"|(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?(?!\d)"
)
_SUMS = r"(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3}){2,5}(?=\s?(?:đ|đồng|vnd|vnđ)(?!\w))"
_OTHER = re.compile(f"(?i){_CODES}|{_DATES}|{_SUMS}")
# Nine digits and more, as people group them; a run of letters and digits is a code of something else.
_NUMBER = re.compile(r"(?<!\w)(?:\(?\+\s?)?\(?\d(?:[ .\-/()]{0,2}\d){8,}(?!\w)")
_LONGEST = 19  # digits of a bank card or an account; what is longer is no number of anybody

# In a code's place: what an identity paper or a telephone looks like, standing by itself or grouped.
_IDENTITY = r"0(?:0[1-9]|[1-8]\d|9[0-6])\d{9}|999\d{9}|(?:00[1-9]|0[1-9]\d|[1-9]\d\d)\d{6}"  # 999: the province of persons who are made up
_TELEPHONE = r"(?:\+?84|0084|0)[235789]\d{8}|02\d{9}|0[1-9]\d{8}"
_TAX = r"8\d{9}(?:-?\d{3})?"
CODE_NUMBER = rf"^(?:{_IDENTITY}|{_TELEPHONE}|{_TAX})$"
_CODE_NUMBER = re.compile(CODE_NUMBER)
_CODE_GROUPS = re.compile(r"^[+(]?\d[\d .()\-]{8,22}$")
# Behind letters: of a prefix only what is an identity paper or a mobile telephone for certain.
_PREFIXED = re.compile(r"^[^\W\d_]{1,8}[-_ ./:]{0,2}(?:0(?:0[1-9]|[1-8]\d|9[0-6])\d{9}|999\d{9}|0[35789]\d{8})$")
DIGITS = r"^\d{8,19}$"
# How a receipt that begins with its day looks: two or four digits of the year, or the day first.
DATED_NUMBER = (
    r"^(?:(?:20)?(?:1\d|2\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{1,8}"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])20(?:1\d|2\d)\d{1,8})$"
)
_DATED = re.compile(DATED_NUMBER)


def is_dated(text: str) -> bool:
    """Tell whether a number begins with a day, as many receipts do."""
    return _DATED.match(text) is not None


def numbers_in(text: str) -> bool:
    """Tell whether a text that is no code holds a number of a person.

    Examples:
        >>> numbers_in("gọi (0912) 345-678"), numbers_in("CMND: 012 345 678"), numbers_in("STK 19031234567890")
        (True, True, True)
        >>> numbers_in("02/03/2026 08:00:00"), numbers_in("000.00.01.H99-250401-0001"), numbers_in("12.500.000 đồng")
        (False, False, False)
    """
    if sum(map(str.isdigit, text)) < 9:
        return False
    rest = _OTHER.sub(" | ", text)
    return any(sum(map(str.isdigit, match.group())) <= _LONGEST for match in _NUMBER.finditer(rest))


def without_numbers(text: str) -> str:
    """Return a text without the numbers for which :func:`numbers_in` holds it; what is no number stays in its place."""
    if not numbers_in(text):
        return text
    kept = [match.span() for match in _OTHER.finditer(text)]

    def gone(match: re.Match[str]) -> str:
        return match.group() if any(begin <= match.start() < end for begin, end in kept) else ""

    return _NUMBER.sub(gone, text)


def personal_code(text: str) -> bool:
    """Tell whether what stands where a dossier's code or receipt number belongs is a number of a person.

    Examples:
        >>> personal_code("001099012345"), personal_code("0912 345 678"), personal_code("+84912345678")
        (True, True, True)
        >>> personal_code("000.00.01.H99-250401-0001"), personal_code("202603020001"), personal_code("HS-012345678")
        (False, False, False)
    """
    text = text.strip()
    if _PREFIXED.match(text):
        return True
    if not _CODE_GROUPS.match(text):
        return _CODE_NUMBER.match(text) is not None
    digits = re.sub(r"[ .()\-]", "", text)
    return _CODE_NUMBER.match(digits) is not None and not re.match(r"^\d{3}\.\d{2}\.\d{2}", text)
