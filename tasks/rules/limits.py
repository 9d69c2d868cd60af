"""Reading a time limit as the catalogue of procedures writes it (domain 2.8, 4.2, 4.4)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tasks.rules.text import LONGEST

_NUMBER = r"(\d+(?:[.,]\d+)?)"
# "05 - 10 ngày", "10-25": both ends are kept, the longer one is the limit.
_RANGE = re.compile(rf"^{_NUMBER}\s*[-–—]\s*{_NUMBER}\s*(\D.*)?$")
_PLAIN = re.compile(rf"^{_NUMBER}\s*(\D.*)?$")
# What the catalogue puts in brackets only says what is left out of the limit.
_OUTSIDE = re.compile(r"\(\s*không tính[^)]*\)")
# Longest first: "ngày làm việc" also begins with "ngày".
_UNITS = (
    ("ngày làm việc", "working_day"),
    ("giờ làm việc", "hour"),
    ("tiếng", "hour"),
    ("giờ", "hour"),
    ("ngày", "calendar_day"),
    ("tháng", "month"),
)
_SAME_DAY = ("trong ngày làm việc", "trong ngày", "ngay trong ngày", "giải quyết ngay trong ngày làm việc")
_NO_LIMIT = ("không quy định", "không quy định thời hạn", "không")


@dataclass(frozen=True)
class Limit:
    """A time limit.

    Attributes:
        amount: limit in ``unit``; of a range the longer end; None where the unit has no amount.
        shortest: shorter end of a range, else equal to ``amount``.
        unit: working_day, calendar_day, hour, month, same_day, none (the law sets no limit, which is
            not zero) or unsettled (the text does not decide it).
    """

    amount: float | None
    shortest: float | None
    unit: str


UNSETTLED = Limit(None, None, "unsettled")
NO_LIMIT = Limit(None, None, "none")


def parse_limit(text: str | None, unit_text: str | None = None) -> Limit:
    """Read a time limit.

    Args:
        text: e.g. ``13 Ngày làm việc``, ``05 - 10 ngày làm việc``, ``Trong ngày làm việc``, or a bare
            number when the unit stands apart.
        unit_text: the unit where it has a field of its own (DONVITINH).

    Returns:
        The limit; ``unsettled`` for anything that leaves room for doubt: two limits by area, a moment
        instead of a span, a number without a unit.

    Examples:
        >>> parse_limit("05 - 10 ngày làm việc")
        Limit(amount=10.0, shortest=5.0, unit='working_day')
        >>> parse_limit("17 ngày (khu vực thường) / 27 ngày (vùng khó khăn)").unit
        'unsettled'
    """
    folded = fold(" ".join(part for part in (text, unit_text) if part))
    if folded in _NO_LIMIT:
        return NO_LIMIT
    if folded in _SAME_DAY:
        return Limit(None, None, "same_day")
    match = _RANGE.match(folded)
    if match:
        low, high = _number(match[1]), _number(match[2])
        return _limit(max(low, high), min(low, high), match[3])
    match = _PLAIN.match(folded)
    if match:
        return _limit(_number(match[1]), _number(match[1]), match[2])
    return UNSETTLED


def _limit(amount: float, shortest: float, rest: str | None) -> Limit:
    words = (rest or "").strip(" .;")
    for name, unit in _UNITS:
        if words == name:
            return Limit(amount, shortest, unit)
    return UNSETTLED


def fold(text: str) -> str:
    """Return a text of the catalogue in one spelling: NFKC, lower case, single spaces, nothing about what is left out."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    return re.sub(r"\s+", " ", _OUTSIDE.sub("", folded)).strip(" .;")


def _number(text: str) -> float:
    return float(text.replace(",", "."))
