"""Records of a table, told from totals, notes and formulas, wherever its headings stand.

Rows with another number of cells are told from them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from config.language import Bilingual, bilingual
from config.profiles import Headings
from config.sources import Source
from schemas.raw import SHEET_STRIDE
from schemas.rejects import RejectReason
from tasks.rules.arrays import truths
from tasks.rules.privacy.masking import told
from tasks.rules.text.normal_form import fold, given, per_distinct
from tasks.sources.file_notes import CUT_TEXT, DATES_1904, HEADING_TWICE, SHEET_LEFT_OUT, FileNote
from tasks.sources.formats.records import blank_to_null, nulls
from tasks.sources.parsed_records import Lines, Part
from tasks.sources.tables.headings import Head, HeadingsError, Wanted
from tasks.sources.tables.sheets import Sheet, other_delimiter, sheets
from tasks.sources.twice import one_of, says_two

_FORMULA_ROWS = 3
_SAMPLED_ROWS = 1000  # rows from which the kind of a column's values is told
# The row of numbers or formulas under the headings: (1), (2), (3)=(4)+(5).
_FORMULA = re.compile(r"\(?\d{1,3}\)?(?:\s*=.*)?")
_TALLY = re.compile(r"[\d.,]+ ?(ho so|hs|dossiers?)?")
# Told apart in bulk first: to fold half a million codes and dates takes longer than to read the workbook.
_MAY_BE_TOTAL = r"^[^\pL\pN]*[tcngTCNG]"  # first letters of the words below
_MAY_BE_TALLY = r"^[^\pL]*\pN[^\pL]*\s*[hdHD]?[\pL\pM\s]{0,20}[^\pL\pN]*$"
_TOTALS = ("tong", "tong cong", "tong so", "cong", "trong do", "total", "nguoi lap", "ghi chu")
_WORDS_ONLY = r"^\D{1,80}$"  # what stands in the column of codes and may be a heading: codes have figures
_SENTENCE = r"^\S+\s+\S+\s+\S"
# What a spreadsheet makes of a long code of figures: those left out are lost, and several codes are one.
_ROUNDED = r"^\s*[+-]?\d(?:[.,]\d+)?[eE]\+?\d+\s*$"
_LOST = "\ufffd"
_SERIAL = r"^\d{4,5}(?:\.\d+)?$"
_SHORTEST_CUT, _FEWEST_CUT = 40, 5  # letters of a text that may be cut; texts that end at one length


@dataclass(frozen=True)
class Placed:
    """A table whose columns have our names.

    Attributes:
        columns: canonical field to texts, one row a record.
        events: the same for the fields of an event, in tables of events.
        positions: place of each record's first line in the file, from 0; see ``SHEET_STRIDE``.
        rejected: rows that are no records.
        headings: every heading of the table, read by us or not, with some values of its column.
        heading_row: place of the row of headings, from 0.
        lines: how many lines were met, and what became of them.
        notes: what there is to say about the file.
        taken: our field, of an event with ``event.`` before it, and the heading that it was taken from, as written.
    """

    columns: dict[str, pa.Array]
    events: dict[str, pa.Array]
    positions: np.ndarray
    rejected: Part
    headings: dict[str, pa.Array]
    heading_row: int
    lines: Lines
    notes: tuple[FileNote, ...] = ()
    taken: tuple[tuple[str, str], ...] = ()


def read_placed(body: bytes, media_type: str, columns: Mapping[str, Headings], source: Source) -> Placed:
    """Read a workbook or a text file; see :func:`place_columns`.

    Raises:
        ValueError: it is no such file, or headings are missing.
    """
    wanted = Wanted.of(columns, source)
    try:
        return place_columns(sheets(body, media_type, source, wanted.fits), columns, source)
    except HeadingsError as error:
        sign = other_delimiter(body, source, wanted.fits)
        if sign is None:
            raise
        declared = source.files.delimiter if source.files else ","
        raise HeadingsError(
            Bilingual(
                f"{bilingual(error).vi}; các ô ngăn cách bằng {sign!r}, tệp của nguồn ghi {declared!r}: hãy ghi delimiter: {sign!r} ở đó",
                f"{error}; its cells are divided by {sign!r}, the source's file says {declared!r}: write delimiter: {sign!r} there",
            )
        ) from None


def place_columns(found: Iterable[Sheet], columns: Mapping[str, Headings], source: Source) -> Placed:
    """Find the sheets that have the headings, and give their columns our names.

    Headings are compared without regard to marks, case and spaces, in one row or in two rows under one
    another. A heading that the source's file names must be there: without it every dossier would
    silently lose that fact. Fields listed under ``optional`` may be lacking.

    Raises:
        HeadingsError: no sheet has the headings; the message names those missing in the best row.
    """
    wanted = Wanted.of(columns, source)
    parts: list[Placed] = []
    left_out: list[FileNote] = []
    missing, lines = sorted(wanted.required), Lines()
    for number, sheet in enumerate(found):
        head, lacking = wanted.find(sheet)
        if head is not None:
            parts += [_numbered(part, number) for part in _tables(sheet, head, columns, source, wanted)]
        elif sheet.rows:
            missing = min(missing, lacking, key=len)
            left_out.append(FileNote(SHEET_LEFT_OUT, told(sheet.name), sheet.rows))
    if not parts:
        raise wanted.missing(missing)
    whole = _joined(parts)
    return replace(whole, lines=whole.lines + lines, notes=(*whole.notes, *left_out))


def _numbered(placed: Placed, sheet: int) -> Placed:
    if not sheet:
        return placed
    begin = sheet * SHEET_STRIDE
    rejected = Part(placed.rejected.columns, np.asarray(placed.rejected.positions) + begin)
    return replace(placed, positions=placed.positions + begin, rejected=rejected)


def _joined(parts: list[Placed]) -> Placed:
    """Put tables of the same headings under one another."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    return Placed(
        columns=_under([part.columns for part in parts], [len(part.positions) for part in parts]),
        events=_under([part.events for part in parts], [len(part.positions) for part in parts]),
        positions=np.concatenate([part.positions for part in parts]),
        rejected=Part(
            {"reason": pa.concat_arrays([part.rejected.columns["reason"] for part in parts])},
            np.concatenate([part.rejected.positions for part in parts]),
        ),
        headings={name: values for part in reversed(parts) for name, values in part.headings.items()},
        heading_row=first.heading_row,
        lines=sum((part.lines for part in parts), Lines()),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        taken=tuple(dict.fromkeys(pair for part in parts for pair in part.taken)),
    )


def _under(parts: list[dict[str, pa.Array]], lengths: list[int]) -> dict[str, pa.Array]:
    fields = dict.fromkeys(field for part in parts for field in part)
    return {
        field: pa.concat_arrays([part.get(field, nulls(length)) for part, length in zip(parts, lengths, strict=True)])
        for field in fields
    }


def _tables(sheet: Sheet, head: Head, columns: Mapping[str, Headings], source: Source, wanted: Wanted) -> Iterator[Placed]:
    """Yield the tables of a sheet under one another: where the headings stand again, in another order too, one begins."""
    key = _key(columns, source)
    again = _headings_again(sheet, head, key, wanted)
    begins = [head, *again]
    ends = [*(one.last_row for one in again), sheet.rows]
    for place, (one, end) in enumerate(zip(begins, ends, strict=True)):
        yield _place(sheet, one, end, key, source, repeated=place > 0)


def _key(columns: Mapping[str, Headings], source: Source) -> str:
    return source.own_profile.key_of(columns)


def _headings_again(sheet: Sheet, head: Head, key: str, wanted: Wanted) -> list[Head]:
    first = head.last_row + 1
    codes = sheet.columns[head.places[key]].slice(first)
    found = []
    for place in np.flatnonzero(truths(pc.match_substring_regex(codes, _WORDS_ONLY))).tolist():
        row = [fold(cell or "") for cell in sheet.row(first + place)]
        places, twice = wanted.match([row])
        if wanted.required <= set(places):
            found.append(Head(first + place, places, also=twice))
    return found


def _place(sheet: Sheet, head: Head, end: int, key: str, source: Source, *, repeated: bool) -> Placed:
    first = head.last_row + 1
    body = [blank_to_null(column.slice(first, end - first)) for column in sheet.columns]
    for field, place in head.places.items():
        if place in head.also:
            body[place] = one_of(field, [body[place], *(body[other] for other in head.also[place])])
    filled = np.sum([given(column) for column in body], axis=0) if body else np.zeros(0)
    codes = body[head.places[key]]
    nothing = filled == 0
    reasons = _reasons(sheet, head, first, body, filled, codes)
    refused = np.logical_or.reduce([*reasons.values(), np.zeros(len(filled), dtype=bool)]) & ~nothing
    kept = pa.array(np.flatnonzero(~(nothing | refused)))
    whole = len(kept) == len(codes)  # of a tidy table nothing is copied
    merged = _merged(sheet, first, end)
    named = {
        field: _dated(field, _filled_down(body[place], merged.get(place, []), field, key, source), sheet.serial_shift)
        for field, place in head.places.items()
    }
    named = {field: values if whole else values.take(kept) for field, values in named.items()}
    lines, spans = sheet.lines[first:end], sheet.spans[first:end]
    rejected = _rejected({name: rows & ~nothing for name, rows in reasons.items()}, lines)
    above = 0 if repeated else sheet.above + int(sheet.spans[:first].sum())
    if repeated:
        rejected = _with_heading(rejected, int(sheet.lines[head.last_row]))
    return Placed(
        columns={field: values for field, values in named.items() if not field.startswith("event.")},
        events={field.removeprefix("event."): values for field, values in named.items() if field.startswith("event.")},
        positions=lines[~(nothing | refused)],
        rejected=rejected,
        headings=_headings(sheet, head, [column.take(kept[:: max(1, len(kept) // _SAMPLED_ROWS)]) for column in body]),
        heading_row=head.last_row + sheet.above,
        lines=Lines(
            physical=above + int(spans.sum()) + repeated,
            above=above,
            blank=int(spans[nothing].sum()),
            rejected=int(spans[refused].sum()) + repeated,
        ),
        notes=(*_notes(sheet, head), *_cut_texts(named, head, sheet)),
        taken=tuple((field, _written(sheet, head)[place]) for field, place in head.places.items()),
    )


def _reasons(
    sheet: Sheet, head: Head, first: int, body: list[pa.Array], filled: np.ndarray, codes: pa.Array
) -> dict[str, np.ndarray]:
    """Return which rows are refused why; the first reason of a row counts."""
    coded = given(codes)
    formula = _formula_rows(body, filled)
    totals = _total_rows(body) & (~coded | _total_cells(codes) | _tally_cells(codes))
    lonely = ~coded & (filled <= 2)
    alone = np.flatnonzero(coded & (filled == 1))
    lonely[alone] = truths(pc.match_substring_regex(codes.take(pa.array(alone)), _SENTENCE))
    not_record = formula | totals | lonely
    return {
        RejectReason.NOT_A_RECORD: not_record,
        RejectReason.CUT_OFF: _last_cut(sheet, len(filled), first),
        RejectReason.CELL_COUNT: _other_width(sheet, head, first, body),
        RejectReason.NO_CODE: ~coded,
        RejectReason.FORMULA: truths(pc.starts_with(codes, "=")),  # one that no program has computed
        RejectReason.TWO_CODES: says_two(codes),
        RejectReason.CODE_DAMAGED: truths(pc.match_substring(codes, _LOST)),
        RejectReason.CODE_ROUNDED: truths(pc.match_substring_regex(codes, _ROUNDED)),
    }


def _last_cut(sheet: Sheet, length: int, first: int) -> np.ndarray:
    rows = np.zeros(length, dtype=bool)
    if sheet.cut_off and length and first + length == sheet.rows:
        rows[-1] = True
    return rows


def _other_width(sheet: Sheet, head: Head, first: int, body: list[pa.Array]) -> np.ndarray:
    """Tell rows with fewer cells than there are headings, or with a value beyond them: their cells may be any other's."""
    length = len(body[0]) if body else 0
    if sheet.counts is None:
        return np.zeros(length, dtype=bool)
    counts = sheet.counts[first : first + length]
    rows = range(head.last_row - head.height + 1, head.last_row + 1)
    reach = int(sheet.counts[rows.start : rows.stop].max())
    named = max(place + 1 for row in rows for place, cell in enumerate(sheet.row(row)) if cell)
    beyond = counts > len(sheet.columns)
    for column in body[reach:]:
        beyond |= given(column)
    return (counts < named) | beyond


def _merged(sheet: Sheet, first: int, end: int) -> dict[int, list[tuple[int, int]]]:
    """Return by column which rows below the headings are one cell, counted from the first of these."""
    found: dict[int, list[tuple[int, int]]] = {}
    for start, stop, column in sheet.merged:
        if first <= start < end:
            found.setdefault(column, []).append((start - first, min(stop, end - 1) - first))
    return found


def _filled_down(values: pa.Array, merged: list[tuple[int, int]], field: str, key: str, source: Source) -> pa.Array:
    """Give each row of a merged cell its value; but a code belongs to one row, unless a row is an event."""
    if not merged or (field == key and not source.events):
        return values
    places = np.arange(len(values))
    for start, stop in merged:
        places[start : stop + 1] = start
    return values.take(pa.array(places))


def _dated(field: str, values: pa.Array, shift: int) -> pa.Array:
    """Bring days counted from 1904 to those that everybody counts."""
    if not shift or not (field.endswith("_at") or field in ("event.at", "valid_from", "valid_to")):
        return values
    number = pc.fill_null(pc.match_substring_regex(values, _SERIAL), False)
    moved = per_distinct(values.filter(number), lambda text: f"{float(text) + shift:.10g}", pa.string())
    return pc.replace_with_mask(values, number, moved)


def _notes(sheet: Sheet, head: Head) -> Iterator[FileNote]:
    yield from sheet.notes
    if sheet.serial_shift:
        yield FileNote(DATES_1904)
    for name, count in head.twice:
        yield FileNote(HEADING_TWICE, told(" ".join(name.split())), count)


def _cut_texts(named: Mapping[str, pa.Array], head: Head, sheet: Sheet) -> Iterator[FileNote]:
    """Tell columns of long texts in which many different ones end at exactly the greatest length: they were cut there."""
    for field, values in named.items():
        lengths = pc.utf8_length(values)
        longest = pc.max(lengths).as_py() or 0
        if longest < _SHORTEST_CUT:
            continue
        at_end = len(pc.unique(values.filter(pc.fill_null(pc.equal(lengths, longest), False))))
        near = len(pc.unique(values.filter(pc.fill_null(pc.equal(lengths, longest - 1), False))))
        if at_end >= _FEWEST_CUT and at_end > 3 * near:
            name = sheet.row(head.last_row)[head.places[field]] or field
            yield FileNote(CUT_TEXT, told(" ".join(name.split())), at_end)


def _headings(sheet: Sheet, head: Head, body: list[pa.Array]) -> dict[str, pa.Array]:
    """Return every heading and some of its column."""
    return {name: column for name, column in reversed(list(zip(_written(sheet, head), body, strict=True))) if name}


def _written(sheet: Sheet, head: Head) -> list[str]:
    """Return the headings as they are written, of two rows with a space between."""
    names = sheet.row(head.last_row)
    above = sheet.row(head.last_row - 1) if head.height > 1 else [None] * len(names)
    return [" ".join(" ".join(part for part in pair if part).split()) for pair in zip(above, names, strict=True)]


def _rejected(reasons: Mapping[str, np.ndarray], lines: np.ndarray) -> Part:
    told = np.select(list(reasons.values()), list(reasons), "")
    places = np.flatnonzero(told != "")
    return Part({"reason": pa.array(told[places].tolist(), pa.string())}, lines[places])


def _with_heading(rejected: Part, line: int) -> Part:
    """Add the row of headings that stands again."""
    reasons = pa.concat_arrays([pa.array([RejectReason.NOT_A_RECORD.value]), rejected.columns["reason"]])
    return Part({"reason": reasons}, np.concatenate([[line], rejected.positions]))


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
