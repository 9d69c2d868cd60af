"""Masking of personal values and secrets in a text, linear in the text's length."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tasks.rules.privacy.addresses import addresses_in, of_agency
from tasks.rules.privacy.numbers import numbers_in, personal_code, without_numbers
from tasks.rules.privacy.person_names import names_in

MASK = "***"
HIDDEN = "[che]"  # stands in the warehouse where a personal value stood

# Identity papers have twelve or nine digits; a dossier code's groups are shorter and hang on hyphens.
_IDENTITY = re.compile(r"(?<![\w-])(?:\d{12}|\d{9})(?![\w-])")
# +84 or 0, then nine digits, spaced or dotted as people write them.
_TELEPHONE = re.compile(r"(?<![\w.-])(?:\+84|0)(?:[ .]?\d){9}(?![\w-])")
# Bounded: of a long word without an @ each letter would be a beginning from which all others are read again.
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SURE = (_TELEPHONE, _IDENTITY)
_CONTACT = re.compile(
    r"(?i)[,;(\-–\s]*\b(?:đt|sđt|tel|điện thoại|hotline|đường dây nóng|email|e-mail|mail|fax|liên hệ|lh)\b[ .:]*"
)
_WORDS = re.compile(r"[^\W\d_]{2}.?\s|,")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")

_SECRETS = (
    # Words that announce a secret, in an address, a header or JSON; what follows goes.
    (
        re.compile(
            r"(?i)\b(token|password|passwd|pwd|secret|api[_-]?key|session|authorization)(\"?\s{0,9}[=:]\s{0,9}\"?)"
            r"((?:basic|bearer)\s{1,9})?[^\s\"'&,;]+"
        ),
        rf"\1\2{MASK}",
    ),
    (re.compile(r"(?i)\b(basic|bearer)\s{1,9}[a-z0-9+/_.=-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"://[^/\s:@]+:[^/\s@]+@"), f"://{MASK}@"),
)


def mask(text: str) -> str:
    """Return a message of ours with everything that looks like a personal value or a secret replaced.

    >>> mask("CCCD 001099012345 of 0912 345 678, mail a.b@example.vn")
    'CCCD *** of ***, mail ***'
    >>> mask("000.00.01.H99-250401-0001 in 20250401101500")
    '000.00.01.H99-250401-0001 in 20250401101500'
    >>> mask("https://host/api?token=abc and postgresql://u:p@host/db")
    'https://host/api?token=*** and postgresql://***@host/db'
    >>> mask("file Nguyễn Văn An.csv of UBND xã Nguyễn Huệ")
    'file ***.csv of UBND xã Nguyễn Huệ'
    """
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    if "@" in text:
        text = _MAIL.sub(MASK, text)
    for pattern in _SURE:
        text = pattern.sub(MASK, text)
    for begin, end in reversed(_apart(names_in(text))):
        text = text[:begin] + MASK + text[end:]
    return text


def told(text: str) -> str:
    """Return the name of a heading, sheet or field as messages may show it: masked.

    It is left out altogether where an address remains.

    Examples:
        >>> told("Ngày hẹn trả"), told("HS Nguyễn Văn An"), told("Số nhà 45, thôn 3")
        ('Ngày hẹn trả', 'HS ***', '[che]')
    """
    rest = mask(text)
    return HIDDEN if personal(rest, places=True) else rest


def looks_personal(text: str) -> bool:
    """Tell whether a text holds what looks like an identity number, a telephone or a mail address.

    For what officials write, who may name persons; for what a source writes see :func:`personal`.
    """
    return ("@" in text and _MAIL.search(text) is not None) or any(pattern.search(text) for pattern in _SURE)


def names_somebody(text: str) -> bool:
    """Tell whether evidence holds a person's number, mail, name or address.

    A document's number is none of these.

    Examples:
        >>> names_somebody("Công văn 12/CV-UBND của UBND xã Nguyễn Huệ"), names_somebody("Đơn của bà Trần Thị Mai")
        (False, True)
    """
    return looks_personal(text) or personal(text, places=True, numbers=False) is not None


def personal(text: str, *, places: bool = False, numbers: bool = True) -> str | None:
    """Say what of a person a text that a source wrote seems to hold, whichever field it stands in.

    Args:
        text: any text of a source but a dossier's code, for which see :func:`tasks.rules.privacy.numbers.personal_code`.
        places: the text may name an agency or a place, whose names and addresses are nobody's.
        numbers: long numbers are persons'; without it they are not looked at.

    Returns:
        ``mail``, ``number``, ``name`` or ``address``; None where it holds none.

    Examples:
        >>> personal("Đang xử lý"), personal("UBND xã Nguyễn Huệ", places=True)
        (None, None)
        >>> personal("0912.345.678"), personal("TRAN THI MAI"), personal("Số nhà 45, thôn 3")
        ('number', 'name', 'address')
    """
    return _personal(text, places, numbers)


def personal_code_or_text(text: str, *, places: bool = False) -> bool:
    """Tell whether what stands where a code or a date belongs is personal.

    Long numbers are so only in a text of words.
    """
    words = _WORDS.search(text) is not None
    return personal_code(text) or personal(text, places=places, numbers=words) is not None


def without_contacts(text: str) -> str:
    """Return what replaces a personal text: a token, behind an agency's name if it had one.

    The name is kept where only a contact is taken away.

    Examples:
        >>> without_contacts("UBND xã An Khê - ĐT 0236 3888 999")
        'UBND xã An Khê [che]'
        >>> without_contacts("KP 3 An Khê,Người Mẫu Số 4,001200002904")
        '[che]'
    """
    if not of_agency(text):
        return HIDDEN
    rest = without_numbers(_MAIL.sub("", text) if "@" in text else text)
    rest = _CONTACT.sub("", rest).strip(" \t,;:-–/()")
    return HIDDEN if not of_agency(rest) or "," in rest or personal(rest, places=True) else f"{rest} {HIDDEN}"


@lru_cache(16_384)
def _personal(text: str, places: bool, numbers: bool) -> str | None:
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if "@" in plain and _MAIL.search(plain):
        return "mail"
    if numbers and numbers_in(plain):
        return "number"
    if names_in(plain, places=places):
        return "name"
    return "address" if addresses_in(plain, agencies=places) else None


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join places that overlap."""
    found: list[tuple[int, int]] = []
    for begin, end in spans:
        if found and begin < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found
