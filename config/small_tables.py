"""Small tables made by hand (corrections, notices, registers): headings, and rows by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from config.text_bytes import NO_TABLE, decode, what_is
from config.text_rows import DELIMITERS, read_rows, stated_delimiter

SEARCHED_ROWS = 60
IsHeading = Callable[[Sequence[str]], bool]


@dataclass(frozen=True)
class TableRow:
    """One row that is not empty.

    Attributes:
        line: of the file, from 1.
        fault: cell_count: it has more or fewer cells than there are headings; damaged_text: bytes in it are no letters;
            empty for a sound one.
    """

    line: int
    cells: Sequence[str]
    fault: str = ""


@dataclass(frozen=True)
class SmallTable:
    """A table.

    Attributes:
        headings: as written; those of the first row where none has the headings that were looked for.
        rows: below the headings.
        found: whether the headings are those.
        above: rows above the headings.
    """

    headings: Sequence[str]
    rows: tuple[TableRow, ...]
    found: bool
    above: tuple[TableRow, ...] = ()


def text_table(body: bytes, is_heading: IsHeading, *, code_pages: bool = False, skip_spaces: bool = False) -> SmallTable:
    """Read a text file whose cells are divided by whatever sign its first line names, or gives it the headings.

    Args:
        body: the file.
        is_heading: tells the row of headings.
        code_pages: text that is not Unicode is read too.
        skip_spaces: spaces behind a delimiter do not count.

    Raises:
        ValueError: it is no text; says what it is.
    """
    kind = what_is(body)
    if kind in NO_TABLE:
        raise ValueError(NO_TABLE[kind])
    return table_of_text(decode(body, code_pages=code_pages).text, is_heading, skip_spaces=skip_spaces)


def table_of_text(text: str, is_heading: IsHeading, *, skip_spaces: bool = False) -> SmallTable:
    """Read a text; see :func:`text_table`."""
    stated = stated_delimiter(text)
    first: SmallTable | None = None
    for delimiter in [stated] if stated else DELIMITERS:
        table = table_of(_numbered(text, delimiter, skip_spaces), is_heading, skip_first=bool(stated))
        if table.found:
            return table
        first = first if first is not None and len(first.headings) >= len(table.headings) else table
    return first or SmallTable((), (), found=False)


def table_of(rows: Iterable[tuple[int, Sequence[str]]], is_heading: IsHeading, *, skip_first: bool = False) -> SmallTable:
    """Find the headings among the first rows, and tell the rows below them.

    Args:
        rows: line, from 1, and cells of each row.
        is_heading: tells the row of headings.
        skip_first: the first row only says what divides cells.
    """
    kept = [(line, cells) for line, cells in rows if any(map(str.strip, cells))][int(skip_first) :]
    place = next((place for place, (_, cells) in enumerate(kept[:SEARCHED_ROWS]) if is_heading(cells)), None)
    headings = kept[place or 0][1] if kept else ()
    least = max((at + 1 for at, cell in enumerate(headings) if cell.strip()), default=0)
    body = tuple(_row(line, cells, least, len(headings)) for line, cells in kept[(place or 0) + 1 :])
    above = tuple(TableRow(line, cells) for line, cells in kept[: place or 0])
    return SmallTable(headings, body, place is not None, above)


def _row(line: int, cells: Sequence[str], least: int, most: int) -> TableRow:
    if len(cells) < least or any(map(str.strip, cells[most:])):
        return TableRow(line, cells, "cell_count")
    return TableRow(line, cells, "damaged_text" if any("\ufffd" in cell for cell in cells) else "")


def _numbered(text: str, delimiter: str, skip_spaces: bool) -> Iterator[tuple[int, Sequence[str]]]:
    for rows in read_rows(text, delimiter, skip_spaces=skip_spaces):
        for line, cells in zip(rows.lines, rows.cells, strict=True):
            yield line + 1, cells
