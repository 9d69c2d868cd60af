"""Language of everything that people read: Vietnamese or English, chosen by one setting.

Whatever is shown exists in both languages and is chosen when it is shown: by :func:`translate` where that is at once, as
:class:`Bilingual` where it travels first, as the text of an error does. ``MOTCUA_LANGUAGE`` chooses; where a command has
``--lang``, that comes before it. Logs are read by engineers and hold the English text, which is what ``str()`` gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import ValidationError

from config.settings import settings

Language = Literal["vi", "en"]

_asked: ContextVar[Language | None] = ContextVar("language", default=None)
_DAY_OR_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?))?")


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in both languages.

    Attributes:
        vi: what an official reads.
        en: what an engineer reads, and what logs hold.
    """

    vi: str
    en: str

    def __str__(self) -> str:
        return self.en

    def shown(self) -> str:
        """Return the text in the language that is in force."""
        return translate(self.vi, self.en)

    def apply(self, function: Callable[[str], str]) -> Bilingual:
        """Return what a function, such as a mask, makes of both texts."""
        return Bilingual(function(self.vi), function(self.en))


def language() -> Language:
    """Return the language in force: the one that a command was asked for, else that of the settings."""
    try:
        return _asked.get() or settings().language
    except ValidationError:  # whoever needs the settings next tells which of them is wrong
        return "vi"


def use_language(asked: Language | None) -> None:
    """Show everything from now on in a language; None returns to that of the settings."""
    _asked.set(asked)


@contextmanager
def in_language(asked: Language) -> Iterator[None]:
    """Show everything within the block in a language, whichever is in force around it."""
    before = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(before)


def translate(vietnamese: str, english: str, asked: str | None = None) -> str:
    """Return the text in the language asked for, ``vi`` or ``en``; without one, in the language in force."""
    return english if (asked or language()) == "en" else vietnamese


def decimal(text: str, asked: str | None = None) -> str:
    """Return a number that is written with a point as a language writes it: Vietnamese has a comma."""
    return translate(text.replace(".", ","), text, asked)


def written_day(day: date | None) -> str:
    """Write a day as Vietnamese sentences do, ``31/03/2026``; a dash where there is none."""
    return "–" if day is None else f"{day:%d/%m/%Y}"


def written_time(at: datetime) -> str:
    """Write a time as the language in force does: ``31/03/2026 14:27``, in English ``2026-03-31 14:27``."""
    return translate(f"{at:%d/%m/%Y %H:%M}", f"{at:%Y-%m-%d %H:%M}")


def as_written(text: str, asked: str | None = None) -> str:
    """Write a text that is a day or a time, ``2026-03-31 14:27``, as a language does; any other stays as it is."""
    found = _DAY_OR_TIME.fullmatch(text)
    if found is None:
        return text
    year, month, day, hour = found.groups()
    return translate(" ".join(filter(None, (f"{day}/{month}/{year}", hour))), text, asked)


def grouped(value: int) -> str:
    """Return a whole number with its thousands apart, as the language in force writes it: Vietnamese has points."""
    text = f"{value:,}"
    return translate(text.replace(",", "."), text)


def counted(count: int, one: str, many: str = "", number: str = "") -> str:
    """Return a count with its noun in English, which alone has plurals.

    Args:
        count: how many.
        one: noun of one of them: ``line``, ``agency``, ``landing file``; with its verb, where many is given: ``line was``.
        many: what several are called; the regular plural where it is left out.
        number: how the count is written, where that is not as a plain number.

    >>> [counted(1, "line"), counted(0, "agency"), counted(3, "day"), counted(2, "line was", "lines were")]
    ['1 line', '0 agencies', '3 days', '2 lines were']
    """
    regular = f"{one[:-1]}ies" if one.endswith("y") and one[-2] not in "aeiou" else f"{one}s"
    return f"{number or count} {one if count == 1 else many or regular}"


def bilingual(said: object) -> Bilingual:
    """Return a text, or what an error says, in both languages; the same in both where it has only one.

    >>> bilingual(ValueError(Bilingual("trống", "is empty"))).vi
    'trống'
    >>> bilingual("qd766").vi
    'qd766'
    """
    if isinstance(said, BaseException) and len(said.args) == 1:
        said = said.args[0]
    return said if isinstance(said, Bilingual) else Bilingual(str(said), str(said))


def shown(said: object) -> str:
    """Return a text, or what an error says, in the language in force."""
    return bilingual(said).shown()


def capitals(text: str) -> str:
    """Return a text in capitals, as a heading has it; the number of a document stays as it is written.

    Such a number is a word with two capitals or more, which stands in capitals already or must not.

    >>> capitals("Bảng điểm theo QĐ 766/QĐ-TTg, biểu II.06a/VPCP")
    'BẢNG ĐIỂM THEO QĐ 766/QĐ-TTg, BIỂU II.06a/VPCP'
    """
    return " ".join(word if sum(letter.isupper() for letter in word) > 1 else word.upper() for word in text.split(" "))
