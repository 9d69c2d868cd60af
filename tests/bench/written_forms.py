"""Every form in every kind of file, read back: what stands there is what is published.

make score ONLY=forms-read-back
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pandas as pd

from config.language import use_language
from tasks.reports.forms.agency_sheets import agency_sheets
from tasks.reports.forms.bieu06a_cuts import bieu06a_by
from tasks.reports.forms.files import FormFile, write_form
from tasks.reports.forms.model import Form
from tasks.reports.forms.named import NAMED_FORMS
from tasks.reports.forms.pdf_tables import sheet_tables
from tasks.reports.forms.published import PublishedCounters, published_counters
from tasks.rules.indicators.periods import period_named
from tasks.warehouse.engine import fetch_all
from tests.bench.line import Measured, line
from tests.bench.province import ROOT, home, run_demo
from tests.bench.second_engine import POLICY, settled_in
from tests.pdf_rows import NUMBER, pdf_lines

SEED, DOSSIERS, MONTH = 1, 6_000, "2026-03"
_SAID = (
    "carried_over",
    "finished",
    "finished_early",
    "finished_on_time",
    "finished_late",
    "in_progress",
    "withdrawn",
    "refused",
)
_OF_MONTH = """
    SELECT indicator, numerator FROM mart.indicators JOIN mart.current_publications USING (publication_id)
    WHERE period = %(month)s AND basis = 'cleaned' AND unit_code = '*' AND field_code = '*' AND channel = '*'
"""
_Rows = list[tuple[Any, ...]]


@line("forms-read-back", other="rows of every form and kind of file", at_most=0.0)
def forms_read_back() -> Measured:
    """Rows of a file that are not those of the form, and totals of form II.06a that are not those of the mart."""
    with home() as folder:
        run_demo(folder, SEED, DOSSIERS)
        with settled_in(folder):
            os.environ["MOTCUA_SOURCES_DIR"] = str(ROOT / "demo" / "sources")
            use_language("en")
            try:
                counters = published_counters(POLICY)
                compared = [pair for form in _forms(counters) for pair in _compared(form, folder)]
                compared += list(_totals(counters))
            finally:
                use_language(None)
    wrong = [(ours, read) for ours, read in compared if ours != read]
    for ours, read in wrong[:5]:
        print(f"forms-read-back: {read} stands there for {ours}")
    return Measured(len(wrong), len(compared), unit="")


def _forms(counters: PublishedCounters) -> Iterator[Form]:
    quarter = period_named("2026-Q1")
    for make in NAMED_FORMS.values():
        yield make(counters, quarter, None, "then")
    yield agency_sheets(counters, quarter, "then")
    yield bieu06a_by(counters, quarter, None, "then", "field")


def _compared(form: Form, folder: Path) -> Iterator[tuple[Any, Any]]:
    first = form.sheets[0]
    whole = [[*sheet.rows, *([sheet.total] if sheet.total else [])] for sheet in form.sheets]
    readers = {"xlsx": _workbook, "json": _json, "parquet": _parquet, "csv": _csv}
    for kind in get_args(FormFile):
        path = write_form(form, folder / f"form.{kind}")
        if kind == "pdf":
            parts = [part for sheet in form.sheets for part in sheet_tables(sheet)]
            ours = _numbers(row for part in parts for row in (*part["rows"], part["total"]))  # type: ignore[misc]
            yield from _pairs(ours, _numbers(pdf_lines(path)))
            continue
        rows = [list(map(_plain, first.rows))] if kind in ("csv", "parquet") else [list(map(_plain, some)) for some in whole]
        for ours, read in zip(rows, readers[kind](path, form), strict=True):
            yield from _pairs(ours, read)


def _pairs(ours: list[Any], read: list[Any]) -> Iterator[tuple[Any, Any]]:
    yield len(ours), len(read)
    yield from zip(ours, read, strict=False)


def _plain(row: Iterable[Any]) -> tuple[Any, ...]:
    """Return a row with nothing for an empty text and plain numbers, as files give them back."""
    return tuple(
        None if cell == "" or pd.isna(cell) else float(cell) if isinstance(cell, (int, float)) else _text(cell) for cell in row
    )


def _text(cell: Any) -> Any:
    return f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else cell


def _numbers(lines: Iterable[Iterable[str]]) -> list[list[str]]:
    found = [[cell for cell in line if NUMBER.fullmatch(cell)] for line in lines]
    return [cells for cells in found if len(cells) > 1]  # a name that is broken may leave a number alone on its line


def _workbook(path: Path, form: Form) -> list[_Rows]:
    book = openpyxl.load_workbook(path)
    found = []
    for sheet, page in zip(form.sheets, book, strict=True):
        above = 6 + len(sheet.told or form.told)
        many = len(sheet.rows) + bool(sheet.total)
        found.append([_plain(row) for row in page.iter_rows(above + 1, above + many, values_only=True)])
    return found


def _json(path: Path, _form: Form) -> list[_Rows]:
    told = json.loads(path.read_text(encoding="utf-8"))
    return [
        [_plain(row) for row in (*sheet["rows"], *([sheet["total"]] if sheet["total"] else []))] for sheet in told["sheets"]
    ]


def _parquet(path: Path, _form: Form) -> list[_Rows]:
    return [[_plain(row) for row in pd.read_parquet(path).itertuples(index=False, name=None)]]


def _csv(path: Path, form: Form) -> list[_Rows]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        _heading, *rows = csv.reader(file)
    columns = form.sheets[0].columns
    return [
        [
            _plain(
                cell if column.digits is None or cell == "" else float(cell) for column, cell in zip(columns, row, strict=True)
            )
            for row in rows
        ]
    ]


def _totals(counters: PublishedCounters) -> Iterator[tuple[Any, Any]]:
    """Yield what the mart says of all agencies in a month, and the last row of the form of that month."""
    sheet = NAMED_FORMS["II.06a"](counters, period_named(MONTH), None, "then").sheets[0]
    shown = dict(zip((column.name for column in sheet.columns), sheet.total, strict=True))
    published = dict(fetch_all(_OF_MONTH, {"month": MONTH}))
    for name in _SAID:
        yield (name, int(published[name])), (name, shown[name])
