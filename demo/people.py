"""People who cannot be real: applicants and officers.

Names are put together from syllables that are no family or given names; identity numbers start with
province 999, tax codes with 99, telephones with 0300, none of which is handed out.
"""

from __future__ import annotations

from demo.model import Person

_FAMILY = [
    "Thoòng",
    "Quẩy",
    "Mịch",
    "Nhiêu",
    "Khuôn",
    "Đẩu",
    "Roòng",
    "Chẻo",
    "Sầm",
    "Pờ",
    "Xin",
    "Lềnh",
    "Vạch",
    "Hoẳng",
    "Ngoạn",
    "Trẩm",
]
_MIDDLE = [
    "Trưng",
    "Lãm",
    "Biêng",
    "Khoán",
    "Vượng",
    "Phiêu",
    "Tịch",
    "Luân",
    "Giềng",
    "Thuấn",
    "Sao",
    "Bồng",
    "Duyệt",
    "Quyện",
    "Nhã",
    "Mạc",
]
_GIVEN = [
    "Riềng",
    "Phẩm",
    "Thoại",
    "Quýt",
    "Lượt",
    "Miên",
    "Đàng",
    "Khoăn",
    "Trúng",
    "Sưa",
    "Vịnh",
    "Bấc",
    "Thượt",
    "Niễng",
    "Cườm",
    "Gừng",
    "Lụa",
    "Chuốt",
    "Mận",
    "Tầm",
]
_CANARY = ["Zuân", "Zượng", "Zoài", "Ziêng", "Zảo"]
CANARIES = 20
_MST_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def person(number: int) -> Person:
    """Return the applicant of that number; every thirteenth is a business."""
    if number % 13 == 0:
        return Person(f"Công ty TNHH {_name(number)}", _tax_code(number), _phone(number), kind=2)
    return Person(_name(number), _identity(number), _phone(number))


def canary(number: int) -> Person:
    """Return a person whose name stands nowhere else: found past the landing zone, it proves a leak."""
    name = f"{_CANARY[number % 5]} {_MIDDLE[number % 16]} {_CANARY[number // 5 % 5]} {_GIVEN[number]}"
    return Person(name, f"999199{990000 + number:06d}", f"0300999{number:03d}")


def officer(number: int) -> str:
    """Return the name of an officer."""
    return _name(number * 7 + 3)


def _name(number: int) -> str:
    family = _FAMILY[number % 16]
    middle, second = _MIDDLE[number // 16 % 16], _MIDDLE[(number * 5 + number // 256) % 16]
    return f"{family} {middle} {second} {_GIVEN[(number * 3 + number // 20) % 20]}"


def _identity(number: int) -> str:
    born = 50 + number % 50
    return f"999{number % 2}{born:02d}{number % 990000:06d}"


def _phone(number: int) -> str:
    return f"0300{number % 990000:06d}"


def _tax_code(number: int) -> str:
    while True:  # one prefix in eleven has no check digit
        prefix = f"99{number % 10_000_000:07d}"
        check = 10 - sum(weight * int(digit) for weight, digit in zip(_MST_WEIGHTS, prefix, strict=True)) % 11
        if check < 10:
            return f"{prefix}{check}"
        number += 1_000_003
