"""Worded codes: enumerations whose members are codes and carry their meaning in both languages."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class WordedCode(StrEnum):
    """A code with what it means, a sentence's part without its full stop; compared and stored as its code.

    Attributes:
        vi, en: what the code means.
    """

    vi: str
    en: str

    def __new__(cls, code: str, vi: str, en: str) -> Self:
        """Make a member that is its code and carries its words."""
        member = str.__new__(cls, code)
        member._value_, member.vi, member.en = code, vi, en
        return member
