"""Pace: what is needed, what is done, and when it arrives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipelines.assessment.pace import Course, pace

DEFAULTS: dict[str, Any] = {
    "value": 100.0, "month": 12.0 * 2020, "spacing": 12.0, "slope": 10.0, "slope_low": 5.0, "slope_high": 15.0,
    "target": 150.0, "target_month": 12.0 * 2030, "highest": np.inf, "is_up": True,
}  # fmt: skip


def said(**changed: Any) -> tuple[float, str, float]:
    """Needed a year, name, and the year of arrival."""
    numbers = {**DEFAULTS, **changed}
    dtypes = {"is_up": bool}
    found = pace(
        Course(**{name: np.array([number], dtype=dtypes.get(name, float)) for name, number in numbers.items()})
    )
    return float(found.change_needed_a_year[0]), str(found.name[0]), float(found.arrival_month[0]) / 12


def test_pace_that_arrives_before_its_time() -> None:
    # 50 to go in 10 years; at 10 a year in 5.
    assert said() == pytest.approx((5, "in_time", 2025), abs=1e-9)


def test_arrival_is_the_first_period_that_has_reached_it() -> None:
    assert said(target=151.0)[2] == pytest.approx(2026, abs=1e-9)
    assert said(target=101.0)[2] == pytest.approx(2021, abs=1e-9)


def test_arrival_in_the_target_period_is_in_time_and_one_later_is_late() -> None:
    assert said(target_month=12.0 * 2025)[1:] == ("in_time", 2025)
    assert said(target_month=12.0 * 2024) == (12.5, "late", 2025)


def test_quarters_arrive_in_a_quarter() -> None:
    # 22 to go at 2.5 a quarter: nine quarters.
    assert said(spacing=3.0, target=122.0)[2] == pytest.approx(2020 + 9 / 4, abs=1e-9)


def test_less_can_be_better() -> None:
    falling = {"value": 0.4, "target": 0.1, "slope": -0.05, "slope_low": -0.06, "slope_high": -0.04, "is_up": False}
    assert said(**falling) == pytest.approx((-0.03, "in_time", 2026), abs=1e-9)
    assert said(**{**falling, "target": 0.45})[1] == "met"


def test_target_of_nothing_is_reached_or_approached_as_any_other() -> None:
    falling = {"target": 0.0, "slope": -10.0, "slope_low": -12.0, "slope_high": -8.0, "is_up": False}
    assert said(**falling) == pytest.approx((-10, "in_time", 2030), abs=1e-9)
    assert said(**falling, value=0.0)[:2] == (0, "met")


def test_wrong_direction_never_arrives() -> None:
    needed, name, arrival = said(slope=-10.0, slope_low=-15.0, slope_high=-5.0)
    assert (needed, name) == (5, "away") and np.isnan(arrival)


def test_pace_that_may_be_none_arrives_nowhere() -> None:
    for low, high in ((-1.0, 15.0), (0.0, 15.0)):
        needed, name, arrival = said(slope_low=low, slope_high=high)
        assert (needed, name) == (5, "no_clear_pace") and np.isnan(arrival)


def test_met_needs_nothing_more_whatever_the_pace() -> None:
    for slope in (-10.0, 10.0, np.nan):
        needed, name, arrival = said(value=150.0 - 1e-12, slope=slope, slope_low=slope - 1, slope_high=slope + 1)
        assert (needed, name) == (0, "met") and np.isnan(arrival)


def test_share_cannot_be_asked_for_more_than_all() -> None:
    share = {"value": 0.9, "slope": 0.02, "slope_low": 0.01, "slope_high": 0.03, "target": 1.2, "highest": 1.0}
    assert said(**share) == pytest.approx((0.01, "in_time", 2025), abs=1e-9)
    assert said(**{**share, "value": 1.0})[1] == "met"


def test_after_the_target_period_no_change_a_year_can_be_named() -> None:
    for month in (12.0 * 2030, 12.0 * 2033):
        needed, name, arrival = said(month=month)
        assert np.isnan(needed) and name == "late" and arrival == month / 12 + 5


def test_arrival_in_another_century_is_late_without_a_period() -> None:
    _, name, arrival = said(slope=0.4, slope_low=0.2, slope_high=0.6)
    assert name == "late" and np.isnan(arrival)


def test_no_target_hidden_target_no_value_and_no_slope_are_told_apart() -> None:
    assert said(target=np.nan, target_month=np.nan)[1] == "no_target"
    assert said(target=np.nan)[1] == "not_enough_data"
    assert said(value=np.nan)[1] == "not_enough_data"
    needed, name, _ = said(slope=np.nan, slope_low=np.nan, slope_high=np.nan)
    assert (needed, name) == (5, "not_enough_data")
