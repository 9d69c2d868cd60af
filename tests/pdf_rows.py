"""Rows of a PDF, read back from where its words stand on the page: whatever stands at one height is a row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdf

NUMBER = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d+)?")
"""A number as English writes it."""


def pdf_lines(path: Path) -> list[list[str]]:
    """Return the words of each line from left to right, page by page from above; a cell of a table is one text."""
    return [line for page in pypdf.PdfReader(path).pages for line in _lines(page)]


def pdf_numbers(path: Path, least: int) -> list[list[float]]:
    """Return the numbers, as English writes them, of each line that has at least so many cells that are numbers."""
    found = [[_number(cell) for cell in line if NUMBER.fullmatch(cell)] for line in pdf_lines(path)]
    return [numbers for numbers in found if len(numbers) >= least]


def _lines(page: pypdf.PageObject) -> list[list[str]]:
    found: dict[float, list[tuple[float, str]]] = {}

    def see(text: str, cm: Any, tm: Any, _font: Any, _size: Any) -> None:
        if text.strip():
            found.setdefault(round(cm[5] + tm[5], 1), []).append((cm[4] + tm[4], text.strip()))

    page.extract_text(visitor_text=see)
    return [[text for _, text in sorted(found[height])] for height in sorted(found, reverse=True)]


def _number(text: str) -> float:
    return float(text.replace(",", ""))
