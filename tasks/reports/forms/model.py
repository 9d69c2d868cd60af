"""Form as a table that people fill cabinets with: title, numbered columns, rows, totals and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.language import Bilingual

Cell = str | int | float | None


@dataclass(frozen=True)
class FormColumn:
    """One column.

    Attributes:
        name: in files that machines read.
        heading: as people read it; group: what stands above it and its neighbours of the same group.
        number: number under the heading, as the form gives it.
        width: in characters.
        digits: decimals of a number; None for text.
        is_time: its texts are times, YYYY-MM-DD HH:MM; people read them as their language writes them.
    """

    name: str
    heading: Bilingual
    group: Bilingual | None = None
    number: str = ""
    width: float = 11
    digits: int | None = 0
    is_time: bool = False


@dataclass(frozen=True)
class FormSheet:
    """One table of a form.

    Attributes:
        tab: name of its sheet, at most 31 characters.
        rows: a cell for each column.
        told: lines under the title of this sheet; empty takes those of the form.
        total: the last row, of all together; empty where nothing adds up.
        filtered: its headings choose rows.
    """

    tab: Bilingual
    columns: Sequence[FormColumn]
    rows: Sequence[tuple[Cell, ...]]
    total: tuple[Cell, ...] = ()
    notes: Sequence[Bilingual] = ()
    told: Sequence[Bilingual] = ()
    filtered: bool = False


@dataclass(frozen=True)
class Form:
    """A form, filled in.

    Attributes:
        number: as offices name it, e.g. ``II.06a/VPCP/KSTT``.
        told: lines under the title: period, agency, what the figures speak for.
        sheets: the first is the form itself; others show the same dossiers by another cut or basis.
        signed: its first table has a place for signatures where it is printed.
    """

    number: str
    title: Bilingual
    told: Sequence[Bilingual]
    sheets: Sequence[FormSheet]
    signed: bool = False
