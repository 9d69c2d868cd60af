"""From instants to office time, held against the standard library's zones, one instant at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings

from tasks.rules.dates.times import local_times

ZONES = ("Asia/Ho_Chi_Minh", "Europe/Amsterdam", "America/New_York", "UTC", "Australia/Lord_Howe")
MANY = 2001  # from here on a constant offset is looked for


def series(moments: list[datetime | None]) -> pd.Series:
    return pd.Series(pa.array(moments, pa.timestamp("us", tz="UTC")), dtype=pd.ArrowDtype(pa.timestamp("us", tz="UTC")))


def one_by_one(moments: list[datetime | None], zone: str) -> np.ndarray:
    naive = [None if at is None else at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in moments]
    return np.array(naive, dtype="datetime64[us]")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), min_size=1, max_size=8
    ),
    st.sampled_from(ZONES),
)
def test_few_and_many_instants_are_what_the_zone_says(moments: list[datetime | None], zone: str) -> None:
    expected = one_by_one(moments, zone)
    np.testing.assert_array_equal(local_times(series(moments), zone), expected)
    times = -(-MANY // len(moments))
    np.testing.assert_array_equal(local_times(series(moments * times), zone), np.tile(expected, times))


@pytest.mark.parametrize("zone", ZONES)
def test_around_a_change_of_clocks(zone: str) -> None:
    start = datetime(2026, 3, 20, 12, tzinfo=UTC)
    moments = [start + timedelta(minutes=10 * n) for n in range(MANY)] + [None]
    np.testing.assert_array_equal(local_times(series(moments), zone), one_by_one(moments, zone))


def test_an_impossible_year_among_many_is_read_like_the_others() -> None:
    moments = [
        datetime(1902, 1, 1, 18, tzinfo=UTC),
        *[datetime(2026, 3, 2, tzinfo=UTC)] * MANY,
        datetime(2290, 1, 1, tzinfo=UTC),
    ]
    zone = "Asia/Ho_Chi_Minh"
    np.testing.assert_array_equal(local_times(series(moments), zone), one_by_one(moments, zone))


@pytest.mark.parametrize("year", [1906, 1911, 1942, 1945, 1947, 1955, 1960, 1974, 1976])
def test_an_old_time_alone_has_the_offset_of_its_own_day(year: int) -> None:
    """Clocks of Việt Nam were changed eight times until 1975; no time of the column may be old enough to tell by itself."""
    moments = [datetime(year, 8, 1, 18, tzinfo=UTC), *[datetime(2026, 3, 2, tzinfo=UTC)] * MANY]
    zone = "Asia/Ho_Chi_Minh"
    np.testing.assert_array_equal(local_times(series(moments), zone), one_by_one(moments, zone))


def test_nothing_gives_nothing() -> None:
    assert len(local_times(series([]), "UTC")) == 0
    assert np.isnat(local_times(series([None] * MANY), "UTC")).all()
