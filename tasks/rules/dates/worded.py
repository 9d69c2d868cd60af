"""Dates in words, brought into figures: "ngày 5 tháng 3 năm 2026", "2 giờ chiều", 24:00.

Officials type them where a form takes any text. What is not wholly understood stays as it is, and is marked as no date.
"""

from __future__ import annotations

import re

import pyarrow as pa

from tasks.rules.text.normal_form import per_distinct, where_needed, without_marks

LONGEST = 60  # characters of a day with its weekday and hour in words
_MAY_BE = r"(?i)[^\x00-\x7F]|^\s*(?:cn|t[2-7]|thu)\b|\d ?[hg]|24:00|ngay|thang"
_WEEKDAY = r"(?:(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|cn|t[2-7])[,.]? ?)?"
_WORDS = r"(?:ngay )?(?P<d>\d{1,2}) thang (?P<m>\d{1,2}),? (?:nam )?(?P<Y>\d{4})"
_FIGURES = r"(?:ngay )?(?P<figures>\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})"
_DAY = rf"{_WEEKDAY}(?:{_WORDS}|{_FIGURES})"
_CLOCK = (
    r"(?:luc |vao )?(?P<H>\d{1,2})(?: ?(?:h|g|gio) ?(?:(?P<M>\d{2}) ?(?:p|ph|phut)?)?|:(?P<M2>\d{2})(?::(?P<S>\d{2}))?)"
    r"(?: ?(?P<half>sang|trua|chieu|toi|dem))?"
)
_SHAPES = tuple(re.compile(shape) for shape in (rf"{_DAY}(?:(?:[ ,;-]+|t){_CLOCK})?", rf"{_CLOCK}[ ,;-]+{_DAY}"))


def in_figures(texts: pa.Array) -> pa.Array:
    """Return texts with those that say a day in words, or an hour, in figures; the others as they are."""
    return where_needed(texts, _MAY_BE, lambda some: per_distinct(some, _figures_of, pa.string()))


def _figures_of(text: str) -> str:
    if len(text) > LONGEST:
        return text
    plain = " ".join(without_marks(text).split())
    for shape in _SHAPES:
        if (found := shape.fullmatch(plain)) is not None:
            day, clock = _day(found), _clock(found)
            return text if clock is None else f"{day} {clock}".rstrip()
    return text


def _day(found: re.Match[str]) -> str:
    """Return the day as it stands where it is in figures; in words there is no doubt which the month is."""
    figures = found["figures"]
    return figures if figures is not None else f"{found['Y']}-{int(found['m']):02d}-{int(found['d']):02d}"


def _clock(found: re.Match[str]) -> str | None:
    """Return the time of day, empty where none is said; None where it is none, or could be two."""
    if found["H"] is None:
        return ""
    hour, minute, second, half = int(found["H"]), found["M"] or found["M2"] or "00", found["S"] or "00", found["half"]
    if (hour, minute, second) == (24, "00", "00"):
        return None if half else "23:59:59"  # the end of that day
    if half in ("sang", "dem") and hour == 12:
        return None
    if hour < 12 and (half in ("chieu", "toi") or (half == "dem" and hour >= 6) or (half == "trua" and hour <= 3)):
        hour += 12
    return f"{hour:02d}:{minute}:{second}"
