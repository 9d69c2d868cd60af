"""Numbered table of a form: a row for each agency or field, and what all of them add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from config.language import Bilingual
from tasks.reports.forms.model import Cell, FormColumn, FormSheet

TOTAL = Bilingual("TỔNG CỘNG", "TOTAL")
"""What the last row of every form is called."""


def numbered_columns(heading: Bilingual, columns: Sequence[FormColumn]) -> tuple[FormColumn, ...]:
    """Return the columns of a table: number, code and name, then its own."""
    return (
        FormColumn("number", Bilingual("STT", "No."), None, "(1)", 5),
        FormColumn("code", Bilingual("Mã", "Code"), None, "", 14, None),
        FormColumn("name", heading, None, "(2)", 44, None),
        *columns,
    )


def part_columns(heading: Bilingual) -> tuple[FormColumn, ...]:
    """Return the columns of a part of an agency: code and name."""
    return (
        FormColumn("part_code", Bilingual("Mã", "Code"), None, "(2b)", 14, None),
        FormColumn("part_name", heading, None, "(2c)", 44, None),
    )


def numbered_rows(cells: Sequence[tuple[str, tuple[Cell, ...]]], names: Mapping[str, str]) -> list[tuple[Cell, ...]]:
    """Return the rows of a table: number, code and name before the cells of each agency or field."""
    return [(number, code, cell_name(code, names), *own) for number, (code, own) in enumerate(cells, start=1)]


def total_row(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return the last row of a table."""
    return (None, None, TOTAL.shown(), *cells)


def counted_sheet(
    tab: Bilingual,
    heading: Bilingual,
    columns: Sequence[FormColumn],
    cells: Sequence[tuple[str, tuple[int, ...]]],
    names: Mapping[str, str],
    notes: Sequence[Bilingual],
) -> FormSheet:
    """Return a table of counts, whose last row adds them up.

    Args:
        tab: name of the sheet.
        heading: what the rows are: agencies or fields.
        columns: its own columns, after number, code and name.
        cells: code of each row with its counts.
        names: by code.
        notes: under the table.
    """
    total = tuple(sum(column) for column in zip(*(counts for _, counts in cells), strict=True)) or (0,) * len(columns)
    return FormSheet(tab, numbered_columns(heading, columns), numbered_rows(cells, names), total_row(total), notes)


def cell_name(code: str, names: Mapping[str, str]) -> str:
    """Return the name of an agency or field, its code where the directory has none."""
    unknown = Bilingual("(không có trong danh mục)", "(not in the directory)")
    return names.get(code, unknown.shown() if code == "?" else code)
