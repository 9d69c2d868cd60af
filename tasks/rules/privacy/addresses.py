"""Addresses of persons in a text: house numbers, lanes, hamlets, quarters.

Addresses of agencies are left alone.
"""

from __future__ import annotations

import re
import unicodedata

from tasks.rules.privacy.person_names import names_in
from tasks.rules.privacy.place_names import PLACE_NAMES
from tasks.rules.text.folding import bare

_NUMBER = r"(?:so\s*)?\d{1,4}[a-z]{0,2}(?:/\d{1,4}[a-z]?){0,4}"
# These say by themselves where somebody lives.
_SURE = re.compile(
    r"\b(?:so nha|nha so|dia chi|thuong tru|tam tru tai|noi o)\b[^a-z0-9]{0,3}(?:[a-z]{1,12} ){0,2}\d"
    rf"|\b(?:ngo|ngach|hem|kiet|ap|khom|xom|kp|khu pho|tdp|to dan pho|to dp|thon)[ .]{{0,2}}{_NUMBER}\b"
    rf"|\b(?:can ho|chung cu|toa nha)\b[^,;]{{0,30}}\d"
    rf"|\bso \d{{1,4}}[a-z]{{0,2}}(?:/\d{{1,4}}[a-z]?){{0,4}},? (?:duong|pho|ngo|hem|quoc lo|tinh lo|ql)\b"
    rf"|(?:^|, ?)\d{{1,4}}[a-z]?(?:/\d{{1,4}}[a-z]?){{0,4}},? (?:duong|pho|ngo|hem) \w"
)
# A hamlet by its name, as only marked text tells it from other words.
_HAMLET = re.compile(r"(?i)(?:^|[,;(] ?)(?:thôn|ấp|xóm|khóm|buôn|sóc|khu phố|tổ dân phố)\s+(?-i:[A-ZĐÀ-Ỹ])\w+")
# These do so beside the name of a place.
_PART = re.compile(rf"\b(?:to|doi|khu|lo|lang|ban|duong|pho)[ .]{{0,2}}{_NUMBER}\b")
_PLACE = re.compile(r"\b(?:xa|phuong|p|thi tran|tt|huyen|quan|q|thi xa|tx|thanh pho|tp|tinh|kp|khu pho|thon)\b")
# A number and the name of a street: 45/6 Lê Lợi, 9 Trần Phú.
_STREET = re.compile(r"(?:^|[,;(] ?)(\d{1,4}[A-Za-z]{0,2}(?:/\d{1,4}[A-Za-z]?){0,4}),?\s+([^\W\d_][^,;()\d]{2,60})")
_AGENCY = re.compile(
    r"^[^a-z]*(?:ubnd|hdnd|uy ban|hoi dong|so (?!nha\b|\d)|phong (?!\d)|trung tam|tt pvhcc|ttpvhcc|chi nhanh|chi cuc|cuc |tong cuc|bo |bo phan|van phong|"
    r"vp |ban (?!\d)|cong an|ca (?!nhan\b|\d)|truong |benh vien|tram |kho bac|kbnn|bao hiem|bhxh|buu dien|buu cuc|diem |quay |chi doi|doi (?!\d+,)|thanh tra|toa an|"
    r"vien |hat |don vi|cq|co quan|to mot cua|to tiep nhan|to cong tac|bp |thue |ngan hang|quy )"
)
_STREETS = frozenset(bare(name) for name in PLACE_NAMES) | {
    "hai ba trung",
    "ba trieu",
    "cach mang thang tam",
    "dien bien phu",
    "le loi",
}
_LATEST_YEAR_PART = 1900  # 15/2025 is a document, no house


def of_agency(text: str) -> bool:
    """Tell whether a text begins as the name of an agency does."""
    return _AGENCY.match(_unmarked(text)) is not None


def addresses_in(text: str, *, agencies: bool = False) -> bool:
    """Tell whether a text holds an address.

    Args:
        text: composed.
        agencies: a text that begins as the name of an agency does is about that agency, with its address.

    Examples:
        >>> addresses_in("Số nhà 12, thôn 3"), addresses_in("Tổ 5, KP 3, phường An Khê"), addresses_in("9 Trần Phú")
        (True, True, True)
        >>> addresses_in("07 ngày làm việc"), addresses_in("Tổ công tác số 2"), addresses_in("9 - Đã trả kết quả")
        (False, False, False)
    """
    plain = _unmarked(text)
    if agencies and _AGENCY.match(plain):
        return False
    if _SURE.search(plain) or _HAMLET.search(text):
        return True
    if _PART.search(plain) and "," in text and _PLACE.search(plain):
        return True
    return any(_is_street(*match.groups()) for match in _STREET.finditer(text))


def _is_street(number: str, name: str) -> bool:
    if number.rpartition("/")[2].isdigit() and int(number.rpartition("/")[2]) >= _LATEST_YEAR_PART:
        return False
    words = name.strip().split()
    if len(words) < 2 or not (words[0][0].isupper() and words[1][0].isupper()):
        return False
    starts = {bare(" ".join(words[:length])) for length in range(2, 5)}
    return "/" in number or bool(starts & _STREETS) or bool(names_in(" ".join(words[:4])))


def _unmarked(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in parts if not unicodedata.combining(c))
