"""Headings of a table: the row or two rows they stand in, and the field of each column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.language import Bilingual
from config.profiles import Headings
from config.small_tables import SEARCHED_ROWS
from config.sources import Source
from tasks.rules.text.normal_form import fold
from tasks.sources.tables.sheets import Sheet

_LOST = "\ufffd"  # stands where bytes were no letter


class HeadingsError(ValueError):
    """No row has the headings; says which are missing in the best one."""


@dataclass(frozen=True)
class Head:
    """Where the headings stand and which column each is.

    Attributes:
        last_row: of the headings.
        places: our field to its column.
        height: how many rows they take.
        twice: headings of ours that stand above several columns, as written, and how many.
        also: a column of ours to the others that have its heading too.
    """

    last_row: int
    places: dict[str, int]
    height: int = 1
    twice: tuple[tuple[str, int], ...] = ()
    also: Mapping[int, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """Headings that are looked for.

    Attributes:
        folded: our field, of an event with ``event.`` before it, to its headings without marks and case.
        required: fields that have to be there.
        named: our field to the first of its headings as it is declared.
    """

    folded: Mapping[str, list[str]]
    required: frozenset[str]
    named: Mapping[str, str]

    @classmethod
    def of(cls, columns: Mapping[str, Headings], source: Source) -> Wanted:
        """Return the headings of a source; those of fields under ``optional`` may be lacking."""
        wanted = {**columns, **{f"event.{field}": headings for field, headings in source.events.items()}}
        return cls(
            {field: [fold(heading) for heading in headings] for field, headings in wanted.items()},
            frozenset(field for field in wanted if field.removeprefix("event.") not in source.optional),
            {field: headings[0] for field, headings in wanted.items()},
        )

    def fits(self, sheet: Sheet) -> bool:
        """Tell whether a sheet has them all."""
        return self.find(sheet)[0] is not None

    def find(self, sheet: Sheet) -> tuple[Head | None, list[str]]:
        """Find them in the first rows; else return those missing in the best row."""
        fewest = sorted(self.required)
        written = [[cell or "" for cell in sheet.row(place)] for place in range(min(SEARCHED_ROWS, sheet.rows))]
        rows = [[_folded(cell) for cell in row] for row in written]
        for height in (1, 2):
            for place in range(len(rows) - height + 1):
                places, twice = self.match(rows[place : place + height])
                lacking = sorted(self.required - set(places))
                if not lacking and places:
                    shown = tuple(
                        (written[place + height - 1][at] or written[place][at], 1 + len(others)) for at, others in twice.items()
                    )
                    return Head(place + height - 1, places, height, shown, twice), []
                fewest = min(fewest, lacking, key=len)
        return None, fewest

    def match(self, rows: list[list[str]]) -> tuple[dict[str, int], dict[int, list[int]]]:
        """Return which column each field is; and the columns with a heading of ours that others have too, with those.

        Args:
            rows: a row of headings, or two whose words belong together; folded.
        """
        met: dict[str, list[int]] = {}
        above = ""
        for place, cell in enumerate(rows[-1]):
            upper = rows[0][place] if len(rows) > 1 else ""
            above = upper or above  # a merged heading stands in its first cell only
            for name in {cell, f"{above} {cell}" if len(rows) > 1 and cell else upper} - {""}:
                met.setdefault(name, []).append(place)
        names = {name: places[0] for name, places in met.items()}
        found = {field: at for field, options in self.folded.items() if (at := _first(names, options)) is not None}
        chosen = {at: name for name, at in names.items() if at in found.values()}
        return found, {at: met[name][1:] for at, name in chosen.items() if len(met[name]) > 1}

    def missing(self, fields: list[str]) -> HeadingsError:
        """Say that no row has them all."""
        names = ", ".join(self.named[field] for field in fields[:5])
        return HeadingsError(
            Bilingual(
                f"không dòng nào trong {SEARCHED_ROWS} dòng đầu có đủ tiêu đề; thiếu: {names}",
                f"no row of the first {SEARCHED_ROWS} has all headings; missing: {names}",
            )
        )


def _folded(cell: str) -> str:
    """Fold a heading; where a letter of it is lost, keep a sign in its place."""
    if _LOST not in cell:
        return fold(cell)
    return _LOST.join(fold(f"x{part}x")[1:-1] for part in re.split(f"{_LOST}+", cell)).strip()


def _first(names: Mapping[str, int], options: list[str]) -> int | None:
    """Return the column of the first heading that is there; one with a lost letter where it can be no other."""
    for option in options:
        if option in names:
            return names[option]
    lost = [at for name, at in names.items() if _LOST in name and any(_may_be(name, option) for option in options)]
    return lost[0] if len(lost) == 1 else None


def _may_be(name: str, option: str) -> bool:
    """Tell whether a heading that lost letters may be another: what is left of it is most of it."""
    pattern = ".{0,2}".join(re.escape(part) for part in name.split(_LOST))
    return len(name) * 2 > len(option) and re.fullmatch(pattern, option) is not None
