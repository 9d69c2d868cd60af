"""Stated figures of a table: a scope a row, what each column counts being read from its headings.

The sums of a column are looked at where the other columns show what its total is the sum of: of all rows, or of those numbered by
letters or Roman numerals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.rules.stated.numbers import StatedNumber, numbers_in
from tasks.rules.stated.quantities import WHOLE, Quantity, StatedFigure, quantity_of, scopes_of, stage_of

_SHARE = re.compile(r"tỷ lệ|tỉ lệ|%")
_UNDECIDED = re.compile(r"chưa đủ căn cứ|chưa xác định|không xác định")
_TOTAL_ROW = re.compile(r"(?:tổng(?: số| cộng)?|cộng|toàn (?:tỉnh|thành phố))\W*$")
_TOTAL = re.compile(r"tổng(?: số)?\W*$")
_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}\)?(?:\s*=[\d\s+()=-]+)?$")
_GROUP_NUMBER = re.compile(r"(?:[IVX]{1,5}|[A-HĐ])\.?$")
_PARTS = frozenset(WHOLE) - {"finished", "in_progress", "received_online", "received_otherwise"}
_LEAST_NUMBERS = 2  # of a row of figures


@dataclass(frozen=True)
class StatedRow:
    """A row of a table.

    Attributes:
        line: its place in the table, from 1.
        name: of whom it speaks.
        ordinal: its number as it is written.
        scopes: its figures; several where a quantity is told twice.
        counts: those of them that are counts, by column.
    """

    line: int
    name: str
    ordinal: str
    scopes: list[list[StatedFigure]]
    counts: Mapping[int, StatedFigure]

    @property
    def is_total(self) -> bool:
        """Whether it is the total of the others."""
        return _TOTAL_ROW.match(self.name.lower()) is not None


@dataclass(frozen=True)
class BrokenTotal:
    """A total that its rows do not make, where those of other columns are made by the same rows."""

    row: StatedRow
    figure: StatedFigure
    summed: int


@dataclass(frozen=True)
class _Column:
    quantity: Quantity
    is_share: bool
    of_one: bool = False  # a workbook keeps 100 % as 1


def read_table(cells: Sequence[Sequence[str]]) -> list[list[StatedRow]]:
    """Return the rows of figures of a table, a list for each heading that stands in it.

    Args:
        cells: text of each cell, in NFC; one that spans several stands in each of them.
    """
    tables: list[list[StatedRow]] = []
    heading: list[Sequence[str]] = []
    columns: dict[int, _Column] = {}
    undecided: list[int] = []
    for line, row in enumerate(cells, start=1):
        if _is_figures(row) and not _numbers_columns(row):
            if heading:
                columns, undecided, heading = _columns(heading, cells[line - 1 :]), _undecided(heading), []
                tables.append([])
            if columns and (read := _row(line, row, columns, undecided)) is not None:
                tables[-1].append(read)
        elif len({text.strip() for text in row if text.strip()}) > 1 and not _numbers_columns(row):
            heading.append(row)
    return [table for table in tables if table]


def broken_totals(rows: Sequence[StatedRow]) -> list[BrokenTotal]:
    """Return the totals of a table that are not what its rows make."""
    found: list[BrokenTotal] = []
    for total in (row for row in rows if row.is_total):
        others = [row for row in rows if not row.is_total]
        groups = [row for row in others if _GROUP_NUMBER.match(row.ordinal)]
        sums = [_summed(total, part) for part in (others, groups) if len(part) > 1]
        right = [sum(summed == total.counts[place].number.value for place, summed in each.items()) for each in sums]
        if sums and 2 * max(right) > len(total.counts):
            made = sums[right.index(max(right))]
            found += [
                BrokenTotal(total, total.counts[place], summed)
                for place, summed in made.items()
                if summed != total.counts[place].number.value
            ]
    return found


def _summed(total: StatedRow, rows: Sequence[StatedRow]) -> dict[int, int]:
    """Add up the columns that every row tells."""
    return {
        place: sum(int(row.counts[place].number.value) for row in rows)
        for place in total.counts
        if all(place in row.counts for row in rows)
    }


def _is_figures(row: Sequence[str]) -> bool:
    return sum(bool(_number(text, is_share=False)) for text in row) >= _LEAST_NUMBERS


def _numbers_columns(row: Sequence[str]) -> bool:
    """Tell whether a row only numbers the columns: 1, 2, 3 = 4 + 5."""
    told = [text.strip() for text in row if text.strip()]
    numbers = [int(re.sub(r"\D.*$", "", text.lstrip("("))) for text in told if _COLUMN_NUMBER.match(text)]
    some = sorted(set(numbers))
    return (
        len(some) > 1 and len(told) - len(numbers) <= 2 and some == list(range(some[0], some[0] + len(some))) and some[0] <= 3
    )


def _headings(heading: Sequence[Sequence[str]]) -> Iterator[tuple[int, list[str]]]:
    for place in range(max(map(len, heading))):
        told = [" ".join(row[place].lower().split()) for row in heading if place < len(row)]
        yield place, list(dict.fromkeys(text for text in told if text))


def _undecided(heading: Sequence[Sequence[str]]) -> list[int]:
    return [place for place, words in _headings(heading) if _UNDECIDED.search(" ".join(words))]


def _columns(heading: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> dict[int, _Column]:
    """Tell what each column counts; a column that names no stage goes on with the one to its left."""
    found: dict[int, _Column] = {}
    totals: list[int] = []
    stage: Quantity = "finished"
    for place, words in _headings(heading):
        path = " ".join(words)
        is_share = _SHARE.search(path) is not None
        # A rate that names no stage is of what was finished, wherever it stands.
        quantity = None if _UNDECIDED.search(path) else quantity_of(path, "finished" if is_share else stage)
        stage = stage if is_share else stage_of(path) or stage
        if quantity == "finished_on_time" and is_share:
            quantity = "finished_in_time"
        if quantity is not None and (not is_share or quantity in WHOLE):
            found[place] = _Column(quantity, is_share, is_share and _is_of_one(rows, place))
            if quantity == "received" and not is_share and _TOTAL.match(words[-1]):
                totals.append(place)
    if any(column.quantity == "carried_over" for column in found.values()):
        found |= dict.fromkeys(totals, _Column("handled", is_share=False))
    return found


def _is_of_one(rows: Sequence[Sequence[str]], place: int) -> bool:
    told = [row[place].strip() for row in rows if place < len(row)]
    return all(text in ("", "0", "1") or "%" in text for text in told if not re.search(r"[^\W\d_]", text))


def _row(line: int, row: Sequence[str], columns: Mapping[int, _Column], undecided: Sequence[int]) -> StatedRow | None:
    figures: dict[int, StatedFigure] = {}
    for place, column in columns.items():
        text = row[place].strip() if place < len(row) else ""
        number = _number("100%" if column.of_one and text == "1" else text, is_share=column.is_share)
        if number is not None:
            figures[place] = StatedFigure(column.quantity, WHOLE[column.quantity] if number.is_share else None, number, line)
    told_of = (text.strip() for place, text in enumerate(row) if place not in columns)
    names = [text for text in told_of if re.search(r"[^\W\d_]{2}", text) and not _GROUP_NUMBER.match(text)]
    if not figures:
        return None
    open_parts = any(_counts_any(row[place]) for place in undecided if place < len(row))
    told = [one for one in figures.values() if not (open_parts and one.of is None and one.quantity in _PARTS)]
    counts = {place: one for place, one in figures.items() if one.of is None}
    return StatedRow(line, names[0] if names else "", row[0].strip() if row else "", scopes_of(told), counts)


def _counts_any(text: str) -> bool:
    number = _number(text, is_share=False)
    return number is not None and number.value > 0


def _number(text: str, *, is_share: bool) -> StatedNumber | None:
    """Read a cell that holds one number and nothing else."""
    plain = text.strip()
    written = f"{plain}%" if is_share and plain and "%" not in plain else plain
    found = numbers_in(written)
    one = found[0] if len(found) == 1 else None
    return one if one is not None and one.written == written and (one.is_share or not is_share) else None
