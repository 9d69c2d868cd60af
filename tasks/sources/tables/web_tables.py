"""Web tables: a page with one table, which many systems write in place of a workbook."""

from __future__ import annotations

from html.parser import HTMLParser

from config.language import Bilingual

_MOST_CELLS = 8_000_000
_MOST_SPAN = 200
_BREAKS = ("br", "p", "div")


def tables_of(text: str) -> list[list[list[str]]]:
    """Return the rows of each table of a web page, the longest table first; a table in a cell is one of its own.

    Raises:
        ValueError: there are more cells than allowed.
    """
    reader = _Tables()
    reader.feed(text)
    reader.close()
    return sorted((rows for rows in reader.found if rows), key=len, reverse=True)


class _Tables(HTMLParser):
    """A reader that keeps cells and passes over everything else."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cells: list[list[str] | None] = []
        self._span = 1
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        if tag == "table":
            self._open.append([])
            self._cells.append(None)
            self.found.append(self._open[-1])
        elif not self._open:
            return
        elif tag == "tr":
            self._end_cell()
            self._open[-1].append([])
        elif tag in ("td", "th"):
            self._end_cell()
            self._cells[-1] = []
            stated = dict(attrs).get("colspan") or "1"
            self._span = min(int(stated), _MOST_SPAN) if stated.isascii() and stated.isdigit() else 1
        elif tag in _BREAKS and self._cells[-1] is not None:
            self._cells[-1].append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End them."""
        if not self._open:
            return
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table":
            self._open.pop()
            self._cells.pop()

    def handle_data(self, data: str) -> None:
        """Add to the open cell."""
        if self._cells and self._cells[-1] is not None:
            self._cells[-1].append(data)

    def _end_cell(self) -> None:
        parts, self._cells[-1] = self._cells[-1], None
        if parts is None:
            return
        if not self._open[-1]:
            self._open[-1].append([])
        self._count += max(1, self._span)
        if self._count > _MOST_CELLS:
            raise ValueError(Bilingual(f"trang web có hơn {_MOST_CELLS} ô", f"the web page has more than {_MOST_CELLS} cells"))
        self._open[-1][-1] += [" ".join("".join(parts).split()), *[""] * (self._span - 1)]
