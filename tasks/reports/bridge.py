"""Bridge from one system's totals to another's: a table of classes, and files of dossiers.

No personal value stands in either: codes, agencies, statuses and times only.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from config.atomic_files import write_whole_file
from config.language import translate as _
from schemas.differences import CLASSES
from tasks.judging.judged_sources import source_named
from tasks.reports.list_files import as_csv
from tasks.reports.run_artifacts import show_table
from tasks.rules.sources.differences import COMPARED_FIELDS
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.rows import fetch_as

BRIDGE_WORDS = {
    "missing": ("thiếu ở hệ thống kia", "missing in the other"),
    "duplicate": ("trùng trong hệ thống", "duplicate within one"),
    "lag": ("đồng bộ chậm", "lag"),
    "state": ("khác trạng thái", "another state"),
    "date": ("khác ngày", "another date"),
    "unit": ("khác cơ quan", "another agency"),
    "same": ("giống nhau", "the same"),
}
_MOST_ROWS = 1_048_575  # of a sheet, below its headings
_SUMS = """
    SELECT kind, count(*) FILTER (WHERE side <> 'right') AS "left", count(*) FILTER (WHERE side <> 'left') AS "right",
        count(*) FILTER (WHERE left_late) AS left_late, count(*) FILTER (WHERE right_late) AS right_late
    FROM quality.differences WHERE left_source = %(left)s AND right_source = %(right)s GROUP BY kind
"""
_BOTH = ", ".join(f"l.{name}, r.{name}" for name in COMPARED_FIELDS)
_ROWS = f"""
    SELECT d.kind, d.side, d.code, d.other_code, d.fields, d.left_late, d.right_late, {_BOTH}
    FROM quality.differences AS d
    LEFT JOIN core.dossiers AS l ON l.source = d.left_source AND l.code = d.code AND d.side <> 'right'
    LEFT JOIN core.dossiers AS r ON r.source = d.right_source
        AND r.code = CASE WHEN d.side = 'right' THEN d.code ELSE d.other_code END
    WHERE d.left_source = %(left)s AND d.right_source = %(right)s AND d.kind <> 'same'
    ORDER BY array_position(%(classes)s, d.kind), d.side, d.code
"""


@dataclass(frozen=True)
class BridgeLine:
    """One class: how many dossiers and late ones each system has in it."""

    kind: str
    left: int
    right: int
    left_late: int
    right_late: int

    def __add__(self, other: BridgeLine) -> BridgeLine:
        """Add up two lines under this one's name."""
        mine, theirs = ((x.left, x.right, x.left_late, x.right_late) for x in (self, other))
        return BridgeLine(self.kind, *(a + b for a, b in zip(mine, theirs, strict=True)))


def read_bridge(left: str, right: str) -> list[BridgeLine]:
    """Return a line a class, in the order of the classes, and the total last: its gaps are the sums of theirs."""
    counted = {line.kind: line for line in fetch_as(BridgeLine, _SUMS, {"left": left, "right": right})}
    lines = [counted.get(kind, BridgeLine(kind, 0, 0, 0, 0)) for kind in CLASSES]
    return [*lines, sum(lines, BridgeLine("total", 0, 0, 0, 0))]


def bridge_table(left: str, right: str, lines: Iterable[BridgeLine]) -> list[dict[str, Any]]:
    """Return the lines with headings in the language of the settings."""
    late, gap = _("trễ", "late"), _("chênh lệch", "gap")
    return [
        {
            _("loại", "class"): _(*BRIDGE_WORDS.get(line.kind, ("tổng số", "total"))),
            left: line.left,
            right: line.right,
            gap: line.left - line.right,
            f"{late} {left}": line.left_late,
            f"{late} {right}": line.right_late,
            f"{gap} {late}": line.left_late - line.right_late,
        }
        for line in lines
    ]


def show_bridge(left: str, right: str) -> None:
    """Write the table as an artifact of the run."""
    table = bridge_table(left, right, read_bridge(left, right))
    description = _(f"Chênh lệch giữa {left} và {right}", f"Differences between {left} and {right}")
    key = "differences-" + "-".join(name.replace("_", "-").lower() for name in (left, right))
    show_table(table, key=key, description=description)


def write_files(left: str, right: str, folder: Path) -> list[Path]:
    """Write every dossier that differs as CSV and, where it holds as many rows, as a workbook; for the owner only.

    Returns:
        The files, in the folder, which is made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    zones = [source_named(name).timezone for name in (left, right)]
    found = fetch_all(_ROWS, {"left": left, "right": right, "classes": list(CLASSES)})
    rows = [[_text(value, zones[0] if n % 2 else zones[1]) for n, value in enumerate(_cells(row))] for row in found]
    head = _headings(left, right)
    path = folder / f"{left}-{right}.csv"
    made = [write_whole_file(path, as_csv([head, *rows]), private=True)]
    if len(rows) <= _MOST_ROWS:
        made.append(write_whole_file(path.with_suffix(".xlsx"), _workbook(head, rows), private=True))
    else:
        path.with_suffix(".xlsx").unlink(missing_ok=True)  # of an earlier comparison
    return made


def _cells(row: Sequence[Any]) -> Iterator[Any]:
    """Yield class and the left and right value of each column in turn; the left ones stand at odd places."""
    kind, side, code, other, fields, *values = row
    yield f"{_(*BRIDGE_WORDS[kind])}" + (f": {fields}" if fields else "")
    yield code if side != "right" else None
    yield code if side == "right" else other
    yield from values


def _headings(left: str, right: str) -> list[str]:
    pairs = [(_("mã", "code"), left), (_("mã", "code"), right)]
    pairs += [(name, system) for name in (_("trễ", "late"), *COMPARED_FIELDS) for system in (left, right)]
    return [_("loại", "class"), *(f"{name} {system}" for name, system in pairs)]


def _text(value: Any, zone: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%d/%m/%Y %H:%M}"
    if isinstance(value, bool):
        return _("có", "yes") if value else _("không", "no")
    return str(value)


def _workbook(head: list[str], rows: list[list[str]]) -> bytes:
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet(_("Chênh lệch", "Differences"))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, len(head) - 1, 24)
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)
        sheet.autofilter(0, 0, len(rows), len(head) - 1)
    return buffer.getvalue()
