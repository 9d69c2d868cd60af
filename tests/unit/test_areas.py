"""Limits by area as the example file lists them: settled by agency and day of receipt, left alone where nobody knows."""

import numpy as np
import pytest

from config.areas import load_areas
from config.settings import ROOT
from tasks.rules.clock.areas import settled_by_area
from tasks.rules.clock.due_dates import ALL_LIMIT_UNITS, UNSETTLED, Limits

AREAS = load_areas(ROOT / "config" / "example-areas.yaml")
BY_AREA = "17 ngày (khu vực thường) / 27 ngày (vùng khó khăn)"
IN_HOURS = "Hải đảo: 16 giờ làm việc; khu vực còn lại: 8 giờ làm việc"


@pytest.mark.parametrize(
    ("text", "unit", "received", "expected"),
    [
        (BY_AREA, "H99.114", "2025-06-30", (27, "calendar_day")),
        (BY_AREA, "H99.115", "2025-06-30", (27, "calendar_day")),
        (BY_AREA, "H99.115", "2025-07-01", (17, "calendar_day")),  # ordinary since it was merged
        (BY_AREA, "H99.01", "2026-03-03", (17, "calendar_day")),
        (BY_AREA, "H99.114", "2021-06-03", (0, "unsettled")),  # the day before anybody listed an area
        (IN_HOURS, "H99.121", "2026-03-03", (16, "hour")),
        (IN_HOURS, "H99.114", "2026-03-03", (8, "hour")),
        ("17 ngày (khu vực thường) / 27 ngày (biên giới)", "H99.01", "2026-03-03", (0, "unsettled")),
        ("17 ngày (khu vực thường) / theo lịch hẹn (vùng khó khăn)", "H99.114", "2026-03-03", (0, "unsettled")),
        (BY_AREA, None, "2026-03-03", (0, "unsettled")),
    ],
)
def test_a_limit_by_area(text: str, unit: str | None, received: str, expected: tuple[float, str]) -> None:
    nothing = np.array([UNSETTLED])
    limits = Limits(
        nothing, np.zeros(1), np.array(["2020-01-01"], "datetime64[D]"), np.array([True]), np.array([None], dtype=object)
    )
    day, texts, units = np.array([received], "datetime64[D]"), np.array([text], dtype=object), np.array([unit], dtype=object)
    found = settled_by_area(limits, texts, units, day, AREAS)
    assert (found.amount[0], ALL_LIMIT_UNITS[found.unit[0]]) == expected


def test_as_shipped_no_area_is_known() -> None:
    assert load_areas(ROOT / "config" / "areas.yaml").areas == ()
