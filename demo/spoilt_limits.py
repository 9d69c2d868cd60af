"""Spoilt limits, in the words of real catalogues: the same limit as before (law 2.8, 4.2)."""

from __future__ import annotations

from dataclasses import replace

from demo.procedures import Version

_UNITS = {"working_day": "ngày làm việc", "calendar_day": "ngày", "month": "tháng", "hour": "giờ làm việc"}
_IN_WORDS = {1: "một", 2: "hai", 3: "ba", 4: "bốn", 5: "năm", 6: "sáu", 7: "bảy", 8: "tám", 10: "mười", 15: "mười lăm", 20: "hai mươi", 30: "ba mươi"}  # fmt: skip
_SAME_DAY = (
    "Ngay trong ngày làm việc tiếp nhận hồ sơ; trường hợp nhận hồ sơ sau 15 giờ mà không giải quyết được ngay thì trả kết "
    "quả trong ngày làm việc tiếp theo"
)


def worded(version: Version) -> Version:
    """Return a version with its limit in other words; two in five stay as they are."""
    if version.unit == "same_day":
        return replace(version, limit_text=_SAME_DAY, limit_unit_text="")
    unit = _UNITS.get(version.unit)
    if unit is None or not version.limit_text.strip().isdigit():
        return version
    amount = int(version.amount)
    forms = (
        f"Không quá {amount:02d} {unit}",
        f"Tối đa {amount} {unit}",
        f"{amount:02d} ({_IN_WORDS[amount]}) {unit}" if amount in _IN_WORDS else f"{amount} {unit}",
        f"Trong thời hạn {amount:02d} {unit} kể từ ngày nhận đủ hồ sơ hợp lệ",
        f"Từ {max(1, amount - 2):02d} đến {amount:02d} {unit}" if amount > 2 else f"{amount} {unit}",
    )
    place = sum(map(ord, version.code + version.channel)) % 8
    return version if place >= len(forms) else replace(version, limit_text=forms[place], limit_unit_text="")
