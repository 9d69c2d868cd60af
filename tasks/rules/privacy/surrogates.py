"""Surrogates: made-up values that stand where an erased person's stood and give the same marks.

Cleaning derives facts from personal values before it drops them: whether a number can be one, whether a name was typed in an
old font. A surrogate keeps these facts, so that a replay comes to the same findings and figures, and says nothing else.
They follow from a secret that is thrown away once an erasure is complete: nobody can make them again from the number.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tasks.rules.privacy import pseudonym
from tasks.rules.text.normal_form import LOST, clean_text, legacy_font, matches, not_composed

WORDING_OF_TESTS = r"(?i)@test|\btests?\b|\btesting\b|thử nghiệm|thu nghiem|chạy thử|chay thu|hồ sơ thử|ho so thu|kiểm thử"
"""Wording of dossiers that were made for a test."""

_TRIES = 1000  # one in a few is as good as the original
_KEPT_OF_PHONE = 3  # figures that tell the network, which is nobody's
# What each mark of a text is raised by, and a sign that raises it again.
_MARKED: tuple[tuple[Callable[[pa.Array], np.ndarray], str], ...] = (
    (lambda texts: matches(clean_text(texts), WORDING_OF_TESTS), " test"),
    (lambda texts: legacy_font(clean_text(texts)), " ñ"),
    (lambda texts: matches(clean_text(texts), LOST), f" {LOST}"),
    (not_composed, " e\u0323"),
)


@dataclass(frozen=True)
class Surrogates:
    """What stands for the values of one person, the same for the same value.

    Attributes:
        secret: of this erasure; at least 32 bytes.
    """

    secret: bytes

    def identity(self, digits: str) -> str:
        """Return a number of the same length that no person bears: no province begins with 9."""
        for drawn in self._digits("identity", digits):
            made = "99" + drawn[2:]
            if not pseudonym.identity_placeholder(pa.array([made]))[0]:
                return made
        raise AssertionError("every number is a placeholder")

    def phone(self, text: str) -> str:
        """Return a telephone number that is malformed or a placeholder where the given one is."""
        digits: str | None = pseudonym.phone_digits(pa.array([text]))[0].as_py()
        if digits is None:
            return _without_words(text)
        facts = _phone_facts(digits)
        if facts[1]:
            return text  # filled in for want of a number: nobody's
        for drawn in self._digits("phone", digits):
            made = digits[:_KEPT_OF_PHONE] + drawn[_KEPT_OF_PHONE:]
            if _phone_facts(made) == facts:
                return made
        return "x"

    def words(self, text: str) -> str:
        """Return a text without its letters and figures, with the marks that it raised."""
        made = _without_words(text)
        before, after = (pa.array([each], pa.string()) for each in (text, made))
        return made + "".join(sign for raised, sign in _MARKED if raised(before)[0] and not raised(after)[0])

    def _digits(self, kind: str, digits: str) -> Iterator[str]:
        for number in range(_TRIES):
            drawn = hmac.digest(self.secret, f"{kind}\x00{number}\x00{digits}".encode(), "sha256")
            yield "".join(str(byte % 10) for byte in drawn).ljust(len(digits), "7")[: len(digits)]


def _phone_facts(digits: str) -> tuple[bool, bool]:
    one = pa.array([digits])
    return bool(pseudonym.phone_malformed(one)[0]), bool(pseudonym.phone_placeholder(one)[0])


def _without_words(text: str) -> str:
    """Return a text in which every word is an x; its length tells nothing about the name."""
    return " ".join("x" for _ in text.split()[:3]) or text
