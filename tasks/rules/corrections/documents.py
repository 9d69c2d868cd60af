"""Documents behind corrections: number and day, found in the evidence or in columns of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from config.people import Documents
from tasks.rules.corrections.lines import CorrectionLine

_EARLIEST = date(1990, 1, 1)
_WRITTEN_OUT = re.compile(r"\bngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})\b", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<![\d/.-])(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_LONGEST = 500  # letters of a cell that are looked at; a number and a day need fewer


@dataclass(frozen=True)
class NamedDocument:
    """What a line names as proof.

    Attributes:
        number: as the office writes it; None: none was found.
        day: its date; None: none was found that is possible.
    """

    number: str | None = None
    day: date | None = None


def document_of(line: CorrectionLine, asked: Documents, today: date) -> NamedDocument:
    """Find number and day of the document behind a line: in their own columns, else in the evidence.

    Args:
        line: the line.
        asked: forms of numbers.
        today: a document of a later day proves nothing yet.
    """
    cells = [cell[:_LONGEST] for cell in (line.document, line.evidence)]
    numbers = (re.search(form, cell, re.IGNORECASE) for cell in cells for form in asked.numbers)
    number = next((found.group(0).strip() for found in numbers if found), None)
    days = (day for cell in (line.document_date[:_LONGEST], *cells) for day in _days(cell) if _EARLIEST <= day <= today)
    return NamedDocument(number, next(days, None))


def suffices(document: NamedDocument, asked: Documents) -> bool:
    """Tell whether a document is what the office asks for."""
    return document.number is not None and (document.day is not None or not asked.date_needed)


def _days(text: str) -> Iterator[date]:
    for form, order in ((_WRITTEN_OUT, (3, 2, 1)), (_DAY_FIRST, (3, 2, 1)), (_YEAR_FIRST, (1, 2, 3))):
        for found in form.finditer(text):
            year, month, day = (int(found.group(place)) for place in order)
            try:
                yield date(year, month, day)
            except ValueError:  # no such day
                continue
