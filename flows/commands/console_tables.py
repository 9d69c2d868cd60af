"""Tables for a terminal of 80 characters: narrow headings, whole codes, no column cut off.

A column that does not fit is named, never dropped silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from textwrap import fill
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from config.language import as_written, counted, translate

_FIGURES = 8  # characters of a column of figures
_WORDS = 14  # of one of words
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}) ")


class ConsoleTable(Table):
    """Table of the terminal: a cell that is a day or a time is written as the language in force does."""

    def add_row(self, *cells: RenderableType | None, **given: Any) -> None:
        """Add a row, as a table of rich does."""
        super().add_row(*(as_written(cell) if isinstance(cell, str) else cell for cell in cells), **given)


def console_table(title: str | None = None) -> ConsoleTable:
    """Return a table with one space between its columns."""
    return ConsoleTable(title=title, box=box.SIMPLE_HEAD, padding=0, pad_edge=False)


def add_figures(table: Table, headings: Iterable[str]) -> None:
    """Add columns of figures that are as narrow as their headings can be in several lines."""
    for heading in headings:
        table.add_column(_lines(heading.replace("undetermined", "undeter-mined"), _FIGURES), justify="right")


def print_rows(console: Console, rows: Sequence[Mapping[str, object]], of: int) -> None:
    """Print the first rows of a list, and say what only the file holds.

    Args:
        console: as wide as it is.
        rows: at least one, each with the same headings, the most important first.
        of: how many rows there are in all.
    """
    table, others = _table_of(rows, console.width)
    console.print(table)
    more = [translate(f"{of - len(rows)} dòng", f"{counted(of - len(rows), 'line')}")] if of > len(rows) else []
    more += [", ".join(others)] if others else []
    if more:
        said = translate(f"Còn nữa với `--csv FILE`: {'; '.join(more)}", f"With `--csv FILE` also: {'; '.join(more)}")
        console.print(said, highlight=False, markup=False)


def _table_of(rows: Sequence[Mapping[str, object]], width: int) -> tuple[Table, list[str]]:
    """Return a table of rows, and the headings of the columns that it has no room for."""
    table, left = console_table(), width - 2  # its edges
    headings = list(rows[0])
    kept: list[list[str]] = []
    for heading in headings:
        words = max(_WORDS, left) if heading == headings[-1] else _WORDS
        texts = [_lines(heading, _FIGURES), *(_cell(row[heading], words) for row in rows)]
        wide = max(len(line) for text in texts for line in text.split("\n"))
        if kept and wide > left:
            break
        table.add_column(texts[0], no_wrap=True)
        kept.append(texts[1:])
        left -= wide + 1
    for cells in zip(*kept, strict=True):
        table.add_row(*map(escape, cells))
    return table, headings[len(kept) :]


def _cell(value: object, width: int) -> str:
    """Show a value; the hour of a moment on a line of its own."""
    text = "" if value is None else as_written(str(value))
    return text.replace(" ", "\n", 1) if _MOMENT.match(text) else _lines(text, width)


def _lines(text: str, width: int) -> str:
    return fill(text, width, break_long_words=False, break_on_hyphens="undeter-" in text)
