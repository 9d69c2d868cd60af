"""Shares, their rounding and their doubt."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.rules.indicators.interval import interval, percent, wilson

COUNTS = st.integers(min_value=0, max_value=3_000_000)


def _array(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def _half_up(share: Fraction, digits: int) -> Fraction:
    """Round as one would on paper: cut after adding a half."""
    scaled = share * 100 * 10**digits
    return Fraction((scaled + Fraction(1, 2)).__floor__(), 10**digits)


@given(st.tuples(COUNTS, COUNTS).map(sorted), st.integers(min_value=0, max_value=4))
def test_percent_is_the_exact_half_up_rounding(parts: list[int], digits: int) -> None:
    numerator, denominator = parts
    found = percent(_array(numerator), _array(denominator), digits)[0]
    if denominator == 0:
        assert np.isnan(found)
    else:
        assert found == float(_half_up(Fraction(numerator, denominator), digits))


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(65, 68, 95.59), (1, 3, 33.33), (2, 3, 66.67), (1, 8000, 0.01), (3, 16000, 0.02), (0, 5, 0.0), (5, 5, 100.0)],
)
def test_values_that_a_reader_can_check(numerator: int, denominator: int, shown: float) -> None:
    assert percent(_array(numerator), _array(denominator), 2)[0] == shown


@given(COUNTS, COUNTS, COUNTS, st.data())
def test_the_truth_lies_between_the_bounds(on_time: int, late: int, undetermined: int, data: st.DataObject) -> None:
    """Whatever the undetermined turn out to be, the rounded truth is inside."""
    truly = data.draw(st.integers(min_value=0, max_value=undetermined))
    found = interval(_array(on_time), _array(on_time + late), _array(undetermined), 2)
    truth = percent(_array(on_time + truly), _array(on_time + late + undetermined), 2)
    if on_time + late + undetermined == 0:
        assert np.isnan(truth[0])
        assert np.isnan([found.lower[0], found.upper[0]]).all()
    else:
        assert found.lower[0] <= truth[0] <= found.upper[0]


@given(COUNTS, COUNTS, COUNTS)
def test_the_value_lies_between_the_bounds_and_meets_them_without_doubt(on_time: int, late: int, undetermined: int) -> None:
    found = interval(_array(on_time), _array(on_time + late), _array(undetermined), 2)
    if on_time + late:
        assert found.lower[0] <= found.value[0] <= found.upper[0]
        if undetermined == 0:
            assert found.lower[0] == found.value[0] == found.upper[0]
    else:
        assert np.isnan(found.value[0])


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 10_000), st.data())
def test_settling_an_undetermined_one_never_widens_the_interval(
    on_time: int, late: int, undetermined: int, data: st.DataObject
) -> None:
    turned_out_on_time = data.draw(st.booleans())
    before = interval(_array(on_time), _array(on_time + late), _array(undetermined), 6)
    after = interval(_array(on_time + turned_out_on_time), _array(on_time + late + 1), _array(undetermined - 1), 6)
    assert before.lower[0] <= after.lower[0]
    assert after.upper[0] <= before.upper[0]


@settings(max_examples=30)
@given(st.integers(1, 400), st.data())
def test_wilson_solves_its_own_equation(trials: int, data: st.DataObject) -> None:
    """Each bound p satisfies (share - p)² = z² p (1 - p) / n, which is how it is defined."""
    successes = data.draw(st.integers(0, trials))
    share, z = successes / trials, 1.959963984540054
    for bound in wilson(_array(successes), _array(trials)):
        p = bound[0] / 100
        assert 0 <= p <= 1
        assert (share - p) ** 2 == pytest.approx(z * z * p * (1 - p) / trials, abs=1e-12)


def test_nothing_tried_says_nothing() -> None:
    low, high = wilson(_array(0), _array(0))
    assert np.isnan(low[0])
    assert np.isnan(high[0])
