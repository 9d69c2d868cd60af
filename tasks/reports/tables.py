"""A file held against the rules declared for it: which cells break them, which rows speak about one thing.

Answers name rows, columns and rules, never a value: such a file may hold anything about persons.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from config.errors import ConfigError
from config.files import read_model
from config.table_rules import TableRules
from tasks.reports.files import write_rows
from tasks.rules.cells import Broken, broken_cells
from tasks.rules.likeness import Alike, alike


@dataclass(frozen=True)
class Examined:
    """What was found in a file.

    Attributes:
        rules: the rules that it was held against.
        size: how many records it has.
        broken: cells that break a rule, rule by rule.
        repeated: pairs of rows that speak about one thing; None where the rules do not ask.
    """

    rules: TableRules
    size: int
    broken: list[Broken]
    repeated: Alike | None


def examine(path: Path, rules_path: Path) -> Examined:
    """Hold a CSV file (UTF-8, a row of headings, commas or semicolons) against declared rules.

    Raises:
        ConfigError: the file or the rules cannot be read, or the rules name a column that the file lacks.
    """
    rules = read_model(rules_path, TableRules)
    frame = _read(path)
    lacking = [name for name in rules.columns() if name not in frame.columns]
    if lacking:
        raise ConfigError(
            rules_path.name, f"names columns that {path.name} lacks: {', '.join(lacking)}", ", ".join(frame.columns)
        )
    repeated = alike(frame, rules.same) if rules.same else None
    return Examined(rules, len(frame), broken_cells(frame, rules), repeated)


def write_lines(found: Examined, path: Path) -> None:
    """Write a line for every wrong cell and every pair of rows as CSV; rows count from 1, headings left out."""
    write_rows(path, _lines(found))


def _lines(found: Examined) -> Iterator[tuple[object, ...]]:
    yield ("row", "column", "rule", "why", "other_row", "evidence_bits")
    for broken in found.broken:
        for place in np.flatnonzero(broken.rows).tolist():
            yield (place + 1, broken.column, broken.rule.kind, broken.rule.why, "", "")
    if found.repeated is not None:
        pairs = zip(found.repeated.left.tolist(), found.repeated.right.tolist(), found.repeated.evidence.tolist(), strict=True)
        for left, right, evidence in pairs:
            yield (left + 1, "", "same", "", right + 1, round(evidence, 1))


def _read(path: Path) -> pd.DataFrame:
    """Read every cell as text; what is missing at the end of a short line is empty."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
        separator = ";" if first.count(";") > first.count(",") else ","
        frame = pd.read_csv(
            path, sep=separator, dtype="string[pyarrow]", keep_default_na=False, skipinitialspace=True, encoding="utf-8-sig"
        )
    # The reader's own words may quote a line of the file.
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        raise ConfigError(
            path.name, f"cannot be read ({type(error).__name__})", "CSV in UTF-8 with a row of headings"
        ) from None
    return frame.fillna("")
