"""Time limits as the catalogue of procedures writes them (law 2.8, 4.2, 4.4).

One span, with the words around it that change nothing, is a limit; of a range the longer end counts. Whatever else a text
says (another limit for another case, a start that is not the receipt, steps without their sum) leaves it unsettled.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tasks.rules.clock.number_words import digits_for_words
from tasks.rules.text.normal_form import LONGEST_TEXT

_NUMBER = r"(?:\d{1,9}\s?/\s?\d{1,9}|\d{1,9}(?:[.,]\d{1,9})?|nua)"
# Without marks, the longest first. Each with our unit, and how many of it one is.
_UNITS: tuple[tuple[str, str, float], ...] = (
    (r"ngay (?:ngay )?lam viec|ngay l/?v|nlv", "working_day", 1),
    (r"buoi(?: lam viec)?", "working_day", 0.5),
    (r"ngay(?: (?:lich|duong lich|theo lich))?", "calendar_day", 1),
    (r"tuan", "calendar_day", 7),
    (r"gio(?: (?:lam viec|hanh chinh))?|tieng|h", "hour", 1),
    (r"phut", "hour", 1 / 60),
    (r"thang", "month", 1),
    (r"nam", "month", 12),
)
_UNIT = "|".join(words for words, _, _ in _UNITS)
_TO = r"(?:-|~|⇒|den|toi)"
_SPAN = rf"(?:(?:tu )?(?P<low>{_NUMBER}) ?(?P<low_unit>{_UNIT})? ?{_TO} ?)?(?P<high>{_NUMBER}) ?(?P<unit>{_UNIT})\b(?P<half> ruoi\b(?: lam viec\b)?)?"
_AT_START = re.compile(_SPAN)
_UNIT_FIRST = re.compile(rf"(?:so )?(?P<unit>{_UNIT}) ?[:=] ?(?P<high>{_NUMBER})$")
_LEAD = re.compile(
    r"(?:thoi (?:han|gian)(?: (?:giai quyet|thuc hien|xu ly|tra ket qua|la))*|giai quyet|thuc hien|trong(?: vong)?|toi da|nhieu nhat"
    r"|khong (?:vuot )?qua|cham nhat(?: la| sau)?|[<≤]=?|la)\b ?[:,]? ?|[<≤]=? ?|: ?"
)
_SEPARATORS = " .,;:()-"
_HOLDERS = r"nguoi (?:nop|dan|yeu cau|de nghi)(?: ho so)?|cong dan|khach hang|(?:cua |tu )?(?:to chuc|ca nhan)(?:,? (?:va |hoac )?(?:to chuc|ca nhan))*"
_DESKS = r"(?:tai )?(?:bo phan (?:mot cua|tiep nhan(?: va tra ket qua)?)|trung tam (?:phuc vu )?hanh chinh cong)"
_PAPERS = r"(?:thanh phan )?ho so|don(?: de nghi)?|to khai|yeu cau|giay to|(?:van ban|cong van) de nghi"
_SOUND = r"day du|du|va|hop le|hop phap|dung|theo|quy dinh|cua phap luat|cua"
# The limit runs from the receipt, in whatever words: any other start is another limit.
_FROM_RECEIPT = (
    rf"(?:(?:(?:duoc )?(?:ke|tinh) )?tu|sau)(?: (?:ngay lam viec|ngay|khi|luc|thoi diem))?(?: (?:co quan|{_DESKS}))?"
    rf" (?:tiep nhan|nhan|nop)\b(?:,? (?:duoc|du|day du|{_PAPERS}|{_SOUND}|{_DESKS}|{_HOLDERS}))*(?=$|[.,;:()-]| )"
)
_DAYS_OFF = r"thu (?:7|bay)|chu nhat|ngay nghi|ngay le|nghi le|le,? tet"
_ANOTHER_SPAN = r"(?<![\d/])\d{1,3} ?(?:ngay|gio|tieng|tuan|buoi|phut|nlv|h)\b"
# Words after a span that leave it as it is.
_HARMLESS = tuple(
    re.compile(words)
    for words in (
        _FROM_RECEIPT,
        r"(?:khong|chua) (?:tinh|ke|bao gom|gom)\b(?:(?!truong hop)[^;()])*",
        r"/ ?(?:0?1 )?(?:bo )?(?:ho so|truong hop)(?=$|[.;)])",
        rf"(?:theo quy dinh|tai (?:khoan|diem|dieu|muc|nghi dinh|luat|thong tu|quyet dinh))\b(?:(?!truong hop|neu |keo dai|gia han|{_ANOTHER_SPAN})[^;()])*",
        r"(?:neu |trong )?truong hop (?:tu choi|khong)\b(?!.*(?:\d|keo dai|gia han|thoa thuan|phuc tap)).*",
        r"trong do\b(?!.*truong hop).*",
    )
)
_WITH_DAYS_OFF = re.compile(rf"ke ca (?:(?:cac )?(?:{_DAYS_OFF})(?:,| va|, va)? ?)+")
_WITHOUT_DAYS_OFF = re.compile(rf"khong (?:tinh|ke|bao gom|gom)[^;()]*(?:{_DAYS_OFF})")
_TOTAL = re.compile(
    rf"\btong(?: cong| so)?(?: thoi (?:han|gian))?(?: (?:giai quyet|thuc hien|xu ly))*(?: la|:| khong qua| toi da)* ?(?P<all>{_SPAN})"
)
_CASES = re.compile(r"truong hop|doi voi|neu |phuc tap|keo dai|gia han|thoa thuan")
_SAME_DAY = re.compile(r"(?:giai quyet |tra ket qua |thuc hien )*(?:ngay )?trong (?:cung )?(?:mot )?ngay\b")
# What the standard sentence adds: who comes after three in the afternoon has it the next working day.
_CUT_OFF = re.compile(r"\b(?:sau|qua) (?:luc )?15 ?(?:gio|h|:)(?: ?00)?(?: phut)?\b")
_NEXT_DAY = re.compile(r"ngay (?:lam viec )?(?:tiep theo|ke tiep|tiep sau|lien ke|hom sau|sau)|(?:sang|vao) ngay lam viec")
_SAME_DAY_WORDS = re.compile(
    rf"(?:lam viec|{_FROM_RECEIPT}|(?:tiep nhan|nhan)(?: duoc| du)*(?: (?:{_PAPERS}|{_SOUND}))*|khi nhan(?: duoc| du)*(?: (?:{_PAPERS}|{_SOUND}))*)"
)
_NO_LIMIT = re.compile(
    r"(?:phap luat |luat )?(?:khong|khong co)(?: quy dinh)?(?: cu the)?(?: ve)?(?: thoi (?:han|gian))?(?: giai quyet)?"
)
# What the catalogue puts in brackets only says what is left out of the limit.
_OUTSIDE = re.compile(r"\(\s*không tính[^)]*\)")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63]")
_ARROWS = re.compile("[-=]>|[\u2192\u21d2\u27a1\u2794]\ufe0f?")
_DAYS_TWICE = re.compile(r"(?<!\d)(\d{1,9}) ?ngay ?\( ?(\d{1,9}) ?ngay ?\)(?= lam viec)")
_TWICE = re.compile(r"(?<!\d)(\d{1,9}) ?\( ?(\d{1,9}) ?\)")
_UNIT_IN_BRACKETS = re.compile(rf"\( ?((?:{_UNIT}|lam viec)) ?\)")


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
SAME_DAY = Limit(None, None, "same_day")


def parse_limit(text: str | None, unit_text: str | None = None) -> Limit:
    """Read a time limit.

    Args:
        text: e.g. ``13 Ngày làm việc``, ``Không quá 07 (bảy) ngày làm việc kể từ ngày nhận đủ hồ sơ``, ``Trong ngày làm
            việc``, or a bare number when the unit stands apart.
        unit_text: the unit where it has a field of its own (DONVITINH).

    Returns:
        The limit; ``unsettled`` for anything that leaves room for doubt: two limits by area or case, a moment
        instead of a span, a start other than the receipt, a number without a unit.

    Examples:
        >>> parse_limit("Từ 05 đến 10 ngày làm việc")
        Limit(amount=10.0, shortest=5.0, unit='working_day')
        >>> parse_limit("17 ngày (khu vực thường) / 27 ngày (vùng khó khăn)").unit
        'unsettled'
    """
    found = _read(" ".join(part for part in (text, unit_text) if part))
    if found is UNSETTLED and text and unit_text:
        # The text may say its unit itself, and the field of the unit say it again.
        alone = _read(text)
        return alone if alone.unit == _read(f"1 {unit_text}").unit else UNSETTLED
    return found


def _read(text: str) -> Limit:
    if len(text) > LONGEST_TEXT:
        return UNSETTLED  # nobody states a limit in so many words
    plain = _plain(text)
    if _NO_LIMIT.fullmatch(plain):
        return NO_LIMIT
    for reading in (_one_span, _within_the_day, _stated_total):
        if (found := reading(plain)) is not UNSETTLED:
            return found
    return UNSETTLED


def _plain(text: str) -> str:
    """Return a text without marks, numbers in digits, one kind of dash, and nothing said twice."""
    written = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).lower()).replace("\u2044", "/")
    written = digits_for_words(_DASHES.sub("-", _ARROWS.sub("⇒", re.sub(r"\s+", " ", written))))
    marks_off = unicodedata.normalize("NFD", written.replace("đ", "d").replace("ð", "d"))
    plain = "".join(letter for letter in marks_off if not unicodedata.combining(letter))
    plain = _UNIT_IN_BRACKETS.sub(r" \1", plain)
    plain = _DAYS_TWICE.sub(lambda both: f"{both[1]} ngay" if int(both[1]) == int(both[2]) else both[0], plain)
    plain = _TWICE.sub(lambda both: both[1] if int(both[1]) == int(both[2]) else both[0], plain)
    return re.sub(r" +", " ", plain).strip(" .;,")


def _one_span(plain: str) -> Limit:
    rest = plain
    while lead := _LEAD.match(rest):
        rest = rest[lead.end() :]
    match = _AT_START.match(rest) or _UNIT_FIRST.match(rest)
    if match is None:
        return UNSETTLED
    limit = _limit(match)
    after = rest[match.end() :]
    if limit.unit == "calendar_day" and (_WITHOUT_DAYS_OFF.search(after) or after.strip(_SEPARATORS) == "ngay lam viec"):
        limit = Limit(limit.amount, limit.shortest, "working_day")
    return limit if _says_no_more(after, limit) else UNSETTLED


def _says_no_more(after: str, limit: Limit) -> bool:
    """Tell whether the words after a span leave it as it is."""
    harmless = (*_HARMLESS, _WITH_DAYS_OFF) if limit.unit == "calendar_day" else _HARMLESS
    rest = after.strip(_SEPARATORS)
    while rest:
        match = next((found for words in harmless if (found := words.match(rest)) and found[0]), None)
        match = match or _said_again(rest, limit)
        if match is None:
            return False
        rest = rest[match.end() :].strip(_SEPARATORS)
    return True


def _said_again(rest: str, limit: Limit) -> re.Match[str] | None:
    """Return the same span said once more, be it in hours of working days, or in days without a word of which."""
    match = _AT_START.match(rest)
    if match is None:
        return None
    again = _limit(match)
    said = (limit.unit, again.unit)
    if said[0] == "working_day" and again.amount is not None:
        factor = {"hour": 8, "calendar_day": 1}.get(again.unit)
        return match if again == limit or (factor and again.amount == (limit.amount or 0) * factor) else None
    if said in (("hour", "working_day"), ("hour", "calendar_day")):
        return match if (again.amount or 0) * 8 == limit.amount else None
    return match if again == limit else None


def _limit(match: re.Match[str]) -> Limit:
    """Return the limit that a span says, in the unit in which the clock counts it."""
    parts = match.groupdict()
    name, unit, of_one = next(each for each in _UNITS if re.fullmatch(each[0], match["unit"]))
    high = _number(match["high"])
    low = high if parts.get("low") is None else _number(parts["low"])
    reduced = "⇒" in match[0] and low is not None and high is not None and low > high  # which of the two holds it does not say
    if reduced or high is None or low is None or (parts.get("low_unit") and not re.fullmatch(name, parts["low_unit"])):
        return UNSETTLED
    half = 0.5 if parts.get("half") else 0.0
    shortest, amount = (end * of_one for end in sorted((low, high + half)))
    if unit == "calendar_day" and amount % 1:
        unit = "working_day"  # part of a day is part of an office's day
    if (unit == "month" and amount % 1) or amount > 10_000:
        return UNSETTLED
    return Limit(amount, shortest, unit)


def _number(text: str) -> float | None:
    """Read a number; None where it can mean two."""
    if text == "nua":
        return 0.5
    top, slash, below = (part.strip() for part in text.partition("/"))
    if slash:
        return int(top) / int(below) if 0 < int(top) < int(below) <= 4 else None
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", text) or len(text) > 9:
        return None  # thousands or thousandths
    return float(text.replace(",", "."))


def _within_the_day(plain: str) -> Limit:
    rest = plain
    while (lead := _LEAD.match(rest)) and not _SAME_DAY.match(rest):
        rest = rest[lead.end() :]
    match = _SAME_DAY.match(rest)
    if match is None:
        return UNSETTLED
    rest = rest[match.end() :].strip(_SEPARATORS)
    while words := _SAME_DAY_WORDS.match(rest):
        rest = rest[words.end() :].strip(_SEPARATORS)
    if not rest:
        return SAME_DAY
    later = _CUT_OFF.search(rest)
    told = _CUT_OFF.sub(" ", rest)
    standard = later and _NEXT_DAY.search(told) and not re.search(r"\d|phuc tap|keo dai|gia han|thoa thuan|xac minh", told)
    return SAME_DAY if standard else UNSETTLED


def _stated_total(plain: str) -> Limit:
    """Return the one total that a text about steps states; unsettled where it speaks of cases."""
    totals = list(_TOTAL.finditer(plain))
    found = {_limit(_AT_START.match(each["all"])) for each in totals}  # type: ignore[arg-type] # it is such a match
    return found.pop() if len(found) == 1 and not _CASES.search(plain) else UNSETTLED


def fold(text: str) -> str:
    """Return a text of the catalogue in one spelling.

    NFKC, lower case, single spaces, nothing about what is left out.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", " ", _OUTSIDE.sub("", folded)).strip(" .;")
