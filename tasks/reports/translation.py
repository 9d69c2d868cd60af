"""Language of reports: Vietnamese first, English by the setting ``MOTCUA_LANGUAGE``."""

from __future__ import annotations

from config.settings import settings

ALL = "*"
"""What stands in the place of an agency, field, channel or period where a row speaks for all of them."""
GATE_WORDS = {
    "source": ("nguồn", "source"),
    "cleaned": ("đã làm sạch", "cleaned"),
    "published": ("công bố", "published"),
}


def translate(vietnamese: str, english: str) -> str:
    """Return the text in the language of the settings."""
    return english if settings().language == "en" else vietnamese


def or_all(name: str) -> str:
    """Return what a row speaks for, in words where it is :data:`ALL`."""
    return translate("tất cả", "all") if name == ALL else name
