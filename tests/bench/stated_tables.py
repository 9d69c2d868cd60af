"""Planted slips in tables of reports: documents and workbooks as they are sent, a number slipped in each, or none.

The tables are made here of agencies whose numbers agree, in three layouts: a flat workbook, a workbook with merged headings, and a
document that LibreOffice saved.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import xlsxwriter

from tasks.reports.stated_documents import read_document
from tasks.rules.stated.consequences import consequences_of
from tasks.rules.stated.tables import broken_totals, read_table
from tests.bench.line import Measured, line
from tests.bench.stated import number, share, slip, world

TABLES = 100
# Group, heading and number of each column; no group: a heading of its own.
MERGED = (
    ("Số hồ sơ tiếp nhận", "Tổng số", "total"),
    ("Số hồ sơ tiếp nhận", "Trong kỳ: trực tuyến", "online"),
    ("Số hồ sơ tiếp nhận", "Trong kỳ: trực tiếp, bưu chính", "counter"),
    ("Số hồ sơ tiếp nhận", "Từ kỳ trước", "carried"),
    ("Số hồ sơ đã giải quyết", "Tổng số", "finished"),
    ("Số hồ sơ đã giải quyết", "Trước hạn", "early"),
    ("Số hồ sơ đã giải quyết", "Đúng hạn", "on_time"),
    ("Số hồ sơ đã giải quyết", "Quá hạn", "late"),
    ("Số hồ sơ đang giải quyết", "Tổng số", "open"),
    ("Số hồ sơ đang giải quyết", "Trong hạn", "open_in_time"),
    ("Số hồ sơ đang giải quyết", "Quá hạn", "open_late"),
)
FLAT = (
    ("", "Tiếp nhận trong kỳ", "received"),
    ("", "Đã giải quyết", "finished"),
    ("", "Trước hạn và đúng hạn", "punctual"),
    ("", "Quá hạn", "late"),
    ("", "Đang giải quyết", "open"),
    ("", "Còn trong hạn", "open_in_time"),
    ("", "Quá hạn", "open_late"),
)
LAYOUTS = (("xlsx", FLAT), ("xlsx", MERGED), ("docx", MERGED))
RATE = "Tỷ lệ giải quyết đúng hạn (%)"


@line("slips-of-tables", other="planted", at_least=1.0)
def slips_of_tables() -> Measured:
    """Tables of agencies with one slipped number each: those in which it is found."""
    return Measured(sum(_breaks(cells) for cells in _read(slipped=True)), TABLES, unit="")


@line("tables-without-slips", other="tables", at_least=1.0)
def tables_without_slips() -> Measured:
    """The same kind of tables without a slip: those in which nothing is found, and every number is read."""
    return Measured(sum(not _breaks(cells) for cells in _read(slipped=False)), TABLES, unit="")


@cache
def _read(*, slipped: bool) -> list[list[list[list[str]]]]:
    """Write the tables, have those of documents saved, and read all of them."""
    chance = random.Random(21 + slipped)  # noqa: S311 - the same every time
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        paths = [_written(Path(folder), place, chance, slipped=slipped) for place in range(TABLES)]
        pages = [path for path in paths if path.suffix == ".html"]
        profile = f"-env:UserInstallation=file://{folder}/profile"
        form = ["--infilter=HTML (StarWriter)", "--convert-to", "docx:MS Word 2007 XML", "--outdir", folder]
        subprocess.run(["soffice", profile, "--headless", *form, *map(str, pages)], check=True, capture_output=True)
        return [read_document(path.with_suffix(".docx") if path in pages else path).tables for path in paths]


def _written(folder: Path, place: int, chance: random.Random, *, slipped: bool) -> Path:
    kind, columns = LAYOUTS[place % len(LAYOUTS)]
    agencies = [world(chance).stated for _ in range(chance.randint(3, 12))]
    rows = [*agencies, {name: sum(one[name] for one in agencies) for name in agencies[0]}]
    rates = [(row["punctual"], row["finished"]) for row in rows]
    told = [[row[name] for _, _, name in columns] for row in rows]
    if slipped:
        at, column = chance.randrange(len(rows)), chance.randrange(len(columns) + 1)
        if column < len(columns):
            told[at][column] = slip(told[at][column], chance)
        else:
            rates[at] = (rates[at][0] + rates[at][1] // 300 + 1, rates[at][1])
    names = [*(f"Xã {letter}{chance.randint(10, 99)}" for letter in "ABCDĐEGHIKLM"[: len(agencies)]), "Tổng cộng"]
    if kind == "xlsx":
        return _workbook(folder / f"{place}.xlsx", columns, names, told, rates)
    return _page(folder / f"{place}.html", columns, names, told, rates)


def _workbook(
    path: Path, columns: Sequence[tuple[str, str, str]], names: list[str], told: list[list[int]], rates: list[tuple[int, int]]
) -> Path:
    with xlsxwriter.Workbook(path) as book:
        page, percent = book.add_worksheet(), book.add_format({"num_format": "0.00%"})
        page.merge_range(0, 0, 0, len(columns) + 2, "TỔNG HỢP KẾT QUẢ GIẢI QUYẾT HỒ SƠ")
        last = len(columns) + 2
        for place, text in ((0, "STT"), (1, "Cơ quan, đơn vị"), (last, RATE)):
            page.merge_range(2, place, 3, place, text)
        groups = [group for group, _, _ in columns]
        for place, (group, heading, _) in enumerate(columns, start=2):
            if not group:
                page.merge_range(2, place, 3, place, heading)
                continue
            page.write_string(3, place, heading)
            if groups.index(group) == place - 2:
                page.merge_range(2, place, 2, place + groups.count(group) - 1, group)
        for line_, (name, numbers, (part, whole)) in enumerate(zip(names, told, rates, strict=True), start=4):
            page.write_row(line_, 0, ["" if name == "Tổng cộng" else line_ - 3, name, *numbers])
            page.write_number(line_, last, part / whole, percent)
    return path


def _page(
    path: Path, columns: Sequence[tuple[str, str, str]], names: list[str], told: list[list[int]], rates: list[tuple[int, int]]
) -> Path:
    groups = dict.fromkeys(group for group, _, _ in columns)
    over = "".join(f"<th colspan={sum(one[0] == group for one in columns)}>{group}</th>" for group in groups)
    under = "".join(f"<th>{heading}</th>" for _, heading, _ in columns)
    rows = "".join(
        f"<tr><td>{place}</td><td>{name}</td>{''.join(f'<td>{number(one)}</td>' for one in numbers)}"
        f"<td>{share(part, whole).rstrip('%')}</td></tr>"
        for place, (name, numbers, (part, whole)) in enumerate(zip(names, told, rates, strict=True), start=1)
    )
    path.write_text(
        f'<html><head><meta charset="utf-8"></head><body><p>Kết quả cụ thể như sau:</p><table border=1><tr><th rowspan=2>TT</th>'
        f"<th rowspan=2>Đơn vị</th>{over}<th rowspan=2>{RATE}</th></tr><tr>{under}</tr>{rows}</table></body></html>",
        encoding="utf-8",
    )
    return path


def _breaks(tables: list[list[list[str]]]) -> bool:
    (rows,) = [rows for cells in tables for rows in read_table(cells)]
    assert rows[-1].is_total, rows[-1].name
    assert {len(row.counts) for row in rows} <= {len(FLAT), len(MERGED)}, "a number was not read"
    found = [one for row in rows for scope in row.scopes for one in consequences_of(scope) if one.standing == "breaks"]
    return bool(found or broken_totals(rows))
