"""Released counters: which cells a release of form II.06a has, and every sum that holds among them.

Rows are agencies, departments together with their branches, and the province; columns are counters and their totals; spans are the
months of the period and the period itself. What is carried over into a month is what was in progress at the end of the one before,
so both are one cell, in whichever release they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.rules.disclosure.linked_cells import CellSum, Name, ReleasedTable
from tasks.rules.indicators.periods import Period, months_of

RELEASED_TOTALS: Mapping[str, tuple[str, ...]] = {
    "received": ("received_online", "received_otherwise"),
    "handled": ("carried_over", "received"),
    "finished": ("finished_early", "finished_on_time", "finished_late", "finished_undetermined"),
    "in_progress": ("in_progress_in_time", "in_progress_overdue", "in_progress_undetermined"),
}
"""Totals of a row, with what they add up."""
_OUTCOME = ("finished", "in_progress", "withdrawn", "refused")  # what becomes of the dossiers handled
RELEASED_COLUMNS = (
    *("handled", "received", "received_online", "received_otherwise", "carried_over"),
    *("finished", *RELEASED_TOTALS["finished"]),
    *("in_progress", *RELEASED_TOTALS["in_progress"]),
    *("withdrawn", "refused"),
)
"""Columns of a release, in the order of form II.06a."""
PARTS = tuple(name for name in RELEASED_COLUMNS if name not in RELEASED_TOTALS)
"""Columns that are no total."""
_CLOSING = ("in_progress", *RELEASED_TOTALS["in_progress"])
PROVINCE, WITH_BRANCHES, AGENCY_ALONE = "province", "with_branches", "agency"

Counts = Mapping[tuple[str, str], Mapping[str, int]]
"""Agency and month (YYYY-MM) to the columns that are no total."""


@dataclass(frozen=True)
class ReleasedRow:
    """One row: an agency, a department with its branches, or the province (code ``*``).

    ``members`` are the agencies whose dossiers it counts.
    """

    scope: str
    code: str
    members: tuple[str, ...]

    def cell(self, column: str, span: Period) -> Name:
        """Return the name of a cell: those of stock belong to the end of a month, whatever the span is."""
        if column == "carried_over":
            return self.scope, self.code, "in_progress", f"{span.first.fromordinal(span.first.toordinal() - 1):%Y-%m}"
        when = f"{span.last:%Y-%m}"
        return self.scope, self.code, column, when if column in _CLOSING else f"{span.first:%Y-%m}..{when}"


def released_rows(department: Mapping[str, str]) -> list[ReleasedRow]:
    """Return the rows of a release: the province, departments with their branches, agencies.

    Args:
        department: with which agency each one is counted together, by code; itself where it is no branch.
    """
    together: dict[str, list[str]] = {}
    for code in sorted(department):
        together.setdefault(department[code], []).append(code)
    return [
        ReleasedRow(PROVINCE, "*", tuple(sorted(department))),
        *(ReleasedRow(WITH_BRANCHES, code, tuple(some)) for code, some in sorted(together.items()) if some != [code]),
        *(ReleasedRow(AGENCY_ALONE, code, (code,)) for code in sorted(department)),
    ]


def released_spans(period: Period) -> list[Period]:
    """Return the spans of a release: the period, then its months where it has several."""
    months = months_of(period)
    return [period, *months] if len(months) > 1 else [period]


def row_counts(row: ReleasedRow, span: Period, counts: Counts) -> dict[str, int]:
    """Return the columns of a row; an agency without a row in a month had nothing to do in it."""
    months = [f"{month.first:%Y-%m}" for month in months_of(span)]
    asked = dict.fromkeys(PARTS, months) | dict.fromkeys(_CLOSING, months[-1:]) | {"carried_over": months[:1]}
    found = {
        name: sum(counts.get((unit, month), {}).get(name, 0) for unit in row.members for month in asked[name]) for name in PARTS
    }
    for total, parts in RELEASED_TOTALS.items():
        found[total] = sum(found[part] for part in parts)
    return found


def released_table(
    counts: Counts, period: Period, department: Mapping[str, str], shown: frozenset[Name] | None = None
) -> ReleasedTable:
    """Return the cells of a release and their sums.

    Args:
        counts: of every month of the period.
        period: what is released.
        department: as of :func:`released_rows`, of every agency of ``counts``.
        shown: cells that the release tells, if that is decided.

    Raises:
        ValueError: a sum does not hold.
    """
    rows, spans = released_rows(department), released_spans(period)
    cells = {
        row.cell(column, span): count
        for span in spans
        for row in rows
        for column, count in row_counts(row, span, counts).items()
    }
    return ReleasedTable(
        cells, [*_sums_of_rows(rows, spans), *_sums_of_agencies(rows, spans), *_sums_of_months(rows, spans)], shown
    )


def _sums_of_rows(rows: Sequence[ReleasedRow], spans: Sequence[Period]) -> Iterator[CellSum]:
    for row in rows:
        for span in spans:
            for total, parts in (*RELEASED_TOTALS.items(), ("handled", _OUTCOME)):
                yield row.cell(total, span), [row.cell(part, span) for part in parts]


def _sums_of_agencies(rows: Sequence[ReleasedRow], spans: Sequence[Period]) -> Iterator[CellSum]:
    alone = {row.code: row for row in rows if row.scope == AGENCY_ALONE}
    for row in rows:
        for span in spans if row.scope != AGENCY_ALONE else ():
            for column in RELEASED_COLUMNS:
                yield row.cell(column, span), [alone[code].cell(column, span) for code in row.members]


def _sums_of_months(rows: Sequence[ReleasedRow], spans: Sequence[Period]) -> Iterator[CellSum]:
    whole, *months = spans
    for row in rows if months else ():
        for column in RELEASED_COLUMNS:
            if column not in ("handled", "carried_over", *_CLOSING):
                yield row.cell(column, whole), [row.cell(column, month) for month in months]
