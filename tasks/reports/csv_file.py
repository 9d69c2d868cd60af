"""CSV that spreadsheets open as what it is: marked as UTF-8, and no cell run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path


def harmless(cell: object) -> object:
    """Return a cell as it may be written: a text that begins like a formula would be run when the file is opened."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in set("=+-@\t\r\n") else cell


def write_rows(path: Path, rows: Iterable[Iterable[object]]) -> None:
    """Write rows, the headings first."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)
