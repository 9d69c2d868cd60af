"""Finding the headings of a table wherever they stand, and telling records from totals, notes and formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from config.sources import Headings, Source
from tasks.rules.columns import truths
from tasks.rules.text import fold, given, per_distinct
from tasks.sources.readings import Part
from tasks.sources.records import blank_to_null
from tasks.sources.sheets import Sheet

_SEARCHED_ROWS = 60
_FORMULA_ROWS = 3
_SAMPLED_ROWS = 1000  # rows from which the kind of a column's values is told
# The row of numbers or formulas under the headings: (1), (2), (3)=(4)+(5).
_FORMULA = re.compile(r"\(?\d{1,3}\)?(?:\s*=.*)?")
_TALLY = re.compile(r"[\d.,]+ ?(ho so|hs|dossiers?)?")
# Told apart in bulk first: to fold half a million codes and dates takes longer than to read the workbook.
_MAY_BE_TOTAL = r"^[^\pL\pN]*[tcngTCNG]"  # first letters of the words below
_MAY_BE_TALLY = r"^[^\pL]*\pN[^\pL]*\s*[hdHD]?[\pL\pM\s]{0,20}[^\pL\pN]*$"
_TOTALS = ("tong", "tong cong", "tong so", "cong", "trong do", "total", "nguoi lap", "ghi chu")


@dataclass(frozen=True)
class Placed:
    """A table whose columns have our names.

    Attributes:
        columns: canonical field to texts, one row a record.
        events: the same for the fields of an event, in tables of events.
        positions: place of each record's row in the file, from 0.
        rejected: rows that are no records.
        headings: every heading of the table, read by us or not, with some values of its column.
        heading_row: place of the row of headings, from 0.
    """

    columns: dict[str, pa.Array]
    events: dict[str, pa.Array]
    positions: np.ndarray
    rejected: Part
    headings: dict[str, pa.Array]
    heading_row: int


@dataclass(frozen=True)
class _Head:
    """Where the headings stand and which column each is."""

    last_row: int
    places: dict[str, int]
    height: int = 1


def place_columns(sheets: Iterable[Sheet], columns: Mapping[str, Headings], source: Source) -> Placed:
    """Find the first sheet that has the headings, and give its columns our names.

    Headings are compared without regard to marks, case and spaces, in one row or in two rows under one
    another. A heading that the source's file names must be there: without it every dossier would
    silently lose that fact. Fields listed under ``optional`` may be lacking.

    Raises:
        ValueError: no sheet has the headings; the message names those missing in the best row.
    """
    wanted = {**columns, **{f"event.{field}": headings for field, headings in source.events.items()}}
    required = {field for field in wanted if field.removeprefix("event.") not in source.optional}
    missing = sorted(required)
    for sheet in sheets:
        head, lacking = _find_head(sheet, wanted, required)
        if head is not None:
            return _place(sheet, head, columns, source)
        missing = min(missing, lacking, key=len)
    names = ", ".join(wanted[field][0] for field in missing[:5])
    raise ValueError(f"no row of the first {_SEARCHED_ROWS} has all headings; missing: {names}")


def _find_head(sheet: Sheet, wanted: Mapping[str, Headings], required: set[str]) -> tuple[_Head | None, list[str]]:
    folded = {field: [fold(heading) for heading in headings] for field, headings in wanted.items()}
    fewest = sorted(required)
    rows = [[fold(cell or "") for cell in sheet.row(place)] for place in range(min(_SEARCHED_ROWS, sheet.rows))]
    for height in (1, 2):
        for place in range(len(rows) - height + 1):
            places = _match(rows[place : place + height], folded)
            lacking = sorted(required - set(places))
            if not lacking and places:
                return _Head(place + height - 1, places, height), []
            fewest = min(fewest, lacking, key=len)
    return None, fewest


def _match(rows: list[list[str]], wanted: Mapping[str, list[str]]) -> dict[str, int]:
    """Return which column each field is, in a row of headings or in two rows whose words belong together."""
    names: dict[str, int] = {}
    above = ""
    for place, cell in enumerate(rows[-1]):
        upper = rows[0][place] if len(rows) > 1 else ""
        above = upper or above  # a merged heading stands in its first cell only
        for name in (cell, f"{above} {cell}" if len(rows) > 1 and cell else upper):
            if name:
                names.setdefault(name, place)
    return {field: names[name] for field, options in wanted.items() for name in reversed(options) if name in names}


def _place(sheet: Sheet, head: _Head, columns: Mapping[str, Headings], source: Source) -> Placed:
    first = head.last_row + 1
    body = [blank_to_null(column.slice(first)) for column in sheet.columns]
    filled = np.sum([given(column) for column in body], axis=0) if body else np.zeros(0)
    key = "code" if "code" in columns else next(iter(columns))
    if source.profile == "catalogue":
        key = "procedure_code"
    elif source.profile == "units":
        key = "unit_code"
    elif "code" not in columns:
        key = "receipt_number"
    codes = body[head.places[key]]
    formula = _formula_rows(body, filled)
    totals = _total_rows(body) & (~given(codes) | _total_cells(codes) | _tally_cells(codes))
    lonely = ~given(codes) & (filled <= 2)
    nothing = filled == 0
    not_record = (formula | totals | lonely) & ~nothing
    no_code = ~given(codes) & ~not_record & ~nothing
    bare = truths(pc.starts_with(codes, "=")) & ~not_record  # a formula that no program has computed
    kept = pa.array(np.flatnonzero(~(nothing | not_record | no_code | bare)))
    whole = len(kept) == len(codes)  # of a tidy table nothing is copied
    named = {field: body[place] if whole else body[place].take(kept) for field, place in head.places.items()}
    return Placed(
        columns={field: values for field, values in named.items() if not field.startswith("event.")},
        events={field.removeprefix("event."): values for field, values in named.items() if field.startswith("event.")},
        positions=kept.to_numpy() + first,
        rejected=_rejected({"not_a_record": not_record, "no_code": no_code, "formula_not_computed": bare}, first),
        headings=_headings(sheet, head, [column.take(kept[:: max(1, len(kept) // _SAMPLED_ROWS)]) for column in body]),
        heading_row=head.last_row,
    )


def _headings(sheet: Sheet, head: _Head, body: list[pa.Array]) -> dict[str, pa.Array]:
    """Return every heading as it is written, of two rows with a space between, and some of its column."""
    names = sheet.row(head.last_row)
    above = sheet.row(head.last_row - 1) if head.height > 1 else [None] * len(names)
    written = [" ".join(" ".join(part for part in pair if part).split()) for pair in zip(above, names, strict=True)]
    return {name: column for name, column in reversed(list(zip(written, body, strict=True))) if name}


def _rejected(reasons: Mapping[str, np.ndarray], first: int) -> Part:
    told = np.select(list(reasons.values()), list(reasons), "")
    places = np.flatnonzero(told != "")
    return Part({"reason": pa.array(told[places].tolist(), pa.string())}, places + first)


def _formula_rows(body: list[pa.Array], filled: np.ndarray) -> np.ndarray:
    """Tell rows in which every given cell is a number or formula of a column, such as (1) or (3)=(4)+(5).

    Records can be all numbers too; the row of formulas is one of the first, so only those are looked at.
    """
    rows = np.zeros(len(filled), dtype=bool)
    if len(filled):
        first = [column.slice(0, _FORMULA_ROWS) for column in body]
        hits = [
            truths(per_distinct(column, lambda text: bool(_FORMULA.fullmatch(text.strip())), pa.bool_())) for column in first
        ]
        given_there = filled[:_FORMULA_ROWS]
        rows[:_FORMULA_ROWS] = (np.sum(hits, axis=0) == given_there) & (given_there >= 3)
    return rows


def _total_rows(body: list[pa.Array]) -> np.ndarray:
    if not body:
        return np.zeros(0, dtype=bool)
    # Totals are announced in one of the first columns.
    announced: np.ndarray = np.logical_or.reduce([_total_cells(column) for column in body[:4]])
    return announced


def _total_cells(cells: pa.Array) -> np.ndarray:
    short = pc.and_(pc.less_equal(pc.utf8_length(cells), 40), pc.match_substring_regex(cells, _MAY_BE_TOTAL))
    return truths(per_distinct(_where(short, cells), _is_total, pa.bool_()))


def _where(rows: pa.Array, cells: pa.Array) -> pa.Array:
    return pc.if_else(rows, cells, pa.scalar(None, pa.string()))


def _tally_cells(cells: pa.Array) -> np.ndarray:
    """Tell cells such as "46 hồ sơ": a number with its word, no code."""
    few = pc.match_substring_regex(cells, _MAY_BE_TALLY)
    return truths(per_distinct(_where(few, cells), lambda text: bool(_TALLY.fullmatch(fold(text))), pa.bool_()))


def _is_total(text: str) -> bool:
    folded = fold(text)
    return any(folded == word or folded.startswith(f"{word} ") for word in _TOTALS)
