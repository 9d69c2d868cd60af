"""Rows of delimited text with their line numbers; a stray quotation mark swallows no line.

A file whose quotation marks are in order, and most are, is parsed at once, a block of lines at a time. Where a block is not in
order its lines are looked at one by one: a cell of several lines stays one, a mark that opens a cell and closes at no end of a
cell is a plain sign of its line. Whatever a file holds, its lines are those of its rows, each once.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
"""Signs that divide cells in files that do not say which, and what they are called."""

LONGEST_CELL = 1_000_000
_BLOCK = 20_000  # lines
_MOST_LINES = 200  # of one cell
_SAMPLED = 1_000  # lines from which the width of the table is told
_SHAPELY, _LONGEST_SHAPE = 5, 60  # signs
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_SEP = re.compile(r'^\ufeff?"?sep=(.)"?\s*$', re.I)


@dataclass(frozen=True)
class TextRows:
    """Rows that follow one another.

    Attributes:
        cells: of each row; none where the line is empty.
        lines: place of each row's first line in the file, from 0.
        spans: how many lines each row takes.
        stray: places among these rows of those with a quotation mark that nobody closes.
    """

    cells: list[list[str]]
    lines: Sequence[int]
    spans: Sequence[int]
    stray: list[int] = field(default_factory=list)


def stated_delimiter(text: str) -> str | None:
    """Return the sign that a first line such as ``sep=;`` names, as spreadsheets write and read it."""
    found = _SEP.match(text[:20].partition("\n")[0].rstrip("\r"))
    return found[1] if found else None


def read_rows(text: str, delimiter: str = ",", *, skip_spaces: bool = False) -> Iterator[TextRows]:
    """Yield the rows of a text, some at a time; together they have every line of it once.

    Args:
        text: the file; lines end as on any machine.
        delimiter: what divides cells.
        skip_spaces: spaces behind a delimiter do not count.
    """
    csv.field_size_limit(LONGEST_CELL)
    parser = _Parser(delimiter, skip_spaces, marked='"' in text)
    formulas = '="' in text
    stream = io.StringIO(text, newline="")
    first = 0
    pending: list[str] = []
    while block := pending + list(islice(stream, _BLOCK)):
        ended = len(block) < _BLOCK + len(pending)
        found, taken = parser.block(block, first, ended=ended)
        yield replace(found, cells=[[*map(_without_formula, row)] for row in found.cells]) if formulas else found
        first, pending = first + taken, block[taken:]
        if ended:
            return


class _Parser:
    """Parsing of blocks of lines; keeps the width of the table once it is known."""

    def __init__(self, delimiter: str, skip_spaces: bool, *, marked: bool) -> None:
        self._delimiter = delimiter
        self._skip = skip_spaces
        self._quoting = csv.QUOTE_MINIMAL if marked else csv.QUOTE_NONE
        self._width: int | None = None
        sign = re.escape(delimiter)
        self._enclosed = re.compile(rf'{" *" if skip_spaces else ""}"((?:[^"]|"")*)"(?={sign}|$)')

    def block(self, lines: list[str], first: int, *, ended: bool) -> tuple[TextRows, int]:
        """Parse lines; returns rows, and how many lines they take: the last ones may belong to a row that goes on."""
        try:
            cells = self._parsed(lines)
        except csv.Error:  # or a cell is too long
            cells = []
        if len(cells) == len(lines):
            return self._whole(cells, first), len(lines)
        return self._one_by_one(lines, first, ended=ended)

    def _whole(self, cells: list[list[str]], first: int) -> TextRows:
        return TextRows(cells, range(first, first + len(cells)), [1] * len(cells))

    def _parsed(self, lines: list[str]) -> list[list[str]]:
        return list(
            csv.reader(lines, delimiter=self._delimiter, quoting=self._quoting, strict=True, skipinitialspace=self._skip)  # type: ignore[arg-type]
        )

    def _one_by_one(self, lines: list[str], first: int, *, ended: bool) -> tuple[TextRows, int]:
        if self._width is None:
            self._width = self._told_width(lines[:_SAMPLED])
        rows: list[list[str]] = []
        places: list[int] = []
        spans: list[int] = []
        plain: list[int] = []
        place = 0
        while place < len(lines):
            if not ended and place > len(lines) - _MOST_LINES and place:
                break  # a cell that begins here may end in the next block
            cells, taken, stray = self._row(lines, place, self._width)
            if stray:
                plain.append(len(rows))
            rows.append(cells)
            places.append(first + place)
            spans.append(taken)
            place += taken
        return TextRows(rows, places, spans, plain), place

    def _row(self, lines: list[str], place: int, width: int) -> tuple[list[str], int, bool]:
        """Return the row that begins with a line, how many lines it takes, and whether a mark in it is a plain sign."""
        line = lines[place]
        cells, taken = self._record(lines[place : place + (_MOST_LINES if '"' in line else 1)])
        if cells is not None and (taken == 1 or self._is_one_row(cells, lines[place : place + taken], width)):
            return cells, taken, False
        return self._plain_line(line, width), 1, True

    def _record(self, lines: list[str]) -> tuple[list[str] | None, int]:
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True, skipinitialspace=self._skip)
        try:
            return next(reader), reader.line_num
        except csv.Error:
            return None, 1

    def _is_one_row(self, cells: list[str], lines: list[str], width: int) -> bool:
        """Tell whether lines are one row: of the table's width, and none of them is a whole row by itself."""
        if len(cells) < width or any(cells[width:]):
            return False
        begun = _shape(lines[0].partition(self._delimiter)[0])
        if len(begun) >= _SHAPELY and any(_shape(line.partition(self._delimiter)[0]) == begun for line in lines[1:]):
            return False  # as the rows of dossiers begin, all with a code
        widths = [line.count(self._delimiter) + 1 for line in lines]
        return width == 1 or (width not in widths[1:-1] and not (widths[0] == width and widths[-1] == width))

    def _plain_line(self, line: str, width: int) -> list[str]:
        """Divide one line: marks that enclose a cell do so, any other is a plain sign; the first of a cell is dropped."""
        text = line.rstrip("\r\n")
        if len(text) > LONGEST_CELL:
            return [text[:LONGEST_CELL]]
        plain = text.split(self._delimiter)
        cells: list[str] = []
        at = 0
        while True:
            found = self._enclosed.match(text, at)
            end = found.end() if found else text.find(self._delimiter, at)
            end = len(text) if end < 0 else end
            cells.append(found[1].replace('""', '"') if found else _without_mark(text[at:end]))
            if end >= len(text):
                break
            at = end + 1
        return [*map(_without_mark, plain)] if len(cells) != width == len(plain) else cells

    def _told_width(self, lines: list[str]) -> int:
        """Return how many cells most rows of some lines have, taking marks in order where they are."""
        widths: Counter[int] = Counter()
        place = 0
        while place < len(lines):
            cells, taken = self._record(lines[place : place + _MOST_LINES])
            if cells is None:
                cells, taken = lines[place].split(self._delimiter), 1
            if len(cells) > 1:
                widths[len(cells)] += 1
            place += taken
        return max(widths, key=lambda width: (widths[width], width), default=1)


def _shape(cell: str) -> str:
    """Return what kind of sign stands where in the first cell of a row; empty for one without figures.

    >>> _shape("H99.12-260302-0001")
    'A99.99-999999-9999'
    """
    text = cell.strip(' \ufeff"')[:_LONGEST_SHAPE]
    return (
        "".join("9" if sign.isdigit() else "A" if sign.isalpha() else sign for sign in text)
        if any(map(str.isdigit, text))
        else ""
    )


def _without_mark(cell: str) -> str:
    """Return a plain cell without the one mark that it begins with and nobody closes.

    >>> _without_mark('"Khu phố 3'), _without_mark('Khu phố "3"')
    ('Khu phố 3', 'Khu phố "3"')
    """
    return cell[1:] if cell.startswith('"') and cell.count('"') == 1 else cell


def _without_formula(cell: str) -> str:
    """Return the text of a cell that is a formula of a text alone, as exports write it to keep a number from being changed.

    >>> _without_formula('="0001"'), _without_formula('="A""B"'), _without_formula('=A1'), _without_formula('=1="1"')
    ('0001', 'A"B', '=A1', '=1="1"')
    """
    if not cell.startswith('="'):
        return cell
    found = _TEXT_FORMULA.fullmatch(cell.strip())
    return found[1].replace('""', '"') if found else cell
