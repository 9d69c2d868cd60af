"""Tables of a PDF: widths of columns, size of letters, and where one goes on beside itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from config.language import language, written_time
from tasks.reports.forms.model import Cell, FormColumn, FormSheet

_UPRIGHT_MM, _ACROSS_MM = 186.0, 273.0  # of A4, between the margins of the template
_LETTER = 0.54 * 0.3528  # millimetres of a letter, a point of size
_LARGEST, _READABLE, _SMALLEST = 9.0, 7.0, 5.5  # points
_AROUND = 1.41  # millimetres at both sides of a cell together
_ROOM = 1.0  # letters of a column beside its longest word: bold ones are wider
_COMMAS = str.maketrans(",.", ".,")
_NARROW_TEXT = 24  # letters that a text keeps where it is broken into lines
_HEADING_WORD = 9  # letters of a heading's word that are kept together; the template hyphenates
_HEADING_LINES = 4  # of a column of numbers, where there is room
_Places = tuple[int, ...]
_Width = tuple[float, float]  # letters of a column: the fewest, and as many as it likes


def stands_upright(sheet: FormSheet) -> bool:
    """Tell whether a table fits on an upright page in large letters."""
    return _size([wide for _, wide in _widths(sheet)], _UPRIGHT_MM) >= _LARGEST


def sheet_tables(sheet: FormSheet) -> list[dict[str, object]]:
    """Return a table as the template sets it, in as many parts as it takes to keep its letters readable.

    A part has the columns before the first group, which name the row, and whole groups. A table without groups is never parted.
    """
    widths, across = _widths(sheet), _UPRIGHT_MM if stands_upright(sheet) else _ACROSS_MM
    return [
        _part(sheet, places, _fitted([widths[place] for place in places], across), across) for places in _parts(sheet, widths)
    ]


def _parts(sheet: FormSheet, widths: Sequence[_Width]) -> list[_Places]:
    columns = sheet.columns
    runs = [tuple(run) for _, run in groupby(range(len(columns)), key=lambda place: columns[place].group)]
    naming = runs.pop(0) if columns[0].group is None else ()
    parts: list[_Places] = []
    for run in runs:
        longer = (*(parts[-1] if parts else naming), *run)
        if not parts or _size([widths[place][0] for place in longer], _ACROSS_MM) >= _READABLE:
            parts[-1:] = [longer]
        else:
            parts.append((*naming, *run))
    return parts or [naming]


def _fitted(widths: Sequence[_Width], across: float) -> list[float]:
    """Return the width of each column: as wide as it likes, or narrower where that keeps the letters readable."""
    letters = (across - _AROUND * len(widths)) / (_LETTER * _READABLE)
    least, wide = (sum(some) for some in zip(*widths, strict=True))
    given = min(1.0, max(0.0, (letters - least) / (wide - least))) if wide > least else 1.0
    return [low + given * (high - low) for low, high in widths]


def _part(sheet: FormSheet, places: _Places, widths: Sequence[float], across: float) -> dict[str, object]:
    columns = [sheet.columns[place] for place in places]
    numbers = [column.number for column in columns]
    return {
        "widths": widths,
        "size": max(_SMALLEST, min(_LARGEST, _size(widths, across))),
        "headings": _headings(columns),
        "numbers": numbers if any(numbers) else [],
        "aligned": ["l" if column.digits is None else "r" for column in columns],
        "rows": [[_shown(row[place], sheet.columns[place]) for place in places] for row in sheet.rows],
        "total": [_shown(sheet.total[place], sheet.columns[place]) for place in places] if sheet.total else [],
    }


def _headings(columns: Sequence[FormColumn]) -> list[list[dict[str, object]]]:
    """Return the cells of one row of headings, or of two where columns have a group."""
    grouped = any(column.group is not None for column in columns)
    first: list[dict[str, object]] = []
    second: list[dict[str, object]] = []
    for group, run in groupby(columns, key=lambda column: column.group):
        named: list[dict[str, object]] = [{"text": column.heading.shown(), "columns": 1, "rows": 1} for column in run]
        if group is None:
            first += [cell | {"rows": 2 if grouped else 1} for cell in named]
        else:
            first.append({"text": group.shown(), "columns": len(named), "rows": 1})
            second += named
    return [first, second] if grouped else [first]


def _widths(sheet: FormSheet) -> list[_Width]:
    cells = [*sheet.rows, *([sheet.total] if sheet.total else [])]
    return [_width(column, [_shown(row[place], column) for row in cells]) for place, column in enumerate(sheet.columns)]


def _width(column: FormColumn, cells: Sequence[str]) -> _Width:
    heading = column.heading.shown()
    word = max(min(_HEADING_WORD, max(map(len, heading.split()))), len(column.number))
    unbroken = max((len(part) for cell in cells for part in cell.split()), default=0)
    whole = max(map(len, cells), default=0)
    least = max(word, unbroken, min(whole, _NARROW_TEXT))
    return _ROOM + least, _ROOM + max(least, min(column.width, max(whole, len(heading) / _HEADING_LINES)))


def _size(widths: Sequence[float], across: float) -> float:
    """Return the points of the largest letters with which columns of so many letters fit."""
    return (across - _AROUND * len(widths)) / (_LETTER * sum(widths))


def _shown(cell: Cell, column: FormColumn) -> str:
    """Return a cell as the language in force writes it: 1.234,50 or 1,234.50."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return written_time(datetime.fromisoformat(cell)) if column.is_time else cell
    text = f"{cell:,.{column.digits or 0}f}"
    return text.translate(_COMMAS) if language() == "vi" else text
