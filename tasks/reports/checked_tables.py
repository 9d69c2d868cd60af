"""File checked against declared rules: cells that break them, rows about the same thing.

Answers name rows, columns and rules, never a value: such a file may hold anything about persons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from config.csv_rules import TableRules
from config.errors import ConfigError
from config.files import read_model
from config.language import Bilingual, bilingual
from config.small_tables import SmallTable
from tasks.reports.list_files import write_rows
from tasks.rules.linkage.record_linkage import LinkedPairs, linked_pairs
from tasks.rules.sources.table_cells import BrokenCells, broken_cells
from tasks.sources.tables.small_tables import small_table


@dataclass(frozen=True)
class Examined:
    """What was found in a file.

    Attributes:
        rules: the rules that it was held against.
        size: how many records it has.
        broken: cells that break a rule, rule by rule.
        repeated: pairs of rows that speak about one thing; None where the rules do not ask.
        numbers: of the rows looked at, headings left out; left_out: lines of those whose cells do not fit the headings.
    """

    rules: TableRules
    size: int
    broken: list[BrokenCells]
    repeated: LinkedPairs | None
    numbers: list[int]
    left_out: list[int]


def check_table(path: Path, rules_path: Path) -> Examined:
    """Hold a table (text of any delimiter, or a workbook) against declared rules.

    Raises:
        ConfigError: the file or the rules cannot be read, or the rules name a column that the file lacks.
    """
    rules = read_model(rules_path, TableRules)
    table = _read(path, rules)
    frame = _frame(table)
    lacking = [name for name in rules.columns() if name not in frame.columns]
    if lacking:
        raise ConfigError(
            rules_path.name,
            Bilingual(
                f"nêu các cột mà {path.name} không có: {', '.join(lacking)}",
                f"names columns that {path.name} lacks: {', '.join(lacking)}",
            ),
            ", ".join(frame.columns),
        )
    repeated = linked_pairs(frame, rules.same) if rules.same else None
    numbers = [place + 1 for place, row in enumerate(table.rows) if row.fault != "cell_count"]
    left_out = [row.line for row in table.rows if row.fault == "cell_count"]
    return Examined(rules, len(frame), broken_cells(frame, rules), repeated, numbers, left_out)


def write_lines(found: Examined, path: Path) -> None:
    """Write a line for every wrong cell and every pair of rows as CSV; rows count from 1, headings left out."""
    write_rows(path, _lines(found))


def _lines(found: Examined) -> Iterator[tuple[object, ...]]:
    yield ("row", "column", "rule", "why", "other_row", "evidence_bits")
    for broken in found.broken:
        for place in np.flatnonzero(broken.rows).tolist():
            yield (found.numbers[place], broken.column, broken.rule.kind, broken.rule.why, "", "")
    if found.repeated is not None:
        pairs = zip(found.repeated.left.tolist(), found.repeated.right.tolist(), found.repeated.evidence.tolist(), strict=True)
        for left, right, evidence in pairs:
            yield (found.numbers[left], "", "same", "", found.numbers[right], round(evidence, 1))


def _read(path: Path, rules: TableRules) -> SmallTable:
    """Read every cell as text; the headings are the first row that has all columns of the rules, else the first row."""
    columns = set(rules.columns())
    try:
        table = small_table(path.read_bytes(), lambda cells: columns <= {_heading(cell) for cell in cells}, skip_spaces=True)
    except (OSError, ValueError) as error:
        # The system's own words may hold a path.
        fact = bilingual(error if isinstance(error, ValueError) else type(error).__name__)
        raise ConfigError(
            path.name,
            Bilingual(f"không đọc được ({fact.vi})", f"cannot be read ({fact.en})"),
            Bilingual("CSV mã UTF-8 có dòng tiêu đề", "CSV in UTF-8 with a row of headings"),
        ) from None
    if not table.headings:
        raise ConfigError(
            path.name,
            Bilingual("không đọc được (tệp trống)", "cannot be read (it is empty)"),
            Bilingual("CSV mã UTF-8 có dòng tiêu đề", "CSV in UTF-8 with a row of headings"),
        )
    return table


def _heading(cell: str) -> str:
    return cell.strip("\ufeff ")


def _frame(table: SmallTable) -> pd.DataFrame:
    """Return the sound rows as columns; a heading that stands twice is the first column of that name."""
    rows = [row.cells for row in table.rows if row.fault != "cell_count"]
    names = [_heading(cell) for cell in table.headings]
    columns = {
        name: pd.array([row[place] if place < len(row) else "" for row in rows], dtype="string[pyarrow]")
        for place, name in reversed(list(enumerate(names)))
        if name
    }
    return pd.DataFrame({name: columns[name] for name in names if name})
