"""Memory of a workbook of half a million rows, against reading it whole with pandas; each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

import xlsxwriter

from config.settings import ROOT
from tests.bench.line import Measured, line

ROWS = 500_000
HEADINGS = {
    "code": "Mã hồ sơ",
    "procedure_code": "Mã thủ tục",
    "unit": "Cơ quan",
    "received_at": "Ngày tiếp nhận",
    "due_at": "Ngày hẹn trả",
    "done_at": "Ngày giải quyết xong",
    "status": "Trạng thái",
}
# Not ru_maxrss: a child inherits that of the process that started it, and a whole bench is larger than what is measured.
_PEAK = "print(rows, next(int(line.split()[1]) // 1024 for line in open('/proc/self/status') if line.startswith('VmHWM')))"
_OURS = f"""
import sys
from config.sources import Source
from tasks.sources.protocol import WORKBOOK
from tasks.sources.pages import read_page
given = {{"name": "b", "title": "B", "kind": "files", "profile": "table", "columns": {HEADINGS!r}, "files": {{"folder": "."}}}}
rows = len(read_page(open(sys.argv[1], "rb").read(), WORKBOOK, Source.model_validate(given)).dossiers)
{_PEAK}
"""
_PANDAS = f"""
import sys
import pandas as pd
rows = len(pd.read_excel(sys.argv[1], engine="calamine", dtype=str))
{_PEAK}
"""


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def workbook() -> Path:
    """Write the workbook, texts inline as export programs write them."""
    place = Path(_folder().name) / "large.xlsx"
    book = xlsxwriter.Workbook(str(place), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["STT", *HEADINGS.values()])
    for n in range(ROWS):
        day = f"{1 + n % 28:02d}/{1 + n % 12:02d}/2026"
        row = [f"H99.12-26{1 + n % 12:02d}{1 + n % 28:02d}-{n:06d}", "1.004616", "UBND xã An Bình", f"{day} 08:00", day]
        sheet.write_row(n + 1, 0, [n + 1, *row, 46000.5 + n % 300, "Đang xử lý"])
    book.close()
    return place


def peak(program: str, file: Path) -> int:
    """Return the highest memory of a program in MB; it must have read every row."""
    command = [sys.executable, "-c", program, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows, megabytes = map(int, done.stdout.split())
    assert rows == ROWS
    return megabytes


@line("workbook-memory", other="pandas.read_excel, calamine", at_most=0.75)
def workbook_memory() -> Measured:
    """Hold the peak memory of 500,000 rows against that of the reader that people use otherwise."""
    file = workbook()
    return Measured(peak(_OURS, file), peak(_PANDAS, file), unit="MB")
