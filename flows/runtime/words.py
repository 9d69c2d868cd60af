"""What an operator reads: Vietnamese first, English by the setting ``MOTCUA_LANGUAGE``."""

from __future__ import annotations

from config.settings import settings


def say(vietnamese: str, english: str) -> str:
    """Return the text in the language of the settings."""
    return english if settings().language == "en" else vietnamese
