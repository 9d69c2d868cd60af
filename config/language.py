"""Language of everything that people read: Vietnamese or English, chosen by one setting.

Whatever is shown exists in both languages and is chosen when it is shown: by :func:`translate` where that is at once, as
:class:`Bilingual` where it travels first, as the text of an error does. ``MOTCUA_LANGUAGE`` chooses; where a command has
``--lang``, that comes before it. Logs are read by engineers and hold the English text, which is what ``str()`` gives.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from config.settings import settings

Language = Literal["vi", "en"]

_asked: ContextVar[Language | None] = ContextVar("language", default=None)


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


def translate(vietnamese: str, english: str) -> str:
    """Return the text in the language in force."""
    return english if language() == "en" else vietnamese


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
