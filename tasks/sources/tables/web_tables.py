"""Web tables: a page with one table, which many systems write in place of a workbook."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from config.language import Bilingual

_MOST_CELLS = 8_000_000
_MOST_SPAN = 200
_MOST_ROWS = 65_534  # that one cell may take, as browsers have it
_BREAKS = ("br", "p", "div")


@dataclass
class WebTable:
    """One table.

    Attributes:
        rows: its cells; of a cell of several rows or columns the first one has the text, the others are empty.
        merged: cells of several rows: first and last row, column.
    """

    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)


def tables_of(text: str) -> list[WebTable]:
    """Return the tables of a web page as they stand; a table in a cell is one of its own.

    Raises:
        ValueError: there are more cells than allowed.
    """
    reader = _Tables()
    reader.feed(text)
    reader.close()
    return [table for table in reader.found if table.rows]


class _Tables(HTMLParser):
    """A reader that keeps cells and passes over everything else."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[WebTable] = []
        self._open: list[WebTable] = []
        self._cells: list[list[str] | None] = []
        self._span, self._down = 1, 1
        self._taken: list[
            dict[int, int]
        ] = []  # of each open table: a column to the last row of the cell above that reaches down
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        if tag == "table":
            self._open.append(WebTable())
            self._cells.append(None)
            self._taken.append({})
            self.found.append(self._open[-1])
        elif not self._open:
            return
        elif tag == "tr":
            self._end_row()
            self._open[-1].rows.append([])
        elif tag in ("td", "th"):
            self._end_cell()
            self._cells[-1] = []
            self._span = _stated(dict(attrs).get("colspan"), _MOST_SPAN)
            self._down = _stated(dict(attrs).get("rowspan"), _MOST_ROWS)
        elif tag in _BREAKS and self._cells[-1] is not None:
            self._cells[-1].append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End them."""
        if not self._open:
            return
        if tag in ("td", "th"):
            self._end_cell()
        if tag in ("tr", "table"):
            self._end_row()
        if tag == "table":
            self._open.pop()
            self._cells.pop()
            self._taken.pop()

    def handle_data(self, data: str) -> None:
        """Add to the open cell."""
        if self._cells and self._cells[-1] is not None:
            self._cells[-1].append(data)

    def _end_row(self) -> None:
        """End the cell, and leave the last places of the row to the cells above that reach down to them."""
        self._end_cell()
        if self._open[-1].rows:
            self._pass_taken()

    def _end_cell(self) -> None:
        parts, self._cells[-1] = self._cells[-1], None
        if parts is None:
            return
        table = self._open[-1]
        if not table.rows:
            table.rows.append([])
        self._pass_taken()
        row, first = table.rows[-1], len(table.rows) - 1
        if self._down > 1:
            last = first + self._down - 1
            self._taken[-1].update(dict.fromkeys(range(len(row), len(row) + self._span), last))
            table.merged.append((first, last, len(row)))
        self._add(" ".join("".join(parts).split()), *[""] * (self._span - 1))

    def _pass_taken(self) -> None:
        """Leave the next places of the row empty that belong to a cell above."""
        table, taken = self._open[-1], self._taken[-1]
        row, number = table.rows[-1], len(table.rows) - 1
        while taken.get(len(row), -1) >= number:
            self._add("")

    def _add(self, *texts: str) -> None:
        self._count += len(texts)
        if self._count > _MOST_CELLS:
            raise ValueError(Bilingual(f"trang web có hơn {_MOST_CELLS} ô", f"the web page has more than {_MOST_CELLS} cells"))
        self._open[-1].rows[-1] += texts


def _stated(span: str | None, most: int) -> int:
    return max(1, min(int(span), most)) if span and span.isascii() and span.isdigit() else 1
