"""Words that several reports share, in the language in force (:mod:`config.language`)."""

from __future__ import annotations

from config.language import translate

ALL = "*"
"""What stands in the place of an agency, field, channel or period where a row speaks for all of them."""
VERDICT_WORDS = {
    "on_time": ("đúng hạn", "on time"),
    "late": ("trễ thật", "late"),
    "phantom_late": ("trễ ảo", "phantom late"),
    "hidden_late": ("trễ ẩn", "hidden late"),
    "undetermined": ("chưa đủ căn cứ", "undetermined"),
    "not_received": ("chưa tiếp nhận", "not received"),
    "deleted": ("đã xóa ở hệ thống nguồn", "deleted at its system"),
}
GATE_WORDS = {
    "source": ("nguồn", "source"),
    "cleaned": ("đã làm sạch", "cleaned"),
    "published": ("công bố", "published"),
}


def or_all(name: str) -> str:
    """Return what a row speaks for, in words where it is :data:`ALL`."""
    return translate("tất cả", "all") if name == ALL else name
