"""Ranks of agencies: nobody is put before another by luck, and who differs is told apart."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.rules.indicators.interval import wilson
from tasks.rules.indicators.ranking import ranked, shrunk_interval

_NONE = np.zeros(40, np.int64)


def simulated(seed: int, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dossiers on time and in all of forty agencies of 30 to 600 dossiers."""
    chance = np.random.default_rng(seed)
    all_of = chance.integers(30, 600, len(shares))
    return chance.binomial(all_of, shares), all_of


def test_agencies_that_are_equal_are_hardly_ever_told_apart() -> None:
    told_apart = sum(ranked(*simulated(seed, np.full(40, 0.9)), _NONE).band.max() > 1 for seed in range(1_000))
    assert told_apart <= 10, f"{told_apart} of 1,000 provinces of equal agencies have more than one band"


def test_who_is_in_another_band_is_truly_better() -> None:
    wrong = pairs = 0
    for seed in range(300):
        shares = np.random.default_rng(seed).choice([0.6, 0.95], 40)
        band = ranked(*simulated(seed, shares), _NONE).band
        better = band[:, None] < band[None, :]
        pairs += int(better.sum())
        wrong += int((better & (shares[:, None] < shares[None, :])).sum())
    assert pairs > 50_000
    assert wrong == 0


def test_the_true_place_lies_among_those_that_are_told() -> None:
    inside = 0
    for seed in range(300):
        shares = np.random.default_rng(seed).beta(45, 5, 40)
        places = ranked(*simulated(seed, shares), _NONE)
        true = 1 + (shares[None, :] > shares[:, None]).sum(axis=1)
        inside += int(((places.best <= true) & (true <= places.worst)).sum())
    assert inside / (300 * 40) > 0.99


def test_places_are_what_counting_gives() -> None:
    good, all_of = simulated(7, np.random.default_rng(7).choice([0.5, 0.8, 0.95], 40))
    doubt = np.random.default_rng(8).integers(0, 30, 40)
    low, high = shrunk_interval(good, all_of, doubt)
    places = ranked(good, all_of, doubt)
    for at in range(40):
        assert places.best[at] == 1 + sum(low[other] > high[at] for other in range(40))
        assert places.worst[at] == 40 - sum(high[other] < low[at] for other in range(40))
        for other in range(40):
            if low[at] <= high[other] and low[other] <= high[at]:
                assert places.band[at] == places.band[other], "they overlap"


def test_a_small_agency_is_drawn_further_than_a_large_one() -> None:
    good, all_of = np.array([30, 900, 450, 700]), np.array([30, 1000, 600, 750])
    low, high = shrunk_interval(good, all_of, np.zeros(4, np.int64))
    own = wilson(good, all_of)
    moved = (low + high) / 2 - (own[0] + own[1]) / 2
    assert moved[0] < 0, "it had every dossier on time, and few of them"
    assert abs(moved[0]) > abs(moved[1])


def test_bands_by_hand() -> None:
    good, all_of = np.array([9_000, 8_900, 5_000]), np.array([10_000, 10_000, 10_000])
    places = ranked(good, all_of, np.zeros(3, np.int64))
    assert places.band.tolist() == [1, 1, 2], "0.90 and 0.89 of 10,000 are not told apart"
    assert (places.best[2], places.worst[2]) == (3, 3)
    doubtful = ranked(good, all_of, np.array([0, 300, 40_000]))
    assert doubtful.band.tolist() == [1, 1, 1], "whose dossiers are undetermined is not put last"


@pytest.mark.parametrize("good", [0, 50])
def test_agencies_without_any_difference(good: int) -> None:
    places = ranked(np.full(5, good), np.full(5, 50), np.zeros(5, np.int64))
    assert places.band.tolist() == [1] * 5
    assert (places.best.tolist(), places.worst.tolist()) == ([1] * 5, [5] * 5)


def test_nobody() -> None:
    empty = np.empty(0, np.int64)
    assert len(ranked(empty, empty, empty).band) == 0
