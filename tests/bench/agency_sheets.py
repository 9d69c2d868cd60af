"""Workbook of all agencies: 130 of them and 24 months, a sheet each, read back and added up.

make bench ONLY=agency-sheets
"""

from __future__ import annotations

import io
import time
from datetime import date, timedelta

import pandas as pd

from schemas.reference import UNITS
from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.reports.forms.agency_sheets import agency_sheets
from tasks.reports.forms.published import published_counters
from tasks.reports.forms.workbook import form_workbook
from tasks.rules.indicators.periods import period_named
from tasks.warehouse.cluster import ensure_cluster
from tasks.warehouse.load import load
from tasks.warehouse.migrations import migrate
from tests.bench.line import Measured, line
from tests.bench.province import home
from tests.bench.second_engine import POLICY, settled_in
from tests.warehouse.verdict_rows import AS_OF, frame, verdict_rows

AGENCIES, DOSSIERS, MONTHS, SECONDS = 130, 20_000, 24, 60.0
PERIOD = "2024-04..2026-03"


def publish_agencies() -> None:
    """Publish made-up verdicts of so many agencies and months."""
    rows = verdict_rows(DOSSIERS, units=AGENCIES + 1)
    for place, row in enumerate(rows):
        row["unit_code"] = f"H99.{1 + place % AGENCIES}"
        back = timedelta(days=30 * (place % (MONTHS - 6)))  # the rows come from the last seven months
        row |= {name: value - back for name, value in row.items() if name.endswith("_at") and value is not None}
    units = [
        {"unit_code": f"H99.{number}", "valid_from": date(2021, 1, 1), "name": f"Agency {number}", "level": "commune"}
        | {"parent_code": None, "succeeded_by": None}
        for number in range(1, AGENCIES + 1)
    ]
    with load("judge", "bench") as current:
        current.replace(VERDICTS_TABLE, frame(rows), {"policy": POLICY})
        current.merge(UNITS, UNITS.frame(units).drop(columns=list(UNITS.managed)))
    measure_policy(POLICY, AS_OF)
    publish_policy(POLICY, AS_OF)


@line("agency-sheets", other=f"{AGENCIES} agencies, {MONTHS} months, at most", at_most=1.0)
def sheets_of_all_agencies() -> Measured:
    """Seconds from the publication to the workbook, whose sheets add up to the province."""
    with home() as folder, settled_in(folder):
        ensure_cluster(folder)
        migrate()
        publish_agencies()
        started = time.perf_counter()
        form = agency_sheets(published_counters(POLICY), period_named(PERIOD), "then")
        workbook = form_workbook(form)
        seconds = time.perf_counter() - started
    sheets = pd.read_excel(io.BytesIO(workbook), sheet_name=None, header=None)
    of_agencies = [sheet for name, sheet in sheets.items() if name.startswith("H99.")]
    assert len(of_agencies) == AGENCIES, "an agency has no sheet"
    totals = [_total(sheet) for sheet in of_agencies]
    assert [sum(column) for column in zip(*totals, strict=True)] == _total(next(iter(sheets.values()))), (
        "the sheets do not add up"
    )
    return Measured(seconds, SECONDS)


def _total(sheet: pd.DataFrame) -> list[int]:
    last = sheet[sheet[2].isin(["TỔNG CỘNG", "TOTAL"])].iloc[-1]
    return [int(value) for value in last.iloc[3:]]
