"""Numbers of a Vietnamese report: counts with points between thousands, shares with a decimal comma.

Days, years, numbers of documents and articles, and counts of other things than dossiers are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = re.compile(
    r"(?<![\w/.,-])(?P<whole>\d{1,3}(?:[. \u00a0\u202f]\d{3})+(?!\d)|\d+)(?P<rest>[,.]\d{1,3})?(?!\d)(?P<percent>\s*%)?(?![\w/]|[.-]\d)"
)
_NOT_BEFORE = re.compile(
    r"(?:năm|tháng|quý|ngày|điều|khoản|điểm|mục|(?<!tổng )số|biểu|mức độ|mức|giai đoạn|phụ lục|thứ|lần|top|khóa|nhóm)\s*$"
)
_NOT_AFTER = re.compile(
    r"\s*(?:năm|tháng|quý|ngày|giờ|phút|thủ tục|tthc|dịch vụ|dvc|cơ quan|đơn vị|xã|phường|sở|huyện|tỉnh|người|cán bộ|điểm|lượt|lĩnh vực|quy trình|đồng|triệu|tỷ đồng)\b"
)


@dataclass(frozen=True)
class StatedNumber:
    """A number as it stands in a text.

    Attributes:
        written: as it is written.
        start, end: its place in the text.
        value: of a count the count, of a share the share itself, 0 to 1.
        step: what one more in its last digit is worth; 1 of a count.
    """

    written: str
    start: int
    end: int
    value: Fraction
    step: Fraction
    is_share: bool


def numbers_in(text: str) -> list[StatedNumber]:
    """Return the counts and shares of a text, in its order."""
    found = []
    lower = text.lower()
    for match in _NUMBER.finditer(lower):
        if not match["percent"] and (_NOT_BEFORE.search(lower[: match.start()]) or _NOT_AFTER.match(lower, match.end())):
            continue
        number = _stated(match)
        if number is not None:
            found.append(number)
    return found


def _stated(match: re.Match[str]) -> StatedNumber | None:
    whole, rest, percent = re.sub(r"\D", "", match["whole"]), match["rest"] or "", bool(match["percent"])
    digits = rest[1:]
    if not percent and rest:
        if len(digits) != 3:
            return None  # of dossiers there are no parts
        whole, digits = whole + digits, ""  # 1,234 as the English write it
    value = Fraction(int(whole + digits), 10 ** len(digits))
    step = Fraction(1, 10 ** len(digits))
    if percent:
        value, step = value / 100, step / 100
    return StatedNumber(match.group().strip(), match.start(), match.end(), value, step, percent)
