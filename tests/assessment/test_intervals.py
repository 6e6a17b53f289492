"""Intervals against figures that can be worked by hand or looked up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.assessment.intervals import garwood, hidden_part_bounds, intervals, poisson_ratio, wilson

Z = 1.959963984540054  # the normal quantile of 0.975


def one(*numbers: float) -> list[np.ndarray]:
    return [np.array([number], dtype=float) for number in numbers]


def test_wilson_interval_is_the_closed_form() -> None:
    low, high = wilson(*one(15, 50), 0.95)
    p, n = 0.3, 50
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    assert low[0] == pytest.approx(centre - half, abs=1e-9)
    assert high[0] == pytest.approx(centre + half, abs=1e-9)


def test_wilson_interval_of_none_and_of_all_stays_within_the_unit() -> None:
    # With no one of ten the bounds are 0 and z²/(n + z²).
    low, high = wilson(np.array([0.0, 10.0]), np.array([10.0, 10.0]), 0.95)
    assert low[0] == 0.0 and high[1] == 1.0
    assert high[0] == pytest.approx(Z**2 / (10 + Z**2), abs=1e-9)
    assert low[1] == pytest.approx(10 / (10 + Z**2), abs=1e-9)


def test_wilson_gives_nothing_for_more_than_the_whole_or_for_no_one() -> None:
    low, high = wilson(np.array([11.0, 0.0, np.nan]), np.array([10.0, 0.0, 5.0]), 0.95)
    assert np.isnan(low).all() and np.isnan(high).all()


def test_garwood_interval_matches_the_published_table() -> None:
    # Garwood (1936): 0 -> 0 to 3.689, 1 -> 0.0253 to 5.572, 10 -> 4.795 to 18.390
    low, high = garwood(np.array([0.0, 1.0, 10.0]), 0.95)
    assert low == pytest.approx([0.0, 0.025317807984, 4.795389], abs=1e-6)
    assert high == pytest.approx([3.688879454114, 5.571643390939, 18.390356], abs=1e-6)


def test_garwood_bounds_are_exact_at_zero_and_one() -> None:
    low, high = garwood(np.array([0.0, 1.0]), 0.95)
    assert high[0] == pytest.approx(-math.log(0.025), abs=1e-9)  # P(0 | mean) = 0.025
    assert low[1] == pytest.approx(-math.log(0.975), abs=1e-9)  # P(0 | mean) = 0.975


def test_ratio_interval_holds_values_above_one_and_is_odds_of_wilson() -> None:
    low, high = poisson_ratio(*one(60, 50), 0.95)
    share_low, share_high = wilson(*one(60, 110), 0.95)
    assert low[0] == pytest.approx(share_low[0] / (1 - share_low[0]), abs=1e-9)
    assert high[0] == pytest.approx(share_high[0] / (1 - share_high[0]), abs=1e-9)
    assert low[0] < 1.2 < high[0]


def test_ratio_interval_of_swapped_counts_is_its_reciprocal() -> None:
    low, high = poisson_ratio(*one(30, 50), 0.95)
    swapped_low, swapped_high = poisson_ratio(*one(50, 30), 0.95)
    assert low[0] == pytest.approx(1 / swapped_high[0], abs=1e-9)
    assert high[0] == pytest.approx(1 / swapped_low[0], abs=1e-9)


def test_means_other_counts_and_broken_numbers_have_no_interval() -> None:
    kind = np.array(["mean", "count", "count", "proportion"], dtype=object)
    persons = np.array([True, False, True, True])
    low, high = intervals(kind, persons, np.array([900.0, 12, 12.5, 3.5]), np.array([10.0, np.nan, np.nan, 9]), 0.95)
    assert np.isnan(low).all() and np.isnan(high).all()


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_every_interval_contains_its_value(pair: tuple[int, int]) -> None:
    numerator, denominator = one(*pair)
    for low, high, value in (
        (*wilson(numerator, denominator, 0.95), numerator / denominator),
        (*garwood(numerator, 0.95), numerator),
        (*poisson_ratio(numerator, denominator, 0.95), numerator / denominator),
    ):
        assert low[0] <= value[0] <= high[0]


def test_hidden_parts_of_a_sum_are_nobody_at_least_and_just_under_the_threshold_at_most() -> None:
    count, n_hidden = np.array([100.0, 100.0, 100.0]), np.array([3.0, 0.0, np.nan])
    low, high = hidden_part_bounds(count, n_hidden, threshold=11)
    np.testing.assert_array_equal(low, [100, np.nan, np.nan])
    np.testing.assert_array_equal(high, [130, np.nan, np.nan])
