"""What a source's own times give away: on made-up systems that are wrong in a known way."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from config.calendar import load_calendars
from tasks.rules.sources.diagnosis import YearOfDaysOff, clock_gaps, days_off_by_year, stated_times

VN = load_calendars()["vn"]
ZONE = "Asia/Ho_Chi_Minh"
OFF = np.array([day for day, row in VN.in_force().items() if row.kind == "off"], dtype="datetime64[D]")
WORKED = np.array([day for day, row in VN.in_force().items() if row.kind == "worked"], dtype="datetime64[D]")


def due_after(start: np.datetime64, limit: int, knows: bool) -> np.datetime64:
    """Return the day of a limit in working days, day by day."""
    day = start
    while limit:
        day += np.timedelta64(1, "D")
        weekend = day.astype(object).weekday() > 4
        working = (not weekend and not (knows and day in OFF)) or (knows and day in WORKED)
        limit -= int(working)
    return day


def system(knows: dict[int, bool], limits: dict[str, int]) -> tuple[np.ndarray, np.ndarray, pd.Series]:
    """Return a dossier of each procedure on each weekday of 2024 and 2025."""
    starts = [day for day in np.arange("2024-01-02", "2025-12-20", dtype="datetime64[D]") if day.astype(object).weekday() < 5]
    rows = [
        (day, due_after(day, limit, knows[day.astype(object).year]), name) for day in starts for name, limit in limits.items()
    ]
    received, due, names = (list(column) for column in zip(*rows, strict=True))
    hours = np.timedelta64(9 * 60, "m")
    return (
        np.array(received).astype("datetime64[us]") + hours,
        np.array(due).astype("datetime64[us]") + np.timedelta64(17 * 60, "m"),
        pd.Series(names, dtype=pd.ArrowDtype(pa.string())),
    )


@pytest.mark.parametrize("ignorant", [(), (2024,), (2025,), (2024, 2025)])
def test_years_in_which_the_days_off_were_unknown_are_found(ignorant: tuple[int, ...]) -> None:
    knows = {year: year not in ignorant for year in (2024, 2025)}
    found = days_off_by_year(*system(knows, {"a": 3, "b": 10}), VN)
    assert tuple(year.year for year in found if year.year < 2026 and year.unknown_to_source) == ignorant


def test_calendar_days_and_single_dossiers_prove_nothing() -> None:
    received = np.array(["2025-04-25T09:00"] * 3, dtype="datetime64[us]")
    due = np.array(["2025-05-01T17:00"] * 3, dtype="datetime64[us]")
    procedures = pd.Series(["a", None, "b"], dtype=pd.ArrowDtype(pa.string()))
    assert not any(year.unknown_to_source for year in days_off_by_year(received, due, procedures, VN))
    assert days_off_by_year(received[:0], due[:0], procedures[:0], VN) == []
    assert not YearOfDaysOff(2025, 0, 4, 0).unknown_to_source


def test_a_time_is_found_inside_words() -> None:
    texts = ["Closed date : 2022-01-18 15:08:24", "lúc 03/02/2026 08:15 đã xong", "ngày 03/02/2026", None]
    read = stated_times(pa.array(texts), month_first=False)
    assert read[:2].tolist() == np.array(["2022-01-18T15:08:24", "2026-02-03T08:15"], dtype="datetime64[us]").tolist()
    assert np.isnat(read[2:]).all()
    assert stated_times(pa.array(texts), month_first=True)[1] == np.datetime64("2026-03-02T08:15")


def test_a_clock_that_runs_in_utc_is_seen() -> None:
    given = np.arange("2025-01-06T08:00", "2025-01-06T18:00", np.timedelta64(1, "h"), dtype="datetime64[us]")
    gaps = clock_gaps(given - np.timedelta64(7, "h"), given, ZONE)
    assert (gaps.stated, gaps.agreed, gaps.gaps, gaps.as_utc, gaps.shifted) == (10, 0, {-420: 10}, 10, True)
    right = clock_gaps(given, given, ZONE)
    assert (right.agreed, right.gaps, right.shifted) == (10, {}, False)
    slip = given.copy()
    slip[3] += np.timedelta64(2, "h")
    assert not clock_gaps(slip, given, ZONE).shifted
    assert date(2025, 4, 26) in {day.astype(object) for day in WORKED}
