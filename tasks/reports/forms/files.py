"""Files of a form: Excel, PDF, CSV, Parquet or JSON, chosen by the ending of the name."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet

from config.errors import ConfigError
from config.language import Bilingual
from tasks.reports.forms.model import Form, FormSheet
from tasks.reports.forms.pdf import form_pdf
from tasks.reports.forms.workbook import form_workbook
from tasks.reports.list_files import as_csv, write_whole

FormFile = Literal["xlsx", "pdf", "csv", "parquet", "json"]
"""Kinds of file that a form is written as."""


def write_form(form: Form, path: Path, *, private: bool = False, written: Callable[[], object] | None = None) -> Path:
    """Write a form whole or not at all.

    Excel, PDF and JSON hold all of its sheets; CSV and Parquet hold the first, with the columns' names of machines and no total.

    Args:
        form: the form.
        path: the file; its ending is ``.xlsx``, ``.pdf``, ``.csv``, ``.parquet`` or ``.json``.
        private: readable by the owner only.
        written: called when the new file is complete, and does not have its name yet.

    Raises:
        ConfigError: another ending, more cells than a PDF takes, or the file cannot be written.
    """
    make = _FORMATS.get(path.suffix.lower())
    if make is None:
        known = ", ".join(_FORMATS)
        raise ConfigError(
            f"--out {path.name}", Bilingual("không rõ ghi theo dạng nào", "tells no format"), Bilingual(known, known)
        )
    return write_whole(path, make(form), private=private, written=written)


def _csv(form: Form) -> bytes:
    sheet = form.sheets[0]
    return as_csv([_names(sheet), *(["" if cell is None else cell for cell in row] for row in sheet.rows)])


def _parquet(form: Form) -> bytes:
    sheet = form.sheets[0]
    columns = {
        column.name: pa.array([row[place] for row in sheet.rows], _kind(column.digits))
        for place, column in enumerate(sheet.columns)
    }
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def _kind(digits: int | None) -> pa.DataType:
    return pa.string() if digits is None else pa.float64() if digits else pa.int64()


def _json(form: Form) -> bytes:
    told = {
        "form": form.number,
        "title": form.title.shown(),
        "told": [line.shown() for line in form.told],
        "sheets": [
            {
                "name": sheet.tab.shown(),
                "columns": _names(sheet),
                "rows": [list(row) for row in sheet.rows],
                "total": list(sheet.total),
                "notes": [note.shown() for note in sheet.notes],
            }
            for sheet in form.sheets
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False).encode()


def _names(sheet: FormSheet) -> list[str]:
    return [column.name for column in sheet.columns]


_FORMATS: dict[str, Callable[[Form], bytes]] = {
    ".xlsx": form_workbook,
    ".pdf": form_pdf,
    ".csv": _csv,
    ".parquet": _parquet,
    ".json": _json,
}
