"""Forms in which offices send a workbook back: saved again, pasted as values, through LibreOffice, or as text."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import xlsxwriter

from tests.bench.clerks import COLUMNS, Row

FIRST = 7  # row of the sheet in which the first question stands
_AT_ONCE = 50  # workbooks that LibreOffice is given at a time
_CODE_PAGE_TONES = "\u0300\u0301\u0303\u0309\u0323"
Sheet = list[Row]
Form = Callable[[Path, Sheet], bytes]


def cells_of(file: Path) -> Sheet:
    """Read the cells of the first sheet."""
    book = openpyxl.load_workbook(file)
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def as_kept(original: Path, sheet: Sheet) -> bytes:
    """Save the workbook itself with other cells, as a spreadsheet does."""
    book = openpyxl.load_workbook(original)
    page = book.worksheets[0]
    page.delete_rows(FIRST, page.max_row)
    for number, row in enumerate(sheet, 1):
        for place, value in enumerate(row, 1):
            page.cell(number, place).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_values(_original: Path, sheet: Sheet) -> bytes:
    """Paste the values into a new workbook: dates lose their form and are numbers."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(sheet):
            for place, value in enumerate(row):
                if value is not None:
                    page.write(number, place, value)
    return out.getvalue()


def _text(sheet: Sheet, delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for row in sheet:
        cells = [*row, *[None] * (len(COLUMNS) - len(row))]
        writer.writerow(
            [f"{cell:%d/%m/%Y %H:%M}" if isinstance(cell, datetime) else "" if cell is None else cell for cell in cells]
        )
    return out.getvalue()


def windows_1258(text: str) -> bytes:
    """Write text as Vietnamese Windows does: a tone is a sign of its own behind the letter, and what the page lacks is lost."""
    out = bytearray()
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            tones = "".join(part for part in parts if part in _CODE_PAGE_TONES)
            rest = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _CODE_PAGE_TONES))
            out += (rest + tones).encode("cp1258", "replace")
    return bytes(out)


TEXTS: dict[str, Form] = {
    "utf-8": lambda _, sheet: _text(sheet, ",").encode(),
    "utf-8-mark": lambda _, sheet: _text(sheet, ";").encode("utf-8-sig"),
    "utf-16": lambda _, sheet: _text(sheet, "\t").encode("utf-16"),
    "windows-1258": lambda _, sheet: windows_1258(_text(sheet, ";")),
    "sep": lambda _, sheet: f"sep=;\r\n{_text(sheet, ';')}".encode("utf-8-sig"),
}
FORMS: dict[str, Form] = {"kept": as_kept, "libreoffice": as_kept, "values": as_values, **TEXTS}


def save_by_libreoffice(files: list[Path], folder: Path) -> None:
    """Have LibreOffice open workbooks and save them in place.

    Raises:
        FileNotFoundError: it is not installed.
    """
    program = shutil.which("soffice")
    if program is None:
        raise FileNotFoundError("soffice is not installed: apt install libreoffice-calc")
    out = folder / "resaved"
    for start in range(0, len(files), _AT_ONCE):
        some = list(map(str, files[start : start + _AT_ONCE]))
        home = f"-env:UserInstallation=file://{folder}/profile"
        command = [program, "--headless", home, "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *some]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
    for file in files:
        (out / file.name).replace(file)
