"""Periods of reports: a month, a quarter, a half year, a year, or any span of whole months."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from config.errors import ConfigError
from config.language import Bilingual

_NAMES = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>0[1-9]|1[0-2])))?")
_SPAN = ".."
_ALLOWED = Bilingual(
    "tháng 2026-03, quý 2026-Q1, nửa năm 2026-H1, năm 2026, hoặc từ tháng đến tháng 2025-11..2026-02",
    "a month 2026-03, quarter 2026-Q1, half year 2026-H1, year 2026, or a span of months 2025-11..2026-02",
)


@dataclass(frozen=True, order=True)
class Period:
    """A span of whole months.

    Attributes:
        first: first day of its first month.
        last: first day of its last month.
        name: as commands, files and the page's address write it, e.g. ``2026-Q1``.
        words: as people read it.
    """

    first: date
    last: date
    name: str
    words: Bilingual

    @property
    def end(self) -> date:
        """Last day of its last month."""
        return (self.last + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def period_named(name: str) -> Period:
    """Return the period of a name.

    Raises:
        ConfigError: the name is none of a period, or its end comes before its begin.
    """
    since, until = (_one(part) for part in (name.split(_SPAN, 1) if _SPAN in name else (name, name)))
    if since is None or until is None or until.last < since.first:
        raise ConfigError(
            f"--period {name}",
            Bilingual("không phải một kỳ báo cáo", "is no period"),
            _ALLOWED,
        )
    return since if _SPAN not in name else _spanned(since.first, until.last)


def _one(name: str) -> Period | None:
    found = _NAMES.fullmatch(name)
    if found is None:
        return None
    year = int(found["year"])
    if not 1 <= year <= 9998:
        return None
    for kind, months in (("quarter", 3), ("half", 6), ("month", 1)):
        if found[kind]:
            return _within(year, kind, int(found[kind]), months)
    return Period(date(year, 1, 1), date(year, 12, 1), name, Bilingual(f"năm {year}", f"year {year}"))


def _within(year: int, kind: str, number: int, months: int) -> Period:
    first = (number - 1) * months + 1
    half = "đầu" if number == 1 else "cuối"
    names = {
        "quarter": (f"{year}-Q{number}", Bilingual(f"quý {number} năm {year}", f"quarter {number} of {year}")),
        "half": (f"{year}-H{number}", Bilingual(f"6 tháng {half} năm {year}", f"half year {number} of {year}")),
        "month": (f"{year}-{number:02}", Bilingual(f"tháng {number} năm {year}", f"{number:02}/{year}")),
    }
    return Period(date(year, first, 1), date(year, first + months - 1, 1), *names[kind])


def _spanned(first: date, last: date) -> Period:
    words = Bilingual(f"từ tháng {first:%m/%Y} đến tháng {last:%m/%Y}", f"{first:%m/%Y} to {last:%m/%Y}")
    return Period(first, last, f"{first:%Y-%m}{_SPAN}{last:%Y-%m}", words)


def calendar_periods(first: date, last: date) -> list[Period]:
    """Return every month, quarter, half year and year that has a month in a span, the longest kinds first.

    Args:
        first: a day of the first month.
        last: a day of the last month.
    """
    names = [name for year in range(last.year, first.year - 1, -1) for name in _names_of(year)]
    found = [period_named(name) for name in sorted(names, key=_kind)]
    return [one for one in found if one.first <= last and one.last >= first.replace(day=1)]


def _names_of(year: int) -> Iterator[str]:
    yield f"{year}"
    yield from (f"{year}-H{half}" for half in (2, 1))
    yield from (f"{year}-Q{quarter}" for quarter in (4, 3, 2, 1))
    yield from (f"{year}-{month:02}" for month in range(12, 0, -1))


def _kind(name: str) -> int:
    return 0 if "-" not in name else 1 if "H" in name else 2 if "Q" in name else 3


def months_of(period: Period) -> list[Period]:
    """Return the months of a period."""
    found, first = [], period.first
    while first <= period.last:
        found.append(_within(first.year, "month", first.month, 1))
        first = (first + timedelta(days=32)).replace(day=1)
    return found


def months_before(period: Period) -> Period:
    """Return all months before a period."""
    last = (period.first - timedelta(days=1)).replace(day=1)
    return _spanned(date.min, last)
