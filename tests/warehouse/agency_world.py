"""A small province of several agencies, each with dossiers in every table that tells of them; and accounts that look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import Any

import psycopg2
from psycopg2 import extensions

from schemas.dossiers import DOSSIERS, EVENTS, MATCHES, PAUSES
from schemas.packages import PACKAGE_ROWS, PACKAGES
from schemas.quality import CORRECTIONS, FINDINGS, PROPOSALS
from schemas.reference import UNITS
from schemas.table import Kind, OneOf, Table
from schemas.verdicts import VERDICTS_TABLE
from tasks.warehouse.load import load

DAY, AT = date(2026, 3, 2), datetime(2026, 3, 2, 1, tzinfo=UTC)
PROVINCE, NORTH, SOUTH = "H99", "H99.1", "H99.2"
BRANCH, ENDED, SPLIT, NOBODYS = "H99.N5", "H99.3", "H99.4", "H99.77"  # NOBODYS stands in no directory
FIRST = date(2025, 7, 1)
DIRECTORY: tuple[dict[str, Any], ...] = (
    {"unit_code": PROVINCE, "level": "province"},
    {"unit_code": NORTH, "level": "commune", "parent_code": PROVINCE},
    {"unit_code": SOUTH, "level": "commune", "parent_code": PROVINCE},
    {"unit_code": BRANCH, "level": "branch", "parent_code": NORTH},
    {"unit_code": ENDED, "level": "commune", "parent_code": PROVINCE, "valid_to": date(2025, 12, 31), "succeeded_by": SOUTH},
    {
        "unit_code": SPLIT,
        "level": "commune",
        "parent_code": PROVINCE,
        "valid_to": date(2025, 12, 31),
        "succeeded_by": f"{NORTH};{SOUTH}",
    },
)
HOLDERS = (NORTH, SOUTH, BRANCH, ENDED, SPLIT, NOBODYS)
MOVED = "260302-MOVED"
"""Code of a dossier that its source states for the north, and that counts for the south since a correction."""


def code_of(unit: str) -> str:
    """The code of an agency's dossier; it says no other agency's."""
    return f"260302-{unit.replace('.', 'X')}X"


def write_directory(rows: Sequence[Mapping[str, Any]] = DIRECTORY) -> None:
    """Make these the directory of agencies."""
    units = [{"valid_from": FIRST, "name": f"Đơn vị {row['unit_code']}", **row} for row in rows]
    with load("load", "units") as current:
        known = {code for (code,) in current.fetch("SELECT unit_code FROM ref.units")} | {one["unit_code"] for one in units}
        current.replace(UNITS, given(UNITS, units), {"unit_code": sorted(known)})


def write_province(*, moved: bool = True) -> None:
    """Write directory, dossiers and all that is known of each; without MOVED where nothing is to concern two agencies."""
    write_directory()
    held = [(code_of(unit), unit, unit) for unit in HOLDERS] + [(MOVED, NORTH, SOUTH)] * moved
    with load("load", "dossiers") as current:
        dossiers = [{"code": code, "unit_code": stated, "partition_month": date(2026, 3, 1)} for code, stated, _ in held]
        current.merge(DOSSIERS, given(DOSSIERS, dossiers))
        for table in (EVENTS, PAUSES, FINDINGS):
            current.merge(table, given(table, [{"code": code} for code, *_ in held]))
        verdicts = [{"code": code, "unit_code": counted} for code, _, counted in held]
        current.merge(VERDICTS_TABLE, given(VERDICTS_TABLE, verdicts))
        corrections = [{"code": code, "correction_id": f"c{code}", "state": "approved"} for code, *_ in held]
        current.merge(CORRECTIONS, given(CORRECTIONS, corrections))
        current.merge(PROPOSALS, given(PROPOSALS, [{"code": code, "unit_code": unit} for code, _, unit in held]))
        current.merge(PACKAGES, given(PACKAGES, [{"package": f"P{unit}", "unit_code": unit} for unit in HOLDERS]))
        asked = [{"code": code, "row_key": f"r{code}", "package": f"P{unit}"} for code, _, unit in held]
        current.merge(PACKAGE_ROWS, given(PACKAGE_ROWS, asked))
        pairs = [(one, other) for one in held for other in held if one != other]
        matches = [{"code": one[0], "other_source": "a", "other_code": other[0]} for one, other in pairs]
        current.merge(MATCHES, given(MATCHES, matches))


def given(table: Table, rows: Sequence[Mapping[str, Any]]) -> Any:
    """A frame of rows, each with what every row has to have."""
    return table.frame([{**_least(table), **row} for row in rows]).drop(columns=list(table.managed))


def _least(table: Table) -> dict[str, Any]:
    values = {Kind.INTEGER: 1, Kind.NUMBER: 1.0, Kind.BOOLEAN: True, Kind.DATE: DAY, Kind.INSTANT: AT, Kind.JSON: "{}"}
    row: dict[str, Any] = {}
    for name in table.given_columns:
        one = table[name]
        listed = next((c.values[0] for c in one.constraints if isinstance(c, OneOf)), None)
        if one.required or name in table.key:
            row[name] = listed if listed is not None else values.get(one.kind, "a")
    return row


@contextmanager
def looking(address: str) -> Iterator[extensions.cursor]:
    """A session of an account, each statement on its own."""
    with closing(psycopg2.connect(address)) as driver, driver.cursor() as cursor:
        driver.autocommit = True
        yield cursor
