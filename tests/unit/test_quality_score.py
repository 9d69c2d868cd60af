"""The quality score: shares of dossiers, and a trend that chance does not make."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.reports.quality import Score, months_until

MARCH = date(2026, 3, 31)


def scored(before: tuple[int, int], after: tuple[int, int]) -> Score:
    """Dossiers and those with nothing to correct, in the three months before the last three, and in those."""
    return Score("H99.12", {"2025-11": before, "2026-02": after})


@pytest.mark.parametrize(
    ("before", "after", "trend"),
    [
        ((1000, 700), (1000, 900), "better"),
        ((1000, 900), (1000, 700), "worse"),
        ((10, 7), (10, 9), "same"),
        ((1000, 700), (0, 0), "same"),
        ((0, 0), (1000, 700), "same"),
    ],
)
def test_a_trend_is_more_than_chance(before: tuple[int, int], after: tuple[int, int], trend: str) -> None:
    assert scored(before, after).trend(MARCH) == trend


def test_a_score_is_a_share_of_dossiers() -> None:
    score = scored((3, 2), (1, 1))
    assert (score.dossiers, score.value(), score.value("2025-11"), score.value("2026-01")) == (4, 75.0, 66.7, None)
    assert score.value() == 75.0, "asking for an empty month adds none"


def test_months_end_with_that_of_the_day() -> None:
    assert months_until(date(2026, 1, 1), 6) == ("2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01")
