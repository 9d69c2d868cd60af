"""What an operator reads: Vietnamese first, English by the setting ``MOTCUA_LANGUAGE``."""

from __future__ import annotations

from config.settings import settings


def say(vietnamese: str, english: str) -> str:
    """Return the text in the language of the settings."""
    return english if settings().language == "en" else vietnamese


def each_dossier(path: str) -> tuple[str, str]:
    """Return the line under figures that tells, in both languages, which file lists the dossiers behind them."""
    return f"Từng hồ sơ: {path}", f"Each dossier: {path}"
